"""Other libraries over the same passages, each behind the same three steps: build, ask, how large. Imports each only when it is asked for.

Lexical peers are given our terms, so all rank the same words; vector peers our vectors. Everything that has threads is held to one by
the caller.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.protocols import Floats

K = 10
_RRF = 60


@dataclass(frozen=True, slots=True)
class Ground:
    """What every peer is given: the passages' terms (places in the vocabulary, all one after the other; how many each passage has) and
    vectors."""

    vocabulary: list[str]
    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    vectors: Floats

    def rows(self) -> list[list[str]]:
        """The terms of each passage."""
        return self._split(np.array(self.vocabulary, object)[self.ids])

    def numbers(self) -> list[list[int]]:
        """The same as places in the vocabulary."""
        return self._split(self.ids)

    def _split(self, values: NDArray[Any]) -> list[list[Any]]:
        return [row.tolist() for row in np.split(values, np.cumsum(self.lengths)[:-1])]


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as terms and as a unit vector."""

    terms: Sequence[str]
    vector: Floats


class Peer(Protocol):
    """Built in the constructor, from a ground, in an empty folder."""

    def ask(self, asking: Asking) -> list[int]:
        """The rows of the ten best passages, best first."""


def best(scores: NDArray[Any]) -> list[int]:
    """The ten highest scores' rows."""
    leading = np.argpartition(-scores, K)[:K] if len(scores) > K else np.arange(len(scores))
    return [int(row) for row in leading[np.argsort(-scores[leading], kind="stable")]]


class RankBM25:
    def __init__(self, ground: Ground, folder: Path) -> None:
        from rank_bm25 import BM25Okapi

        self._index = BM25Okapi(ground.rows())

    def ask(self, asking: Asking) -> list[int]:
        return best(self._index.get_scores(list(asking.terms)))


class BM25S:
    backend = "numpy"

    def __init__(self, ground: Ground, folder: Path) -> None:
        import bm25s

        vocabulary = {term: number for number, term in enumerate(ground.vocabulary)}
        self._index = bm25s.BM25(method="lucene", k1=1.5, b=0.75, backend=self.backend)
        self._index.index((ground.numbers(), vocabulary), show_progress=False)
        self._index.save(str(folder))

    def ask(self, asking: Asking) -> list[int]:
        rows, _ = self._index.retrieve([list(asking.terms)], k=K, show_progress=False, n_threads=0)
        return [int(row) for row in rows[0]]


class BM25SNumba(BM25S):
    backend = "numba"


class Tantivy:
    def __init__(self, ground: Ground, folder: Path) -> None:
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_text_field("terms", stored=False, tokenizer_name="whitespace", index_option="freq")
        schema.add_unsigned_field("row", stored=True)
        self._index = tantivy.Index(schema.build(), str(folder))
        writer = self._index.writer(256 << 20)
        for row, terms in enumerate(ground.rows()):
            writer.add_document(tantivy.Document(terms=" ".join(terms), row=row))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ask(self, asking: Asking) -> list[int]:
        from tantivy import Occur, Query

        words = [(Occur.Should, Query.term_query(self._index.schema, "terms", term, "freq")) for term in asking.terms]
        return [self._searcher.doc(place)["row"][0] for _, place in self._searcher.search(Query.boolean_query(words), K).hits]


class FTS5:
    """Our terms divided by spaces under unicode61: the trigram tokenizer knows no words of two characters, which most are."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "fts.sqlite")
        self._db.execute("CREATE VIRTUAL TABLE passages USING fts5(terms, content='', columnsize=1, detail=full, tokenize=\"unicode61 remove_diacritics 0 tokenchars '%-.'\")")
        self._db.executemany("INSERT INTO passages (rowid, terms) VALUES (?, ?)", ((row, " ".join(terms)) for row, terms in enumerate(ground.rows())))
        self._db.execute("INSERT INTO passages (passages) VALUES ('optimize')")
        self._db.commit()

    def ask(self, asking: Asking) -> list[int]:
        words = " OR ".join('"' + term.replace('"', '""') + '"' for term in asking.terms)
        rows = self._db.execute(f"SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY bm25(passages) LIMIT {K}", (words,))
        return [row[0] for row in rows]


class Faiss:
    """factory: FAISS's own description of an index."""

    factory = "Flat"

    def __init__(self, ground: Ground, folder: Path) -> None:
        import faiss

        vectors = np.ascontiguousarray(ground.vectors)
        self._index: Any = faiss.index_factory(vectors.shape[1], self.factory, faiss.METRIC_INNER_PRODUCT)
        self._index.train(vectors)
        self._index.add(vectors)
        faiss.write_index(self._index, str(folder / "vectors.faiss"))
        faiss.omp_set_num_threads(1)

    def ask(self, asking: Asking) -> list[int]:
        return [int(row) for row in self._index.search(asking.vector[None], K)[1][0]]


class FaissHalf(Faiss):
    factory = "SQfp16"


class FaissHNSW(Faiss):
    factory = "HNSW32,Flat"

    def __init__(self, ground: Ground, folder: Path) -> None:
        super().__init__(ground, folder)
        self._index.hnsw.efSearch = 64


class LanceDB:
    """Its full-text index over our terms and its vector search (exact: no vector index), joined by its own reciprocal rank fusion."""

    approximate = False

    def __init__(self, ground: Ground, folder: Path) -> None:
        import lancedb
        import pyarrow as pa
        from lancedb.index import FTS
        from lancedb.rerankers import RRFReranker

        width = ground.vectors.shape[1]
        rows = pa.table({
            "row": pa.array(range(len(ground.vectors)), pa.int64()),
            "terms": pa.array([" ".join(terms) for terms in ground.rows()]),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(ground.vectors.ravel()), width),
        })
        self._table: Any = lancedb.connect(str(folder)).create_table("passages", rows)
        plain = FTS(base_tokenizer="whitespace", stem=False, remove_stop_words=False, ascii_folding=False, lower_case=False, with_position=False)
        try:
            self._table.create_index("terms", config=plain)
        except TypeError:
            self._table.create_fts_index("terms", base_tokenizer="whitespace", stem=False, remove_stop_words=False, ascii_folding=False)
        if self.approximate:
            self._table.create_index(metric="dot", vector_column_name="vector", index_type="IVF_PQ")
        self._fusion = RRFReranker(K=_RRF)

    def ask(self, asking: Asking) -> list[int]:
        query = self._table.search(query_type="hybrid", vector_column_name="vector", fts_columns="terms")
        query = query.vector(asking.vector).text(" ".join(asking.terms)).distance_type("dot").rerank(self._fusion).limit(K)
        return [int(row) for row in query.select(["row"]).to_arrow()["row"].to_pylist()]


class LanceDBIndexed(LanceDB):
    approximate = True


LEXICAL, DENSE, WHOLE = "词汇", "向量", "混合"
PEERS: Mapping[str, tuple[str, Callable[[Ground, Path], Peer], str]] = {
    "rank-bm25": (LEXICAL, RankBM25, "rank-bm25"),
    "bm25s（numpy）": (LEXICAL, BM25S, "bm25s"),
    "bm25s（numba）": (LEXICAL, BM25SNumba, "bm25s numba"),
    "tantivy": (LEXICAL, Tantivy, "tantivy"),
    "SQLite FTS5": (LEXICAL, FTS5, ""),
    "faiss Flat": (DENSE, Faiss, "faiss-cpu"),
    "faiss SQfp16": (DENSE, FaissHalf, "faiss-cpu"),
    "faiss HNSW32": (DENSE, FaissHNSW, "faiss-cpu"),
    "LanceDB 混合（向量穷举）": (WHOLE, LanceDB, "lancedb"),
    "LanceDB 混合（IVF_PQ）": (WHOLE, LanceDBIndexed, "lancedb"),
}
"""Name → what it is compared with of ours, how it is built, and what `pip install` needs for it."""
