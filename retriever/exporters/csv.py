"""Exports a table as CSV that Excel opens in Chinese and in which no cell is a formula."""

import csv
import io

from retriever.exporters.rows import Value, leading
from retriever.paper import Paper, Quotation

# Excel takes a cell that begins so for a formula, full-width forms included; quoting alone protects nobody.
_FORMULA = tuple("=+-@\t\r＝＋－＠")


def export(paper: Paper) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    grid = leading(paper)
    writer.writerow([inert(column) for column in grid.columns])
    for row in grid.rows:
        writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in map(_plain, row)])
    return out.getvalue().encode("utf-8-sig", "replace")


def inert(cell: str) -> str:
    """A cell that no spreadsheet evaluates: an apostrophe before what would begin a formula."""
    return "'" + cell if cell.lstrip(" ").startswith(_FORMULA) else cell


def _plain(cell: Value) -> str | int | float:
    if isinstance(cell, Quotation):
        return cell.text
    return "" if cell is None else cell
