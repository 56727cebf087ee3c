"""Passages as token ids, clause by clause: what late interaction compares with a question. Cuts and stores; scores nothing."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.protocols import Floats, Rows

LEAST = 14
"""Characters of a clause: shorter ones go with what follows."""

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*|[。！？!?；;\n]+")
# A comma between digits (1,234) and a colon in a time (8:00) divide nothing.
_PAUSE = re.compile(r"(?<=[，：])|(?<=[,:])(?!\d)")
_FILES = ("tokens", "clause-ends", "clause-lengths", "row-ends")


class Table(Protocol):
    """A static embedding: a row of numbers a token. `name` identifies model and version."""

    name: str
    rows: Floats

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """The known tokens of each text, by their place in `rows`."""


def clauses(text: str) -> list[str]:
    """The clauses of a text in order; `"".join` of them is the text. An empty text has none."""
    found: list[str] = []
    for sentence in _SENTENCE.findall(text):
        waiting = ""
        for piece in _PAUSE.split(sentence):
            waiting += piece
            if len(waiting) >= LEAST:
                found.append(waiting)
                waiting = ""
        if waiting:
            found.append(waiting)
    return found


@dataclass(frozen=True, slots=True)
class Clauses:
    """Rows of clauses of tokens: clause c is tokens[ends[c - 1] : ends[c]], row r the clauses rows[r - 1] … rows[r] - 1.

    lengths: the length (Euclidean) of each clause's summed vectors. No clause is empty and no row is without one: where a
    text has no known token, the unknown token 0 stands, whose vector is zero.
    """

    tokens: NDArray[np.uint32]
    ends: NDArray[np.int64]
    lengths: Floats
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], table: Table) -> "Clauses":
        """The clauses of texts over a table; clauses of which nothing is known are left out."""
        cut = [clauses(text) for text in texts]
        known = iter(table.tokens([clause for parts in cut for clause in parts]))
        bags: list[NDArray[np.int64]] = []
        rows = []
        for parts in cut:
            own = [bag for bag in (next(known) for _ in parts) if len(bag)]
            bags += own or [np.zeros(1, np.int64)]
            rows.append(len(bags))
        if not bags:
            return EMPTY
        tokens = np.concatenate(bags)
        ends = np.cumsum([len(bag) for bag in bags])
        lengths = np.concatenate([_lengths(bags[at : at + 4096], table.rows) for at in range(0, len(bags), 4096)])
        return cls(tokens.astype(np.uint32), ends, lengths, np.array(rows, np.int64))

    @classmethod
    def together(cls, parts: Iterable["Clauses"]) -> "Clauses":
        """The rows of all parts in their order."""
        held = [EMPTY, *parts]
        tokens = np.cumsum([0, *(len(part.tokens) for part in held[:-1])])
        counts = np.cumsum([0, *(len(part.ends) for part in held[:-1])])
        return cls(
            np.concatenate([part.tokens for part in held]),
            np.concatenate([part.ends + at for part, at in zip(held, tokens, strict=True)]),
            np.concatenate([part.lengths for part in held]),
            np.concatenate([part.rows + at for part, at in zip(held, counts, strict=True)]),
        )

    def take(self, rows: Rows) -> "Clauses":
        """Some rows, in the order given."""
        first, last = _starts(self.rows, rows), self.rows[rows]
        chosen = _ranges(first, last)
        starts, ends = _starts(self.ends, chosen), self.ends[chosen]
        return Clauses(
            np.asarray(self.tokens[_ranges(starts, ends)]), np.cumsum(ends - starts),
            np.asarray(self.lengths[chosen]), np.cumsum(last - first),
        )  # fmt: skip

    def save(self, folder: Path, prefix: str = "") -> None:
        """Write four arrays into a folder; tokens in two bytes where they fit."""
        small = self.tokens.size == 0 or int(self.tokens.max()) < 1 << 16
        tokens = self.tokens.astype(np.uint16) if small else self.tokens
        for name, array in zip(_FILES, (tokens, self.ends, self.lengths, self.rows), strict=True):
            np.save(folder / f"{prefix}{name}.npy", array)

    @classmethod
    def open(cls, folder: Path, prefix: str = "", array: Callable[[Path], Any] = lambda file: np.load(file, mmap_mode="r").view(np.ndarray)) -> "Clauses":
        """What `save` wrote, read as it is touched; array: opens a file. Raises OSError, EOFError or ValueError where it is
        missing or broken."""
        opened = cls(*(array(folder / f"{prefix}{name}.npy") for name in _FILES))
        ends, rows = (int(array[-1]) if len(array) else 0 for array in (opened.ends, opened.rows))
        if ends != len(opened.tokens) or not rows == len(opened.ends) == len(opened.lengths):
            raise ValueError("the files are of different indexes")
        return opened


EMPTY = Clauses(np.empty(0, np.uint32), np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.int64))


def _lengths(bags: Sequence[NDArray[np.int64]], rows: Floats) -> Floats:
    starts = np.cumsum([0, *(len(bag) for bag in bags[:-1])])
    sums = np.add.reduceat(rows[np.concatenate(bags)], starts, axis=0)
    return np.linalg.norm(sums, axis=1).astype(np.float32)


def _starts(ends: NDArray[np.int64], places: NDArray[Any]) -> NDArray[np.int64]:
    """Where the ranges at these places begin: where those before them end. Only those are touched."""
    if not len(places):
        return np.empty(0, np.int64)
    return np.where(places > 0, ends[np.maximum(places - 1, 0)], 0)


def _ranges(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """first[0] … last[0] - 1, first[1] … last[1] - 1, and so on."""
    sizes = last - first
    return np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
