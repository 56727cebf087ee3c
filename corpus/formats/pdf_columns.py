"""Which lines of a page stand side by side in columns; it never changes a line and never leaves one out."""

from itertools import pairwise

from corpus.formats.pdf_lines import Line

_COLUMN_LINES = 5
_GUTTER = 0.8
_CROSSING = 0.4
_SHARED = 3
_MIDDLE = (0.25, 0.8)


def split(found: list[Line], width: float) -> list[tuple[int, list[Line]]]:
    """A page's lines in reading order by column, numbered from 1 left to right; what runs across all columns, and
    all of a page that has but one, is column 0."""
    stretches: list[list[Line]] = [[]]
    for line in found:
        if stretches[-1] and line.base > stretches[-1][-1].base + line.size:
            stretches.append([])
        stretches[-1].append(line)
    if len(stretches) < 2:
        return [(0, found)]
    edges = [(min(line.left for line in part), max(line.right for line in part)) for part in stretches if part]
    apart = all(before[1] < after[0] for before, after in pairwise(edges))
    if apart and all(len(part) >= _COLUMN_LINES for part in stretches[:-1]):
        return list(enumerate(stretches, start=1))
    return banded(found, width) or [(0, found)]


def banded(found: list[Line], width: float, number: int = 1) -> list[tuple[int, list[Line]]] | None:
    """Lines parted by a gutter, with those that run across it above and below; None where there is no gutter."""
    place = _gutter(found, width)
    if place is None:
        return None
    left, right, across = _sides(found, place)
    out: list[tuple[int, list[Line]]] = []
    tops = sorted({round(line.base, 1) for line in across}, reverse=True)
    bounds = [float("inf"), *tops, float("-inf")]
    for high, low in pairwise(bounds):
        own = [line for line in across if round(line.base, 1) == high]
        if own:
            if out and out[-1][0] == 0:
                out[-1][1].extend(own)
            else:
                out.append((0, own))
        for side, column in ((left, number), (right, number + 1)):
            part = [line for line in side if low < line.base < high]
            if part:
                inner = banded(part, width, number + 2) if column == number + 1 else None
                out += inner or [(column, part)]
    # Whatever stands on the very height of a line across would be lost: such a page is left as drawn.
    return out if sum(len(part) for _, part in out) == len(found) else None


def _sides(found: list[Line], place: float) -> tuple[list[Line], list[Line], list[Line]]:
    left = [line for line in found if line.right <= place - _GUTTER * line.size]
    right = [line for line in found if line.left >= place - 1]
    sides = {id(line) for line in (*left, *right)}
    return left, right, [line for line in found if id(line) not in sides]


def _gutter(found: list[Line], width: float) -> float | None:
    """The left edge, shared by several lines, that the fewest lines run across; None where too many do."""
    if len(found) < 2 * _COLUMN_LINES:
        return None
    best: tuple[int, float] | None = None
    lefts = sorted(line.left for line in found)
    low, high = lefts[0] + _MIDDLE[0] * (width - 2 * lefts[0]), lefts[0] + _MIDDLE[1] * (width - 2 * lefts[0])
    for index, place in enumerate(lefts[: -_SHARED + 1]):
        if not low < place < high or lefts[index + _SHARED - 1] - place > 2:
            continue
        left, right, across = _sides(found, place)
        if min(len(left), len(right)) < _COLUMN_LINES or len(across) > _CROSSING * len(found):
            continue
        beside = min(max(part.base for part in left), max(part.base for part in right)) - max(
            min(part.base for part in left), min(part.base for part in right)
        )
        if beside > 0 and (best is None or len(across) < best[0]):
            best = len(across), place
    return best[1] if best else None
