"""A static embedding small enough to see through, and clauses as plain lists, for the tests of several folders."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.clauses import Clauses


class Characters:
    """A token a character, its place a remainder of its code point; spaces and stops are unknown. It keeps what it read."""

    def __init__(self, name: str = "characters-1", size: int = 500) -> None:
        self.name = name
        self.rows = np.random.default_rng(size).normal(size=(size, 6)).astype(np.float32)
        self.rows[0] = 0
        self.read: list[str] = []

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        self.read += texts
        size = len(self.rows) - 1
        return [np.array([1 + ord(c) % size for c in text if c.isalnum()], np.int64) for text in texts]


def listed(held: Clauses) -> list[list[list[int]]]:
    """Row by row the clauses, each a list of token ids."""
    cut = [held.tokens[a:b].tolist() for a, b in pairwise([0, *held.ends.tolist()])]
    return [cut[a:b] for a, b in pairwise([0, *held.rows.tolist()])]
