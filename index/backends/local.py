"""The index of one machine in a folder: a matrix of BM25 scores, an exact FAISS store and the passages' token ids. Knows
rows, not passages."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import NotReady
from index.backends.bm25 import Columns, columns
from index.bags import Bags
from index.clauses import Clauses
from index.integrity import REPAIR, Guarded, Sealed, seal
from index.protocols import Floats, Rows

_ARRAYS = ("data.csc.index", "indices.csc.index", "indptr.csc.index", "lengths.index")
"""The files of index.backends.bm25.Columns."""


class LocalBackend:
    """BM25 (Lucene's variant) and exact inner products over the rows of one generation's folder. Whatever touches a damaged
    block raises index.integrity.Damaged."""

    def __init__(self, folder: Path) -> None:
        sealed = Sealed(folder)
        try:
            vocabulary: dict[str, int] = json.loads(sealed.content("vocab.index.json"))
            data, indices, indptr, lengths = (sealed.array(f"{name}.npy") for name in _ARRAYS)
            self._lexical = Columns(data, indices, indptr, vocabulary, lengths)
            self.size = self._lexical.size
            self._clauses = Clauses.open(folder, lambda file: sealed.array(file.name))
            stored = sealed.blocks("vectors.faiss")
            stored.touch(0, 1)
            index = _read(folder / "vectors.faiss")
            if not index.ntotal == self.size == len(self._clauses.rows) or not len(data) == len(indices) == indptr[-1]:
                raise ValueError("the files are of different indexes")
        except (OSError, EOFError, RuntimeError, KeyError, TypeError, ValueError) as error:
            raise NotReady(f"索引 {folder} 无法打开（{error}）。{REPAIR}") from error
        import faiss

        # The stored rows themselves, not a copy: one product with them is the full score vector.
        # (The downcast view owns nothing: the index must outlive it.)
        self._index = index
        rows = faiss.rev_swig_ptr(faiss.downcast_index(index).get_xb(), index.ntotal * index.d)  # type: ignore[attr-defined]
        self._vectors = Guarded(rows.reshape(index.ntotal, index.d), stored)

    @classmethod
    def build(cls, folder: Path, bags: Bags, vectors: Floats, clauses: Clauses) -> None:
        """Write an index of as many rows as there are bags of terms; vectors (rows, dimension) float32 unit rows. Then seal
        the folder with whatever else stands in it. Raises OSError."""
        import faiss

        folder.mkdir(parents=True, exist_ok=True)
        lexical = columns(bags)
        for name, array in zip(_ARRAYS, (lexical.data, lexical.indices, lexical.indptr, lexical.lengths), strict=True):
            np.save(folder / f"{name}.npy", np.asarray(array))
        (folder / "vocab.index.json").write_text(json.dumps(lexical.vocabulary, ensure_ascii=False), "utf-8")
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(np.ascontiguousarray(vectors, np.float32))
        try:
            faiss.write_index(flat, str(folder / "vectors.faiss"))
        except RuntimeError:
            # A full disk, which is told here as what it is, or a path that only Python can open (see _read).
            (folder / "vectors.faiss").write_bytes(faiss.serialize_index(flat).tobytes())
        clauses.save(folder)
        seal(folder)

    def part(self, rows: Rows) -> "Part":
        return Part(self, self._lexical.part(rows), rows)

    def lexical_scores(self, terms: Mapping[str, float]) -> Floats:
        return self._lexical.scores(terms)

    def dense_scores(self, vector: Floats) -> Floats:
        return np.asarray(self._vectors.whole() @ vector, np.float32)

    def vectors(self, rows: Rows) -> Floats:
        return np.asarray(self._vectors[rows], np.float32)

    def clauses(self, rows: Rows) -> Clauses:
        return self._clauses.take(rows)

    def idf(self, term: str) -> float:
        return self._lexical.idf(term)

    def rows_with(self, term: str) -> Rows:
        return self._lexical.rows_with(term)


def _read(file: Path) -> Any:
    """The index of a file, mapped; read whole where the system opens the path for Python only: Windows takes the names that
    C programs give in its own code page, and a user's folder may be 张三's."""
    import faiss

    try:
        return faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError:
        return faiss.deserialize_index(np.fromfile(file, np.uint8))


class Part:
    """Some rows of an index, numbered anew from 0, as if nothing else stood in it."""

    def __init__(self, whole: LocalBackend, lexical: Columns, rows: Rows) -> None:
        self._whole, self._lexical, self._rows = whole, lexical, rows
        self.size = len(rows)

    def part(self, rows: Rows) -> "Part":
        return Part(self._whole, self._lexical.part(rows), self._rows[rows])

    def lexical_scores(self, terms: Mapping[str, float]) -> Floats:
        return self._lexical.scores(terms)

    def dense_scores(self, vector: Floats) -> Floats:
        return self._whole.dense_scores(vector)[self._rows]

    def vectors(self, rows: Rows) -> Floats:
        return self._whole.vectors(self._rows[rows])

    def clauses(self, rows: Rows) -> Clauses:
        return self._whole.clauses(self._rows[rows])

    def idf(self, term: str) -> float:
        return self._lexical.idf(term)

    def rows_with(self, term: str) -> Rows:
        return self._lexical.rows_with(term)
