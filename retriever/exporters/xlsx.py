"""Exports passages as an Excel workbook: a sheet of passages and, for a fan-out, one of verdicts. No formulas, no links."""

import io

from corpus.errors import PlanSeekError
from retriever.exporters.rows import COLUMNS, FOUND, NOT_FOUND, rows
from retriever.model import Findings

_WIDTHS = (22, 24, 12, 6, 42, 80, 36, 14, 12, 10, 28, 10, 10)
_LONGEST_CELL = 32767


def export(findings: Findings) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "valign": "vcenter"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("原文摘录")
        _write(sheet, [COLUMNS, *(row.cells(findings.query.text) for row in rows(findings))], head, wrap)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width, wrap)
        if findings.groups:
            overview = book.add_worksheet("各地区结果")
            verdicts = [
                (g.region.name, g.region.code, FOUND if g.hits else NOT_FOUND, len(g.hits)) for g in findings.groups
            ]
            _write(overview, [("地区", "代码", "结果", "摘录数"), *verdicts], head, wrap)
            overview.set_column(0, 0, 30, wrap)
            overview.set_column(1, 3, 14, wrap)
    return out.getvalue()


def _write(sheet, table, head, wrap) -> None:  # type: ignore[no-untyped-def]
    for number, cells in enumerate(table):
        for column, cell in enumerate(cells):
            style = head if number == 0 else wrap
            written = (
                sheet.write_number(number, column, cell, style) if isinstance(cell, int)
                else sheet.write_string(number, column, cell[:_LONGEST_CELL], style)
            )  # fmt: skip
            if written:
                raise PlanSeekError(f"写入 Excel 第 {number + 1} 行时出错。请减少导出的条数后重试。")
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(table) - 1), len(table[0]) - 1)
