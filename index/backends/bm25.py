"""BM25 as a matrix of scores, a column a term: built from bags of terms, looked up by term, weighed anew for some of its
rows. Neither segments nor ranks."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.bags import Bags
from index.protocols import Floats, Rows

if TYPE_CHECKING:
    from index.integrity import Guarded

K1, B = 1.5, 0.75


@dataclass(frozen=True, slots=True)
class Columns:
    """A sparse matrix by column (CSC): the scores of column c are data[indptr[c]:indptr[c + 1]] for the rows that stand
    at the same place of indices, ascending. vocabulary: term → column; lengths: how many terms each row has."""

    data: "Floats | Guarded"
    indices: "Rows | Guarded"
    indptr: "NDArray[np.int64] | Guarded"
    vocabulary: dict[str, int]
    lengths: "NDArray[np.int32] | Guarded"

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.lengths)

    def scores(self, terms: Mapping[str, float]) -> Floats:
        """(size,): for each row the sum of weight × score over the terms; unknown terms count 0."""
        scores = np.zeros(self.size, np.float32)
        for term, weight in terms.items():
            column = self.vocabulary.get(term)
            if column is not None:
                start, end = self.indptr[column : column + 2]
                scores[self.indices[start:end]] += np.float32(weight) * self.data[start:end]
        return scores

    def idf(self, term: str) -> float:
        """See index.protocols.Backend."""
        count = len(self.rows_with(term))
        return log(1 + (self.size - count + 0.5) / (count + 0.5))

    def rows_with(self, term: str) -> Rows:
        """The rows that contain a term, ascending; empty for an unknown one."""
        column = self.vocabulary.get(term)
        if column is None:
            return np.empty(0, np.int32)
        start, end = self.indptr[column : column + 2]
        return np.asarray(self.indices[start:end], np.int32)

    def part(self, rows: Rows) -> "Columns":
        """The matrix of some rows (ascending, numbered anew from 0) as if there were no others: their own idf, their own
        mean length."""
        data, indices, indptr, lengths = map(_whole, (self.data, self.indices, self.indptr, self.lengths))
        place = np.full(self.size, -1, np.int32)
        place[rows] = np.arange(len(rows))
        kept = np.flatnonzero(place[indices] >= 0)
        term = np.repeat(np.arange(len(self.vocabulary)), np.diff(indptr))
        df = np.diff(indptr)
        # score = idf · tf / (tf + norm): what is stored gives the count back, which rounding makes exact.
        share = data[kept] / _idf(df, self.size)[term[kept]]
        counts = np.rint(_norm(lengths)[indices[kept]] * share / (1 - share))
        return _weighed(term[kept], place[indices[kept]], counts, self.vocabulary, lengths[rows])


def columns(bags: Bags) -> Columns:
    """Lucene's BM25 of every term in every row, idf · tf / (tf + k1 · (1 - b + b · length / mean length)) with
    idf = ln(1 + (N - n + 0.5) / (n + 0.5)) for a term in n of N rows (Robertson and Zaragoza 2009; Kamphuis et al. 2020).

    The same scores as bm25s's method "lucene" (tested); one sort in place of its loop over the rows.
    """
    size, lengths = len(bags.lengths), bags.lengths
    vocabulary = {term: column for column, term in enumerate(bags.vocabulary)}
    # Pairs of term and row as one number each: sorted, they are the columns.
    pairs = bags.ids.astype(np.int64) * size + np.repeat(np.arange(size), lengths)
    pairs.sort()
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    counts = np.diff(first, append=len(pairs))
    term, row_of = np.divmod(pairs[first], max(1, size))
    return _weighed(term, row_of, counts, vocabulary, lengths)


def _weighed(
    term: NDArray[Any], row_of: NDArray[Any], counts: NDArray[Any], vocabulary: dict[str, int], lengths: NDArray[np.int32]
) -> Columns:
    """The matrix of how often each term stands in each row, sorted by term and row."""
    df = np.bincount(term, minlength=len(vocabulary))
    data = _idf(df, len(lengths))[term] * counts / (counts + _norm(lengths)[row_of]) if len(term) else np.empty(0)
    indptr = np.concatenate(([0], np.cumsum(df)))
    return Columns(data.astype(np.float32), row_of.astype(np.int32), indptr, vocabulary, lengths)


def _idf(df: NDArray[Any], size: int) -> NDArray[np.float64]:
    return np.log1p((size - df + 0.5) / (df + 0.5))


def _norm(lengths: NDArray[np.int32]) -> NDArray[np.float64]:
    return np.asarray(K1 * (1 - B + B * lengths / lengths.mean()), np.float64)


def _whole(array: "NDArray[Any] | Guarded") -> NDArray[Any]:
    return array if isinstance(array, np.ndarray) else array.whole()
