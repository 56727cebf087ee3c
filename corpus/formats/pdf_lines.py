"""A PDF page's characters as lines with their places and sizes; it never joins lines and never drops one."""

import ctypes
import itertools
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.formats.composer import BLANK

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

# In parts of the size of the characters: how far a baseline may wander within a line (raised figures), which
# gap opens a new column, and which gaps are spaces.
_WANDER = 0.45
_COLUMN_GAP = 2.2
_WORD_GAP = 0.2
_WIDE_GAP = 0.6
_FULL_GAP = 0.75
_SMALL = 0.75


@dataclass(slots=True)
class Line:
    """One line of one page; places are in points from the page's lower left corner.

    left and right bound the visible characters; columns counts the stretches that wide gaps part it into.
    """

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float
    bold: bool
    columns: int = 1


@dataclass(slots=True)
class _Char:
    text: str
    left: float
    right: float
    base: float
    size: float
    index: int


def lines(textpage: Any, page: int) -> list[Line]:
    """The lines of one pypdfium2 text page (`page` counts from 0), in the order in which the file draws them,
    top down where that order jumps about."""
    found = [line for run in _runs(_chars(textpage)) if (line := _line(run, page, textpage)) is not None]
    return _in_order(_merged(found))


def _chars(textpage: Any) -> Iterator[_Char]:
    import pypdfium2.raw as pdfium

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_MATRIX()
    raw = textpage.raw
    count = min(pdfium.FPDFText_CountChars(raw), CHARACTERS_LIMIT)
    high = 0
    for index in range(count):
        # pdfium adds blanks and line ends of its own where it sees gaps; the gaps are measured here instead.
        if pdfium.FPDFText_IsGenerated(raw, index) == 1:
            continue
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
            high = 0
        if code < 32 or code in (0xFFFE, 0xFFFF, 0x2, 0xAD) or code > 0x10FFFF:
            continue
        if not pdfium.FPDFText_GetCharBox(raw, index, left, right, bottom, top):
            continue
        pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
        # A font may be set at size 1 and scaled by the text matrix: only both together are the size on the page.
        size = pdfium.FPDFText_GetFontSize(raw, index)
        if pdfium.FPDFText_GetMatrix(raw, index, matrix):
            size *= math.hypot(matrix.c, matrix.d)
        yield _Char(_RADICALS.get(code, chr(code)), left.value, right.value, y.value, size, index)


def _runs(chars: Iterator[_Char]) -> Iterator[list[_Char]]:
    """Characters that follow one another on one baseline without a wide gap."""
    run: list[_Char] = []
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


def _line(run: list[_Char], page: int, textpage: Any) -> Line | None:
    visible = [char for char in run if char.text.strip(BLANK)]
    if not visible:
        return None
    first, last = run.index(visible[0]), len(run) - run[::-1].index(visible[-1])
    out: list[str] = []
    previous: _Char | None = None
    for char in run[first:last]:
        if previous is not None and previous.text != " " and char.text != " ":
            gap = (char.left - previous.right) / max(char.size, 1.0)
            narrow = _is_narrow(previous.text) and _is_narrow(char.text)
            if gap > (_WORD_GAP if narrow else _WIDE_GAP) and not (_is_mark(previous.text + char.text)):
                # pdfium drops ideographic spaces; between two wide characters a gap that size is one.
                out.append("\u3000" if gap > _FULL_GAP and not (previous.text + char.text).isascii() else " ")
        out.append(char.text)
        previous = char
    sizes = sorted(char.size for char in visible)
    size = sizes[len(sizes) // 2]
    body = [char for char in visible if char.size >= _SMALL * size]
    return Line(
        text="".join(out),
        page=page,
        left=visible[0].left,
        right=visible[-1].right,
        base=body[0].base if body else visible[0].base,
        size=round(size * 2) / 2,
        bold=_is_bold(textpage, visible),
    )


def _is_narrow(text: str) -> bool:
    return text.isascii() and not text.isspace()


def _is_mark(text: str) -> bool:
    """Full-width marks and brackets are drawn in half of their box: the gap beside them is no space."""
    return any(char in _MARKS for char in text)


_MARKS = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕—…·％\u3000")


def _is_bold(textpage: Any, visible: list[_Char]) -> bool:
    """Whether the first, middle and last character are of a bold weight or of a font that names itself
    bold."""
    import pypdfium2.raw as pdfium

    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    for char in (visible[0], visible[len(visible) // 2], visible[-1]):
        if pdfium.FPDFText_GetFontWeight(textpage.raw, char.index) >= 600:
            continue
        length = pdfium.FPDFText_GetFontInfo(textpage.raw, char.index, name, 128, flags)
        font = name.value.lower() if 0 < length <= 128 else b""
        if not any(word in font for word in (b"bold", b"black", b"heavy", b"simhei", b"heiti", b"xiaobiaosong")):
            return False
    return True


def _merged(found: list[Line]) -> list[Line]:
    """Neighbouring runs on one baseline, parted only by wide gaps, as one line."""
    out: list[Line] = []
    for line in found:
        last = out[-1] if out else None
        if last is not None and abs(last.base - line.base) < 0.1 * line.size and line.left >= last.right:
            last.text = f"{last.text} {line.text}"
            last.right = line.right
            last.columns += 1
            last.bold = last.bold and line.bold
            last.size = max(last.size, line.size)
        else:
            out.append(line)
    return out


def _in_order(found: list[Line]) -> list[Line]:
    """The drawing order, which runs down the page and jumps up only for columns; else top down, left to
    right."""
    jumps = sum(1 for above, below in itertools.pairwise(found) if below.base > above.base + above.size)
    if jumps <= max(2, 0.1 * len(found)):
        return found
    return sorted(found, key=lambda line: (-round(line.base / 2), line.left))
