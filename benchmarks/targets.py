"""Figures on quantified targets against annotations made by reading; what it prints names places, never the text's sentences.

`python -m benchmarks.targets [open|sealed] [--show]`; the annotations name files by their names and places by offsets. They
were written by readers who did not see the rules; the sealed half is opened once.
"""

import argparse
import json
import os
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus import intake, tray
from corpus.model import Document, Passage
from corpus.regions.places import Gazetteer
from corpus.targets.extract import targets
from corpus.targets.model import Target

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden" / "targets"
SAMPLES = ROOT / "corpus" / "samples"
HALVES = ("open", "sealed")
FIELDS = ("year", "comparator", "change", "indicator", "kind", "annual", "base")
"""What is compared of a target that was found; kind, annual and base (where the annotation tells one) are shown, too."""


@dataclass(frozen=True, slots=True)
class Golden:
    """One annotated target of a file; `unsure` where its reader was."""

    file: str
    start: int
    end: int
    kind: str
    indicator: str
    low: float
    high: float
    unit: str
    change: str
    year: int | None
    annual: bool
    comparator: str | None
    base: float | None
    unsure: bool


@dataclass(slots=True)
class Score:
    """Counts over targets: found and expected, per kind, and of the matched ones how many have each field right."""

    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    recalled: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str, int, int]] = field(default_factory=list)

    def precision(self, kind: str) -> float:
        """Of what was found and is not matched with an unsure row, the share that the annotation has."""
        return self.right[kind] / self.found[kind] if self.found[kind] else 1.0

    def recall(self, kind: str) -> float:
        """Of the rows that their reader was sure of, the share that was found."""
        return self.recalled[kind] / self.expected[kind] if self.expected[kind] else 1.0

    def agreement(self, name: str) -> float:
        """Of the matches, the share whose field is right; base over those that have one."""
        of = self.fields["of " + name] if name == "base" else self.right["both"]
        return self.fields[name] / of if of else 1.0


def read_golden(half: str) -> list[Golden]:
    """The annotations of a half, `open` or `sealed`."""
    return [_golden(json.loads(line)) for line in (GOLDEN / f"{half}.jsonl").read_text("utf-8").splitlines() if line]


def _golden(row: dict[str, Any]) -> Golden:
    value = row["value"]
    low, high = value if isinstance(value, list) else (value, value)
    return Golden(
        row["file"], row["start"], row["end"], row["class"], row["indicator"], float(low), float(high), row["unit"] or "",
        row["change"], row["year"], bool(row.get("annual")), row.get("comparator"), row.get("base_value"), bool(row.get("unsure")),
    )  # fmt: skip


def read_files(names: set[str], shared: Path) -> dict[str, tuple[Document, Sequence[Passage]]]:
    """The named files, as the production reader reads them, from the shared plans and the samples."""
    gazetteer = Gazetteer()
    found: dict[str, tuple[Document, Sequence[Passage]]] = {}
    for file in tray.find([folder for folder in (shared / "plans", SAMPLES) if folder.is_dir()]).files:
        if file.path.name in names:
            found[file.path.name] = intake.read_document(file.path.read_bytes(), file, gazetteer)
    return found


def score(golden: Sequence[Golden], found: Sequence[Target], file: str, result: Score) -> None:
    """Pair a file's targets with its annotations, each at most once, the best names first, and count."""
    pairs = sorted(
        (
            (-_alike(g.indicator, t.indicator), i, j)
            for i, g in enumerate(golden)
            for j, t in enumerate(found)
            if _same(g, t)
        ),
    )
    by_row: dict[int, int] = {}
    by_target: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in by_row and j not in by_target:
            by_row[i], by_target[j] = j, i
    for i, g in enumerate(golden):
        if not g.unsure:
            for kind in (g.kind, "both"):
                result.expected[kind] += 1
                result.recalled[kind] += i in by_row
            if i not in by_row:
                result.wrong.append(("missed", file, g.start, g.end))
    for j, target in enumerate(found):
        if j in by_target and golden[by_target[j]].unsure:
            continue
        for kind in (target.kind, "both"):
            result.found[kind] += 1
            result.right[kind] += j in by_target
        if j not in by_target:
            result.wrong.append(("too many", file, target.span.start, target.span.end))
            continue
        _compare(golden[by_target[j]], target, file, result)


def _compare(g: Golden, target: Target, file: str, result: Score) -> None:
    equal = {
        "year": g.year == target.year,
        "comparator": (g.comparator or None) == target.comparator,
        "change": g.change == target.change,
        "indicator": _alike(g.indicator, target.indicator) >= 0.6,
        "kind": g.kind == target.kind,
        "annual": g.annual == target.annual,
    }
    if g.base is not None:
        result.fields["of base"] += 1
        equal["base"] = target.base == g.base
    for name, right in equal.items():
        result.fields[name] += right
        if not right:
            ours = target.base if name == "base" else getattr(target, name)
            result.wrong.append((f"{name} {ours} 应为 {getattr(g, name)}", file, target.span.start, target.span.end))


def _same(g: Golden, target: Target) -> bool:
    return (
        target.span.start < g.end
        and g.start < target.span.end
        and abs(target.low - g.low) < 1e-9
        and abs(target.high - g.high) < 1e-9
        and unicodedata.normalize("NFKC", target.unit) == unicodedata.normalize("NFKC", g.unit)
    )


def _alike(one: str, other: str) -> float:
    """1 where names are equal or one holds the other, else the F1 of their character bigrams."""
    one, other = ("".join(unicodedata.normalize("NFKC", name).split()) for name in (one, other))
    if one in other or other in one:
        return 1.0 if one == other else 0.99 if one and other else 0.0
    ours, theirs = (Counter(name[i : i + 2] for i in range(len(name) - 1)) for name in (one, other))
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values())) if both else 0.0


def scores(half: str, shared: Path) -> Score:
    """Read the half's files and score what is extracted from all their passages."""
    golden = read_golden(half)
    names = {g.file for g in golden}
    files = read_files(names, shared)
    result = Score()
    for name in sorted(names):
        rows = [g for g in golden if g.file == name]
        if name not in files:
            raise FileNotFoundError(f"{name} is not under {shared / 'plans'} or {SAMPLES}: set PLANSEEK_SHARED")
        document, passages = files[name]
        score(rows, [target for passage in passages for target in targets(document, passage)], name, result)
    return result


def table(result: Score) -> str:
    """The figures as lines of text."""
    lines = ["            精确率            召回率"]
    for kind, word in (("indicator", "指标"), ("task", "任务"), ("both", "合计")):
        lines.append(
            f"{word}  {result.right[kind]:5}/{result.found[kind]:<5} {result.precision(kind):.4f}"
            f"  {result.recalled[kind]:5}/{result.expected[kind]:<5} {result.recall(kind):.4f}"
        )
    shares = "  ".join(f"{name} {result.agreement(name):.4f}" for name in FIELDS)
    return "\n".join([*lines, f"对上的目标中各项正确的占比：{shares}"])


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("half", nargs="?", default="open", choices=HALVES)
    arguments.add_argument("--show", action="store_true", help="list every difference by file and offsets")
    options = arguments.parse_args()
    result = scores(options.half, Path(os.environ.get("PLANSEEK_SHARED", ROOT.parent / "shared")))
    print(table(result))  # noqa: T201
    if options.show:
        for what, file, start, end in result.wrong:
            print(file, start, end, what)  # noqa: T201


if __name__ == "__main__":
    main()
