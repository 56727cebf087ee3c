"""Turns signals into the probability that a passage speaks of a topic, or that a question is answered at all. The weights
are fitted on the dev halves by `python -m training.verdict`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from index.protocols import Floats
from retriever.verdict.signals import SIGNALS

FOUND = 0.3
"""Least probability of 「有相关表述」: where errors of either kind were fewest on the dev half."""

RELATED = 0.15
"""Least probability of a further passage of a region that has one with enough."""

ANSWERED = 0.4
"""Least probability that a question which does not fan out is answered."""


_SURE, _PLAIN = 0.8, 0.8
"""On the dev halves a passage with so much probability and evidence of its own never stood beside an unanswerable question."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """p = 1 / (1 + exp(-(bias + Σ weight · term))); a term is a signal, or a product of two, 「-」 for one minus it."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, values: Floats) -> Floats:
        """(rows,) from (rows, len(SIGNALS))."""
        total = np.full(len(values), self.bias, np.float64)
        for name, weight in self.weights.items():
            total += weight * term(name, values)
        return (1 / (1 + np.exp(-np.clip(total, -30, 30)))).astype(np.float32)


def term(name: str, values: Floats) -> NDArray[np.float64]:
    """(rows,): a signal, or a product: `own*-missing` is own · (1 - missing)."""
    product = np.ones(len(values))
    for part in name.split("*"):
        column = values[:, SIGNALS.index(part.lstrip("-"))]
        product = product * (1 - column if part.startswith("-") else column)
    return product


@lru_cache(maxsize=1)
def fitted() -> tuple[Logistic, Logistic]:
    """(of a passage, of a question by its candidates' greatest signals)."""
    content = json.loads((resources.files("retriever") / "verdict" / "weights.json").read_text("utf-8"))
    passage, question = (Logistic(content[name]["bias"], content[name]["weights"]) for name in ("passage", "question"))
    return passage, question


def answered(values: Floats) -> float:
    """The probability that a question is answered by its leading candidates (rows, len(SIGNALS)): that of the question, or,
    where a passage surely speaks of the topic in the question's own words, that of the passage."""
    if not len(values):
        return 0.0
    of_passage, of_question = fitted()
    sure = of_passage.probability(values)
    plain = values[:, SIGNALS.index("own")] >= _PLAIN
    surest = float(np.max(np.where(plain & (sure >= _SURE), sure, 0)))
    return max(float(of_question.probability(greatest(values))[0]), surest)


def greatest(values: Floats) -> Floats:
    """(1, len(SIGNALS)): the greatest of each signal over a question's candidates."""
    return values.max(axis=0, keepdims=True) if len(values) else np.zeros((1, len(SIGNALS)), np.float32)
