"""From a question to findings: understands, filters, scores, judges, groups by region."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np

from corpus.errors import NotReady
from corpus.model import Passage, Region
from corpus.store import Store
from index.catalogue import index_text
from index.protocols import Backend, Floats, Rows
from index.tokenizer import Tokenizer
from retriever import fuse
from retriever.answer import answer
from retriever.feedback import feedback
from retriever.filters import allowed, sought
from retriever.interpret import check, interpret
from retriever.model import Answer, Asked, Findings, Group, Hit, Interpretation, Query
from retriever.score import SHORTLIST, Ranks, Scores, Tools, look_again, score
from retriever.state import Corpus, opened, part, regions_of, rows_of, stamp_of
from retriever.verdict.judge import FOUND, RELATED, answered, fitted
from retriever.verdict.signals import SIGNALS, Candidate, signals

_EVIDENCE_WEIGHT = 2.0

_CLOSELY = 3000
"""Passages that are looked at closely for all regions together: of each its shortlist, fewer where the regions are many."""

LEADING = 10
"""Passages by which it is judged whether a question that does not fan out is answered."""


class Searcher:
    """Searches one home folder; picks up a new generation by itself. Safe to share between threads.

    within: the searcher of all, and the collections that alone are searched, as if there were nothing else.
    """

    def __init__(self, home: Path, tools: Tools, within: "tuple[Searcher, frozenset[str]] | None" = None) -> None:
        self._home, self.tools, self._within = home, tools, within
        self._lock = Lock()
        self._corpus: Corpus | None = None

    def corpus(self) -> Corpus:
        """The state in force, opened anew when an ingest has switched to another generation."""
        try:
            return self._open()
        except NotReady:
            # An ingest may have removed the generation between our reading its name and opening its folder.
            return self._open()

    def _open(self) -> Corpus:
        whole, collections = self._within or (None, None)
        store = Store(self._home / "corpus.sqlite", collections=collections)
        try:
            with self._lock, store.reading():
                if self._corpus is None or self._corpus.generation != stamp_of(store):
                    if whole is None:
                        self._corpus = opened(self._home, store, self.tools.makers)
                    elif (of_all := whole.corpus()).generation == stamp_of(store):
                        self._corpus = part(of_all, store)
                    else:
                        raise NotReady("索引刚刚更新。请再试一次。")
                return self._corpus
        finally:
            store.close()

    def search(self, query: Query) -> Findings:
        """Answer a query with passages. Raises PlanSeekError for a query that cannot be searched."""
        check(query)
        corpus = self.corpus()
        try:
            return search(query, corpus, self.tools)
        except NotReady:
            # A document may have gone while its passages were looked at.
            if (now := self.corpus()) is corpus:
                raise
            return search(query, now, self.tools)

    def ask(self, query: Query) -> Answer:
        """Answer a query with cited sentences. Raises PlanSeekError for a query that cannot be searched."""
        return answer(self.search(query))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a question was understood as, and the passages looked at closely: their rows, what each stands for (a region's
    code, or itself) and their signals (rows, len(SIGNALS))."""

    understood: Interpretation
    rows: Rows
    scores: Scores
    ranks: Ranks
    looked_at: tuple[tuple[int, object], ...]
    values: Floats


def look(
    query: Query, corpus: Corpus, tools: Tools, understood: Interpretation | None = None
) -> Looked | Interpretation:
    """Understand a checked query, rank, and look closely at the best passages, of every region where it fans out; only the
    interpretation where no filter lets anything through. understood: where it is to be read otherwise than by its words."""
    understood = understood or interpret(query, corpus.gazetteer, regions_of(corpus))
    rows = allowed(query, understood, corpus)
    if corpus.backend is None or not rows.size:
        return understood
    topic = sought(understood, rows, corpus)
    lists = [rows_of(region, corpus, rows) for region in understood.regions] if understood.fan_out else [rows]
    scores = score(topic, query.mode, query.expand, corpus.backend, rows, tools, corpus.order)
    scores = look_again(scores, topic, lists, rows, corpus.backend, lambda row: _text(row, corpus), query.mode, tools)
    ranks = Ranks(scores, rows, query.mode, corpus.backend, tools.reranker.name if tools.reranker else "")
    pairs: list[tuple[int, object]]
    if understood.fan_out:
        each = max(query.per_region, min(SHORTLIST, _CLOSELY // max(1, len(lists))))
        pairs = [(row, region.code) for region, own in zip(understood.regions, lists, strict=True) for row in ranks.best(own, each)]
    else:
        pairs = [(row, row) for row in ranks.best(rows, max(query.k, LEADING))]
    leading = None if understood.fan_out else LEADING
    values = _signals(topic, pairs, leading, corpus, corpus.backend, scores, tools)
    return Looked(replace(understood, expansions=scores.expansions), rows, scores, ranks, tuple(pairs), values)


def search(query: Query, corpus: Corpus, tools: Tools, reading: Interpretation | None = None) -> Findings:
    """The whole way from a checked query to findings over one state of the corpus. reading: as `understood` of look."""
    looked = look(query, corpus, tools, reading)
    if isinstance(looked, Interpretation):
        groups = tuple(Group(region, "not_found", ()) for region in looked.regions) if looked.fan_out else ()
        return Findings(query, looked, (), groups, Asked({}))
    understood, rows, scores, ranks = looked.understood, looked.rows, looked.scores, looked.ranks
    of_passage, _ = fitted()
    held = dict(zip((row for row, _ in looked.looked_at), of_passage.probability(looked.values).tolist(), strict=True))
    if understood.fan_out is None:
        hits = [_hit(row, rank, corpus, scores, ranks, held[row]) for rank, row in enumerate(list(held)[: query.k], 1)]
        return Findings(query, understood, tuple(hits), (), scores.what, answered(looked.values[:LEADING]))
    bare = dict(zip(held, looked.values[:, SIGNALS.index("evidence")].tolist(), strict=True))
    shortlists: dict[object, list[int]] = {}
    for row, code in looked.looked_at:
        shortlists.setdefault(code, []).append(row)
    groups = tuple(
        _group(region, shortlists.get(region.code, []), corpus, scores, ranks, held, bare, query.per_region)
        for region in understood.regions
    )
    groups = _alike(groups, [corpus.passages[row] for row, p in held.items() if p >= FOUND])
    if query.mode != "bm25":
        groups = _nearest_rejected(groups, corpus, rows, scores, ranks, held, tools.makers.tokenizer)
    flat = sorted((hit for group in groups for hit in group.hits), key=lambda hit: (-hit.score, hit.passage.id))
    return Findings(
        query, understood, tuple(replace(hit, rank=i) for i, hit in enumerate(flat[: query.k], 1)), groups, scores.what,
        max(held.values(), default=0.0),
    )  # fmt: skip


def _signals(
    topic: str, pairs: Sequence[tuple[int, object]], leading: int | None, corpus: Corpus, backend: Backend, scores: Scores,
    tools: Tools,
) -> Floats:  # fmt: skip
    """The signals of (row, what it stands for) pairs; leading: as that of signals."""
    candidates = [
        Candidate(row, group, corpus.passages[row], corpus.documents[corpus.passages[row].document])
        for row, group in pairs
    ]
    return signals(
        topic, scores.what, scores.missing, candidates, scores.fused, scores.dense, backend,
        tools.makers.table, tools.lexicon, leading,
    )  # fmt: skip


def _text(row: int, corpus: Corpus) -> str:
    passage = corpus.passages[row]
    return index_text(passage, corpus.documents[passage.document].text)


def _hit(row: int, rank: int, corpus: Corpus, scores: Scores, ranks: Ranks, held: float, more: float = 0.0) -> Hit:
    """A row as it is shown, with its evidence; `more` is added to its score."""
    passage = corpus.passages[row]
    document = corpus.documents[passage.document]
    return Hit(
        passage, document, passage.span.of(document.text), float(scores.fused[row]) + more, rank,
        held, ranks.why(row),
    )  # fmt: skip


def _group(
    region: Region, shortlist: Sequence[int], corpus: Corpus, scores: Scores, ranks: Ranks, held: dict[int, float],
    bare: dict[int, float], most: int,
) -> Group:  # fmt: skip
    """A region's best passages: the shortlist reordered by score and evidence; found if one of them is; then what is merely
    related fills up behind it. held: each row's probability; bare: its evidence."""
    more = {row: _EVIDENCE_WEIGHT * bare[row] for row in shortlist}
    ordered = sorted(shortlist, key=lambda row: (-(float(scores.fused[row]) + more[row]), corpus.passages[row].id))
    passed = [row for row in ordered if held[row] >= FOUND]
    related = [row for row in ordered if RELATED <= held[row] < FOUND]
    # Only what is shown is made a hit: the shortlists of twenty regions are hundreds of passages.
    chosen = [*passed, *related][:most] if passed else ordered[:1]
    shown = [_hit(row, i, corpus, scores, ranks, held[row], more[row]) for i, row in enumerate(chosen, 1)]
    if not passed:
        return Group(region, "not_found", (), shown[0] if shown else None)
    return Group(region, "found", tuple(shown))


def _alike(groups: tuple[Group, ...], found: Sequence[Passage]) -> tuple[Group, ...]:
    """The groups with each hit told which other found regions word it alike (see corpus.links.copies)."""
    bearing: dict[str, dict[str, Region]] = {}
    for passage in found:
        if passage.family and passage.region:
            bearing.setdefault(passage.family, {})[passage.region.code] = passage.region

    def told(hit: Hit, own: Region) -> Hit:
        others = bearing.get(hit.passage.family or "", {})
        return replace(hit, also=tuple(others[code] for code in sorted(others) if code != own.code))

    return tuple(replace(group, hits=tuple(told(hit, group.region) for hit in group.hits)) for group in groups)


def _nearest_rejected(
    groups: tuple[Group, ...], corpus: Corpus, rows: Rows, scores: Scores, ranks: Ranks, held: dict[int, float],
    tokenizer: Tokenizer,
) -> tuple[Group, ...]:
    """For each silent region, the passage nearest to what the other regions say of the topic.

    The question's own words are missing there, so its score tells little; the found regions' first passages know the
    topic's company of words.
    """
    leading = [group.hits[0] for group in groups if group.hits]
    if corpus.backend is None or not leading:
        return groups
    found = np.array([corpus.row_of(hit.passage) for hit in leading], np.int32)
    lexical, dense = feedback(found, [hit.text for hit in leading], tokenizer, corpus.backend)

    def completed(group: Group) -> Group:
        own = rows_of(group.region, corpus, rows)
        if group.hits or not own.size:
            return group
        near = fuse.weighted_sum(lexical[own], dense[own], np.arange(len(own), dtype=np.int32), 1.0)
        row = int(own[np.argmax(near)])
        return replace(group, best_rejected=_hit(row, 1, corpus, scores, ranks, held.get(row, 0.0)))

    return tuple(completed(group) for group in groups)
