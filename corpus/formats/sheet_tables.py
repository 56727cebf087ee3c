"""Which rows of a sheet are titles, tables and notes; cells in, lines and tables of a Composer out. It never changes
a cell's words."""

import re
from collections.abc import Iterator, Sequence

from corpus.formats.composer import Composer, header_rows, is_column_name

Grid = list[list[str]]
Merge = tuple[tuple[int, int], tuple[int, int]]

_NOTE = re.compile(r"(?:备?注|说明|资料来源|数据来源|来源)\s*\d*\s*[:：.]|[*※]|\d+\s*[.．、]\s*\S{12,}")
_LABELLED = re.compile(r"[^：:]{1,12}[：:].*")
_LONG = 30
_TIERS = 4


def write(composer: Composer, rows: Grid, merges: Sequence[Merge] = ()) -> None:
    """Write one sheet: each block of rows without a blank one between is a table with the lines above and below it.

    `rows` start at A1. A merged cell's text stands in its first column and row, the rest of its area is empty.
    """
    for first, end in _blocks(rows):
        block = rows[first:end]
        used = [
            column for column in range(max(map(len, block))) if any(column < len(row) and row[column] for row in block)
        ]
        inside = [((a - first, b), (c - first, d)) for (a, b), (c, d) in merges if first <= a < end]
        _block(composer, [[row[column] if column < len(row) else "" for column in used] for row in block], inside, used)


def _blocks(rows: Grid) -> Iterator[tuple[int, int]]:
    first: int | None = None
    for number, row in enumerate([*rows, []]):
        if any(row):
            first = number if first is None else first
        elif first is not None:
            yield first, number
            first = None


def _block(composer: Composer, rows: Grid, merges: Sequence[Merge], used: list[int]) -> None:
    filled = [sum(map(bool, row)) for row in rows]
    width = max(filled)
    first = 0
    while first < len(rows) and _stands_apart(rows[first], filled[first], width):
        composer.line(_joined(rows[first]))
        first += 1
    end = len(rows)
    while end > first and filled[end - 1] == 1 and _is_note(_joined(rows[end - 1])):
        end -= 1
    table = rows[first:end]
    if table:
        inside = [((a - first, b), (c - first, d)) for (a, b), (c, d) in merges if first <= a < end]
        composer.table(table, _tiers(table, inside, used) or header_rows(table))
    for row in rows[end:]:
        composer.line(_joined(row))


def _stands_apart(row: list[str], filled: int, width: int) -> bool:
    """A row above the table: one cell alone (a title), or a few that each label themselves (填报单位：… 单位：…)."""
    if filled <= 1:
        return True
    return filled <= 3 and filled < width and all(_LABELLED.fullmatch(cell) for cell in row if cell)


def _is_note(text: str) -> bool:
    return bool(_NOTE.match(text)) or len(text) > _LONG


def _joined(row: list[str]) -> str:
    return "　".join(cell for cell in row if cell)


def _tiers(table: Grid, merges: Sequence[Merge], used: list[int]) -> int:
    """How many rows the column names take where merged cells say so; 0 where they do not."""
    top = [((a, b), (c, d)) for (a, b), (c, d) in merges if a == 0 and (c > a or d > b)]
    if not top:
        return 0
    tiers = max(c + 1 for _, (c, _) in top)
    if tiers == 1:
        tiers = 2  # a name over several columns has theirs below it
    if not 1 < tiers <= min(_TIERS, len(table) - 1):
        return 0
    named = all(is_column_name(cell) for row in table[:tiers] for cell in row if cell)
    covered = {column for (_, b), (_, d) in top for column in range(b, d + 1)}
    return tiers if named and all(cell or column in covered for cell, column in zip(table[0], used, strict=True)) else 0
