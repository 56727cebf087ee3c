"""A page's ruled grids as tables and boxes, joined to those of the page before; it never looks at running text."""

from corpus.formats.composer import header_rows
from corpus.formats.pdf_blocks import HANGING, TERMINAL, Block, Box, Paragraph, Table, extend, first_word, opened
from corpus.formats.pdf_lines import Line, in_order, lines
from corpus.formats.pdf_tables import Grid

# In points: how far a table's columns may differ on its next page, and the most a cell keeps clear of its rules.
_ALIGNED = 4.0
_PAD_LIMIT = 12.0
# How much wider than its cell, in parts of its size, a line may turn out by rounding.
_SLACK = 0.35


def append_grid(out: list[Block], line: Line) -> None:
    """Append a page's grid, to the table or box that it continues where there is one."""
    grid = line.grid
    if grid is None or line.view is None:
        return
    before = out[-1] if out else None
    if grid.is_box:
        part: list[Line] = []
        for cell in grid.cells:
            found = in_order(lines(cell.flow, line.page, line.view))
            part += [*([_barrier(line)] if part and found else []), *found]
        if (
            isinstance(before, Box) and abs(before.left - grid.left) < _ALIGNED and abs(before.right - grid.right) < _ALIGNED
            and before.parts[-1] and before.parts[-1][-1].page == line.page - 1
        ):  # fmt: skip
            before.parts.append(part)
        else:
            out.append(Box(line.page, grid.left, grid.right, [part], []))
        return
    table = _table(grid, line)
    if isinstance(before, Table) and _follows(before, table):
        _append_rows(before, table)
    else:
        table.headers = header_rows([[cell.text if cell else "" for cell in row] for row in table.rows])
        out.append(table)


def _barrier(line: Line) -> Line:
    return Line("", line.page, line.left, line.right, line.base, line.size, False)


def _table(grid: Grid, line: Line) -> Table:
    view = line.view
    assert view is not None
    columns = len(grid.columns) - 1
    rows: list[list[Paragraph | None]] = [[None] * columns for _ in range(grid.rows)]
    widths = [[0.0] * columns for _ in range(grid.rows)]
    found = [(cell, in_order(lines(cell.flow, line.page, view))) for cell in grid.cells]
    pads = [own.left - cell.left for cell, part in found for own in part if own.text]
    pad = min(max(min(pads, default=0.0), 0.0), _PAD_LIMIT)
    for cell, part in found:
        room = cell.right - cell.left - 2 * pad
        widths[cell.row][cell.column] = room
        text: Paragraph | None = None
        for own in part:
            if not own.text:
                continue
            if text is None:
                text = opened(own)
            else:
                extend(text, own, " " if _room_left(text.lines[-1], own, room) else "")
        rows[cell.row][cell.column] = text
    filled = [(row, width) for row, width in zip(rows, widths, strict=True) if any(row)]
    return Table(line.page, grid.columns, [row for row, _ in filled], 0, [width for _, width in filled])


def _room_left(above: Line, line: Line, room: float) -> bool:
    """Whether the line above ended before it had to: the next word would still have fitted into the cell."""
    # A closing mark's ink fills half of its box.
    mark = 0.5 * line.size if HANGING.search(above.text) and not above.text[-1].isascii() else 0.0
    return above.right + mark - above.left + first_word(line) < room - _SLACK * line.size


def _follows(before: Table, table: Table) -> bool:
    aligned = len(before.columns) == len(table.columns) and all(
        abs(a - b) < _ALIGNED for a, b in zip(before.columns, table.columns, strict=True)
    )
    ended = max((cell.lines[-1].page for cell in before.rows[-1] if cell), default=before.page)
    return aligned and ended == table.page - 1


def _append_rows(before: Table, table: Table) -> None:
    """The next page's rows, without the column names that it repeats; a row that runs over the page's end is one."""
    rows, widths = table.rows, table.widths
    names = [[cell.text if cell else "" for cell in row] for row in before.rows[: max(before.headers, 1)]]
    if [[cell.text if cell else "" for cell in row] for row in rows[: len(names)]] == names:
        rows, widths = rows[len(names) :], widths[len(names) :]
    if rows and before.rows and _runs_over(before.rows[-1], rows[0], before.widths[-1]):
        for column, cell in enumerate(rows[0]):
            upper = before.rows[-1][column]
            if cell is not None and upper is not None:
                for line in cell.lines:
                    extend(upper, line)
        rows, widths = rows[1:], widths[1:]
    before.rows += rows
    before.widths += widths


def _runs_over(above: list[Paragraph | None], row: list[Paragraph | None], widths: list[float]) -> bool:
    """Whether a page's first row is the rest of the row above: every cell of it reads on a full line."""
    if row[0] is not None and all(row):
        return False
    return any(row) and all(
        cell is None
        or (
            upper is not None
            and not TERMINAL.search(upper.text)
            and not _room_left(upper.lines[-1], cell.lines[0], room)
        )
        for cell, upper, room in zip(row, above, widths, strict=True)
    )
