"""How many units in charge are found with their role: the code's against those that readers marked.

`python -m benchmarks.duties [--show]`. The annotations (tests/golden/units.jsonl) were made without sight of the
rules. A unit is right where it stands within the annotated words, with the annotated name and role. What the annotators
were unsure of neither counts as missed nor as too much.
"""

import argparse
import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.model import markdown
from corpus import intake
from corpus.duties.extract import duties
from corpus.duties.model import ROLES, Duty
from corpus.model import Document, Span
from corpus.regions.places import Gazetteer, read_places
from corpus.tray import Found

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden" / "units.jsonl"
SAMPLES = ROOT / "corpus" / "samples"
SHARED = Path(os.environ.get("PLANSEEK_SHARED", ROOT.parent / "shared"))
FIRST_PLAN = "001_08dfc49d6e2fc626.txt"
GROUPS = ("001", "示例", "其余规划", "国务院与天河文件")
Gold = dict[str, Any]


@dataclass(slots=True)
class Score:
    """Units right, found and annotated by role, measures right of those annotated; `wrong` tells every difference."""

    right: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    annotated: Counter[str] = field(default_factory=Counter)
    measures: int = 0
    measures_right: int = 0
    wrong: list[str] = field(default_factory=list)

    def precision(self, *roles: str) -> float:
        """right / found over the given roles; 1 where nothing is found."""
        found = sum(self.found[role] for role in roles)
        return sum(self.right[role] for role in roles) / found if found else 1.0

    def recall(self, *roles: str) -> float:
        """right / annotated over the given roles; 1 where nothing is annotated."""
        annotated = sum(self.annotated[role] for role in roles)
        return sum(self.right[role] for role in roles) / annotated if annotated else 1.0

    def f1(self, *roles: str) -> float:
        """2·right / (found + annotated) over the given roles."""
        total = sum(self.found[role] + self.annotated[role] for role in roles)
        return 2 * sum(self.right[role] for role in roles) / total if total else 1.0


def group_of(file: str) -> str:
    """The part of the annotations that a file belongs to."""
    if "#" in file:
        return GROUPS[3]
    return GROUPS[0] if file == FIRST_PLAN else GROUPS[1] if (SAMPLES / file).is_file() else GROUPS[2]


def golden() -> dict[str, list[Gold]]:
    """File → annotations."""
    files: dict[str, list[Gold]] = defaultdict(list)
    for line in GOLDEN.read_text("utf-8").splitlines():
        row = json.loads(line)
        files[row["file"]].append(row)
    return files


def read(file: str, gazetteer: Gazetteer) -> tuple[Document, tuple[Duty, ...]]:
    """A file, or one line of a file of documents (「….jsonl#7」) read as a text, with all that its passages name."""
    if "#" in file:
        name, number = file.split("#")
        row = json.loads((SHARED / "training" / name).read_text("utf-8").splitlines()[int(number)])
        content, path = (row.get("text") or row["original_text"]).encode(), Path(f"{number}.txt")
    else:
        path = next(folder / file for folder in (SAMPLES, SHARED / "plans") if (folder / file).is_file())
        content = path.read_bytes()
    document, passages = intake.read_document(content, Found(path), gazetteer)
    return document, tuple(duty for passage in passages for duty in duties(document, passage))


def place_of(text: str, gold: Gold) -> Span:
    """Where the annotated words stand; without an offset, their first place; white space does not count.

    Raises ValueError where they are not in the text."""
    quote = r"\s*".join(re.escape(char) for char in gold["quote"] if not char.isspace())
    at = gold.get("start", 0)
    if "单元格" in gold.get("note", ""):
        # A cell's words stand more than once: its row begins with the measure, which earlier text may tell, too.
        at = text.rfind(gold["measure"])
    match = re.compile(quote).search(text, at)
    if match is None:
        raise ValueError(f"{gold['file']}: {gold['quote']}")
    return Span(*match.span())


def _in_words(row: Gold, text: str) -> Gold:
    """An annotation of a text that is not ours names its words by offsets alone."""
    if "quote" in row:
        return row
    begins, ends = row["measure_at"] or (0, 0)
    return row | {"quote": text[row["start"] : row["end"]], "measure": text[begins:ends]}


def score(document: Document, found: Iterable[Duty], rows: list[Gold]) -> Score:
    """One file's units by place, role and name."""
    text, result = document.text, Score()
    rows = [_in_words(row, text) for row in rows]
    places: dict[Span, list[Gold]] = defaultdict(list)
    for row in rows:
        places[place_of(text, row)].append(row)
    ours: dict[Span | None, Counter[tuple[str, str]]] = defaultdict(Counter)
    measures: dict[Span, list[str]] = defaultdict(list)
    for duty in found:
        for role in ROLES:
            for unit in getattr(duty, role):
                # The smallest annotation that holds the unit: one may quote a sentence, another its clause.
                holders = [place for place in places if place.start <= unit.start and unit.end <= place.end]
                holder = min(holders, key=lambda place: place.end - place.start, default=None)
                ours[holder][role, _squeeze(unit.of(text))] += 1
                if holder:
                    measures[holder].append(_squeeze(duty.measure.of(text)))
                else:
                    result.wrong.append(f"多出 {role} {unit.of(text)}（{duty.span.of(text)[:60]!r} {duty.span.start}）")
    for role, _ in ours.pop(None, Counter()).elements():
        result.found[role] += 1
    for place, annotations in places.items():
        _score_place(place, annotations, ours[place], measures[place], result)
    return result


def _score_place(
    place: Span, annotations: list[Gold], ours: Counter[tuple[str, str]], measures: list[str], result: Score
) -> None:
    theirs = _told(gold for gold in annotations if not gold.get("unsure"))
    unsure = _told(annotations) - theirs
    right, more = ours & theirs, ours - theirs
    if unsure:
        more = Counter()
    for counter, counts in ((result.right, right), (result.found, right + more), (result.annotated, theirs)):
        for (role, _), count in counts.items():
            counter[role] += count
    if more or theirs - ours:
        result.wrong.append(f"{place.start} {annotations[0]['quote'][:80]}：多出 {dict(more)}，缺少 {dict(theirs - ours)}")
    for gold in annotations if right else ():
        if not gold.get("unsure"):
            words = _squeeze(gold["measure"])
            fits = any(measure and (measure in words or words in measure) for measure in measures)
            result.measures += 1
            result.measures_right += fits
            if not fits:
                result.wrong.append(f"{place.start} 措施 {sorted(set(measures))} 应为 {words[:60]}")


def _told(annotations: Iterable[Gold]) -> Counter[tuple[str, str]]:
    return Counter((role, _squeeze(unit)) for gold in annotations for role in ROLES for unit in gold[role])


def _squeeze(words: str) -> str:
    return re.sub(r"\s+", "", words)


def total(scores: Iterable[Score]) -> Score:
    """The sum of several."""
    result = Score()
    for one in scores:
        for name in ("right", "found", "annotated"):
            getattr(result, name).update(getattr(one, name))
        result.measures += one.measures
        result.measures_right += one.measures_right
        result.wrong += one.wrong
    return result


def scores(groups: Iterable[str] = GROUPS) -> Iterator[tuple[str, Score]]:
    """Every annotated file of the given groups with its score."""
    gazetteer = Gazetteer(read_places((SAMPLES / "regions.csv").read_text("utf-8"), "regions.csv"))
    for file, rows in golden().items():
        if group_of(file) in groups:
            document, found = read(file, gazetteer)
            yield file, score(document, found, rows)


def table(rows: list[tuple[str, Score]]) -> str:
    """Precision, recall and F1 of every role, by group."""
    lines = []
    for group in GROUPS:
        one = total(part for file, part in rows if group_of(file) == group)
        if not one.annotated.total():
            continue
        for role, roles in (*((role, (role,)) for role in ROLES), ("all", ROLES)):
            if sum(one.found[name] + one.annotated[name] for name in roles):
                measured = (one.precision(*roles), one.recall(*roles), one.f1(*roles))
                figures = [f"{figure:.3f}" for figure in measured]
                measures = f"{one.measures_right}/{one.measures}" if role == "all" else ""
                lines.append([group, role, str(sum(one.annotated[name] for name in roles)), *figures, measures])
    return markdown(["文件", "角色", "单位", "P", "R", "F1", "措施"], lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duties", description=__doc__)
    parser.add_argument("--show", action="store_true", help="every difference")
    options = parser.parse_args()
    rows = list(scores())
    if options.show:
        for file, one in rows:
            if one.wrong:
                sys.stdout.write("\n  ".join([f"{file} F1 {one.f1(*ROLES):.3f}", *one.wrong]) + "\n")
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
