"""Reads a file of questions: a workbook, a CSV, or a line each; and makes the empty one to fill in. Answers none of them."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from corpus.errors import PlanSeekError, UnreadableFile
from corpus.formats import sheet_layout
from corpus.formats.docx_package import check
from corpus.formats.encodings import decode
from corpus.formats.sheet_numbers import shown
from corpus.formats.sheet_values import Broken, Locked, sheets
from corpus.formats.signatures import signature
from corpus.model import KINDS, STATUSES
from retriever.interpret.question import Question as Words
from retriever.interpret.times import take_times

MOST, LONGEST, LARGEST_MB = 2000, 2000, 10
"""Questions of a file, characters of a question, megabytes of a file."""

MOST_PER_REGION = 50
_CELLS = 500_000
_HEAD = 20
"""Rows above which the columns' names must stand."""

_COLUMNS = {
    "text": ("问题", "question", "提问", "查询", "query"),
    "label": ("序号", "编号", "题号", "no", "no.", "id"),
    "regions": ("地区", "区域", "region"),
    "kinds": ("文种", "kind"),
    "periods": ("规划期", "时期", "period"),
    "statuses": ("状态", "status"),
    "per_region": ("每区条数", "每个地区条数", "每地区条数", "per_region"),
    "note": ("备注", "note"),
}
_BOOKS = (".xlsx", ".xls", ".et")
SUFFIXES = (*_BOOKS, ".csv", ".txt", ".md")
_SIGNS = ",\t;，"
# 1. 2、 (3) （4） ①: a number that counts the lines; 1.5倍 and 2026年 begin a question.
_COUNTED = re.compile(r"\s*[（(]?(\d{1,4})\s*(?:[、．)）:：]|\.(?!\d))\s*")
_BULLET = re.compile(r"\s*[-*+>•·]\s+")
_HEADING = re.compile(r"\s*#{1,6}\s")

Grid = list[list[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a file. number: its place among the questions, from 1; row: its line in the file, from 1; label: the
    number that the file itself gives it. The rest restricts it, or is handed back with it (note)."""

    number: int
    row: int
    text: str
    label: str = ""
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    per_region: int | None = None
    note: str = ""


def read_questions(content: bytes, name: str) -> tuple[Question, ...]:
    """The questions of a file in its order. Raises PlanSeekError, which names the row, for one that cannot be used."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise PlanSeekError(f"{name}：不支持这种文件。请用 Excel（.xlsx、.xls、.et）、CSV，或每行一个问题的 .txt、.md 文件。")
    if len(content) > LARGEST_MB << 20:
        raise PlanSeekError(f"{name}：文件超过 {LARGEST_MB} MB。请删去与问题无关的内容，或拆分后再提交。")
    if suffix in _BOOKS:
        found = _of_grids(_workbook(content, name), name)
    elif suffix == ".csv":
        found = _of_grids([_separated(_decoded(content, name), name)], name)
    else:
        found = _of_lines(_decoded(content, name).splitlines(), name, headings=suffix == ".md")
    if not found:
        raise PlanSeekError(f"{name}：没有找到问题。请把问题写在“问题”一栏里，每行一个（文本文件每行一个）。")
    return tuple(found)


def template() -> bytes:
    """The workbook to fill in, with three questions as an example and a sheet that says what each column is for."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "border_color": "#D5DCE4", "align": "center"})
        cell = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("问题")
        for column, (title, width) in enumerate(_HEADS):
            sheet.set_column(column, column, width, cell)
            sheet.write_string(0, column, title, head)
        for row, values in enumerate(_EXAMPLES, 1):
            for column, value in enumerate(values):
                if value:
                    sheet.write(row, column, value, cell)
        sheet.freeze_panes(1, 0)
        for column, choices in ((3, KINDS), (5, STATUSES)):
            # A warning only: several may stand in one cell.
            rule = {"validate": "list", "source": list(choices), "error_type": "information", "ignore_blank": True,
                    "error_title": "规划问答", "error_message": "可以写多个，用顿号分开；每个都要是列表里的说法。"}  # fmt: skip
            sheet.data_validation(1, column, MOST, column, rule)
        told = book.add_worksheet("填写说明")
        told.set_column(0, 0, 14, cell)
        told.set_column(1, 1, 80, cell)
        for column, title in enumerate(("列名", "怎样填写")):
            told.write_string(0, column, title, head)
        for row, (title, words) in enumerate(_TOLD, 1):
            told.write_string(row, 0, title, cell)
            told.write_string(row, 1, words, cell)
    return out.getvalue()


_HEADS = (("序号", 7), ("问题", 48), ("地区", 18), ("文种", 14), ("规划期", 14), ("状态", 12), ("每区条数", 10), ("备注", 28))
_EXAMPLES = (
    (1, "各区生态修复措施", "", "", "", "", 3, "问“各区”“各县”“各省”，逐个地区回答"),
    (2, "养老服务设施建设目标", "", "规划纲要", "2021-2025", "", "", "限定文种和规划期"),
    (3, "今年民生实事有哪些", "", "政府工作报告", "", "正式", "", "备注会原样写进结果"),
)
_TOLD = (
    ("问题", f"必填，每行一个，最多 {MOST} 个；空行略过。可以用平常的话问。"),
    ("序号", "可不填；填了就原样写进结果。"),
    ("地区", "可不填；只看这些地区，写名称或代码，多个用顿号分开。"),
    ("文种", "可不填；只看这些文种：" + "、".join(KINDS) + "。"),
    ("规划期", "可不填；写成 2021-2025、2026 或 十四五。"),
    ("状态", "可不填；只看这些状态：" + "、".join(STATUSES) + "。"),
    ("每区条数", f"可不填；逐区回答时每个地区最多摘录几段，1 到 {MOST_PER_REGION}。"),
    ("备注", "可不填；不影响检索，原样写进结果。"),
)


def _decoded(content: bytes, name: str) -> str:
    text = decode(content) if content else ""
    if text is None:
        raise PlanSeekError(f"{name}：不是可读的文本（编码不是 UTF-8 或 GB18030）。请另存为 UTF-8 后再提交。")
    return text


def _of_lines(lines: Sequence[str], name: str, *, headings: bool) -> list[Question]:
    """A question a line; numbers and bullets before it are not part of it. headings: whether # begins a heading."""
    found: list[Question] = []
    for row, line in enumerate(lines, 1):
        if headings and _HEADING.match(line):
            continue
        line = _BULLET.sub("", line, count=1) if _BULLET.match(line) else line
        counted = _COUNTED.match(line)
        text = " ".join(line[counted.end() :].split()) if counted else " ".join(line.split())
        if text:
            found.append(_question(found, row, {"text": text, "label": counted[1] if counted else ""}, name))
    return found


def _of_grids(grids: Sequence[Grid], name: str) -> list[Question]:
    """The questions of the first sheet that has a column of that name; of the first with any words where none has."""
    named = [(grid, *head) for grid in grids if (head := _head(grid)) and "text" in head[1]]
    if not named:
        named = [(grid, *_unnamed(grid)) for grid in grids if any(any(row) for row in grid)]
    for grid, first, columns in named[:1]:
        found: list[Question] = []
        for row, cells in enumerate(grid[first:], first + 1):
            values = {field: cells[column] for field, column in columns.items() if column < len(cells)}
            if values.get("text"):
                found.append(_question(found, row, values, name))
        return found
    return []


def _head(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """How many rows stand above the questions, and what each named column is."""
    best: tuple[int, dict[str, int]] | None = None
    for row, cells in enumerate(grid[:_HEAD]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            title = re.sub(r"[（(].*|[\s*＊:：]", "", cell).casefold()
            for field, titles in _COLUMNS.items():
                if title in titles:
                    columns.setdefault(field, column)
        if "text" in columns:
            return row + 1, columns
        if columns and best is None and any(grid[row]):
            best = row + 1, columns
    return best


def _unnamed(grid: Grid) -> tuple[int, dict[str, int]]:
    """As `_head` where no column is called 问题: the first of words, below the names of the others where there are some."""
    first, columns = _head(grid) or (0, {})
    rows = grid[first:]
    for column in range(max(map(len, rows), default=0)):
        cells = [row[column] for row in rows if column < len(row) and row[column]]
        words = [cell for cell in cells if any(c.isalpha() for c in cell)]
        if words and 2 * len(words) > len(cells) and column not in columns.values():
            return first, columns | {"text": column}
    return first, columns


def _question(before: Sequence[Question], row: int, values: dict[str, str], name: str) -> Question:
    text, where = values["text"], f"{name} 第 {row} 行"
    if len(before) == MOST:
        raise PlanSeekError(f"{where}：问题超过 {MOST} 个。请拆成几个文件提交。")
    if len(text) > LONGEST:
        raise PlanSeekError(f"{where}：问题有 {len(text)} 个字，超过 {LONGEST} 字。请只写要问的话。")
    each = values.get("per_region", "")
    if each and not (each.isascii() and each.isdigit() and 1 <= int(each[:4]) <= MOST_PER_REGION):
        raise PlanSeekError(f"{where}：每区条数“{each[:20]}”应是 1 到 {MOST_PER_REGION} 的整数。请改正后再提交。")
    several = {field: _several(values.get(field, "")) for field in ("regions", "kinds", "statuses")}
    periods = tuple(_period(value, where) for value in _several(values.get("periods", "")))
    return Question(
        len(before) + 1, row, text, values.get("label", "")[:40], per_region=int(each) if each else None, periods=periods,
        note=values.get("note", "")[:LONGEST], **several,
    )  # fmt: skip


def _several(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in (p.strip() for p in re.split(r"[、，,;；|]", cell)) if part))


def _period(value: str, where: str) -> str:
    found = take_times(Words(value), date.today())
    if len(found) != 1:
        raise PlanSeekError(f"{where}：规划期“{value[:20]}”看不懂。请写成 2021-2025、2026 或 十四五。")
    return found[0]


def _workbook(content: bytes, name: str) -> list[Grid]:
    kind = signature(content)
    if kind not in ("ZIP", "OLE"):
        raise PlanSeekError(f"{name}：内容不是 Excel 工作簿。请在 Excel 或 WPS 中打开并另存为 .xlsx 后再提交。")
    try:
        if kind == "ZIP":
            check(content, name, "Excel 表格")
            _check_size(content, name)
        _, found = sheets(content)
        return [[[shown(value) for value in row] for row in sheet.rows] for sheet in found]
    except Locked as error:
        raise PlanSeekError(f"{name}：表格有密码。请取消密码另存后再提交。") from error
    except Broken as error:
        raise PlanSeekError(f"{name}：表格不完整或已损坏。请在 Excel 或 WPS 中打开并另存为 .xlsx 后再提交。") from error


def _check_size(content: bytes, name: str) -> None:
    """calamine holds a sheet as a dense grid up to its last cell: look where that is before it does."""
    try:
        layouts = sheet_layout.of_package(content)
    except Exception as error:  # XML, zip and reference faults alike mean that the package is damaged
        raise UnreadableFile(f"{name}：表格不完整或已损坏。请在 Excel 或 WPS 中打开并另存为 .xlsx 后再提交。") from error
    if any(layout.rows * layout.columns > _CELLS for layout in layouts):
        raise UnreadableFile(f"{name}：表格过大（超过 {_CELLS // 10_000} 万格）。请只留下问题和限定的几栏再提交。")


def _separated(text: str, name: str) -> Grid:
    head = text[:4096].splitlines()[:1]
    sign = max(_SIGNS, key=lambda mark: head[0].count(mark)) if head else ","
    rows: Grid = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign):
            rows.append([" ".join(cell.split()) for cell in row])
            if len(rows) * max(1, len(row)) > _CELLS:
                raise PlanSeekError(f"{name}：表格过大（超过 {_CELLS // 10_000} 万格）。请只留下问题和限定的几栏再提交。")
    except csv.Error as error:
        raise PlanSeekError(f"{name}：表格的引号不成对或有过长的单元格，无法分列。请另存为 .xlsx 后再提交。") from error
    return rows
