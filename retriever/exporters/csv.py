"""Exports passages as CSV that Excel opens in Chinese and in which no cell is a formula."""

import csv
import io

from retriever.exporters.rows import COLUMNS, rows
from retriever.model import Findings

# Excel takes a cell that begins so for a formula, full-width forms included; quoting alone protects nobody.
_FORMULA = tuple("=+-@\t\r＝＋－＠")


def export(findings: Findings) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows(findings):
        writer.writerow([inert(cell) for cell in row.cells(findings.query.text)])
    return out.getvalue().encode("utf-8-sig")


def inert(cell: str | int) -> str | int:
    """A cell that no spreadsheet evaluates: an apostrophe before what would begin a formula."""
    return "'" + cell if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell
