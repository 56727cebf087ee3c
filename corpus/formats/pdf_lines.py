"""Characters of a page as lines with their places and sizes; it never joins lines to paragraphs and never drops one."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from corpus.formats.composer import BLANK
from corpus.formats.pdf_chars import Char, View
from corpus.formats.pdf_tables import Grid
from corpus.model import Run, Span

# In parts of the size of the characters: how far a baseline may wander within a line (raised figures), which
# gap opens a new column, and which gaps are spaces.
_WANDER = 0.45
_COLUMN_GAP = 2.2
_WORD_GAP = 0.2
_WIDE_GAP = 0.6
_FULL_GAP = 0.75
_NARROW_BLANK = 0.15
_SMALL = 0.75
# The box in which a character is drawn, below and above its baseline, and how far ink may reach beyond.
_DEPTH = 0.12
_HEIGHT = 0.88
_REACH = 1.2
_CHUNK = 8
_GRID_SIZE = 10.0
_DIGITS = 5


@dataclass(slots=True)
class Line:
    """One line of one page; places are in points of a frame in which it reads left to right, y upwards.

    left and right bound the visible characters, low and high the line; columns counts the stretches that wide gaps
    part it into; edges are the len(text) + 1 places between its code points; view leads to the page as shown. A
    line that stands for a table or a box has that as its `grid` and no text; one with neither is a rule that no
    paragraph crosses.
    """

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float
    bold: bool
    columns: int = 1
    low: float = 0.0
    high: float = 0.0
    edges: list[float] = field(default_factory=list)
    view: View | None = None
    grid: Grid | None = None

    def runs(self, start: int) -> Iterator[Run]:
        """Where the page shows the line, whose first code point is the `start`-th of the text."""
        view = self.view
        if view is None or not self.text:
            return
        count = len(self.text)
        # On a page scanned askew, a line's box would reach into its neighbours: short ones follow the slope. Text
        # that climbs has a box for each character.
        along = view.xx > 0 and abs(view.yx) < 0.1
        step = (count if view.yx == 0 else _CHUNK) if along else 1
        for first in range(0, count, step):
            last = min(first + step, count)
            left, low, right, high = view.box(self.edges[first], self.low, self.edges[last], self.high)
            if along:
                scale, shift = view.xx / view.width, view.at(0.0, (self.low + self.high) / 2)[0] / view.width
                edges = [round(scale * x + shift, _DIGITS) for x in self.edges[first : last + 1]]
                if edges[0] < 0 or edges[-1] > 1:
                    edges = [min(max(edge, 0.0), 1.0) for edge in edges]
            else:
                edges = [_part(left, view.width), _part(right, view.width)]
            yield Run(
                Span(start + first, start + last),
                self.page + 1,
                _part(view.height - high, view.height),
                _part(view.height - low, view.height),
                tuple(edges),
            )


def _part(place: float, whole: float) -> float:
    return round(min(max(place / whole, 0.0), 1.0), _DIGITS) if whole > 0 else 0.0


def lines(flow: Iterable[Char | Grid], page: int, view: View) -> list[Line]:
    """The lines that characters in drawing order make (`page` counts from 0), each grid among them as one line."""
    out: list[Line] = []
    for is_grid, items in itertools.groupby(flow, lambda item: isinstance(item, Grid)):
        if is_grid:
            out += [
                Line("", page, item.left, item.right, item.high - _GRID_SIZE, _GRID_SIZE, False, grid=item, view=view)
                for item in items
                if isinstance(item, Grid)
            ]
        else:
            runs = _runs(item for item in items if isinstance(item, Char))
            out += [line for run in runs if (line := _line(run, page, view)) is not None]
    return out


def in_order(found: list[Line]) -> list[Line]:
    """Neighbouring runs on one baseline as one line; the drawing order, which runs down the page and jumps up only
    for columns; else top down, left to right."""
    found = _merged(found)
    jumps = sum(1 for above, below in itertools.pairwise(found) if below.base > above.base + above.size)
    if jumps <= max(2, 0.1 * len(found)):
        return found
    return sorted(found, key=lambda line: (-round(line.base / 2), line.left))


def _runs(chars: Iterable[Char]) -> Iterator[list[Char]]:
    """Characters that follow one another on one baseline without a wide gap."""
    run: list[Char] = []
    for char in chars:
        if run:
            last = run[-1]
            size = max(last.size, char.size, 1.0)
            level = abs(char.base - last.base) <= (_WANDER * size if char.size != last.size else 0.1 * size)
            if not level or char.left < last.left - size or char.left - last.right > _COLUMN_GAP * size:
                yield run
                run = []
        run.append(char)
    if run:
        yield run


def _line(run: list[Char], page: int, view: View) -> Line | None:
    visible = [char for char in run if char.text.strip(BLANK)]
    if not visible:
        return None
    first, last = run.index(visible[0]), len(run) - run[::-1].index(visible[-1])
    out: list[str] = []
    edges: list[float] = []
    previous: Char | None = None
    usual = _usual_gap(run[first:last]) if any(char.apart for char in run[first:last]) else 0.0
    for char in run[first:last]:
        if previous is not None and previous.text != " " and char.text != " ":
            gap = (char.left - previous.right) / max(char.size, 1.0)
            # The ink of a 1 or an l leaves gaps too: between narrow characters pdfium has to see one as well.
            narrow = char.apart and _is_narrow(previous.text) and _is_narrow(char.text)
            if gap > (_WORD_GAP if narrow else _WIDE_GAP) and not (_is_mark(previous.text + char.text)):
                # pdfium drops ideographic spaces; between two wide characters a gap that size is one.
                out.append("\u3000" if gap > _FULL_GAP and not (previous.text + char.text).isascii() else " ")
                edges.append(previous.right)
            elif (
                char.apart
                and _gap(previous, char) > usual + _NARROW_BLANK
                and _is_word(previous.text)
                and _is_word(char.text)
            ):
                # A font's own blank, a quarter of a character wide, which the file has as a step and no character.
                out.append(" ")
                edges.append(previous.right)
        out.append(char.text)
        edges += [min(char.origin, char.left)] * len(char.text)
        previous = char
    edges.append(max(char.right for char in visible[-2:]))
    edges = list(itertools.accumulate(edges, max))
    sizes = sorted(char.size for char in visible)
    size = sizes[len(sizes) // 2]
    body = [char for char in visible if char.size >= _SMALL * size]
    base = body[0].base if body else visible[0].base
    return Line(
        text="".join(out),
        page=page,
        left=visible[0].left,
        right=visible[-1].right,
        base=base,
        size=round(size * 2) / 2,
        bold=all(char.bold for char in (visible[0], visible[len(visible) // 2], visible[-1])),
        low=max(min(base - _DEPTH * size, *(char.low for char in visible)), base - _REACH * size),
        high=min(max(base + _HEIGHT * size, *(char.high for char in visible)), base + _REACH * size),
        edges=edges,
        view=view,
    )


def _gap(previous: Char, char: Char) -> float:
    """What stands between two full-width characters beyond their own widths, in parts of their size."""
    return (char.origin - previous.origin) / max(previous.size, 1.0) - 1


def _usual_gap(run: list[Char]) -> float:
    """The gap between most full-width characters of a line: more than nothing where the line was stretched."""
    gaps = sorted(_gap(a, b) for a, b in itertools.pairwise(run) if _is_word(a.text) and _is_word(b.text))
    return gaps[len(gaps) // 2] if gaps else 0.0


def _is_word(text: str) -> bool:
    return "\u3400" <= text <= "\u9fff"


def _is_narrow(text: str) -> bool:
    return text.isascii() and not text.isspace()


def _is_mark(text: str) -> bool:
    """Full-width marks and brackets are drawn in half of their box: the gap beside them is no space."""
    return any(char in _MARKS for char in text)


_MARKS = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕—…·％\u3000")


def _merged(found: list[Line]) -> list[Line]:
    """Neighbouring runs on one baseline, parted only by wide gaps, as one line."""
    out: list[Line] = []
    for line in found:
        last = out[-1] if out else None
        if (
            last is not None and last.grid is None and line.grid is None and last.view is line.view
            and abs(last.base - line.base) < 0.1 * line.size and line.left >= last.right
        ):  # fmt: skip
            last.text = f"{last.text} {line.text}"
            last.edges = [*last.edges, *(max(edge, last.edges[-1]) for edge in line.edges)]
            last.right = line.right
            last.columns += line.columns
            last.bold = last.bold and line.bold
            last.size = max(last.size, line.size)
            last.low, last.high = min(last.low, line.low), max(last.high, line.high)
        else:
            out.append(line)
    return out
