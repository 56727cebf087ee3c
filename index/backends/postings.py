"""An inverted index: which rows hold a term, how often, and how long the rows are. Weighs nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.bags import Bags

if TYPE_CHECKING:
    from index.integrity import Guarded


@lru_cache(maxsize=1 << 16)
def number_of(term: str) -> np.uint64:
    """What stands for a term: 64 bits of its hash. Of ten million terms two share one once in four hundred thousand times."""
    return np.uint64(int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"))


@dataclass(frozen=True, slots=True)
class Postings:
    """terms: the terms' numbers, ascending; ends: where each term's rows end; rows and counts: ascending for each term;
    lengths: how many terms each row has."""

    terms: "NDArray[np.uint64] | Guarded"
    ends: "NDArray[np.int64] | Guarded"
    rows: "NDArray[Any] | Guarded"
    counts: "NDArray[Any] | Guarded"
    lengths: "NDArray[np.int32] | Guarded"

    @classmethod
    def of(cls, bags: Bags) -> "Postings":
        """The inverted index of bags of terms, a row each."""
        numbers = np.array([number_of(term) for term in bags.vocabulary], np.uint64)
        terms, place = np.unique(numbers, return_inverse=True)
        size = max(1, len(bags.lengths))
        # Pairs of term and row as one number each: sorted, they are the postings.
        pairs = place[bags.ids].astype(np.int64) * size + np.repeat(np.arange(len(bags.lengths)), bags.lengths)
        pairs.sort()
        first = np.flatnonzero(np.diff(pairs, prepend=-1))
        return _joined(terms, pairs[first], np.diff(first, append=len(pairs)), bags.lengths)

    @classmethod
    def together(cls, parts: Sequence["Postings"], orders: Sequence[NDArray[np.int32]], size: int) -> "Postings":
        """Those rows of all parts that have a place: orders[i][row of part i] is its row among `size` now, -1 for none."""
        terms = np.unique(np.concatenate([_whole(part.terms) for part in parts]))
        pairs, counts = [], []
        lengths = np.zeros(size, np.int32)
        for part, order in zip(parts, orders, strict=True):
            own = np.searchsorted(terms, _whole(part.terms))
            term = np.repeat(own, np.diff(_whole(part.ends), prepend=0))
            row = order[_whole(part.rows)]
            kept = row >= 0
            pairs.append(term[kept] * max(1, size) + row[kept])
            counts.append(_whole(part.counts)[kept])
            lengths[order[order >= 0]] = _whole(part.lengths)[order >= 0]
        every = np.concatenate(pairs)
        # Runs that are sorted already: a merge.
        by_term = np.argsort(every, kind="stable")
        return _joined(terms, every[by_term], np.concatenate(counts)[by_term], lengths)

    def rows_and_counts(self, term: str) -> "tuple[NDArray[Any], NDArray[Any]] | None":
        """The rows that hold a term and how often each does; None where none does."""
        found = self._range(term)
        return (self.rows[found], self.counts[found]) if found else None

    def rows_of(self, term: str) -> "NDArray[Any] | None":
        """The rows that hold a term, ascending; None where none does."""
        found = self._range(term)
        return self.rows[found] if found else None

    def count(self, term: str) -> int:
        """How many rows hold a term."""
        found = self._range(term)
        return found.stop - found.start if found else 0

    def _range(self, term: str) -> slice | None:
        number = number_of(term)
        terms, ends = _whole(self.terms), _whole(self.ends)
        at = int(np.searchsorted(terms, number))
        if at == len(terms) or terms[at] != number:
            return None
        return slice(int(ends[at - 1]) if at else 0, int(ends[at]))


def narrow(array: NDArray[Any], most: int) -> NDArray[Any]:
    """Whole numbers in as few bytes as `most` needs."""
    return array.astype(np.min_scalar_type(max(1, most)))


def _joined(terms: NDArray[np.uint64], pairs: NDArray[np.int64], counts: NDArray[Any], lengths: NDArray[np.int32]) -> Postings:
    """Postings of term · rows + row, ascending, without the terms that no row holds."""
    size = max(1, len(lengths))
    term, row = np.divmod(pairs, size)
    held = np.bincount(term, minlength=len(terms))
    return Postings(
        terms[held > 0], np.cumsum(held[held > 0]), narrow(row, size - 1), narrow(counts, int(counts.max(initial=1))),
        np.asarray(lengths, np.int32),
    )  # fmt: skip


def _whole(array: "NDArray[Any] | Guarded") -> NDArray[Any]:
    return array if isinstance(array, np.ndarray) else array.whole()


FILES = ("terms", "term-ends", "term-rows", "term-counts", "lengths")
"""The files of Postings' fields, in their order."""


def arrays(postings: Postings) -> Iterable[tuple[str, NDArray[Any]]]:
    """Each file's name and its array."""
    held = (postings.terms, postings.ends, postings.rows, postings.counts, postings.lengths)
    return ((name, _whole(array)) for name, array in zip(FILES, held, strict=True))
