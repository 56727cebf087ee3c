"""Asks a home the country's questions in one thread of a fresh interpreter and prints wall and CPU milliseconds as JSON. Serves nobody.

`python -m benchmarks.scale_asking HOME [--rounds 3] [--seconds 120]`
"""

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import settings as configuration
from benchmarks.country import Country
from benchmarks.scale_programs import resident
from retriever.model import Query
from retriever.service import Service


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of a non-empty list."""
    return sorted(values)[math.ceil(share * len(values) - 1e-9) - 1]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"p50": round(statistics.median(values), 2), "p95": round(percentile(values, 0.95), 2)}


def asked(home: Path, rounds: int, seconds: float) -> dict[str, Any]:
    """Milliseconds by kind of question; each round asks other questions, and after so many seconds none begins."""
    began = time.perf_counter()
    searcher = Service(replace(configuration.load(), home=home)).searcher
    country = Country()
    first = country.questions()
    opened = time.perf_counter()
    searcher.search(Query(first[0].query))
    told: dict[str, Any] = {"tools_s": round(opened - began, 2), "open_s": round(time.perf_counter() - opened, 2)}
    for question in first[:: len(first) // 4]:
        searcher.search(Query(question.query))
    wall, cpu, regions = defaultdict(list), defaultdict(list), 0
    until = time.perf_counter() + seconds
    for turn in range(1, rounds + 1):
        for question in country.questions(turn):
            before, used = time.perf_counter(), time.process_time()
            found = searcher.search(Query(question.query))
            wall[question.kind].append(1000 * (time.perf_counter() - before))
            cpu[question.kind].append(1000 * (time.process_time() - used))
            regions = max(regions, len(found.groups))
        if time.perf_counter() > until:
            break
    told |= {kind: {"wall_ms": spread(wall[kind]), "cpu_ms": spread(cpu[kind]), "asked": len(wall[kind])} for kind in wall}
    both = [took for kind in ("plain", "filtered") for took in wall[kind]]
    return told | {
        "single": {"wall_ms": spread(both)}, "regions": regions,
        "rss_mb": round(resident(os.getpid()), 1), "anonymous_mb": round(resident(os.getpid(), "RssAnon"), 1),
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=120)
    given = parser.parse_args()
    sys.stdout.write(json.dumps(asked(given.home, given.rounds, given.seconds)))


if __name__ == "__main__":
    main()
