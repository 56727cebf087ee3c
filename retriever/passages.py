"""The passages of an open corpus by row: columns in memory, a passage made when asked for. Ranks nothing."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import overload

import numpy as np
from numpy.typing import NDArray

from corpus.model import Passage, Region, Span
from index.catalogue import COLUMNS, Catalogue
from index.protocols import Rows

_KEPT = 1 << 15
"""Passages that are kept once made."""
_DOCUMENT, _HEADINGS, _TRAIL = (COLUMNS.index(name) for name in ("document", "headings", "trail"))


class Passages(Sequence[Passage]):
    """Row → passage. documents: the documents' ids by the number that `places` gives (see index.catalogue.COLUMNS); regions:
    of each row its place in `known`; families: row → family, of the rows that have one."""

    def __init__(
        self, documents: Sequence[str], places: NDArray[np.int32], trails: Sequence[Sequence[str]], regions: NDArray[np.int32],
        known: Sequence[Region | None], families: Mapping[int, str],
    ) -> None:  # fmt: skip
        self.documents, self.places, self.trails = documents, places, trails
        self.regions, self.known, self.families = regions, known, families
        self._made = lru_cache(maxsize=_KEPT)(self._make)

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(row, slice):
            return [self._made(at) for at in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return self._made(int(row) % len(self))

    def __iter__(self) -> Iterator[Passage]:
        return map(self._make, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == len(self) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    @property
    def document_numbers(self) -> NDArray[np.int32]:
        """(rows,): the number of each row's document."""
        return self.places[:, _DOCUMENT]

    def starts(self, rows: Rows) -> NDArray[np.int32]:
        """Where the passages of some rows start."""
        return self.places[rows, 1]

    def trails_of(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Each (document's number, headings of a trail) that some row has, once."""
        for document, headings, trail in np.unique(self.places[:, [_DOCUMENT, _HEADINGS, _TRAIL]], axis=0).tolist():
            yield document, self.trails[trail][:headings]

    def take(self, rows: Rows) -> "Passages":
        """Those of some rows, numbered anew."""
        place = {int(row): at for at, row in enumerate(rows) if int(row) in self.families} if self.families else {}
        families = {at: self.families[row] for row, at in place.items()}
        return Passages(self.documents, self.places[rows], self.trails, self.regions[rows], self.known, families)

    def _make(self, row: int) -> Passage:
        document, start, end, headings, first, last, page, trail = self.places[row].tolist()
        return Passage(
            self.documents[document], Span(start, end), tuple(self.trails[trail]), headings, first, last,
            self.known[self.regions[row]], page or None, self.families.get(row),
        )  # fmt: skip


def columns(parts: Sequence[tuple[Catalogue, NDArray[np.bool_]]]) -> tuple[list[str], NDArray[np.int32], list[Sequence[str]]]:
    """Documents, places and trails of the rows that count, segment after segment, numbered through."""
    documents: list[str] = []
    trails: list[Sequence[str]] = []
    places = [np.empty((0, len(COLUMNS)), np.int32)]
    for catalogue, alive in parts:
        own = catalogue.places if alive.all() else catalogue.places[alive]
        if documents:
            own = own.copy()
            own[:, _DOCUMENT] += len(documents)
            own[:, _TRAIL] += len(trails)
        places.append(own)
        documents += [document.id for document in catalogue.documents]
        trails += catalogue.trails
    return documents, np.concatenate(places), trails


def stored_order(documents: Sequence[str], places: NDArray[np.int32]) -> NDArray[np.int64]:
    """The rows as the store has its passages: by document and place."""
    rank = np.empty(len(documents), np.int64)
    rank[np.argsort(np.array(documents, "U64"))] = np.arange(len(documents))
    return np.lexsort((places[:, 1], rank[places[:, _DOCUMENT]])) if len(documents) else np.empty(0, np.int64)
