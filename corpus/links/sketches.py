"""Sketches of wordings on shelves, and the buckets in which like ones meet. Decides nothing about likeness."""

from collections import defaultdict
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.links.copies import HEAD, OPEN, WIDTH

VALUES = WIDTH - HEAD
SHELF = 1 << 15
"""How many sketches are read and compared at a time."""
ROWS = 3
BANDS = VALUES // ROWS


class Shelves(Protocol):
    """Where the sketches lie, SHELF of them together (the last ones: fewer), an array (VALUES, how many) each."""

    def read(self, number: int) -> NDArray[np.uint16]: ...

    def write(self, number: int, sketches: NDArray[np.uint16]) -> None: ...


class Memory:
    """Shelves that last as long as this program."""

    def __init__(self) -> None:
        self._shelves: dict[int, NDArray[np.uint16]] = {}

    def read(self, number: int) -> NDArray[np.uint16]:
        return self._shelves[number]

    def write(self, number: int, sketches: NDArray[np.uint16]) -> None:
        self._shelves[number] = sketches


class Bucket:
    """One band of a batch's sketches, to be met by those on the shelves."""

    def __init__(self, sketches: NDArray[np.uint16], band: int) -> None:
        self._rows = slice(band * ROWS, (band + 1) * ROWS)
        columns = sketches.T[self._rows]
        keys = _keys(columns)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        # Most of a shelf is told apart by one value, a table away.
        self._present = np.zeros(1 << 16, bool)
        self._present[columns[0]] = True

    def pairs(self, shelf: NDArray[np.uint16], open_to: NDArray[np.intp]) -> NDArray[np.int64]:
        """place · SHELF + row of those that share this band's bucket, of each row with the first open_to[row] places."""
        columns = shelf[self._rows]
        rows = np.flatnonzero(self._present[columns[0]] & (open_to > 0))
        keys = _keys(columns[:, rows])
        begins = np.searchsorted(self._keys, keys, "left")
        counts = np.searchsorted(self._keys, keys, "right") - begins
        rows, begins, counts = (array[counts > 0] for array in (rows, begins, counts))
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        places, rows = self._order[np.repeat(begins, counts) + steps], np.repeat(rows, counts)
        wanted = places < open_to[rows]
        return places[wanted] * SHELF + rows[wanted]


class Mates:
    """The centres within a batch, found by those that come after them."""

    def __init__(self, sketches: NDArray[np.uint16]) -> None:
        self._sketches = sketches
        self._centres: dict[int, list[int]] = defaultdict(list)
        shared = [np.zeros((2, 0), np.int64)]
        for band in range(BANDS):
            keys = _keys(sketches.T[band * ROWS : (band + 1) * ROWS])
            _, bucket, sizes = np.unique(keys, return_inverse=True, return_counts=True)
            places = np.flatnonzero(sizes[bucket] > 1)
            shared.append(np.stack((places, bucket[places] + band * len(sketches))))
        places, buckets = np.concatenate(shared, axis=1)
        order = np.argsort(places, kind="stable")
        self._buckets = buckets[order]
        self._cuts = np.searchsorted(places[order], np.arange(len(sketches) + 1))

    def of(self, place: int) -> list[tuple[int, int]]:
        """The centres so far that may be copies of a wording, and in how many values they agree with it."""
        found = sorted({centre for bucket in self._own(place) for centre in self._centres.get(bucket, ())})
        if not found:
            return []
        agreeing = (self._sketches[found] == self._sketches[place]).sum(1)
        return [(centre, n) for centre, n in zip(found, agreeing.tolist(), strict=True) if n >= OPEN * VALUES]

    def add(self, place: int) -> None:
        """Let a wording be a centre."""
        for bucket in self._own(place):
            self._centres[bucket].append(place)

    def _own(self, place: int) -> list[int]:
        own: list[int] = self._buckets[self._cuts[place] : self._cuts[place + 1]].tolist()
        return own


def _keys(columns: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """The buckets of sketches in one band: its values side by side."""
    keys = np.zeros(columns.shape[1], np.uint64)
    for column in columns:
        keys = keys << np.uint64(16) | column
    return keys
