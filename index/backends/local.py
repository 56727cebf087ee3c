"""The index of one machine in a folder: a matrix of BM25 scores, an exact FAISS store and the passages' token ids. Knows
rows, not passages."""

import errno
import json
from collections.abc import Mapping
from math import log
from pathlib import Path

import numpy as np

from corpus.errors import NotReady
from index.backends.bm25 import K1, B, columns
from index.bags import Bags
from index.clauses import Clauses
from index.integrity import REPAIR, Guarded, Sealed, seal
from index.protocols import Floats, Rows


class LocalBackend:
    """BM25 (Lucene's variant) and exact inner products over the rows of one generation's folder. Whatever touches a damaged
    block raises index.integrity.Damaged."""

    def __init__(self, folder: Path) -> None:
        sealed = Sealed(folder)
        try:
            # One column of the matrix is one term's scores by row.
            self._data = sealed.array("data.csc.index.npy")
            self._indices = sealed.array("indices.csc.index.npy")
            self._indptr = sealed.array("indptr.csc.index.npy")
            self._vocabulary: dict[str, int] = json.loads(sealed.content("vocab.index.json"))
            self.size = int(json.loads(sealed.content("params.index.json"))["num_docs"])
            self._clauses = Clauses.open(folder, lambda file: sealed.array(file.name))
            stored = sealed.blocks("vectors.faiss")
            stored.touch(0, 1)
            import faiss

            index = faiss.read_index(str(folder / "vectors.faiss"), faiss.IO_FLAG_MMAP_IFC)
            if not index.ntotal == self.size == len(self._clauses.rows) or not len(self._data) == len(self._indices) == self._indptr[-1]:
                raise ValueError("the files are of different indexes")
        except (OSError, EOFError, RuntimeError, KeyError, TypeError, ValueError) as error:
            raise NotReady(f"索引 {folder} 无法打开（{error}）。{REPAIR}") from error
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
        np.save(folder / "data.csc.index.npy", lexical.data)
        np.save(folder / "indices.csc.index.npy", lexical.indices)
        np.save(folder / "indptr.csc.index.npy", lexical.indptr)
        (folder / "vocab.index.json").write_text(json.dumps(lexical.vocabulary, ensure_ascii=False), "utf-8")
        (folder / "params.index.json").write_text(json.dumps({"k1": K1, "b": B, "num_docs": lexical.size}), "utf-8")
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(np.ascontiguousarray(vectors, np.float32))
        try:
            faiss.write_index(flat, str(folder / "vectors.faiss"))
        except RuntimeError as error:
            raise OSError(errno.EIO, "向量写不进去，磁盘可能已满", str(folder / "vectors.faiss")) from error
        clauses.save(folder)
        seal(folder)

    def lexical_scores(self, terms: Mapping[str, float]) -> Floats:
        scores = np.zeros(self.size, np.float32)
        for term, weight in terms.items():
            column = self._vocabulary.get(term)
            if column is not None:
                start, end = self._indptr[column : column + 2]
                scores[self._indices[start:end]] += np.float32(weight) * self._data[start:end]
        return scores

    def dense_scores(self, vector: Floats) -> Floats:
        return np.asarray(self._vectors.whole() @ vector, np.float32)

    def vectors(self, rows: Rows) -> Floats:
        return np.asarray(self._vectors[rows], np.float32)

    def clauses(self, rows: Rows) -> Clauses:
        return self._clauses.take(rows)

    def idf(self, term: str) -> float:
        count = len(self.rows_with(term))
        return log(1 + (self.size - count + 0.5) / (count + 0.5))

    def rows_with(self, term: str) -> Rows:
        column = self._vocabulary.get(term)
        if column is None:
            return np.empty(0, np.int32)
        start, end = self._indptr[column : column + 2]
        return np.asarray(self._indices[start:end], np.int32)
