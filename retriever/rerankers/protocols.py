"""What a reranker must offer: a second, closer look at the best passages. No implementation here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from index.protocols import Backend, Floats, Rows


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows of an index to be looked at again; text: what is indexed of a row."""

    rows: Rows
    backend: Backend
    text: Callable[[int], str]


class Reranker(Protocol):
    """Scores candidates for a question. depth: how many of the best passages are worth its time; weight: of its
    standardised scores beside the first ranking's. name: of the family, as it is called in Hit.why."""

    name: str
    depth: int
    weight: float

    def scores(self, question: str, candidates: Candidates) -> Floats:
        """(len(candidates.rows),) float32, greater is better."""
