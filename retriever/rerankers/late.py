"""Late interaction over a static embedding: a question against every clause and every word of a passage. Trains nothing."""

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
    asked = vectors[question]
    weights = np.linalg.norm(asked, axis=1)
    unit = np.divide(asked, weights[:, None], out=np.zeros_like(asked), where=weights[:, None] > 0)
    whole = asked.sum(axis=0)
    whole /= max(float(np.linalg.norm(whole)), 1e-9)
    # Each token that occurs is compared once; a table of places is a tenth of the time of np.unique.
    occurs = np.zeros(len(vectors), bool)
    occurs[held.tokens] = True
    known = np.flatnonzero(occurs)
    place = (np.cumsum(occurs) - 1)[held.tokens]
    own = vectors[known]
    products = own @ np.vstack([unit, whole]).T
    lengths = np.sqrt(np.einsum("ij,ij->i", own, own))[:, None]
    near = np.divide(products[:, :-1], lengths, out=np.zeros_like(products[:, :-1]), where=lengths > 0)
    first = np.concatenate(([0], held.ends[:-1]))
    dots = np.add.reduceat(products[:, -1][place], first)
    cosines = np.divide(dots, held.lengths, out=np.zeros_like(dots), where=held.lengths > 0)
    clause_of_row = np.concatenate(([0], held.rows[:-1]))
    nearest = np.maximum.reduceat(np.maximum(near, 0)[place], first[clause_of_row], axis=0)
    words = nearest @ weights / max(float(weights.sum()), 1e-9)
    return np.maximum.reduceat(cosines, clause_of_row), words.astype(np.float32)
