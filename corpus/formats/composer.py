"""Builds a Reading's text line by line together with the hints over it; it never changes a line it was
given."""

import re
from collections.abc import Sequence

from corpus.model import Hint, Reading, Span

CELL_SEPARATOR = " | "
BLANK = " \t\r\n\f\v\u3000\xa0\u200b\u200c\u200d\ufeff\u2002\u2003\u2009"
"""What an indent or a trailing blank is made of in pages and documents."""

_HEADER_CELL = 20
_FIGURE = re.compile(r"[\d.,，%％+\-—–/~～\s]+")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Composer:
    """Lines in, a Reading out: lines are joined by a newline, hints span the joined text."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._length = 0
        self._hints: list[Hint] = []

    @property
    def end(self) -> int:
        """The offset at which the text so far ends."""
        return self._length

    def line(self, text: str) -> Span:
        """Append one line (it may itself hold newlines); its span."""
        start = self._length + 1 if self._lines else 0
        self._lines.append(text)
        self._length = start + len(text)
        return Span(start, self._length)

    def hint(self, span: Span, style: str, level: int = 0) -> None:
        self._hints.append(Hint(span, style, level))

    def include(self, other: Reading) -> None:
        """Append all lines of another reading with their hints."""
        if other.text:
            start = self.line(other.text).start
            self._hints += [
                Hint(Span(start + hint.span.start, start + hint.span.end), hint.style, hint.level)
                for hint in other.hints
            ]

    def table(self, rows: Sequence[Sequence[str]], headers: int) -> Span | None:
        """Append a table, one line a row; `headers` rows at its top hold column names. Its span, or None.

        Hints: table over all, row over each row, table-header besides row over header rows, cell over each
        cell, in column order and empty (start == end) where the cell is empty, so that the n-th cell is the
        n-th column. Blank rows and the blank cells at a row's end are left out.
        """
        first = last = None
        hints: list[Hint] = []
        for number, row in enumerate(rows):
            filled = list(row)
            while filled and not filled[-1]:
                filled.pop()
            if not filled:
                continue
            span = self.line(CELL_SEPARATOR.join(filled))
            hints.append(Hint(span, "row"))
            if number < headers:
                hints.append(Hint(span, "table-header"))
            offset = span.start
            for cell in filled:
                hints.append(Hint(Span(offset, offset + len(cell)), "cell"))
                offset += len(cell) + len(CELL_SEPARATOR)
            first = span if first is None else first
            last = span
        if first is None or last is None:
            return None
        whole = Span(first.start, last.end)
        self._hints.append(Hint(whole, "table"))
        self._hints += hints
        return whole

    def reading(self, pages: tuple[int, ...] = ()) -> Reading:
        """The Reading; hints in text order, wider before narrower."""
        order = sorted(self._hints, key=lambda hint: (hint.span.start, -hint.span.end))
        return Reading("\n".join(self._lines), pages, tuple(order))


def is_column_name(cell: str) -> bool:
    """Whether a cell may name a column: short, and no figure other than a year."""
    return 0 < len(cell) <= _HEADER_CELL and (not _FIGURE.fullmatch(cell) or bool(_YEAR.fullmatch(cell)))


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows at the top hold column names, where the format does not say: one or none.

    One when every cell of the first row is filled, short, no figure, and differs from the others. The corner may be
    blank, and bare years count as names where there are two of them or two names besides.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    first = list(rows[0])
    if not first[0] and len(first) > 2 and any(row and row[0] for row in rows[1:]):
        first = first[1:]
    years = sum(1 for cell in first if _YEAR.fullmatch(cell))
    if years == 1 and len(first) - years < 2:
        return 0
    return int(all(map(is_column_name, first)) and len(set(first)) == len(first))
