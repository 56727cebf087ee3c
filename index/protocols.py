"""The seams of this package: what an embedder and an index backend must offer. No implementation here."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors. `name` identifies model and version: it stands in the index manifest."""

    name: str
    dimension: int

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """(len(texts), dimension) float32; rows have length 1, or 0 where nothing of a text is known."""

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """(len(texts), dimension) float32; rows have length 1, or 0 where nothing of a text is known."""


class Backend(Protocol):
    """An index over the rows 0 … size-1, in the order in which the passages were added."""

    size: int

    def lexical_scores(self, terms: Mapping[str, float]) -> Floats:
        """(size,) BM25 scores of a weighted bag of terms; unknown terms count 0."""

    def dense_scores(self, vector: Floats) -> Floats:
        """(size,) inner products with one unit query vector."""
