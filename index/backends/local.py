"""The index of one machine in a folder: segments side by side, BM25 and inner products exact over all of them as if they
were one. Knows rows, not passages."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import NotReady
from index.backends.postings import Postings
from index.backends.segment import Segment, all_vectors, in_order
from index.bags import Bags
from index.clauses import EMPTY, Clauses
from index.integrity import REPAIR, Sealed, seal
from index.protocols import Floats, Rows

K1, B = 1.5, 0.75
SEGMENTS = "segments.json"
"""The names of the segments in their order, each with its number of rows and the ranges of rows that no longer count."""


@dataclass(frozen=True, slots=True)
class Member:
    """A segment of an index: its name, how many rows it has, the half-open ranges of those that no longer count, and the
    numbers of the documents that they are of."""

    name: str
    rows: int
    gone: tuple[tuple[int, int], ...] = ()
    dropped: tuple[int, ...] = ()

    @property
    def live(self) -> int:
        return self.rows - sum(end - start for start, end in self.gone)

    def alive(self) -> NDArray[np.bool_]:
        """(rows,): which of them count."""
        alive = np.ones(self.rows, bool)
        for start, end in self.gone:
            alive[start:end] = False
        return alive


def write_members(folder: Path, members: Sequence[Member]) -> None:
    """Say of which segments the index in a folder consists. Raises OSError."""
    listed = [{"name": one.name, "rows": one.rows, "gone": one.gone, "dropped": one.dropped} for one in members]
    (folder / SEGMENTS).write_text(json.dumps(listed), "utf-8")


def members_of(sealed: Sealed) -> tuple[Member, ...]:
    """What write_members wrote. Raises Damaged, ValueError."""
    listed = json.loads(sealed.content(SEGMENTS))
    return tuple(Member(one["name"], one["rows"], tuple(map(tuple, one["gone"])), tuple(one["dropped"])) for one in listed)


class LocalBackend:
    """BM25 (Lucene's variant) and exact inner products over the rows of one generation's folder, or over some of them as if
    there were no others. Whatever touches a damaged block raises index.integrity.Damaged."""

    def __init__(self, folder: Path) -> None:
        try:
            sealed = Sealed(folder)
            members = members_of(sealed)
            segments = [Segment.open(folder, member.name, sealed) for member in members]
            if [segment.size for segment in segments] != [member.rows for member in members]:
                raise ValueError("the files are of different indexes")
        except (OSError, EOFError, RuntimeError, KeyError, TypeError, ValueError) as error:
            raise NotReady(f"索引 {folder} 无法打开（{error}）。{REPAIR}") from error
        alive = np.concatenate([member.alive() for member in members])
        self._view(_Rows.of(segments), None if alive.all() else np.flatnonzero(alive).astype(np.int32))

    def _view(self, held: "_Rows", rows: Rows | None) -> None:
        """Look at all rows, or at some of them, ascending: their own count, their own mean length."""
        self._held, self._rows = held, rows
        lengths = held.lengths if rows is None else held.lengths[rows]
        self.size = len(lengths)
        self._norms = np.asarray(K1 * (1 - B + B * held.lengths / max(float(lengths.mean()), 1e-9)), np.float32)
        self._alive = None if rows is None else _marked(rows, len(held.lengths))

    @classmethod
    def build(cls, folder: Path, bags: Bags, vectors: Floats, clauses: Clauses) -> None:
        """Write an index of as many rows as there are bags of terms; vectors (rows, dimension) float32 unit rows. Then seal
        the folder with whatever else stands in it. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        Segment.of(bags, vectors, clauses).save(folder, "all")
        write_members(folder, [Member("all", len(bags.lengths))])
        seal(folder)

    def part(self, rows: Rows) -> "LocalBackend":
        part = LocalBackend.__new__(LocalBackend)
        part._view(self._held, rows if self._rows is None else self._rows[rows])
        return part

    def lexical_scores(self, terms: Mapping[str, float]) -> Floats:
        """Sum of weight · idf · tf / (tf + k1 · (1 - b + b · length / mean length)) (Robertson and Zaragoza 2009; the idf of
        Kamphuis et al. 2020)."""
        scores = np.zeros(len(self._norms), np.float32)
        for term, weight in terms.items():
            factor = np.float32(weight * self.idf(term))
            for start, held in self._held.postings():
                if found := held.rows_and_counts(term):
                    rows, counts = found
                    tf = counts.astype(np.float32)
                    scores[start : start + len(held.lengths)][rows] += factor * (tf / (tf + self._norms[start:][rows]))
        return scores if self._rows is None else scores[self._rows]

    def dense_scores(self, vector: Floats) -> Floats:
        scores = np.empty(len(self._norms), np.float32)
        for start, segment in zip(self._held.starts, self._held.segments, strict=True):
            np.matmul(all_vectors(segment), vector, out=scores[start : start + segment.size])
        return scores if self._rows is None else scores[self._rows]

    def vectors(self, rows: Rows) -> Floats:
        raw = rows if self._rows is None else self._rows[rows]
        first = self._held.segments[0].vectors
        found = np.empty((len(raw), first[:0].shape[1]), np.float32)
        segment, place = in_order(raw, self._held.starts)
        for number in np.unique(segment).tolist():
            found[segment == number] = self._held.segments[number].vectors[place[segment == number]]
        return found

    def clauses(self, rows: Rows) -> Clauses:
        raw = rows if self._rows is None else self._rows[rows]
        segment, place = in_order(raw, self._held.starts)
        numbers = np.unique(segment).tolist()
        if not numbers:
            return EMPTY
        taken = [self._held.segments[number].clauses.take(place[segment == number].astype(np.int32)) for number in numbers]
        if len(taken) == 1:
            return taken[0]
        return Clauses.together(taken).take(np.argsort(np.argsort(segment, kind="stable")).astype(np.int32))

    def idf(self, term: str) -> float:
        count = self._count(term)
        return log(1 + (self.size - count + 0.5) / (count + 0.5))

    def rows_with(self, term: str) -> Rows:
        raw = self._raw(term)
        if self._rows is None or self._alive is None:
            return raw
        return np.searchsorted(self._rows, raw[self._alive[raw]]).astype(np.int32)

    def _count(self, term: str) -> int:
        if self._alive is None:
            return sum(held.count(term) for _, held in self._held.postings())
        return int(self._alive[self._raw(term)].sum())

    def _raw(self, term: str) -> Rows:
        found = [rows.astype(np.int32) + np.int32(start) for start, held in self._held.postings() if (rows := held.rows_of(term)) is not None]
        return np.concatenate(found) if found else np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The segments one after the other: where each starts, and how long each row is."""

    segments: Sequence[Segment]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int32]

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> "_Rows":
        starts = np.cumsum([0, *(segment.size for segment in segments[:-1])])
        return cls(segments, starts, np.concatenate([segment.postings.lengths[:] for segment in segments]))

    def postings(self) -> Iterator[tuple[int, Postings]]:
        """Where each segment starts, and its postings."""
        return ((start, segment.postings) for start, segment in zip(self.starts.tolist(), self.segments, strict=True))


def _marked(rows: Rows, size: int) -> NDArray[np.bool_]:
    marked = np.zeros(size, bool)
    marked[rows] = True
    return marked
