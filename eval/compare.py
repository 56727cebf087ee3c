"""Compares two runs question by question: differences with their intervals, chance, wins and losses. Runs no system."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from eval.measures import NUGGETS

LEADING = (NUGGETS, "nDCG@10", "verdict-accuracy", "shown-nugget-recall", "wrong-region")
"""What a comparison shows of each kind: the others say the same more noisily."""

RESAMPLES = 9999
CONFIDENCE = 0.95
_SEED = 20240601
_SAME = 1e-9
_PORTION = 500


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure of two runs over the questions that both have.

    difference: mean of second − first; low and high: its 95 % bootstrap interval; p: of a paired permutation test; wins and
    losses: questions where the second is better or worse; changed: those, the largest difference first.
    """

    measure: str
    kind: str
    questions: int
    first: float
    second: float
    low: float
    high: float
    p: float
    wins: int
    losses: int
    changed: tuple[tuple[str, float, float], ...]

    @property
    def difference(self) -> float:
        return self.second - self.first

    def as_row(self) -> dict[str, Any]:
        """In values that JSON knows."""
        return asdict(self) | {"difference": self.difference, "changed": [list(row) for row in self.changed]}


def differences(
    first: Mapping[str, Mapping[str, float]], second: Mapping[str, Mapping[str, float]], kinds: Mapping[str, str]
) -> list[Comparison]:
    """Every kind of question (question → kind) in its leading measures."""
    rows = []
    for kind in sorted(set(kinds.values())):
        own = {q: values for q, values in first.items() if kinds.get(q, "") == kind}
        rows += [row for measure in LEADING if (row := compare(own, second, measure, kind))]
    return rows


def compare(
    first: Mapping[str, Mapping[str, float]], second: Mapping[str, Mapping[str, float]], measure: str, kind: str = ""
) -> Comparison | None:
    """Compare two runs' values (question → measure → value) in one measure; None where no question has it in both.

    wrong-region counts errors, all other measures successes: a win is what is better.
    """
    shared = [q for q in first if measure in first[q] and measure in second.get(q, {})]
    if not shared:
        return None
    a, b = [first[q][measure] for q in shared], [second[q][measure] for q in shared]
    differences = tuple(y - x for x, y in zip(a, b, strict=True))
    low, high = interval(differences)
    sign = -1.0 if measure == "wrong-region" else 1.0
    changed = sorted(
        ((q, x, y) for q, x, y in zip(shared, a, b, strict=True) if abs(y - x) > _SAME),
        key=lambda row: (-abs(row[2] - row[1]), row[0]),
    )
    return Comparison(
        measure, kind, len(shared), _mean(a), _mean(b), low, high, chance(differences),
        sum(sign * d > _SAME for d in differences), sum(sign * d < -_SAME for d in differences), tuple(changed),
    )  # fmt: skip


@cache
def chance(differences: tuple[float, ...]) -> float:
    """The two-sided p of a paired permutation test (Fisher 1935): the share of sign patterns whose mean is at least as
    far from 0; exact to 2^13 patterns, else of 9,999 drawn ones and the one seen."""
    import numpy as np
    from scipy import stats

    if len(differences) < 2 or not any(abs(d) > _SAME for d in differences):
        return 1.0
    found = stats.permutation_test(
        (np.asarray(differences),), np.mean, permutation_type="samples", n_resamples=RESAMPLES, vectorized=True,
        rng=np.random.default_rng(_SEED),
    )  # fmt: skip
    return float(found.pvalue)


@cache
def interval(values: tuple[float, ...]) -> tuple[float, float]:
    """The percentile bootstrap interval of a mean (Efron 1979), 9,999 resamples, seeded; of one value that value."""
    import numpy as np

    sample = np.asarray(values)
    draw = np.random.default_rng(_SEED)
    # In portions: all resamples of a large set at once would not fit into memory.
    sizes = [min(_PORTION, RESAMPLES - start) for start in range(0, RESAMPLES, _PORTION)]
    means = np.concatenate([sample[draw.integers(len(sample), size=(size, len(sample)))].mean(axis=1) for size in sizes])
    tail = (1 - CONFIDENCE) / 2
    return float(np.quantile(means, tail)), float(np.quantile(means, 1 - tail))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
