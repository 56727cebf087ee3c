"""Figures on structure: outlines, paragraphs, page noise and metadata against annotations made by reading.

`python -m benchmarks.structure [open|sealed|all] [--show]` prints the table; the annotations name files by SHA-256 and
places by offsets. They were written by readers who did not see the rules; the sealed half was opened once.
"""

import argparse
import hashlib
import json
import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.model import Figure, Section, markdown
from corpus import intake, tray
from corpus.model import Document, Passage
from corpus.regions.places import Gazetteer

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
FIELDS = ("region", "kind", "period", "status", "issued", "number")
_CONFIDENT = 0.8


@dataclass(frozen=True, slots=True)
class Golden:
    """One text's annotation: offsets of its headings (start, end, level, kind), page noise, boxes (start, end, heading's
    start and end), tables and body paragraphs; None in `metadata` where the text does not say."""

    document: str
    title: tuple[int, int] | None
    headings: tuple[tuple[int, int, int, str], ...]
    boilerplate: tuple[tuple[int, int], ...]
    boxes: tuple[tuple[int, int, int, int], ...]
    tables: tuple[tuple[int, int], ...]
    paragraphs: tuple[tuple[int, int], ...]
    metadata: dict[str, str | None]


@dataclass(slots=True)
class Score:
    """Counts of one text; `wrong` holds (what, start, end) of every difference."""

    document: str = ""
    found: int = 0
    expected: int = 0
    right: int = 0
    passages: int = 0
    placed: int = 0
    noise: int = 0
    noise_left_out: int = 0
    body_lost: int = 0
    fields: int = 0
    fields_right: int = 0
    confident_errors: int = 0
    wrong: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def heading_f1(self) -> float:
        """2·right / (found + expected): headings by start, words and the heading above them."""
        return 2 * self.right / (self.found + self.expected) if self.found + self.expected else 1.0


def read_golden(half: str) -> list[Golden]:
    """The annotations of a half, `open` or `sealed`."""
    rows = [json.loads(line) for line in (GOLDEN / f"{half}.jsonl").read_text("utf-8").splitlines()]
    return [Golden(**{key: _frozen(value) for key, value in row.items()}) for row in rows]


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value


def score(golden: Golden, document: Document, passages: Sequence[Passage]) -> Score:
    """Compare a document as it was read with its annotation."""
    result = Score(golden.document)
    text = document.text
    _score_headings(golden, document, result)
    _score_noise(golden, document, passages, result)
    trails = list(_trails(golden, text))
    starts = [start for start, _, _, _ in trails]
    for passage in passages:
        first, last = (trails[max(bisect_right(starts, at) - 1, 0)] for at in (passage.span.start, passage.span.end - 1))
        result.passages += 1
        headings = tuple(_clean(h) for h in passage.trail[: passage.headings])
        inside = first[0] <= passage.span.start and passage.span.end <= last[1]
        if inside and headings == first[2] == last[2] and (passage.paragraph, passage.last_paragraph) == (first[3], last[3]):
            result.placed += 1
        else:
            result.wrong.append(("passage", passage.span.start, passage.span.end))
    for name in FIELDS:
        _score_field(golden, document, name, result)
    return result


def _score_headings(golden: Golden, document: Document, result: Score) -> None:
    text = document.text
    ours = {
        (start, words, parent): end
        for (start, end, words), parent in _with_parents(
            (s.span.start, s.span.end, s.level, _clean(s.span.of(text)))
            for s in document.sections
            if s.kind in ("heading", "appendix", "glossary")
        )
    }
    theirs = {
        (start, words, parent): end
        for (start, end, words), parent in _with_parents(
            (start, end, level, _clean(text[start:end])) for start, end, level, _ in golden.headings
        )
    }
    result.found, result.expected = len(ours), len(theirs)
    result.right = len(ours.keys() & theirs.keys())
    result.wrong += [("heading too many", key[0], ours[key]) for key in sorted(ours.keys() - theirs.keys())]
    result.wrong += [("heading missed", key[0], theirs[key]) for key in sorted(theirs.keys() - ours.keys())]


def _with_parents(rows: Iterable[tuple[int, int, int, str]]) -> Iterator[tuple[tuple[int, int, str], int]]:
    """Headings with the start of the nearest one above them of a lower level, -1 for none."""
    stack: list[tuple[int, int]] = []
    for start, end, level, words in rows:
        while stack and stack[-1][0] >= level:
            stack.pop()
        yield (start, end, words), stack[-1][1] if stack else -1
        stack.append((level, start))


def _score_noise(golden: Golden, document: Document, passages: Sequence[Passage], result: Score) -> None:
    shown = [p.span for p in passages] + [s.span for s in document.sections if s.kind in ("heading", "appendix", "glossary")]
    for start, end in golden.boilerplate:
        result.noise += 1
        if any(span.start < end and span.end > start for span in shown):
            result.wrong.append(("noise kept", start, end))
        else:
            result.noise_left_out += 1
    dropped = [s.span for s in document.sections if s.kind == "boilerplate"]
    for start, end in golden.paragraphs:
        if any(span.start < end and span.end > start for span in dropped):
            result.body_lost += 1
            result.wrong.append(("body lost", start, end))


def _trails(golden: Golden, text: str) -> Iterator[tuple[int, int, tuple[str, ...], int]]:
    """(start, end, headings above, number within the innermost) of every body paragraph; a box counts its own."""
    headings = sorted(golden.headings)
    stack: list[list[Any]] = []  # level, words, paragraphs so far
    unheaded, position = 0, 0
    box: tuple[int, int, int, int] | None = None
    in_box = 0
    for start, end in sorted(golden.paragraphs):
        while position < len(headings) and headings[position][0] < start:
            first, last, level, _ = headings[position]
            while stack and stack[-1][0] >= level:
                stack.pop()
            stack.append([level, _clean(text[first:last]), 0])
            position += 1
        around = next((b for b in golden.boxes if b[0] <= start < b[1]), None)
        trail = tuple(words for _, words, _ in stack)
        if around:
            in_box = in_box + 1 if around == box else 1
            box = around
            yield start, end, (*trail, _clean(text[around[2] : around[3]])), in_box
        elif stack:
            stack[-1][2] += 1
            yield start, end, trail, stack[-1][2]
        else:
            unheaded += 1
            yield start, end, (), unheaded


def _score_field(golden: Golden, document: Document, name: str, result: Score) -> None:
    expected = golden.metadata.get(name)
    value = getattr(document, name)
    found = value.name if name == "region" and value else value
    if name == "region" and expected == "国家":
        found = "国家" if value and value.level == "国家" else found
    result.fields += 1
    if found == expected:
        result.fields_right += 1
        return
    result.wrong.append((f"{name}: {found} 应为 {expected}", 0, 0))
    evidence = document.evidence.get(name)
    if found is not None and evidence and evidence.confidence >= _CONFIDENT:
        result.confident_errors += 1


def _clean(heading: str) -> str:
    return re.sub(r"\s+", "", heading).strip().rstrip("。：:")


def scores(half: str, folder: Path) -> list[Score]:
    """Read the half's texts from `folder` and score them."""
    golden = {g.document: g for g in read_golden(half)}
    gazetteer = Gazetteer()
    found = []
    for file in tray.find([folder]).files:
        content = file.path.read_bytes()
        annotation = golden.get(hashlib.sha256(content).hexdigest())
        if annotation:
            found.append(score(annotation, *intake.read_document(content, file, gazetteer)))
    return found


def table(rows: Sequence[Score]) -> str:
    lines = ["文本              标题树 F1   段落定位        页面噪声      正文误删  元数据  有把握的错"]
    for row in [*rows, total(rows)]:
        lines.append(
            f"{row.document[:16]:16}  {row.heading_f1:.4f}   {row.placed:5}/{row.passages:<5} {row.placed / max(row.passages, 1):.4f}"
            f"  {row.noise_left_out:3}/{row.noise:<3}  {row.body_lost:6}  {row.fields_right:3}/{row.fields:<3}  {row.confident_errors:4}"
        )
    return "\n".join(lines)


def total(rows: Sequence[Score]) -> Score:
    names = [name for name in Score.__slots__ if name not in ("document", "wrong")]
    return Score("合计", **{name: sum(getattr(row, name) for row in rows) for name in names})


def section(folder: Path) -> Section:
    """Every annotated text and page, and what the sealed halves showed when they were first opened."""
    from benchmarks import pages

    first = json.loads((GOLDEN / "first-opening.json").read_text("utf-8"))
    texts = {half: total(scores(half, folder)) for half in ("open", "sealed")}
    written = {half: pages.total(pages.scores(half)) for half in pages.HALVES}
    rows = [
        ["真实文本，公开的一半", *_cells(texts["open"].heading_f1, texts["open"].placed, texts["open"].passages, texts["open"].noise_left_out, texts["open"].noise), f"{texts['open'].body_lost}"],
        ["真实文本，封存的一半，首次打开", *_cells(first["texts"]["heading_f1"], first["texts"]["placed"], first["texts"]["passages"], first["texts"]["noise_left_out"], first["texts"]["noise"]), f"{first['texts']['body_lost']}"],
        ["真实文本，封存的一半，现在", *_cells(texts["sealed"].heading_f1, texts["sealed"].placed, texts["sealed"].passages, texts["sealed"].noise_left_out, texts["sealed"].noise), f"{texts['sealed'].body_lost}"],
        ["虚构网页，公开的一半", *_cells(written["open"].heading_f1, written["open"].placed, written["open"].paragraphs, written["open"].noise_left_out, written["open"].noise), f"{written['open'].paragraphs - written['open'].kept}"],
        ["虚构网页，封存的一半，首次打开", *_cells(first["pages"]["heading_f1"], first["pages"]["placed"], first["pages"]["paragraphs"], first["pages"]["noise_left_out"], first["pages"]["noise"]), f"{first['pages']['paragraphs'] - first['pages']['kept']}"],
        ["第二批虚构网页，首次打开", *_cells(first["second"]["heading_f1"], first["second"]["placed"], first["second"]["paragraphs"], first["second"]["noise_left_out"], first["second"]["noise"]), f"{first['second']['paragraphs'] - first['second']['kept']}"],
        ["第二批虚构网页，现在", *_cells(written["second"].heading_f1, written["second"].placed, written["second"].paragraphs, written["second"].noise_left_out, written["second"].noise), f"{written['second'].paragraphs - written['second'].kept}"],
        ["虚构网页，封存的一半，现在", *_cells(written["sealed"].heading_f1, written["sealed"].placed, written["sealed"].paragraphs, written["sealed"].noise_left_out, written["sealed"].noise), f"{written['sealed'].paragraphs - written['sealed'].kept}"],
    ]  # fmt: skip
    opened = first["texts"]
    return Section(
        "读入的结构（与通读原文作的标注相比）",
        (
            Figure("标题树 F1（真实文本，封存的一半首次打开）", f"{opened['heading_f1']:.4f}", "≥ 0.98", opened["heading_f1"] >= 0.98),
            Figure("段落的章节路径与段号（同上）", f"{opened['placed']} / {opened['passages']} = {opened['placed'] / opened['passages']:.3f}", "≥ 0.98", opened["placed"] >= 0.98 * opened["passages"]),
            Figure("页面杂项略去（同上）", f"{opened['noise_left_out']} / {opened['noise']}；误删正文 {opened['body_lost']}", "≥ 0.99，0", opened["noise_left_out"] >= 0.99 * opened["noise"]),
        ),
        (markdown(["标注", "标题树 F1", "段落定位", "杂项略去", "正文误删或断开"], rows),),
        {"first_opening": first, "now": {half: _counts(texts[half]) for half in texts}, "pages": {half: _counts(written[half]) for half in written}},
    )  # fmt: skip


def _cells(f1: float, placed: int, of: int, noise_left_out: int, noise: int) -> list[str]:
    return [f"{f1:.4f}", f"{placed} / {of}", f"{noise_left_out} / {noise}"]


def _counts(row: Any) -> dict[str, float]:
    return {name: getattr(row, name) for name in type(row).__slots__ if isinstance(getattr(row, name), int)} | {
        "heading_f1": round(row.heading_f1, 4)
    }


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("half", choices=("open", "sealed"))
    arguments.add_argument("--show", action="store_true", help="list every difference by file and offsets")
    options = arguments.parse_args()
    folder = Path(os.environ.get("PLANSEEK_SHARED", ROOT.parent / "shared")) / "plans"
    rows = scores(options.half, folder)
    print(table(rows))  # noqa: T201
    if options.show:
        for row in rows:
            for what, start, end in row.wrong:
                print(row.document[:16], what, start, end)  # noqa: T201


if __name__ == "__main__":
    main()
