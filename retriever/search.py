"""From a question to findings: scores every passage exactly, fuses, weighs evidence, groups by region."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np

from corpus.errors import NotReady, PlanSeekError
from corpus.model import Document, Passage, Region
from corpus.regions.places import Gazetteer
from corpus.store import Store
from index import generations
from index.generations import index_text
from index.protocols import Backend, Floats, Rows
from index.tokenizer import Tokenizer, fold
from retriever import evidence, fuse
from retriever.answer import answer
from retriever.expand import Expansion, Lexicon
from retriever.feedback import feedback
from retriever.interpret import check, interpret
from retriever.interpret.documents import in_state, of_period, titled
from retriever.interpret.documents import inside as within_years
from retriever.model import Answer, Asked, Findings, Group, Hit, Interpretation, Query, Why
from retriever.rerankers.protocols import Candidates, Reranker

_SHORTLIST = 12
"""Passages of a region whose evidence is weighed; the verdict rests on the best of them."""

_LOOKED_AT = 1500
"""Passages that are looked at again for all regions together: of each its shortlist, fewer where the regions are many."""

_EVIDENCE_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Corpus:
    """One committed state: what a generation's rows are, and the index over them."""

    generation: str
    passages: Sequence[Passage]
    documents: dict[str, Document]
    gazetteer: Gazetteer
    backend: Backend | None
    by_region: dict[str, Rows]
    by_document: dict[str, Rows]
    row_of: dict[str, int]


@dataclass(frozen=True, slots=True)
class Tools:
    """What a search is made with: what made the index, and what a question needs besides."""

    makers: generations.Makers
    lexicon: Lexicon
    reranker: Reranker | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Every row's scores for one question; `fused` ranks. expansions: the official words that the index knows. again: the
    reranker's scores by row, of the rows that it has looked at."""

    lexical: Floats
    dense: Floats
    fused: Floats
    terms: Counter[str]
    what: Asked
    expansions: tuple[Expansion, ...]
    again: dict[int, float] = field(default_factory=dict)


class Searcher:
    """Searches one home folder; picks up a new generation by itself. Safe to share between threads."""

    def __init__(self, home: Path, tools: Tools) -> None:
        self._home, self._tools = home, tools
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
        store = Store(self._home / "corpus.sqlite")
        try:
            with self._lock, store.reading():
                stamp = f"{store.meta('generation')}/{store.meta('changes')}"
                if self._corpus is None or self._corpus.generation != stamp:
                    folder, manifest = generations.current(self._home, store, self._tools.makers)
                    passages = store.passages()
                    if len(passages) != manifest.passages:
                        raise NotReady("索引与语料不一致。请运行 planseek ingest 重建。")
                    self._corpus = Corpus(
                        stamp,
                        passages,
                        {document.id: document for document in store.documents()},
                        store.gazetteer(),
                        generations.open_backend(folder) if passages else None,
                        _rows_by(p.region.code if p.region else None for p in passages),
                        _rows_by(p.document for p in passages),
                        {passage.id: row for row, passage in enumerate(passages)},
                    )
                return self._corpus
        finally:
            store.close()

    def search(self, query: Query) -> Findings:
        """Answer a query with passages. Raises PlanSeekError for a query that cannot be searched."""
        check(query)
        return search(query, self.corpus(), self._tools)

    def ask(self, query: Query) -> Answer:
        """Answer a query with cited sentences. Raises PlanSeekError for a query that cannot be searched."""
        return answer(self.search(query))


def search(query: Query, corpus: Corpus, tools: Tools) -> Findings:
    """The whole way from a checked query to findings over one state of the corpus."""
    present = regions_of(corpus)
    understood = interpret(query, corpus.gazetteer, present)
    rows = allowed(query, understood, corpus)
    if corpus.backend is None or not rows.size:
        groups = tuple(Group(region, "not_found", ()) for region in understood.regions) if understood.fan_out else ()
        return Findings(query, understood, (), groups, Asked({}))
    topic = sought(understood, rows, corpus)
    scores = score(topic, query.mode, query.expand, corpus.backend, rows, tools)
    understood = replace(understood, expansions=scores.expansions)
    if query.mode == "hybrid" and tools.reranker is not None:
        longlist = _longlist(understood.regions if understood.fan_out else (), corpus, rows, scores, tools.reranker)
        scores = look_again(
            scores, topic, longlist, rows, corpus.backend, lambda row: _text(row, corpus), tools.reranker
        )
    ranks = _Ranks(scores, rows, query.mode, corpus.backend, tools.reranker.name if tools.reranker else "")
    if understood.fan_out is None:
        best = enumerate(ranks.best(rows, query.k), 1)
        hits = [_hit(row, rank, corpus, scores, ranks, _held(row, corpus, scores)) for rank, row in best]
        return Findings(query, understood, tuple(hits), (), scores.what)
    groups = tuple(_group(region, corpus, rows, scores, ranks, query.per_region) for region in understood.regions)
    if query.mode != "bm25":
        groups = _nearest_rejected(groups, corpus, rows, scores, ranks, tools.makers.tokenizer)
    flat = sorted((hit for group in groups for hit in group.hits), key=lambda hit: (-hit.score, hit.passage.id))
    return Findings(
        query, understood, tuple(replace(hit, rank=i) for i, hit in enumerate(flat[: query.k], 1)), groups, scores.what
    )


_NONE: Rows = np.zeros(0, np.int32)


def _rows_by(keys: Iterable[str | None]) -> dict[str, Rows]:
    """Key → the rows that have it, ascending; rows without one are left out."""
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        if key is not None:
            rows.setdefault(key, []).append(row)
    return {key: np.array(found, np.int32) for key, found in rows.items()}


def regions_of(corpus: Corpus) -> list[Region]:
    """The regions that the corpus has documents of, or passages about, by code."""
    regions = {document.region.code: document.region for document in corpus.documents.values() if document.region}
    about = (corpus.passages[rows[0]].region for rows in corpus.by_region.values())
    regions |= {region.code: region for region in about if region}
    return [regions[code] for code in sorted(regions)]


def allowed(query: Query, understood: Interpretation, corpus: Corpus) -> Rows:
    """The rows that every filter lets through; a filter that nothing passes lets nothing through."""
    if query.document is not None and query.document not in corpus.documents:
        raise PlanSeekError(
            f"没有编号为 {query.document} 的文档。可用 GET /v1/documents 或 planseek ingest --json 查看编号。"
        )
    codes = {region.code for region in understood.regions}
    limited = bool(codes) or understood.fan_out is not None
    stepped_back = (
        set()
        if understood.statuses or query.document
        else {document.id for document in corpus.documents.values() if document.final}
    )

    def passes(document: Document) -> bool:
        return (
            (not understood.kinds or document.kind in understood.kinds)
            and (not query.periods or document.period in query.periods)
            and in_state(document, query.statuses, understood.statuses)
            and (query.document is None or document.id == query.document)
            and (understood.document is None or titled(understood.document, document))
            and document.id not in stepped_back
        )

    passed = np.zeros(len(corpus.passages), bool)
    inside = np.full(len(corpus.passages), not limited)
    for code in codes & corpus.by_region.keys():
        inside[corpus.by_region[code]] = True
    for name, rows in corpus.by_document.items():
        document = corpus.documents[name]
        passed[rows] = passes(document)
        if understood.fan_out is None and document.region and document.region.code in codes:
            inside[rows] = True
    for region in understood.without:
        inside[corpus.by_region.get(region.code, _NONE)] = False
    rows = np.flatnonzero(passed & inside).astype(np.int32)
    if understood.exact or understood.excluded:
        rows = _only(rows, lambda row: _holds(corpus.passages[row], corpus, understood))
    if understood.periods:
        loose = all(read.loose for read in understood.read if read.what == "period")
        of_them = _only(rows, lambda row: _of_years(corpus.passages[row], corpus, understood, loose))
        rows = rows if loose and not of_them.size else of_them
    return rows


def _only(rows: Rows, kept: Callable[[int], bool]) -> Rows:
    return np.array([row for row in rows.tolist() if kept(row)], np.int32)


def _of_years(passage: Passage, corpus: Corpus, understood: Interpretation, loose: bool) -> bool:
    """Whether a passage is of the years asked about; of 今年, a document of unknown years may be."""
    document = corpus.documents[passage.document]
    return (loose and document.period is None) or any(of_period(p, passage, document) for p in understood.periods)


def _holds(passage: Passage, corpus: Corpus, understood: Interpretation) -> bool:
    """Whether a passage holds what must stand in it, and nothing that must not."""
    document = corpus.documents[passage.document]
    text = fold(index_text(passage, document.text) + "\n" + document.title)
    return all(fold(phrase) in text for phrase in understood.exact) and not any(
        fold(word) in text for word in understood.excluded
    )


def sought(understood: Interpretation, rows: Rows, corpus: Corpus) -> str:
    """What passages are ranked by: the topic, and the years asked about where the documents are not for just those."""
    documents = {corpus.passages[row].document for row in rows.tolist()} if understood.periods else set()
    told = [corpus.documents[document].period for document in documents]
    years = [read.words for read in understood.read if read.what == "period" and not read.loose
             and not all(period and within_years(period, read.value) for period in told)]  # fmt: skip
    return " ".join([understood.topic, *years])


def score(topic: str, mode: str, expand: bool, backend: Backend, rows: Rows, tools: Tools) -> Scores:
    """Score every row for a topic under a mode; z-scores are taken over `rows`. The one way to score, eval's too."""
    tokenizer, embedder, lexicon = tools.makers.tokenizer, tools.makers.embedder, tools.lexicon
    terms = Counter(tokenizer.terms(topic))
    missing = fuse.need(_coverage(terms, backend))
    expansions = tuple(lexicon.expand(topic)) if expand and missing > 0 and mode != "dense" else ()
    weighted: dict[str, float] = dict(terms)
    for expansion in expansions:
        for term in dict.fromkeys(tokenizer.terms(expansion.word)):
            weighted[term] = max(weighted.get(term, 0.0), missing * expansion.weight)
    zero = np.zeros(backend.size, np.float32)
    lexical = backend.lexical_scores(weighted) if mode != "dense" else zero
    dense = backend.dense_scores(embedder.encode_queries([topic])[0]) if mode != "bm25" else zero
    if mode == "hybrid":
        fused = fuse.weighted_sum(lexical, dense, rows, fuse.dense_weight(1 - missing))
    else:
        fused = lexical if mode == "bm25" else dense
    what = evidence.asked(topic, expansions, missing, lexicon.words, tokenizer, backend)
    used = tuple(e for e in expansions if any(backend.rows_with(t).size for t in tokenizer.terms(e.word)))
    return Scores(lexical, dense, fused, Counter(weighted), what, used)


def look_again(
    scores: Scores, topic: str, longlist: Rows, rows: Rows, backend: Backend, text: Callable[[int], str],
    reranker: Reranker,
) -> Scores:  # fmt: skip
    """The scores with the longlist ranked anew, by z(first) + weight · reranker; all other rows stay behind it."""
    again = reranker.scores(topic, Candidates(longlist, backend, text))
    every = np.arange(len(longlist), dtype=np.int32)
    new = fuse.standardised(scores.fused[longlist], every) + np.float32(reranker.weight) * again
    behind = scores.fused[rows].max(initial=0) - new.min(initial=0) + 1
    fused = scores.fused - np.float32(behind)
    fused[longlist] = new
    return replace(scores, fused=fused, again=dict(zip(longlist.tolist(), again.tolist(), strict=True)))


def _longlist(regions: Sequence[Region], corpus: Corpus, rows: Rows, scores: Scores, reranker: Reranker) -> Rows:
    """What is worth a second look: the best rows, or the best of every region of a fan-out."""
    if not regions:
        return np.array(ranking(scores, "hybrid", rows, reranker.depth), np.int32)
    each = max(1, min(_SHORTLIST, _LOOKED_AT // len(regions)))
    best = (ranking(scores, "hybrid", _rows_of(region, corpus, rows), each) for region in regions)
    return np.array([row for found in best for row in found], np.int32)


def _text(row: int, corpus: Corpus) -> str:
    passage = corpus.passages[row]
    return index_text(passage, corpus.documents[passage.document].text)


def ranking(scores: Scores, mode: str, rows: Rows, k: int) -> list[int]:
    """The k best of `rows` that the mode's ranker speaks for, best first; ties go to the earlier row."""
    spoken = rows if mode != "bm25" else rows[scores.lexical[rows] > 0]
    order = np.lexsort((spoken, -scores.fused[spoken]))[:k]
    return [int(row) for row in spoken[order]]


def _coverage(terms: Iterable[str], backend: Backend) -> float:
    """The share of a question's idf mass that its best passage holds: low where the texts do not use its words."""
    mass = {term: backend.idf(term) for term in terms}
    held = np.zeros(backend.size, np.float32)
    for term, weight in mass.items():
        held[backend.rows_with(term)] += weight
    total = sum(mass.values())
    return float(held.max()) / total if total > 0 else 1.0


class _Ranks:
    """Ranks of the allowed rows under each ranker that took part."""

    def __init__(self, scores: Scores, rows: Rows, mode: str, backend: Backend, reranker: str) -> None:
        self.scores = scores
        self._reranker = reranker
        self._again = sorted(scores.again.values(), reverse=True)
        self._holders = {term: backend.rows_with(term) for term in scores.terms}
        self.rankers = {"bm25": scores.lexical, "dense": scores.dense}
        if mode != "hybrid":
            self.rankers = {mode: self.rankers[mode]}
        self.rows = rows
        self.mode = mode

    def best(self, rows: Rows, k: int) -> list[int]:
        """The k best of some rows."""
        return ranking(self.scores, self.mode, rows, k)

    def why(self, row: int) -> dict[str, Why]:
        terms = [term for term, rows in self._holders.items() if _contains(rows, row)]
        why = {
            name: Why(
                1 + int((values[self.rows] > values[row]).sum()),
                float(values[row]),
                tuple(terms) if name == "bm25" else (),
            )
            for name, values in self.rankers.items()
        }
        if (again := self.scores.again.get(row)) is not None:
            why[self._reranker] = Why(1 + self._again.index(again), again)
        return why


def _contains(rows: Rows, row: int) -> bool:
    """Whether ascending rows hold a row."""
    at = int(np.searchsorted(rows, row))
    return at < len(rows) and int(rows[at]) == row


def _held(row: int, corpus: Corpus, scores: Scores) -> float:
    passage = corpus.passages[row]
    document = corpus.documents[passage.document]
    return evidence.evidence(scores.what, passage, document.text, document.title)


def _hit(row: int, rank: int, corpus: Corpus, scores: Scores, ranks: _Ranks, held: float, more: float = 0.0) -> Hit:
    """A row as it is shown, with its evidence; `more` is added to its score."""
    passage = corpus.passages[row]
    document = corpus.documents[passage.document]
    return Hit(
        passage, document, passage.span.of(document.text), float(scores.fused[row]) + more, rank,
        held, ranks.why(row),
    )  # fmt: skip


def _group(region: Region, corpus: Corpus, rows: Rows, scores: Scores, ranks: _Ranks, most: int) -> Group:
    """A region's best passages: the shortlist by score, reordered by score and evidence; found if the best has enough;
    then what is merely related fills up behind it."""
    own = _rows_of(region, corpus, rows)
    held = {row: _held(row, corpus, scores) for row in ranks.best(own, _SHORTLIST)}
    more = {row: _EVIDENCE_WEIGHT * value for row, value in held.items()}
    ordered = sorted(held, key=lambda row: (-(float(scores.fused[row]) + more[row]), corpus.passages[row].id))
    passed = [row for row in ordered if held[row] >= evidence.FOUND]
    related = [row for row in ordered if evidence.RELATED <= held[row] < evidence.FOUND]
    # Only what is shown is made a hit: the shortlists of twenty regions are hundreds of passages.
    chosen = [*passed, *related][:most] if passed else ordered[:1]
    shown = [_hit(row, i, corpus, scores, ranks, held[row], more[row]) for i, row in enumerate(chosen, 1)]
    if not passed:
        return Group(region, "not_found", (), shown[0] if shown else None)
    return Group(region, "found", tuple(shown))


def _nearest_rejected(
    groups: tuple[Group, ...], corpus: Corpus, rows: Rows, scores: Scores, ranks: _Ranks, tokenizer: Tokenizer
) -> tuple[Group, ...]:
    """For each silent region, the passage nearest to what the other regions say of the topic.

    The question's own words are missing there, so its score tells little; the found regions' first passages know the
    topic's company of words.
    """
    leading = [group.hits[0] for group in groups if group.hits]
    if corpus.backend is None or not leading:
        return groups
    found = np.array([corpus.row_of[hit.passage.id] for hit in leading], np.int32)
    lexical, dense = feedback(found, [hit.text for hit in leading], tokenizer, corpus.backend)

    def completed(group: Group) -> Group:
        own = _rows_of(group.region, corpus, rows)
        if group.hits or not own.size:
            return group
        near = fuse.weighted_sum(lexical, dense, own, 1.0)[own]
        row = int(own[np.argmax(near)])
        return replace(group, best_rejected=_hit(row, 1, corpus, scores, ranks, _held(row, corpus, scores)))

    return tuple(completed(group) for group in groups)


def _rows_of(region: Region, corpus: Corpus, rows: Rows) -> Rows:
    """The allowed rows that are about a region."""
    return np.intersect1d(corpus.by_region.get(region.code, rows[:0]), rows, assume_unique=True)
