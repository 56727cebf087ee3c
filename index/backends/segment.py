"""One segment of an index in files of its own: postings, vectors, clauses. Written once, never changed; knows rows, not
passages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.backends import postings
from index.backends.postings import Postings
from index.bags import Bags
from index.clauses import Clauses
from index.integrity import Guarded, Sealed
from index.protocols import Floats, Rows

ROWS = 1 << 16
"""Rows that a segment holds at most (but for a longer document): two bytes name one, and its lengths stay in a core's cache."""


@dataclass(frozen=True, slots=True)
class Segment:
    """An open segment. vectors: (size, dimension) float32 unit rows, a view of `index`, which must outlive it."""

    postings: Postings
    vectors: "Guarded | Floats"
    clauses: Clauses
    index: Any = None

    @property
    def size(self) -> int:
        return len(self.postings.lengths)

    @classmethod
    def of(cls, bags: Bags, vectors: Floats, clauses: Clauses) -> "Segment":
        """A segment in memory: a row for every bag of terms."""
        return cls(Postings.of(bags), vectors, clauses)

    @classmethod
    def together(cls, parts: Sequence["Segment"], orders: Sequence[NDArray[np.int32]]) -> "Segment":
        """Those rows of all parts that have a place: orders[i][row of part i] is its row in the new one, -1 for none."""
        size = sum(int((order >= 0).sum()) for order in orders)
        dimension = parts[0].vectors[:0].shape[1]
        vectors = np.empty((size, dimension), np.float32)
        taken, places = [], []
        for part, order in zip(parts, orders, strict=True):
            rows = np.flatnonzero(order >= 0).astype(np.int32)
            vectors[order[rows]] = part.vectors[rows]
            taken.append(part.clauses.take(rows))
            places.append(order[rows])
        back = np.argsort(np.concatenate(places)).astype(np.int32)
        clauses = Clauses.together(taken).take(back)
        return cls(Postings.together([part.postings for part in parts], orders, size), vectors, clauses)

    def save(self, folder: Path, name: str) -> None:
        """Write the files `name`.… into a folder. Raises OSError."""
        import faiss

        for part, array in postings.arrays(self.postings):
            np.save(folder / f"{name}.{part}.npy", array)
        flat = faiss.IndexFlatIP(self.vectors[:0].shape[1])
        flat.add(np.ascontiguousarray(self.vectors[:], np.float32))
        file = folder / f"{name}.vectors.faiss"
        try:
            faiss.write_index(flat, str(file))
        except RuntimeError:
            # A full disk, which is told here as what it is, or a path that only Python can open (see _read).
            file.write_bytes(faiss.serialize_index(flat).tobytes())
        self.clauses.save(folder, f"{name}.")

    @classmethod
    def open(cls, folder: Path, name: str, sealed: Sealed) -> "Segment":
        """What `save` wrote, read and compared as it is touched. Raises OSError, RuntimeError, ValueError or Damaged where
        it is missing or broken."""
        import faiss

        held = Postings(*(sealed.array(f"{name}.{file}.npy") for file in postings.FILES))
        clauses = Clauses.open(folder, f"{name}.", lambda file: sealed.array(file.name))
        blocks = sealed.blocks(f"{name}.vectors.faiss")
        blocks.touch(0, 1)
        index = _read(folder / f"{name}.vectors.faiss")
        whole = len(held.terms) == len(held.ends) and len(held.rows) == len(held.counts) == (held.ends[-1] if len(held.ends) else 0)
        if not whole or not index.ntotal == len(held.lengths) == len(clauses.rows):
            raise ValueError("the files are of different indexes")
        # The stored rows themselves, not a copy: one product with them is the full score vector.
        rows = faiss.rev_swig_ptr(faiss.downcast_index(index).get_xb(), index.ntotal * index.d)  # type: ignore[attr-defined]
        return cls(held, Guarded(rows.reshape(index.ntotal, index.d), blocks), clauses, index)


def all_vectors(segment: Segment) -> Floats:
    """Every row's vector, compared."""
    held = segment.vectors
    return held if isinstance(held, np.ndarray) else np.asarray(held.whole(), np.float32)


def in_order(rows: Rows, starts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which segment each row is of (by where the segments start), and its row there."""
    segment = np.searchsorted(starts, rows, side="right") - 1
    return segment, rows - starts[segment]


def _read(file: Path) -> Any:
    """The index of a file, mapped; read whole where the system opens the path for Python only: Windows takes the names that
    C programs give in its own code page, and a user's folder may be 张三's."""
    import faiss

    try:
        return faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError:
        return faiss.deserialize_index(np.fromfile(file, np.uint8))
