"""The rows that every table export shares: one a shown passage, one a silent region, and the tables laid flat."""

from collections.abc import Iterator
from dataclasses import dataclass

from retriever.paper import Cell, Chapter, Paper, Part, Quotation, Table

COLUMNS = (
    "问题",
    "地区",
    "结果",
    "序号",
    "出处",
    "原文",
    "文件标题",
    "文种",
    "规划期",
    "状态",
    "来源文件",
    "起始字符",
    "结束字符",
)
_MORE = (("对比", "aspect"), ("备注", "note"), ("收录时间", "added"))
"""Columns that stand there where a passage has something for them."""

SOURCES = ("序号", "文件标题", "发文机关", "文号", "发布日期", "文种", "规划期", "状态", "地区", "来源文件", "文件编号")

Value = str | int | float | None | Quotation
"""A cell laid flat; a quotation is its words."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table laid flat, with the documents that its rows cite."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    cited: tuple[str | None, ...]


def passages(paper: Paper) -> Grid:
    """The passages as they are shown, and a row for every part without any."""
    lines = [(chapter, part, q) for chapter in paper.chapters for part in chapter.parts for q in part.quotations or (None,)]
    more = [(name, field) for name, field in _MORE if any(q and getattr(q, field) for _, _, q in lines)]
    rows = [(*_passage(chapter, part, q), *(getattr(q, field, None) for _, field in more)) for chapter, part, q in lines]
    cited = tuple(q.document.id if q else None for _, _, q in lines)
    return Grid("原文摘录", (*COLUMNS, *(name for name, _ in more)), tuple(rows), cited)


def _passage(chapter: Chapter, part: Part, quotation: Quotation | None) -> tuple[Value, ...]:
    if quotation is None:
        region = part.region.name if part.region else part.heading
        return (chapter.question, region, part.verdict, *[None] * (len(COLUMNS) - 3))
    document = quotation.document
    return (
        quotation.question or chapter.question, quotation.place, quotation.verdict, quotation.rank, quotation.label, quotation, document.title,
        document.kind, document.period, document.status, quotation.file, quotation.span.start, quotation.span.end,
    )  # fmt: skip


def grids(paper: Paper) -> Iterator[Grid]:
    """What a workbook holds, the leading table first: tables of one name in several chapters are one, with the question."""
    named: dict[tuple[str, tuple[str, ...]], list[tuple[Chapter | None, Table]]] = {}
    for overview in paper.overviews:
        named.setdefault((overview.name, overview.columns), []).append((None, overview))
    for chapter in paper.chapters:
        for table in chapter.tables:
            named.setdefault((table.name, table.columns), []).append((chapter, table))
    laid = [_together(tables) for tables in named.values() if tables[0][1].sheet]
    shown = passages(paper)
    leading = [grid for grid in laid if grid.name == paper.leading]
    yield from leading
    if shown.rows or not laid:
        yield shown
    yield from (grid for grid in laid if grid not in leading)


def leading(paper: Paper) -> Grid:
    """What a file with room for one table holds."""
    return next(grids(paper))


def sources(paper: Paper) -> Grid:
    """The cited documents, numbered as everywhere."""
    rows: list[tuple[Value, ...]] = []
    for source in paper.sources():
        d = source.document
        rows.append(
            (
                source.number, d.title, d.issuer, d.number, d.issued, d.kind, d.period, d.status, d.region.name if d.region else None,
                source.file, d.id,
            )
        )  # fmt: skip
    return Grid("来源", SOURCES, tuple(rows), tuple(source.document.id for source in paper.sources()))


def _together(tables: list[tuple[Chapter | None, Table]]) -> Grid:
    """Tables with the same columns as one."""
    first = tables[0][1]
    quoting = [i for i in range(len(first.columns)) if any(isinstance(row[i], tuple) for _, t in tables for row in t.rows)]
    alone = quoting[0] if len(quoting) == 1 else None
    columns = list(first.columns)
    if alone is not None:
        columns += ["出处", "来源文件"]
    asked = len(tables) > 1
    rows: list[tuple[Value, ...]] = []
    cited: list[str | None] = []
    for chapter, table in tables:
        for row in table.rows:
            flat: list[Value] = [_in_cell(cell, alone=i == alone) for i, cell in enumerate(row)]
            quotations = row[alone] if alone is not None else None
            quotation = quotations[0] if isinstance(quotations, tuple) and quotations else None
            if alone is not None:
                flat += [quotation.label, quotation.file] if quotation else [None, None]
            rows.append((chapter.question, *flat) if asked and chapter else tuple(flat))
            cited.append(quotation.document.id if quotation else None)
    return Grid(first.name, ("问题", *columns) if asked else tuple(columns), tuple(rows), tuple(cited))


def _in_cell(cell: Cell, *, alone: bool) -> Value:
    """A cell's words; quotations among several columns of them each with its citation below."""
    if not isinstance(cell, tuple):
        return cell
    if alone:
        return cell[0] if cell else None
    return "\n\n".join(f"{quotation.text}\n——{quotation.label}" for quotation in cell)
