"""What a benchmark yields: a figure with its goal and whether it is met; and the loop that times are read beside."""

import statistics
import time
from dataclasses import dataclass
from typing import Any

from corpus.errors import PlanSeekError


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table in docs/evaluation.md. met: None where nothing was promised."""

    name: str
    measured: str
    goal: str = "—"
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Figures under one heading, with tables as they are shown and what is written to results/*.json."""

    heading: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[str, ...] = ()
    results: dict[str, Any] | None = None


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def calibration() -> float:
    """CPU milliseconds of a fixed pure-Python loop, median of seven: how fast this machine is just now."""

    def once() -> float:
        began = time.process_time()
        total = 0
        for i in range(1_000_000):
            total += i * i & 7
        if total != 1_500_000:
            raise PlanSeekError(f"校准循环的结果是 {total}，不是 1500000。")
        return 1000 * (time.process_time() - began)

    return statistics.median(once() for _ in range(7))
