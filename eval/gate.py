"""A floor under every leading measure of a set: a run that falls through one has lost something. Sets no floor by itself."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.compare import LEADING, interval
from eval.questions import sets_folder

SYSTEM = "hybrid"
_FILE = "floors.json"


def floors(report: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Kind → measure → the lower end of the 95 % bootstrap interval of its mean in this run (for wrong-region, which counts
    errors, the upper end). Needs a run with details."""
    values, kinds = report["details"][SYSTEM]["values"], report["kinds"]
    found: dict[str, dict[str, float]] = {}
    for kind in sorted(set(kinds.values())):
        for measure in LEADING:
            column = tuple(row[measure] for q, row in values.items() if kinds.get(q) == kind and measure in row)
            if column:
                low, high = interval(column)
                found.setdefault(kind, {})[measure] = round(high if measure == "wrong-region" else low, 4)
    return found


def fallen(report: Mapping[str, Any], limits: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A line for every measure that fell through its floor, or is gone."""
    means = report["systems"][SYSTEM]["kinds"]
    lines = []
    for kind, row in limits.items():
        for measure, limit in row.items():
            value = means.get(kind, {}).get(measure)
            worse = value is None or (value > limit if measure == "wrong-region" else value < limit)
            if worse:
                lines.append(f"{kind} {measure}: {value}, floor {limit}")
    return lines


def read_floors(name: str) -> dict[str, dict[str, float]]:
    """The floors that ship with a set."""
    found: dict[str, dict[str, float]] = json.loads((sets_folder() / name / _FILE).read_text("utf-8"))
    return found


def write_floors(name: str, report: Mapping[str, Any], folder: Path | None = None) -> Path:
    """Write a run's floors beside its set; to be done when a change is meant to move them, and said why."""
    file = (folder or sets_folder()) / name / _FILE
    file.write_text(json.dumps(floors(report), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return file
