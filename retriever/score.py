"""Scores every passage exactly for a topic, fuses the rankers, looks at the best again. Filters and groups nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.protocols import Backend, Floats, Rows
from index.segments import Makers
from retriever import evidence, fuse
from retriever.expand import Expansion, Lexicon
from retriever.model import Asked, Why
from retriever.rerankers.protocols import Candidates, Reranker

SHORTLIST = 12
"""Passages of a region that are looked at closely; the verdict rests on the best of them."""

_LOOKED_AT = 1500
"""Passages that are looked at again for all regions together: of each its shortlist, fewer where the regions are many."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a search is made with: what made the index, and what a question needs besides."""

    makers: Makers
    lexicon: Lexicon
    reranker: Reranker | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Every row's scores for one question; `fused` ranks. expansions: the official words that the index knows. again: the
    reranker's scores by row, of the rows that it has looked at. missing in 0–1: how far the question's own words fail. ties:
    of each row its place among equal ones; by row where None."""

    lexical: Floats
    dense: Floats
    fused: Floats
    terms: Counter[str]
    what: Asked
    expansions: tuple[Expansion, ...]
    missing: float = 0.0
    again: dict[int, float] = field(default_factory=dict)
    ties: NDArray[np.int32] | None = None


def score(
    topic: str, mode: str, expand: bool, backend: Backend, rows: Rows, tools: Tools, ties: NDArray[np.int32] | None = None
) -> Scores:
    """Score every row for a topic under a mode; z-scores are taken over `rows`. The one way to score, eval's too. ties: as in
    Scores."""
    tokenizer, embedder, lexicon = tools.makers.tokenizer, tools.makers.embedder, tools.lexicon
    terms = Counter(tokenizer.terms(topic))
    missing = fuse.need(_coverage(terms, backend))
    expansions = tuple(lexicon.expand(topic)) if expand and missing > 0 and mode != "dense" else ()
    weighted: dict[str, float] = dict(terms)
    official = [(expansion, dict.fromkeys(tokenizer.terms(expansion.word))) for expansion in expansions]
    for expansion, own in official:
        for term in own:
            weighted[term] = max(weighted.get(term, 0.0), missing * expansion.weight)
    zero = np.zeros(backend.size, np.float32)
    lexical = backend.lexical_scores(weighted) if mode != "dense" else zero
    dense = backend.dense_scores(embedder.encode_queries([topic])[0]) if mode != "bm25" else zero
    if mode == "hybrid":
        fused = fuse.weighted_sum(lexical, dense, rows, fuse.dense_weight(1 - missing))
    else:
        fused = lexical if mode == "bm25" else dense
    what = evidence.asked(topic, expansions, missing, lexicon.words, tokenizer, backend)
    used = tuple(expansion for expansion, own in official if any(backend.rows_with(term).size for term in own))
    return Scores(lexical, dense, fused, Counter(weighted), what, used, missing, ties=ties)


def look_again(
    scores: Scores, topic: str, lists: Sequence[Rows], rows: Rows, backend: Backend, text: Callable[[int], str], mode: str,
    tools: Tools,
) -> Scores:  # fmt: skip
    """The scores with what is worth a second look ranked anew, by z(first) + weight · reranker; all other rows stay behind.

    lists: the rows that are ranked for themselves: all of them, or each region's. Only a hybrid search looks again.
    """
    reranker = tools.reranker
    if mode != "hybrid" or reranker is None:
        return scores
    each = reranker.depth if len(lists) == 1 else max(1, min(SHORTLIST, _LOOKED_AT // len(lists)))
    longlist = np.array([row for own in lists for row in ranking(scores, mode, own, each)], np.int32)
    again = reranker.scores(topic, Candidates(longlist, backend, text))
    every = np.arange(len(longlist), dtype=np.int32)
    new = fuse.standardised(scores.fused[longlist], every) + np.float32(reranker.weight) * again
    behind = scores.fused[rows].max(initial=0) - new.min(initial=0) + 1
    fused = scores.fused - np.float32(behind)
    fused[longlist] = new
    return replace(scores, fused=fused, again=dict(zip(longlist.tolist(), again.tolist(), strict=True)))


def ranking(scores: Scores, mode: str, rows: Rows, k: int) -> list[int]:
    """The k best of `rows` that the mode's ranker speaks for, best first; ties go by `scores.ties`."""
    spoken = rows if mode != "bm25" else rows[scores.lexical[rows] > 0]
    values = scores.fused[spoken]
    if k < len(spoken) // 2:
        # All that is as good as the k-th, so that ties are broken among all of them.
        kept = values >= np.partition(values, len(values) - k)[len(values) - k] if k else np.zeros(len(values), bool)
        spoken, values = spoken[kept], values[kept]
    order = np.lexsort((spoken if scores.ties is None else scores.ties[spoken], -values))[:k]
    return [int(row) for row in spoken[order]]


def _coverage(terms: Iterable[str], backend: Backend) -> float:
    """The share of a question's idf mass that its best passage holds: low where the texts do not use its words."""
    mass = {term: backend.idf(term) for term in terms}
    held = np.zeros(backend.size, np.float32)
    for term, weight in mass.items():
        held[backend.rows_with(term)] += weight
    total = sum(mass.values())
    return float(held.max()) / total if total > 0 else 1.0


class _Standing:
    """Where a score stands among those of the allowed rows."""

    def __init__(self, values: Floats, rows: Rows) -> None:
        self._among = values if len(rows) == len(values) else values[rows]
        self._asked = 0
        self._sorted: Floats | None = None

    def rank(self, score: float) -> int:
        """One more than there are better ones."""
        self._asked += 1
        if self._asked == _WORTH_SORTING:
            self._sorted = np.sort(self._among)
        if self._sorted is None:
            return 1 + int(np.count_nonzero(self._among > score))
        return 1 + len(self._sorted) - int(np.searchsorted(self._sorted, score, side="right"))


_WORTH_SORTING = 32
"""Ranks asked for from which sorting all scores once is cheaper than counting the better ones each time."""


class Ranks:
    """Ranks of the allowed rows under each ranker that took part."""

    def __init__(self, scores: Scores, rows: Rows, mode: str, backend: Backend, reranker: str) -> None:
        self.scores = scores
        self._reranker, self._backend = reranker, backend
        self._again = sorted(scores.again.values(), reverse=True)
        self.rankers = {"bm25": scores.lexical, "dense": scores.dense}
        if mode != "hybrid":
            self.rankers = {mode: self.rankers[mode]}
        self._standing = {name: _Standing(values, rows) for name, values in self.rankers.items()}
        self.rows = rows
        self.mode = mode

    @cached_property
    def _holders(self) -> dict[str, Rows]:
        return {term: self._backend.rows_with(term) for term in self.scores.terms}

    def best(self, rows: Rows, k: int) -> list[int]:
        """The k best of some rows."""
        return ranking(self.scores, self.mode, rows, k)

    def why(self, row: int) -> dict[str, Why]:
        why = {}
        for name, values in self.rankers.items():
            terms = [term for term, rows in self._holders.items() if _contains(rows, row)] if name == "bm25" else ()
            why[name] = Why(self._standing[name].rank(values[row]), float(values[row]), tuple(terms))
        if (again := self.scores.again.get(row)) is not None:
            why[self._reranker] = Why(1 + self._again.index(again), again)
        return why


def _contains(rows: Rows, row: int) -> bool:
    """Whether ascending rows hold a row."""
    at = int(np.searchsorted(rows, row))
    return at < len(rows) and int(rows[at]) == row
