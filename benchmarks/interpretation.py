"""How many questions are understood in full: every annotated part of a question's reading against the code's.

`python -m benchmarks.interpretation [open|sealed|third|fourth|fifth] [--show]`; the questions were written without sight of the rules.
"""

import argparse
import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.model import Figure, Section, markdown
from corpus.model import Region
from corpus.regions.places import Gazetteer, read_places
from retriever.interpret import interpret
from retriever.model import Interpretation, Query

ROOT = Path(__file__).parents[1]
SETS = ("open", "sealed", "third", "fourth", "fifth")
GOLDEN = ROOT / "tests" / "golden" / "interpretation"
TODAY = date(2026, 11, 1)
"""The day that the questions' 今年 was written for."""

_KEPT = {"措施", "举措", "做法"}
PROVINCES = [
    "11",
    "13",
    "15",
    "21",
    "23",
    "31",
    "32",
    "34",
    "35",
    "37",
    "42",
    "43",
    "44",
    "45",
    "50",
    "52",
    "53",
    "61",
    "63",
    "64",
    "65",
]
COUNTIES = ["340203", "340705", "371403", "330781", "340102"]
"""The regions that the questions' writers were told of, besides those of the samples."""


def regions() -> tuple[Gazetteer, list[Region]]:
    """The gazetteer with the samples' regions, and the regions that the questions take for present."""
    extra = read_places((ROOT / "corpus" / "samples" / "regions.csv").read_text("utf-8"), "regions.csv")
    gazetteer = Gazetteer(extra)
    codes = [f"{code}0000" for code in PROVINCES] + COUNTIES
    codes += [place.code for place in extra if place.level in ("地级", "县级")]
    return gazetteer, [gazetteer.region(code) for code in sorted(codes)]


def read(half: str) -> list[dict[str, Any]]:
    lines = (GOLDEN / f"{half}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def wrong(golden: dict[str, Any], understood: Interpretation, gazetteer: Gazetteer) -> dict[str, tuple[object, object]]:
    """Field → (annotated, understood) of every annotated field that differs."""

    def codes(names: list[str]) -> list[str]:
        return sorted((gazetteer.named(name) or [name])[0] for name in names)

    def own(regions: tuple[Region, ...]) -> list[str]:
        return sorted(region.code for region in regions)

    named = golden.get("within") or []
    expanded = golden.get("fan_out") is not None or not isinstance(golden.get("fan_out", ""), str | None)
    pairs: dict[str, tuple[object, object]] = {}
    if "regions" in golden and not expanded:
        pairs["regions"] = codes(golden["regions"]), own(understood.regions)
    if "fan_out" in golden:
        level = understood.fan_out if understood.within or not understood.compare or not golden.get("regions") else None
        level = None if golden.get("regions") else level
        accepted = golden["fan_out"] if isinstance(golden["fan_out"], list) else [golden["fan_out"]]
        pairs["fan_out"] = (accepted, level) if level not in accepted else (None, None)
    if named:
        pairs["within"] = codes([named] if isinstance(named, str) else named), own(understood.within)
    if "mentioned" in golden:
        known = [name for name in golden["mentioned"] if gazetteer.named(name)]
        pairs["mentioned"] = (
            ([], []) if set(codes(known)) <= set(own(understood.mentioned)) else (known, own(understood.mentioned))
        )
    if "period" in golden:
        pairs["period"] = sorted(golden["period"]), sorted(understood.periods)
    for name, has in (
        ("kinds", understood.kinds),
        ("statuses", understood.statuses),
        ("exact", understood.exact),
        ("excluded", understood.excluded),
    ):
        if name in golden:
            pairs[name] = sorted(golden[name]), sorted(has)
    if "excluded_regions" in golden:
        pairs["excluded_regions"] = codes(golden["excluded_regions"]), own(understood.without)
    if "document" in golden:
        pairs["document"] = golden["document"].strip("《》"), understood.document
    if golden.get("compare"):
        pairs["compare"] = True, understood.compare
    if "wants" in golden:
        accepted = golden["wants"] if isinstance(golden["wants"], list) else [golden["wants"]]
        pairs["wants"] = (accepted, understood.wants) if understood.wants not in accepted else (None, None)
    # DESIGN.md §4 keeps 措施 in the topic of its own example.
    lacks = [word for word in golden.get("topic_has", ()) if word not in understood.topic]
    keeps = [word for word in golden.get("topic_not", ()) if word in understood.topic and word not in _KEPT]
    pairs["topic"] = ((lacks, keeps), understood.topic) if lacks or keeps else (None, None)
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def measured(half: str, show: bool = False) -> tuple[int, int, Counter[str]]:
    """(questions, understood in full, fields that differ) of one set."""
    gazetteer, present = regions()
    questions = read(half)
    right = 0
    fields: Counter[str] = Counter()
    for golden in questions:
        query = Query(golden["query"], previous=golden.get("previous", ""))
        found = wrong(golden, interpret(query, gazetteer, present, TODAY), gazetteer)
        right += not found
        fields.update(found.keys())
        if show and found:
            sys.stdout.write(f"{golden['id']} {golden.get('previous', '')} | {golden['query']}\n")
            for name, (expected, has) in found.items():
                sys.stdout.write(f"    {name}: {expected} / {has}\n")
    return len(questions), right, fields


def section() -> Section:
    """Every set now and when it was first opened, before anything was mended by it."""
    opened = json.loads((GOLDEN.parent / "first-opening.json").read_text("utf-8"))["interpretation"]
    rows, figures = [], []
    for half in SETS:
        count, right, _ = measured(half)
        first = opened.get(half, {}).get("right")
        rows.append([half, str(count), f"{first:.3f}" if first else "—", f"{right / count:.3f}"])
        if first:
            figures.append(Figure(f"理解问句（{half}，{count} 句）首次打开", f"{first:.3f}", "≥ 0.97", first >= 0.97))
    return Section("理解问句", tuple(figures), (markdown(["题集", "句数", "首次打开", "现在"], rows),))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.interpretation", description=__doc__)
    parser.add_argument("half", nargs="?", default="open", choices=SETS)
    parser.add_argument("--show", action="store_true", help="every difference")
    options = parser.parse_args()
    count, right, fields = measured(options.half, options.show)
    row = [options.half, str(count), f"{right / count:.3f}", " ".join(f"{k} {v}" for k, v in fields.most_common())]
    sys.stdout.write(markdown(["set", "questions", "understood in full", "fields that differ"], [row]) + "\n")


if __name__ == "__main__":
    main()
