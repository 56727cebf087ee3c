"""The seams of this package: what an embedder and an index backend must offer. No implementation here."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from index.clauses import Clauses

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]


class Embedder(Protocol):
    """Turns texts into unit vectors. `name` identifies model and version: it stands in the index manifest."""

    name: str
    dimension: int

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """(len(texts), dimension) float32; rows have length 1, or 0 where nothing of a text is known."""

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """(len(texts), dimension) float32; rows have length 1, or 0 where nothing of a text is known."""


class Backend(Protocol):
    """An index over the rows 0 … size-1, in the order in which the passages were added. All scores are exact."""

    size: int

    def part(self, rows: Rows) -> "Backend":
        """Some rows, ascending, as an index of its own: row i is rows[i], and every score and idf as if there were no other."""

    def lexical_scores(self, terms: Mapping[str, float]) -> Floats:
        """(size,) BM25 scores of a weighted bag of terms: sum of weight × BM25 of the term; unknown terms count 0."""

    def dense_scores(self, vector: Floats) -> Floats:
        """(size,) inner products with one unit query vector."""

    def vectors(self, rows: Rows) -> Floats:
        """(len(rows), dimension): the stored unit vectors of some rows."""

    def clauses(self, rows: Rows) -> "Clauses":
        """The stored token ids of some rows, in the order given."""

    def idf(self, term: str) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)) for a term in n of N rows (Robertson and Spärck Jones as in Lucene)."""

    def rows_with(self, term: str) -> Rows:
        """The rows that contain a term, ascending; empty for an unknown one."""
