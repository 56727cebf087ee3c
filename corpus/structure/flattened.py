"""Restores tables whose cells became lines of their own, by their ordinals and column names. Never guesses a column."""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.model import Span, Table
from corpus.structure import outline
from corpus.structure.lines import Line

HEAD = re.compile(r"序\s*号(?![^\s|])")
"""「序号」: the first column's name, alone on its line or with the others after it."""
_CELLISH = frozenset(("页码", "扫描噪点", "落款日期", "来源与时间", "功能按钮"))
_NAME, _MOST_NAMES = 14, 14
_ORDINAL = re.compile(r"([0-9]{1,4})(?=$|[\s\u3000|])[.．、]?")
_GAP = re.compile(r"[ \t\u00a0\u3000]+")
_BLANK_ROW = re.compile(r"(?<=\n)[ \t\u00a0\u3000]+(?=\r?\n)")
_LONG = 30

Flattened = tuple[Table, tuple[Span, ...], int, int]


def flattened(text: str, lines: Sequence[Line], reasons: Sequence[str | None], head: int) -> Flattened | None:
    """The table whose column names begin at the line `head`: (table, its rows' spans, first line, line after its
    last); None where no row with the ordinal 1 follows."""
    names = list(_tokens(text, lines[head].span))
    first = head + 1
    while first < len(lines) and not _opens(lines[first], 1):
        name = lines[first].text
        if len(name) > _NAME or len(names) >= _MOST_NAMES or any(c in name for c in "。；，："):
            return None
        names += _tokens(text, lines[first].span) if len(names) == 1 and first == head + 1 else [lines[first].span]
        first += 1
    if first == len(lines) or len(names) < 3:
        return None
    rows, last = _rows(text, lines, reasons, first, len(names), _usual(text, names))
    if not rows:
        return None
    cells = _columns(text, rows, len(names))
    spans = tuple(Span(row[0].start, [cell for cell in row if cell.start < cell.end][-1].end) for row in rows)
    return Table(Span(names[0].start, spans[-1].end), tuple(names), cells), spans, head, last


def _tokens(text: str, span: Span) -> list[Span]:
    """The words of a line between white space; 「序 号」 is one."""
    start = span.start
    if match := HEAD.match(text, span.start, span.end):
        start = match.end()
    cells = [Span(span.start, start)] if match else []
    position = start
    for gap in [*_GAP.finditer(text, start, span.end), None]:
        stop = gap.start() if gap else span.end
        if position < stop:
            cells.append(Span(position, stop))
        position = gap.end() if gap else stop
    return cells


def _opens(line: Line, ordinal: int) -> bool:
    match = _ORDINAL.match(line.text)
    return bool(match) and int(match.group(1)) == ordinal  # type: ignore[union-attr]


def _usual(text: str, names: Sequence[Span]) -> int:
    """How many breaks stand between two columns' names, 0 where they share a line."""
    breaks = [text.count("\n", a.end, b.start) for a, b in pairwise(names)]
    return min(breaks, default=1)


def _rows(
    text: str, lines: Sequence[Line], reasons: Sequence[str | None], first: int, columns: int, usual: int
) -> tuple[list[list[Span]], int]:
    """The rows as they stand: an ordinal, then cells, an empty one where a blank line with white space in it marks it."""
    rows: list[list[Span]] = []
    index, widest = first, 0
    while index < len(lines):
        line, reason = lines[index], reasons[index]
        if reason is not None and reason not in _CELLISH:
            break
        before = text[lines[index - 1].span.end : line.span.start]
        if _opens(line, len(rows) + 1):
            if rows:
                rows[-1] += _empty(before, lines[index - 1].span.end, usual)
            rows.append(_tokens(text, line.span))
        elif reason == "页码" and len(line.text) < 8 and not line.text.isdigit():
            pass
        else:
            ahead = any(_opens(following, len(rows) + 1) for following in lines[index : index + 3 * columns])
            number = outline.numbered(line.text)
            if number and number.heading and number.rank <= 5 and (not ahead or number.rank <= 3):
                break
            far = usual and before.count("\n") > 2 * usual + 1
            together = not usual and all(text.count("\n", row[0].start, row[-1].end) == 0 < len(row) - 1 for row in rows)
            full = len(rows[-1]) >= columns or bool(widest and len(rows[-1]) >= widest)
            if not ahead and "\n" in before and (far or together or full):
                break
            rows[-1] += _empty(before, lines[index - 1].span.end, usual)
            if _continues(lines[index - 1], line, usual):
                rows[-1][-1] = Span(rows[-1][-1].start, line.span.end)
            else:
                rows[-1].append(line.span)
        widest = max([len(row) for row in rows[:-1]], default=0)
        index += 1
    return rows, index


def _empty(between: str, offset: int, usual: int) -> list[Span]:
    """Cells that hold white space only: the text parts its cells by blank lines, and these lines have a blank in them."""
    if usual < 2:
        return []
    return [Span(offset + match.end(), offset + match.end()) for match in _BLANK_ROW.finditer(between)]


def _continues(before: Line, line: Line, usual: int) -> bool:
    """A cell of several lines: no blank line between them where cells are parted by such, else a line broken off."""
    if usual >= 2:
        return not line.gap
    return len(before.text) >= 15 and before.text[-1] not in "。；;！？!?）)" and not line.gap


def _columns(text: str, rows: Sequence[list[Span]], columns: int) -> tuple[tuple[Span, ...], ...]:
    """Each row's cells in column order; a row whose cells fit no columns for certain stays one cell."""
    whole = [row for row in rows if len(row) == columns]
    long = [any(row[n].end - row[n].start > _LONG for row in whole) for n in range(columns)]
    told: list[tuple[Span, ...]] = []
    for row in rows:
        # Cells are missing: certain only at the row's end, where an empty one or the other rows' lengths show it.
        ended = row[-1].start == row[-1].end
        alike = bool(whole) and all(
            long[n] or cell.end - cell.start <= _LONG for n, cell in enumerate(row) if len(row) <= columns
        ) and any(long[n] and cell.end - cell.start > _LONG for n, cell in enumerate(row) if len(row) <= columns)
        if len(row) == columns or (len(row) < columns and (ended or alike)):
            told.append(tuple(row))
        else:
            told.append((Span(row[0].start, [cell for cell in row if cell.start < cell.end][-1].end),))
    return tuple(told)
