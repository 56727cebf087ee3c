"""What a PDF page draws beside its text: the straight lines that may rule a table, and how much of it pictures cover;
it never looks at the text."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from corpus.formats.pdf_chars import View

OBJECTS_LIMIT = 30_000
"""A page that draws more than this is a map: nothing on it is a table."""

_DEPTH_LIMIT = 4
_SEGMENTS_LIMIT = 2_000
_THIN = 3.0
_SHORT = 5.0
_GAP = 3.0
_WHITE = 250


@dataclass(slots=True)
class Rules:
    """Straight lines in points of the reading frame: across as (y, x from, x to), down as (x, y from, y to).

    covered: the pictures' share of the page, 0–1; drawn: how many shapes that are no text the page draws; pixels:
    how many its pictures have.
    """

    across: list[tuple[float, float, float]] = field(default_factory=list)
    down: list[tuple[float, float, float]] = field(default_factory=list)
    covered: float = 0.0
    drawn: int = 0
    pixels: int = 0


def rules(page: Any, view: View, width: float, height: float) -> Rules:
    """The page's rules; `view` leads from the file's coordinates to the reading frame of `width` by `height`."""
    import pypdfium2.raw as pdfium

    found = Rules()
    across, down = ctypes.c_uint(), ctypes.c_uint()
    own = (view.xx, view.yx, view.xy, view.yy, view.x0, view.y0)
    shapes = _shapes(page.raw, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, own, 0)
    for seen, (shape, kind, matrix) in enumerate(shapes):
        if seen >= OBJECTS_LIMIT:
            found.across, found.down = [], []
            break
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            found.drawn += 1
            _path(shape, matrix, found)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            found.drawn += 1
            found.covered += _covered(shape, matrix, width, height)
            if pdfium.FPDFImageObj_GetImagePixelSize(shape, across, down):
                found.pixels += across.value * down.value
    found.across, found.down = _joined(found.across), _joined(found.down)
    return found


_Matrix = tuple[float, float, float, float, float, float]


def _shapes(parent: Any, count: Any, get: Any, matrix: _Matrix, depth: int) -> Iterator[tuple[Any, int, _Matrix]]:
    """Every object of a page or form with its kind and the matrix of its surroundings."""
    import pypdfium2.raw as pdfium

    for index in range(count(parent)):
        shape = get(parent, index)
        kind = pdfium.FPDFPageObj_GetType(shape)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEPTH_LIMIT:
            inner = _times(_matrix(shape), matrix)
            yield from _shapes(
                shape, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, inner, depth + 1
            )  # fmt: skip
        else:
            yield shape, kind, matrix


def _matrix(shape: Any) -> _Matrix:
    import pypdfium2.raw as pdfium

    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(shape, found):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _covered(shape: Any, matrix: _Matrix, width: float, height: float) -> float:
    """The share of the page that a picture (the unit square under its matrix) covers."""
    a, b, c, d, e, f = _times(_matrix(shape), matrix)
    xs = (e, a + e, c + e, a + c + e)
    ys = (f, b + f, d + f, b + d + f)
    across = max(0.0, min(max(xs), width) - max(min(xs), 0.0))
    up = max(0.0, min(max(ys), height) - max(min(ys), 0.0))
    return across * up / max(width * height, 1.0)


def _path(shape: Any, matrix: _Matrix, found: Rules) -> None:
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPath_CountSegments(shape)
    if not 2 <= count <= _SEGMENTS_LIMIT:
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(shape, fill, stroke)
    if not (stroke.value or fill.value) or not _inked(shape, bool(stroke.value)):
        return
    a, b, c, d, e, f = _times(_matrix(shape), matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    part: list[tuple[float, float]] = []
    whole: list[tuple[float, float]] = []
    curved = False
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(shape, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        place = a * x.value + c * y.value + e, b * x.value + d * y.value + f
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            whole += part
            _outline(part, curved, bool(stroke.value), found)
            part, curved = [place], False
            continue
        curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
        part.append(place)
        if pdfium.FPDFPathSegment_GetClose(segment):
            part.append(part[0])
    _outline(part, curved, bool(stroke.value), found)
    if not stroke.value and whole:
        _ring(whole, part, found)


def _ring(inner: list[tuple[float, float]], outer: list[tuple[float, float]], found: Rules) -> None:
    """A frame filled between its outer and its inner edge, in either order: each side that is thin is a rule."""
    if max(x for x, _ in inner) > max(x for x, _ in outer):
        outer, inner = inner, outer
    left, right = min(x for x, _ in outer), max(x for x, _ in outer)
    low, high = min(y for _, y in outer), max(y for _, y in outer)
    within = (min(x for x, _ in inner), max(x for x, _ in inner), min(y for _, y in inner), max(y for _, y in inner))
    if not (left <= within[0] <= left + _THIN and right - _THIN <= within[1] <= right):
        return
    if low <= within[2] <= low + _THIN and high - _THIN <= within[3] <= high:
        found.down += [(x, low, high) for x, side in ((left, within[0]), (right, within[1])) if abs(x - side) > 0.1]
        found.across += [(y, left, right) for y, side in ((low, within[2]), (high, within[3])) if abs(y - side) > 0.1]


def _outline(part: list[tuple[float, float]], curved: bool, stroked: bool, found: Rules) -> None:
    """One stretch of a path: a thin filled bar is a rule, a stroked outline one for each straight side."""
    if len(part) < 2:
        return
    xs, ys = [x for x, _ in part], [y for _, y in part]
    left, right, low, high = min(xs), max(xs), min(ys), max(ys)
    wide, tall = right - left, high - low
    if tall <= _THIN < wide:
        found.across.append(((low + high) / 2, left, right))
    elif wide <= _THIN < tall:
        found.down.append(((left + right) / 2, low, high))
    elif wide <= _THIN and tall <= _THIN:
        # A dot of a dotted line counts both ways; alone it is too short for either.
        found.across.append(((low + high) / 2, left, right))
        found.down.append(((left + right) / 2, low, high))
    elif stroked and curved and len(part) > 8 and part[0] == part[-1]:
        # A frame with rounded corners.
        found.across += [(low, left, right), (high, left, right)]
        found.down += [(left, low, high), (right, low, high)]
    elif stroked and not curved:
        for (x0, y0), (x1, y1) in pairwise(part):
            if abs(y0 - y1) < 0.5 < abs(x0 - x1):
                found.across.append(((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x0 - x1) < 0.5 < abs(y0 - y1):
                found.down.append(((x0 + x1) / 2, min(y0, y1), max(y0, y1)))


def _inked(shape: Any, stroked: bool) -> bool:
    """Whether the path's colour shows on white paper."""
    import pypdfium2.raw as pdfium

    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    read = pdfium.FPDFPageObj_GetStrokeColor if stroked else pdfium.FPDFPageObj_GetFillColor
    if not read(shape, red, green, blue, alpha):
        return True
    return alpha.value > 0 and min(red.value, green.value, blue.value) < _WHITE


def _joined(found: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Pieces of one rule drawn cell by cell or dot by dot as one; what stays short is dropped."""
    levels: list[list[tuple[float, float, float]]] = []
    for piece in sorted(found):
        if levels and piece[0] - levels[-1][-1][0] <= 1.0:
            levels[-1].append(piece)
        else:
            levels.append([piece])
    out = []
    for level in levels:
        place = sum(piece[0] for piece in level) / len(level)
        start = end = None
        for _, first, last in sorted(level, key=lambda piece: piece[1]):
            if start is None or end is None:
                start, end = first, last
            elif first <= end + _GAP:
                end = max(end, last)
            else:
                out.append((place, start, end))
                start, end = first, last
        if start is not None and end is not None:
            out.append((place, start, end))
    return [rule for rule in out if rule[2] - rule[1] >= _SHORT]
