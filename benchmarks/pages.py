"""Figures on saved pages and scrapes of invented places, written by someone who did not see the rules.

`python -m benchmarks.pages [open|sealed|second] [--show]`: every second page by name is open to whoever mends the rules; the
others were opened once. The second set was written and opened when the rules stood. All comparison leaves out white space.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus import intake
from corpus.model import Document, Passage
from corpus.regions.places import Gazetteer, read_places
from corpus.tray import Found

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
HALVES = ("open", "sealed", "second")
FIELDS = ("title", "region", "kind", "period", "status", "number", "issued")
Gold = dict[str, Any]


@dataclass(slots=True)
class Score:
    """Counts of one page; `wrong` tells every difference."""

    page: str
    headings_right: int = 0
    headings_found: int = 0
    headings: int = 0
    kept: int = 0
    placed: int = 0
    paragraphs: int = 0
    rows_right: int = 0
    rows: int = 0
    noise_left_out: int = 0
    noise: int = 0
    fields_right: int = 0
    fields: int = 0
    confident_errors: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def heading_f1(self) -> float:
        """2·right / (found + expected): headings by words and the heading above them."""
        return 2 * self.headings_right / max(self.headings_found + self.headings, 1)


def golds(half: str) -> list[Path]:
    """The gold files of a half."""
    if half == "second":
        return sorted((GOLDEN / "pages2").glob("*.json"))
    found = sorted((GOLDEN / "pages").glob("*.json"))
    return [file for number, file in enumerate(found) if (number % 2 == 0) == (half == "open")]


def read_page(gold_file: Path, gazetteer: Gazetteer) -> tuple[Gold, Document, list[Passage]]:
    gold: Gold = json.loads(gold_file.read_text("utf-8"))
    file = next(path for path in gold_file.parent.glob(f"{gold_file.stem}.*") if path.suffix != ".json")
    document, passages = intake.read_document(file.read_bytes(), Found(file), gazetteer)
    return gold, document, passages


def score(name: str, gold: Gold, document: Document, passages: list[Passage]) -> Score:
    result = Score(name)
    _score_headings(gold, document, result)
    _score_paragraphs(gold, document, passages, result)
    _score_rows(gold, document, result)
    _score_noise(gold, document, passages, result)
    _score_fields(gold, document, result)
    return result


def _score_headings(gold: Gold, document: Document, result: Score) -> None:
    theirs = Counter((words, path[-1] if path else "") for words, path, _ in _walk(gold) if words)
    stack: list[tuple[int, str]] = []
    ours: Counter[tuple[str, str]] = Counter()
    for section in document.sections:
        if section.kind in ("heading", "appendix", "glossary"):
            while stack and stack[-1][0] >= section.level:
                stack.pop()
            words = _clean(section.span.of(document.text))
            ours[words, stack[-1][1] if stack else ""] += 1
            stack.append((section.level, words))
    captions = {_clean(block["text"]) for block in gold["blocks"] if block["type"] == "caption"}
    ours = Counter({key: count for key, count in ours.items() if key[0] not in captions})
    result.headings_found, result.headings = ours.total(), theirs.total()
    result.headings_right = (ours & theirs).total()
    result.wrong += [f"标题多出 {key}" for key in (ours - theirs)] + [f"标题缺少 {key}" for key in (theirs - ours)]


def _score_paragraphs(gold: Gold, document: Document, passages: list[Passage], result: Score) -> None:
    """Kept: its words stand in the passages; placed: all of them below its own headings (and box)."""
    whole, owner = "", []
    for number, passage in enumerate(passages):
        words = _squeeze(passage.span.of(document.text))
        whole += words
        owner += [number] * len(words)
    at = 0
    for _, path, block in _walk(gold):
        if block is None or block["type"] != "paragraph" or block.get("optional"):
            continue
        right = [block["parts"][-1] if block.get("optional_join") else block["text"], *([block["text_alt"]] if "text_alt" in block else [])]
        result.paragraphs += 1
        found, words = -1, ""
        for words in map(_squeeze, right):
            found = whole.find(words, at)
            found = whole.find(words) if found < 0 else found
            if found >= 0:
                break
        if found < 0:
            result.wrong.append(f"正文缺失或断开：{block['text'][:40]}")
            continue
        at = found
        result.kept += 1
        holders = {owner[found], owner[found + len(words) - 1]}
        trails = {tuple(_clean(h) for h in passages[h_].trail[: passages[h_].headings]) for h_ in holders}
        if trails == {path}:
            result.placed += 1
        else:
            result.wrong.append(f"位置不对：{block['text'][:24]} 在 {trails} 应在 {path}")


def _walk(gold: Gold) -> Iterator[tuple[str | None, tuple[str, ...], Gold | None]]:
    """Every block with the headings above it; a heading's own words first where it is one."""
    stack: list[tuple[int, str]] = []
    box: str | None = None
    for block in gold["blocks"]:
        path = tuple(words for _, words in stack)
        if block["type"] in ("heading", "appendix", "glossary"):
            level = block.get("level", 1)
            while stack and stack[-1][0] >= level:
                stack.pop()
            yield _clean(block["text"]), tuple(words for _, words in stack), block
            stack.append((level, _clean(block["text"])))
            box = None
        elif block["type"] == "box":
            box = _clean(block["heading"])
        elif block["type"] == "endbox":
            box = None
        else:
            yield None, (*path, box) if box else path, block


def _score_rows(gold: Gold, document: Document, result: Score) -> None:
    rows = Counter(
        tuple(_squeeze(cell.of(document.text)) for cell in cells) for table in document.tables for cells in (table.columns, *table.rows)
    )
    for block in gold["blocks"]:
        if block["type"] == "row":
            result.rows += 1
            cells = tuple(_squeeze(cell) for cell in block["cells"])
            if rows[cells] or any(_same_cells(cells, row) for row in rows) or rows[tuple(map(_squeeze, block.get("cells_full", ())))]:
                result.rows_right += 1
            else:
                result.wrong.append(f"表格行：{cells}")


def _same_cells(cells: tuple[str, ...], row: tuple[str, ...]) -> bool:
    """Whether a row holds these cells, empty ones left aside: a cell that spans several stands once."""
    return [c for c in cells if c] == [c for c in row if c]


def _score_noise(gold: Gold, document: Document, passages: list[Passage], result: Score) -> None:
    spans = [p.span for p in passages] + [s.span for s in document.sections if s.kind in ("heading", "appendix", "glossary")]
    shown = {_squeeze(line) for span in spans for line in span.of(document.text).split("\n")}
    for line in gold["noise"]:
        words = _squeeze(line)
        if words and words not in {_squeeze(n) for n in gold.get("optional_noise", [])}:
            result.noise += 1
            if words in shown:
                result.wrong.append(f"杂项未略去：{line[:40]}")
            else:
                result.noise_left_out += 1


def _score_fields(gold: Gold, document: Document, result: Score) -> None:
    for name in FIELDS:
        value = getattr(document, name)
        found = value.name if name == "region" and value else value
        expected = [gold[name], *([gold["title_alt"]] if name == "title" and "title_alt" in gold else [])]
        if name == "issued":
            expected += [*gold.get("issued_alt", []), *([None] if gold.get("issued_from") == "page" else [])]
        result.fields += 1
        if found in expected or (name == "title" and _squeeze(found or "") in {_squeeze(e) for e in expected if e}):
            result.fields_right += 1
            continue
        evidence = document.evidence.get(name)
        sure = found is not None and evidence is not None and evidence.confidence >= 0.8
        result.confident_errors += sure
        result.wrong.append(f"{name}：{found}（{evidence.confidence if evidence else 0:.2f}）应为 {gold[name]}")


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _clean(heading: str) -> str:
    return re.sub(r"^#+|^[■◆●]|\*\*|[【】]", "", _squeeze(heading)).rstrip("。：:")


def scores(half: str) -> list[Score]:
    found = golds(half)
    gazetteer = Gazetteer(read_places((found[0].parent / "regions.csv").read_text("utf-8"), "regions.csv"))
    return [score(file.stem, *read_page(file, gazetteer)) for file in found]


def total(rows: list[Score]) -> Score:
    counts = [name for name in Score.__slots__ if name not in ("page", "wrong")]
    return Score("合计", **{name: sum(getattr(row, name) for row in rows) for name in counts})


def table(rows: list[Score]) -> str:
    lines = ["页面             标题树 F1  正文保留   正文定位   表格行   杂项略去   元数据   有把握的错"]
    for row in [*rows, total(rows)]:
        lines.append(
            f"{row.page:16} {row.heading_f1:.4f}  {row.kept:3}/{row.paragraphs:<3}  {row.placed:3}/{row.paragraphs:<3}  {row.rows_right:3}/{row.rows:<3}"
            f"  {row.noise_left_out:3}/{row.noise:<3}  {row.fields_right:3}/{row.fields:<3}  {row.confident_errors:3}"
        )
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("half", choices=HALVES)
    arguments.add_argument("--show", action="store_true", help="tell every difference")
    options = arguments.parse_args()
    rows = scores(options.half)
    print(table(rows))  # noqa: T201
    if options.show:
        for row in rows:
            print(row.page, *row.wrong, sep="\n  ")  # noqa: T201


if __name__ == "__main__":
    main()
