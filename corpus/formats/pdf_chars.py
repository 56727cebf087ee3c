"""A PDF page's characters with their places as the page is shown, turned and cropped; it never groups them and never
drops a visible one that reads along the page."""

import ctypes
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

CHARACTERS_LIMIT = 200_000
"""A page with more characters than this is not a page of text."""

# Some fonts' tables give a radical's code to the character drawn alike; nobody writes the radical. Kangxi
# radicals fold by NFKC, these others have no folding in Unicode (EquivalentUnifiedIdeograph in Unihan).
_RADICALS = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    0x2E81: "厂", 0x2E9F: "母", 0x2EA0: "民", 0x2EC1: "虎", 0x2EC4: "西", 0x2EC5: "见", 0x2EC6: "角",
    0x2EC9: "贝", 0x2ECB: "车", 0x2ED3: "长", 0x2ED4: "门", 0x2ED8: "青", 0x2ED9: "韦", 0x2EDA: "页",
    0x2EDB: "风", 0x2EDC: "飞", 0x2EE2: "马", 0x2EE3: "骨", 0x2EE4: "鬼", 0x2EE5: "鱼", 0x2EE6: "鸟",
    0x2EE7: "卤", 0x2EE8: "麦", 0x2EE9: "黄", 0x2EEA: "黾", 0x2EEC: "齐", 0x2EEE: "齿", 0x2EF0: "龙",
    0x2EF3: "龟",
}  # fmt: skip
# Codes that pdfium also adds of its own: blanks and line ends where it sees gaps, hyphens at a line's end.
_GENERATED = frozenset((0x02, 0x0A, 0x0D, 0x20, 0x2D))
_UNSHOWN = frozenset((0x02, 0xAD, 0xFFFE, 0xFFFF))
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"simhei", b"heiti", b"xiaobiaosong")
_BOLD_WEIGHT = 600
_FILL_AND_STROKE = 2
# How far from a quarter turn text may lean and still be a line of the page: scans' text layers lean a little,
# watermarks a lot.
_LEAN = math.radians(6)
_DEVICE = 1_000_000


@dataclass(slots=True, eq=False)
class Char:
    """One character; places in points, y upwards. left, right, low and high bound its ink, origin is where its
    advance begins; apart: pdfium sees a gap before it."""

    text: str
    left: float
    right: float
    low: float
    high: float
    origin: float
    base: float
    size: float
    bold: bool
    apart: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Where points of a reading frame (y upwards) stand on the page as shown, `width` by `height` points:
    x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0, y' upwards from the lower left corner."""

    width: float
    height: float
    xx: float = 1.0
    xy: float = 0.0
    x0: float = 0.0
    yx: float = 0.0
    yy: float = 1.0
    y0: float = 0.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.xx * x + self.xy * y + self.x0, self.yx * x + self.yy * y + self.y0

    def box(self, left: float, low: float, right: float, high: float) -> tuple[float, float, float, float]:
        """The upright box (left, low, right, high) on the page that holds this one of the reading frame."""
        corners = [self.at(x, y) for x in (left, right) for y in (low, high)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


def upright(width: float, height: float, turns: int) -> View:
    """The view of a frame that is read after turning the shown page by quarter turns clockwise; `width` and
    `height` are the shown page's. The frame's lower left corner is (0, 0) too."""
    if turns == 1:  # Text that climbs: x of the frame runs up the page.
        return View(width, height, 0.0, -1.0, width, 1.0, 0.0, 0.0)
    if turns == 2:
        return View(width, height, -1.0, 0.0, width, 0.0, -1.0, height)
    if turns == 3:
        return View(width, height, 0.0, 1.0, 0.0, -1.0, 0.0, height)
    return View(width, height)


def shown(page: Any) -> View:
    """From the file's coordinates to the page as shown: its crop box, turned by its /Rotate."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    x, y = ctypes.c_int(), ctypes.c_int()

    def device(px: float, py: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, _DEVICE, _DEVICE, 0, px, py, x, y)
        return x.value * width / _DEVICE, height - y.value * height / _DEVICE

    # Far apart, so that rounding to the device's whole numbers does not show.
    reach = max(width, height, 1.0)
    (ox, oy), (ax, ay), (bx, by) = device(0, 0), device(reach, 0), device(0, reach)
    return View(
        width, height, (ax - ox) / reach, (bx - ox) / reach, ox, (ay - oy) / reach, (by - oy) / reach, oy
    )  # fmt: skip


def inside(outer: View, inner: View) -> View:
    """The view that goes from `outer`'s source to `inner`'s reading frame: outer first, then back through inner,
    whose turn is a quarter turn."""
    # A turn's inverse is its transpose.
    xx, xy, yx, yy = inner.xx, inner.yx, inner.xy, inner.yy
    dx, dy = outer.x0 - inner.x0, outer.y0 - inner.y0
    return View(
        outer.width, outer.height,
        xx * outer.xx + xy * outer.yx, xx * outer.xy + xy * outer.yy, xx * dx + xy * dy,
        yx * outer.xx + yy * outer.yx, yx * outer.xy + yy * outer.yy, yx * dx + yy * dy,
    )  # fmt: skip


def chars(textpage: Any, source: View) -> dict[int, list[Char]]:
    """The characters of one pypdfium2 text page in the order in which the file draws them, by the quarter turns at
    which they are read, most frequent turn first, each in its own upright reading frame.

    Left out: what stands outside the page as shown and what leans (watermarks).
    """
    import pypdfium2.raw as pdfium

    unicode_of, object_of, box_of, origin_of = _calls()
    raw = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    left, right, low, high = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_double(), ctypes.c_double()
    box = tuple(ctypes.byref(place) for place in (left, right, low, high))
    origin = ctypes.byref(x), ctypes.byref(y)
    views = [inside(source, upright(source.width, source.height, turns)) for turns in range(4)]
    shifts = [(view.xx, view.xy, view.x0, view.yx, view.yy, view.y0) for view in views]
    out: dict[int, list[Char]] = {}
    styles: dict[int, tuple[float, bool, int | None]] = {}
    surrogate = 0
    apart = False
    for index in range(min(pdfium.FPDFText_CountChars(textpage.raw), CHARACTERS_LIMIT)):
        code = unicode_of(raw, index)
        if code in _GENERATED and pdfium.FPDFText_IsGenerated(textpage.raw, index) == 1:
            apart = code == 0x20
            continue
        if 0xD800 <= code < 0xDC00:
            surrogate = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((surrogate - 0xD800) << 10) + (code - 0xDC00) if surrogate else 0xFFFD
            surrogate = 0
        if code < 32 or code in _UNSHOWN or code > 0x10FFFF or not box_of(raw, index, *box):
            continue
        key = object_of(raw, index) or -index
        style = styles.get(key)
        if style is None:
            style = styles[key] = _style(textpage, index, source)
        size, bold, turns = style
        if turns is None:
            continue
        origin_of(raw, index, *origin)
        # View.at, written out: this is run for every character.
        xx, xy, x_shift, yx, yy, y_shift = shifts[turns]
        near, b, far, h, ox, oy = left.value, low.value, right.value, high.value, x.value, y.value
        x0, y0 = xx * near + xy * b + x_shift, yx * near + yy * b + y_shift
        x1, y1 = xx * far + xy * h + x_shift, yx * far + yy * h + y_shift
        ox, base = xx * ox + xy * oy + x_shift, yx * ox + yy * oy + y_shift
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        wide, tall = (source.height, source.width) if turns % 2 else (source.width, source.height)
        if x1 < 0 or x0 > wide or base < -0.2 * size or base > tall:
            continue
        text = _RADICALS.get(code) or chr(code)
        out.setdefault(turns, []).append(Char(text, x0, x1, y0, y1, ox, base, size, bold, apart))
        apart = False
    counts = Counter({turns: len(found) for turns, found in out.items()})
    return {turns: out[turns] for turns, _ in counts.most_common()}


def _style(textpage: Any, index: int, source: View) -> tuple[float, bool, int | None]:
    """Size in points, whether bold, and quarter turns at which it is read (None: it leans) of a text object, by one
    of its characters."""
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    # A font may be set at size 1 and scaled by the text matrix: only both together are the size on the page.
    size = pdfium.FPDFText_GetFontSize(textpage.raw, index)
    turns: int | None = 0
    if pdfium.FPDFText_GetMatrix(textpage.raw, index, matrix):
        size *= math.hypot(matrix.c, matrix.d)
        across = source.xx * matrix.a + source.xy * matrix.b
        along = source.yx * matrix.a + source.yy * matrix.b
        angle = math.atan2(along, across)
        turns = round(angle / (math.pi / 2)) % 4
        lean = math.remainder(angle, math.pi / 2)
        if abs(lean) > _LEAN:
            turns = None
    return size, _is_bold(textpage, index), turns


def _is_bold(textpage: Any, index: int) -> bool:
    """Of a bold weight, of a font that names itself bold, or drawn bold by stroking its outline."""
    import pypdfium2.raw as pdfium

    if pdfium.FPDFText_GetFontWeight(textpage.raw, index) >= _BOLD_WEIGHT:
        return True
    shape = pdfium.FPDFText_GetTextObject(textpage.raw, index)
    if shape and pdfium.FPDFTextObj_GetTextRenderMode(shape) == _FILL_AND_STROKE:
        return True
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(textpage.raw, index, name, 128, flags)
    font = name.value.lower() if 0 < length <= 128 else b""
    return any(word in font for word in _BOLD_NAMES)


@cache
def _calls() -> tuple[Any, Any, Any, Any]:
    """The four functions called for every character, declared over plain addresses: twice as fast."""
    import pypdfium2.raw as pdfium

    address, index, place = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p

    def plain(function: Any, result: Any, *arguments: Any) -> Any:
        return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)

    return (
        plain(pdfium.FPDFText_GetUnicode, ctypes.c_uint, address, index),
        plain(pdfium.FPDFText_GetTextObject, ctypes.c_void_p, address, index),
        plain(pdfium.FPDFText_GetCharBox, ctypes.c_int, address, index, place, place, place, place),
        plain(pdfium.FPDFText_GetCharOrigin, ctypes.c_int, address, index, place, place),
    )
