"""The systems that can be evaluated, by name: each ranks rows for a question with the code that production runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from corpus.errors import PlanSeekError
from eval.model import Ground, Question
from index.protocols import Rows
from retriever.answer import answer
from retriever.filters import allowed, sought
from retriever.interpret import interpret
from retriever.model import Answer, Group, Query
from retriever.score import look_again, ranking, score
from retriever.search import search
from retriever.state import Corpus, regions_of


class System(Protocol):
    """Ranks the rows of a ground for a question, and answers a fan-out per region where it can."""

    def rank(self, question: Question, depth: int) -> list[int]:
        """At most `depth` rows, best first, within the question's documents."""

    def groups(self, question: Question) -> tuple[Group, ...] | None:
        """The groups of a fan-out, or None from a system that knows no regions."""

    def ask(self, question: Question) -> Answer | None:
        """The answer within the question's documents, or None from a system that gives none."""


class Planseek:
    """PlanSeek's own search in one mode. Over a home it reads the question's regions as `planseek search` does."""

    def __init__(self, ground: Ground, mode: str, expand: bool, *, again: bool = True) -> None:
        """again: with the reranker of the settings, where the mode uses one."""
        self._ground, self._mode, self._expand = ground, mode, expand
        self._tools = ground.tools if again else replace(ground.tools, reranker=None)
        self._within = Within(ground)

    def rank(self, question: Question, depth: int) -> list[int]:
        ground = self._ground
        topic, rows = question.query, self._within.rows(question)
        if ground.corpus is not None:
            query = self._query(question)
            understood = interpret(query, ground.corpus.gazetteer, regions_of(ground.corpus))
            rows = np.intersect1d(allowed(query, understood, ground.corpus), rows, assume_unique=True)
            topic = sought(understood, rows, ground.corpus)
        if not rows.size:
            return []
        scores = score(topic, self._mode, self._expand, ground.backend, rows, self._tools)
        scores = look_again(scores, topic, [rows], rows, ground.backend, ground.texts.__getitem__, self._mode, self._tools)
        return ranking(scores, self._mode, rows, depth)

    def groups(self, question: Question) -> tuple[Group, ...] | None:
        ground = self._ground
        if ground.corpus is None or question.within:
            return None
        return search(self._query(question), ground.corpus, self._tools).groups

    def ask(self, question: Question) -> Answer | None:
        if self._ground.corpus is None:
            return None
        return answer(search(self._query(question), limited(self._ground, question), self._tools))

    def _query(self, question: Question) -> Query:
        return Query(question.query, mode=self._mode, expand=self._expand)


class RankBM25:
    """rank-bm25's BM25Okapi over the same terms: the reference that everybody can reproduce. Knows no regions."""

    def __init__(self, ground: Ground) -> None:
        from rank_bm25 import BM25Okapi

        self._terms = ground.tools.makers.tokenizer.terms
        self._bm25 = BM25Okapi([ground.tools.makers.tokenizer.terms(text) for text in ground.texts])
        self._within = Within(ground)

    def rank(self, question: Question, depth: int) -> list[int]:
        rows = self._within.rows(question)
        scores = self._bm25.get_scores(self._terms(question.query))
        return [int(row) for row in rows[np.lexsort((rows, -scores[rows]))] if scores[row] != 0][:depth]

    def groups(self, question: Question) -> tuple[Group, ...] | None:
        return None

    def ask(self, question: Question) -> Answer | None:
        return None


class FirstWords:
    """BM25 over the first two distinct terms of what a question asks: what it scores, the question's opening alone gives away.

    The place that a question names is left aside, as every system of ours does: it would take both terms.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._within = Within(ground)

    def rank(self, question: Question, depth: int) -> list[int]:
        topic, corpus = question.query, self._ground.corpus
        if corpus is not None:
            topic = interpret(Query(topic), corpus.gazetteer, regions_of(corpus)).topic
        terms = list(dict.fromkeys(self._ground.tools.makers.tokenizer.terms(topic)))[:2]
        rows = self._within.rows(question)
        scores = self._ground.backend.lexical_scores(dict.fromkeys(terms, 1.0))[rows]
        order = np.lexsort((rows, -scores))
        return [int(row) for row in rows[order[scores[order] > 0]]][:depth]

    def groups(self, question: Question) -> tuple[Group, ...] | None:
        return None

    def ask(self, question: Question) -> Answer | None:
        return None


def limited(ground: Ground, question: Question) -> Corpus:
    """A home's corpus, with only the documents that a question is asked among. Raises ValueError where there is no home."""
    corpus = ground.corpus
    if corpus is None:
        raise ValueError("a set of passages has no corpus")
    if not question.within:
        return corpus
    among = frozenset(question.within)
    return replace(
        corpus, documents={name: d for name, d in corpus.documents.items() if name in among},
        by_document={name: rows for name, rows in corpus.by_document.items() if name in among},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Within:
    """The rows of a ground that a question is asked among."""

    ground: Ground

    def rows(self, question: Question) -> Rows:
        items = self.ground.items
        if not question.within:
            return np.arange(len(items), dtype=np.int32)
        among = frozenset(question.within)
        return np.array([row for row, item in enumerate(items) if item.document in among], np.int32)


SYSTEMS: dict[str, Callable[[Ground], System]] = {
    "rank-bm25": RankBM25,
    "first-words": FirstWords,
    "bm25": lambda ground: Planseek(ground, "bm25", expand=False),
    "bm25+lexicon": lambda ground: Planseek(ground, "bm25", expand=True),
    "dense": lambda ground: Planseek(ground, "dense", expand=False),
    "fused": lambda ground: Planseek(ground, "hybrid", expand=True, again=False),
    "hybrid": lambda ground: Planseek(ground, "hybrid", expand=True),
}
"""hybrid is what ships; fused is hybrid without its reranker; bm25 is its lexical part alone, without the lexicon."""


def chosen(names: str) -> list[str]:
    """The systems of a comma-separated list; all where it is empty. Raises PlanSeekError for an unknown one."""
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(SYSTEMS)
    for name in wanted:
        if name not in SYSTEMS:
            raise PlanSeekError(f"没有名为「{name}」的检索系统。可用：{'、'.join(SYSTEMS)}。")
    return list(dict.fromkeys(wanted))
