"""Exports a paper as an Excel workbook: passages, tables, sources. No formula, no link that leaves the workbook."""

import io
from typing import TYPE_CHECKING, Any

from corpus.errors import PlanSeekError
from retriever.exporters.characters import legal
from retriever.exporters.printed import wide
from retriever.exporters.rows import Grid, Value, grids, sources
from retriever.paper import Paper, Quotation

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_LONGEST_CELL = 32767
_MOST_ROWS = 1_048_575
_MOST_LINKS = 65_530
"""Excel's own limits."""

_WIDTHS = {"原文": 80, "出处": 42, "文件标题": 36, "问题": 22, "来源文件": 28, "要点": 60, "任务": 40, "指标": 24, "草案": 60, "正式稿": 60,
           "地区": 24, "结果": 14, "文件编号": 20, "内容": 90, "发文机关": 28}  # fmt: skip
_PRINTED_BEFORE = "文件标题"
_NARROWEST, _WIDEST = 8, 48
_LINE, _TALLEST = 15, 360
"""Points of a line, and of the tallest row: what is longer is read in the cell."""


def export(paper: Paper) -> bytes:
    """Raises PlanSeekError where there are more rows than a sheet takes."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": legal(paper.title)[:255], "comments": legal(f"{paper.made} {paper.edition}")})
        styles = _Styles(book)
        cited = sources(paper)
        rows_of = {name: row for row, name in enumerate(cited.cited, 1) if name}
        for grid in grids(paper):
            _write(book.add_worksheet(grid.name), grid, styles, rows_of)
        if cited.rows:
            _write(book.add_worksheet(cited.name), cited, styles, {})
        _write(book.add_worksheet("说明"), _about(paper), styles, {})
    return out.getvalue()


class _Styles:
    """The looks of cells."""

    def __init__(self, book: "Workbook") -> None:
        base = {"valign": "top", "font_name": "宋体", "font_size": 10.5, "border": 1, "border_color": "#D5DCE4"}
        head = {"bold": True, "bg_color": "#E8EEF4", "valign": "vcenter", "text_wrap": True, "align": "center"}
        self.head: Format = book.add_format(base | head)
        self.words: Format = book.add_format(base | {"text_wrap": True})
        self.number: Format = book.add_format(base | {"align": "right", "num_format": "General"})
        self.link: Format = book.add_format(base | {"text_wrap": True, "font_color": "#1F5FA8", "underline": 1})
        self.marked: Format = book.add_format({"bold": True, "font_name": "宋体", "font_size": 10.5, "font_color": "#9C2A10"})
        self.plain: Format = book.add_format({"font_name": "宋体", "font_size": 10.5})


def _write(sheet: "Worksheet", grid: Grid, styles: _Styles, rows_of: dict[str, int]) -> None:
    if len(grid.rows) > _MOST_ROWS:
        raise PlanSeekError(f"“{grid.name}”有 {len(grid.rows)} 行，超过 Excel 一张表的上限。请减少导出的条数后重试。")
    widths = [_width(grid, i) for i in range(len(grid.columns))]
    for column, (name, width) in enumerate(zip(grid.columns, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, legal(name), styles.head)
    sheet.set_row(0, 2 * _LINE if any(wide(name) > width for name, width in zip(grid.columns, widths, strict=True)) else 1.5 * _LINE)
    linked = grid.columns.index("来源文件") if rows_of and "来源文件" in grid.columns else None
    for number, (row, cited) in enumerate(zip(grid.rows, grid.cited, strict=True), 1):
        sheet.set_row(number, _height(row, widths))
        for column, cell in enumerate(row):
            to = rows_of.get(cited or "") if column == linked and number <= _MOST_LINKS else None
            if _cell(sheet, number, column, cell, styles, to):
                raise PlanSeekError(f"写入 Excel“{grid.name}”第 {number + 1} 行时出错。请减少导出的条数后重试。")
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(grid.rows)), len(grid.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if "原文" in grid.columns and _PRINTED_BEFORE in grid.columns:
        # With all columns on a page none could be read.
        sheet.print_area(0, 0, len(grid.rows), grid.columns.index(_PRINTED_BEFORE) - 1)
    sheet.repeat_rows(0)
    sheet.set_margins(0.5, 0.5, 0.6, 0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _cell(sheet: "Worksheet", row: int, column: int, cell: Value, styles: _Styles, to: int | None) -> Any:
    """Write one cell; what xlsxwriter returns is 0 or a fault's number. to: the row of the sheet of sources it leads to."""
    if cell is None:
        return sheet.write_blank(row, column, None, styles.words)
    if isinstance(cell, int | float):
        return sheet.write_number(row, column, cell, styles.number)
    text = cell.text if isinstance(cell, Quotation) else cell
    if len(legal(text)) > _LONGEST_CELL:
        return sheet.write_string(row, column, _cut(legal(text)), styles.words)
    if to is not None and text:
        return sheet.write_url(row, column, f"internal:'来源'!A{to + 1}", styles.link, legal(text), "看来源")
    pieces = cell.pieces() if isinstance(cell, Quotation) else ()
    if len(pieces) > 1:
        rich: list[Any] = []
        for piece, marked in pieces:
            rich += [styles.marked if marked else styles.plain, legal(piece)]
        return sheet.write_rich_string(row, column, *rich, styles.words)
    return sheet.write_string(row, column, legal(text), styles.words)


def _cut(text: str) -> str:
    """The beginning of a text that no cell takes whole, with a word on it."""
    note = f"（已截断，共 {len(text)} 字）"
    return text[: _LONGEST_CELL - len(note)] + note


def _about(paper: Paper) -> Grid:
    """How the questions were read, when and from what."""
    rows: list[tuple[Value, ...]] = [("标题", paper.title)]
    for chapter in paper.chapters:
        rows += [("问题", chapter.question), *(("理解", told) for told in chapter.asked)]
        rows += [("结果", chapter.summary)] if chapter.summary else []
        rows += [("回答", answer.text + "\n——" + answer.label) for answer in chapter.answers]
    rows += [("生成日期", paper.made), ("语料版本", paper.edition)]
    return Grid("说明", ("项目", "内容"), tuple(rows), (None,) * len(rows))


def _width(grid: Grid, column: int) -> float:
    """Characters of a column: a known one's own, else as its words ask for."""
    name = grid.columns[column]
    if name in _WIDTHS:
        return _WIDTHS[name]
    longest = max((wide(_shown(row[column])) for row in grid.rows), default=0)
    return min(_WIDEST, max(_NARROWEST, wide(name) + 4, longest + 2))


def _height(row: tuple[Value, ...], widths: list[float]) -> float:
    """Points that a row's fullest cell needs: not every program finds that out by itself."""
    lines = max(
        sum(-(-max(1, wide(part)) // max(1, int(width) - 1)) for part in _shown(cell).split("\n"))
        for cell, width in zip(row, widths, strict=True)
    )
    return float(min(_TALLEST, _LINE * lines + 3))


def _shown(cell: Value) -> str:
    return cell.text if isinstance(cell, Quotation) else "" if cell is None else str(cell)

