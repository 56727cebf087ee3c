"""Ruled tables and framed boxes of a page: its grids, their cells, and which characters stand in which; it never reads
a table that no lines rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.formats.pdf_chars import Char
from corpus.formats.pdf_rules import Rules

_TOUCH = 3.0
_RULES_LIMIT = 400
_OVERHANG = 10.0
_FILLED = 0.3
_PAGE_SHARE = 0.8
_BOX_SHARE = 0.35
_BOX_CHARACTERS = 20


@dataclass(slots=True)
class Cell:
    """One cell: the rows and columns of the grid it begins at and spans, its edges, and what stands in it."""

    row: int
    column: int
    columns: int
    left: float
    right: float
    low: float
    high: float
    flow: list["Char | Grid"] = field(default_factory=list)


@dataclass(slots=True)
class Grid:
    """A ruled table or box of one page; `columns` are the places of its column edges, rows count from the top."""

    left: float
    right: float
    low: float
    high: float
    columns: list[float]
    rows: int
    cells: list[Cell]

    @property
    def is_box(self) -> bool:
        return all(cell.columns == len(self.columns) - 1 for cell in self.cells)


def grids(found: Rules, width: float, height: float) -> list[Grid]:
    """The grids that a page's rules make, innermost first; `width` and `height` are the page's."""
    if not 0 < len(found.across) <= _RULES_LIMIT or not 0 < len(found.down) <= _RULES_LIMIT:
        return []
    out = []
    for across, down in _components(found):
        grid = _grid(across, down)
        if grid is None or (grid.right - grid.left) * (grid.high - grid.low) > _PAGE_SHARE * width * height:
            continue
        if grid.is_box and grid.right - grid.left < _BOX_SHARE * width:
            continue
        out.append(grid)
    return sorted(out, key=lambda grid: (grid.right - grid.left) * (grid.high - grid.low))


def fill(found: list[Grid], chars: Sequence[Char]) -> list[Char | Grid]:
    """Put each character into the cell in which it stands.

    Returns the drawing order with the characters of each grid that holds text replaced by the grid itself, where
    the first of them was drawn. A box's cells hold grids within it likewise.
    """
    flow: list[Char | Grid] = list(chars)
    for grid in found:
        inside = [item for item in flow if _within(grid, item)]
        if not _holds_table(grid, [item for item in inside if isinstance(item, Char)]):
            continue
        for item in inside:
            cell = next((cell for cell in grid.cells if _stands_in(cell, item)), None)
            if cell is not None:
                cell.flow.append(item)
        members = {id(item) for item in inside}
        first = next(index for index, item in enumerate(flow) if id(item) in members)
        flow = [*flow[:first], grid, *(item for item in flow[first:] if id(item) not in members)]
    return flow


def _within(grid: Grid, item: Char | Grid) -> bool:
    if isinstance(item, Grid) and not grid.is_box:
        return False
    x, y = _middle(item)
    return grid.left <= x <= grid.right and grid.low <= y <= grid.high


def _middle(item: Char | Grid) -> tuple[float, float]:
    if isinstance(item, Char):
        return (item.left + item.right) / 2, item.base + 0.3 * item.size
    return (item.left + item.right) / 2, (item.low + item.high) / 2


def _holds_table(grid: Grid, chars: list[Char]) -> bool:
    visible = [char for char in chars if not char.text.isspace()]
    if grid.is_box:
        return len(visible) >= _BOX_CHARACTERS
    filled = sum(1 for cell in grid.cells if any(_stands_in(cell, char) for char in visible))
    return filled >= max(2, _FILLED * len(grid.cells))


def _stands_in(cell: Cell, item: Char | Grid) -> bool:
    x, y = _middle(item)
    return cell.left <= x <= cell.right and cell.low <= y <= cell.high


_Rule = tuple[float, float, float]


def _components(found: Rules) -> list[tuple[list[_Rule], list[_Rule]]]:
    """Rules that touch one another, directly or through others."""
    parents = list(range(len(found.across) + len(found.down)))

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for a, (y, left, right) in enumerate(found.across):
        for d, (x, low, high) in enumerate(found.down):
            if left - _TOUCH <= x <= right + _TOUCH and low - _TOUCH <= y <= high + _TOUCH:
                parents[root(a)] = root(len(found.across) + d)
    groups: dict[int, tuple[list[_Rule], list[_Rule]]] = {}
    for node in range(len(parents)):
        group = groups.setdefault(root(node), ([], []))
        if node < len(found.across):
            group[0].append(found.across[node])
        else:
            group[1].append(found.down[node - len(found.across)])
    return [group for group in groups.values() if group[0] and group[1] and len(group[0]) + len(group[1]) >= 3]


def _grid(across: list[_Rule], down: list[_Rule]) -> Grid | None:
    """The cells between the rules of one component; its outer sides count as ruled."""
    xs = _places([x for x, _, _ in down])
    left, right = min(rule[1] for rule in across), max(rule[2] for rule in across)
    if left < xs[0] - _OVERHANG:
        xs.insert(0, left)
    if right > xs[-1] + _OVERHANG:
        xs.append(right)
    ys = _places([y for y, _, _ in across])
    low, high = min(rule[1] for rule in down), max(rule[2] for rule in down)
    if low < ys[0] - _OVERHANG:
        ys.insert(0, low)
    if high > ys[-1] + _OVERHANG:
        ys.append(high)
    ys.reverse()
    if len(xs) < 2 or len(ys) < 2:
        return None
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = [[row * columns + column for column in range(columns)] for row in range(rows)]

    def merge(old: int, new: int) -> None:
        for line in owner:
            for column, value in enumerate(line):
                if value == old:
                    line[column] = new

    for row in range(rows):
        middle = (ys[row] + ys[row + 1]) / 2
        for column in range(columns - 1):
            if not _ruled(down, xs[column + 1], middle):
                merge(owner[row][column + 1], owner[row][column])
    for column in range(columns):
        middle = (xs[column] + xs[column + 1]) / 2
        for row in range(rows - 1):
            if not _ruled(across, ys[row + 1], middle):
                merge(owner[row + 1][column], owner[row][column])
    places: dict[int, list[tuple[int, int]]] = {}
    for row in range(rows):
        for column in range(columns):
            places.setdefault(owner[row][column], []).append((row, column))
    cells = []
    for own in places.values():
        top, bottom = min(row for row, _ in own), max(row for row, _ in own)
        first, last = min(column for _, column in own), max(column for _, column in own)
        cells.append(Cell(top, first, last - first + 1, xs[first], xs[last + 1], ys[bottom + 1], ys[top]))
    return Grid(xs[0], xs[-1], ys[-1], ys[0], xs, rows, cells)


def _places(found: list[float]) -> list[float]:
    """Places closer than a touch are one."""
    out: list[float] = []
    for place in sorted(found):
        if not out or place - out[-1] > _TOUCH:
            out.append(place)
    return out


def _ruled(found: list[_Rule], place: float, middle: float) -> bool:
    return any(abs(rule[0] - place) <= _TOUCH and rule[1] <= middle <= rule[2] for rule in found)
