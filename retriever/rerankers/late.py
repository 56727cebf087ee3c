"""Late interaction over a static embedding: a question against every clause and every word of a passage. Trains nothing."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.clauses import Clauses, Table
from index.protocols import Floats
from retriever.fuse import standardised
from retriever.rerankers.protocols import Candidates

CLAUSE = 1.0
"""The weight of the best clause beside the words one by one."""


class LateInteraction:
    """z(best clause) · CLAUSE + z(words), z standardised over the candidates."""

    name, depth, weight = "late", 200, 1.0

    def __init__(self, table: Table) -> None:
        self._table = table

    def scores(self, question: str, candidates: Candidates) -> Floats:
        """(len(candidates.rows),); zeros for a question of which no word is known."""
        (tokens,) = self._table.tokens([question])
        if not len(tokens) or not candidates.rows.size:
            return np.zeros(len(candidates.rows), np.float32)
        clause, words = compared(self._table.rows, tokens, candidates.backend.clauses(candidates.rows))
        every = np.arange(len(candidates.rows), dtype=np.int32)
        return np.float32(CLAUSE) * standardised(clause, every) + standardised(words, every)


def compared(vectors: Floats, question: NDArray[np.int64], held: Clauses) -> tuple[Floats, Floats]:
    """(rows,) twice: the greatest cosine of the question's sum with a clause's, and over the question's tokens the mean of
    the greatest cosine with one of the row's, negative ones as 0, each weighted by its token's length.

    The latter is MaxSim of Khattab and Zaharia 2020 (ColBERT), weighted. Clauses are compared by sums of dot products, so
    that no clause's vector is ever made.
    """
    tokens = held.tokens.astype(np.intp)
    # Each token that occurs is compared once; a table of places is a tenth of the time of np.unique.
    occurs = np.zeros(len(vectors), bool)
    occurs[tokens] = True
    known = np.flatnonzero(occurs)
    place = np.empty(len(vectors), np.intp)
    place[known] = np.arange(len(known))
    at = place[tokens]
    near = _nearness(vectors, question, known)
    first = np.concatenate(([0], held.ends[:-1]))
    dots = np.add.reduceat(near.whole[at], first)
    cosines = np.divide(dots, held.lengths, out=np.zeros_like(dots), where=held.lengths > 0)
    clause_of_row = np.concatenate(([0], held.rows[:-1]))
    token_of_row = first[clause_of_row]
    nearest = np.empty((len(held.rows), len(question)), np.float32)
    # Token by token: numbers that stand side by side are gathered in a fifth of the time.
    for token, cosine in enumerate(near.words):
        nearest[:, token] = np.maximum.reduceat(cosine[at], token_of_row)
    words = nearest @ near.weights / max(float(near.weights.sum()), 1e-9)
    return np.maximum.reduceat(cosines, clause_of_row), words.astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Nearness:
    """A question against some of a table's vectors. weights: (asked,), the lengths of the question's; words: (asked, known),
    cosines, negative ones as 0; whole: (known,), dot products with the question's sum, scaled to length 1."""

    vectors: Floats
    question: NDArray[np.int64]
    known: NDArray[np.intp]
    weights: Floats
    words: Floats
    whole: Floats


class _Last(threading.local):
    """What a thread compared last: a question looks at the passages of a fan-out twice, and once is enough."""

    nearness: _Nearness | None = None


_LAST = _Last()
_MOST_KEPT = 1 << 20
"""Numbers that a thread keeps: those of a long question are not worth their memory."""


def _nearness(vectors: Floats, question: NDArray[np.int64], known: NDArray[np.intp]) -> _Nearness:
    last = _LAST.nearness
    if last and last.vectors is vectors and np.array_equal(last.question, question) and np.array_equal(last.known, known):
        return last
    asked = vectors[question]
    weights = np.linalg.norm(asked, axis=1)
    unit = np.divide(asked, weights[:, None], out=np.zeros_like(asked), where=weights[:, None] > 0)
    whole = asked.sum(axis=0)
    whole /= max(float(np.linalg.norm(whole)), 1e-9)
    own = vectors[known]
    products = own @ np.vstack([unit, whole]).T
    lengths = np.sqrt(np.einsum("ij,ij->i", own, own))
    # Of a vector that is zero every product is zero, too.
    lengths[lengths == 0] = 1
    words = np.maximum(np.ascontiguousarray(products[:, :-1].T) / lengths, 0)
    made = _Nearness(vectors, question, known, weights, words, products[:, -1].copy())
    _LAST.nearness = made if words.size <= _MOST_KEPT else None
    return made
