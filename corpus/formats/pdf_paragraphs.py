"""Lines of pages joined to paragraphs, running heads and page numbers left out; it never changes a line's
words."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from corpus.formats.pdf_lines import Line

# In parts of the size of the characters.
_INDENT = 1.3
_EDGE = 0.6
_SLACK = 0.35
_RAGGED = 2.5
_LEADING = 1.35
_ZONE = 0.13
_FULL_PAGE_MARGIN = 3
_COLUMN_LINES = 5

_PAGE_NUMBER = re.compile(
    r"[-—–－·•\s]*(?:第\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*页)?(?:\s*[/／,，]?\s*(?:共\s*)?\d{1,4}\s*页?)?[-—–－·•\s]*"
)
_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,7}")
_HANGING = re.compile(r"[，。、；：？！”’）》】〕,.;:!?)]$")
_TERMINAL = re.compile(r"[。！？；：…!?;:][”’）》」\"')]*$")
_OPENS = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,5}[编篇部分章节条]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,3}[.．、](?!\d)|专栏\s*[\d一二三四五六七八九十]|——|[①-⑳●■◆▪•]"
)
# What the next line opens with: would it still have fitted behind the last? An opening bracket and a word of
# letters or figures do not break, and a closing mark never opens a line.
_FIRST_WORD = re.compile(r"[（《“‘【〔(]*(?:[A-Za-z0-9.,%％+\-/]+|.)[，。、；：？！”’）》】〕)％%]*")


@dataclass(slots=True)
class Paragraph:
    """Lines that read on; `starts` are (offset in the text, page) where a further page's lines begin."""

    text: str
    page: int
    size: float
    bold: bool
    lines: list[Line]
    starts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frame:
    """The text block of a page: its edges, and whether the document indents its paragraphs."""

    left: float
    right: float
    indented: bool
    leading: float
    size: float


def without_running_lines(pages: list[list[Line]], heights: list[float]) -> list[list[Line]]:
    """The pages' lines without page numbers and without what stands at the same place of several pages."""
    edges = [_edge_lines(found, height) for found, height in zip(pages, heights, strict=True)]
    seen = Counter(key for found in edges for key in {_running_key(line) for line in found})
    enough = 2 if len(pages) == 2 else 3
    kept = []
    for found, edge in zip(pages, edges, strict=True):
        drop = set()
        for line in edge:
            if _PAGE_NUMBER.fullmatch(line.text.lower()):
                # A bare figure is a page number only where other pages carry one at the same place too.
                bare = _BARE_NUMBER.fullmatch(line.text.lower())
                if not bare or seen[_running_key(line)] >= min(enough, len(pages)):
                    drop.add(id(line))
            elif seen[_running_key(line)] >= enough and len(re.findall(r"[^\W\d_]", line.text)) >= 2:
                drop.add(id(line))
        kept.append([line for line in found if id(line) not in drop])
    return kept


def _edge_lines(found: list[Line], height: float) -> list[Line]:
    """The lines in a page's top and bottom margin, at most three of each."""
    ordered = sorted(found, key=lambda line: -line.base)
    top = [line for line in ordered[:3] if line.base > height * (1 - _ZONE)]
    bottom = [line for line in ordered[-3:] if line.base < height * _ZONE]
    return top + bottom


def _running_key(line: Line) -> tuple[str, int]:
    """What running lines share over pages: words without figures, and their height on the page."""
    text = "#" if _PAGE_NUMBER.fullmatch(line.text.lower()) else re.sub(r"[\d\s]+", "#", line.text)
    return text, round(line.base / 4)


def frame(found: list[Line], size: float) -> Frame:
    """The text block that lines of the body's size span."""
    body = [line for line in found if abs(line.size - size) <= 1.0] or found
    edge = _EDGE * size
    left = _shared_edge(sorted(line.left for line in body), edge)
    # Writers hang closing marks into the margin: only lines that end in a word show where the margin is.
    worded = [line for line in body if not _HANGING.search(line.text)] or body
    right = -_shared_edge(sorted(-line.right for line in worded), edge)
    deep = sum(1 for line in body if left + _INDENT * size < line.left < left + 3.2 * size)
    gaps = Counter(
        round(above.base - below.base)
        for above, below in pairwise(body)
        if above.page == below.page and 0 < above.base - below.base < 5 * size
    )
    leading = float(gaps.most_common(1)[0][0]) if gaps else 1.6 * size
    return Frame(left, right, deep >= max(1, 0.05 * len(body)), leading, size)


def _shared_edge(places: list[float], edge: float) -> float:
    """The outermost place that several lines share; a lone line beyond it (a hanging mark, a stray) is
    none."""
    for number, place in enumerate(places):
        near = sum(1 for other in places[number : number + _FULL_PAGE_MARGIN] if other - place <= edge)
        if near >= min(_FULL_PAGE_MARGIN, len(places)):
            return place
    return places[0]


def join(pages: list[list[Line]], size: float, widths: list[float]) -> list[Paragraph]:
    """Paragraphs in reading order; `size` is the body's, `widths` the pages'. One may run over columns and pages."""
    stretches = [
        ((width, column), found) for own, width in zip(pages, widths, strict=True) for column, found in _columns(own)
    ]
    grouped: dict[tuple[float, int], list[Line]] = {}
    for key, found in stretches:
        grouped.setdefault(key, []).extend(found)
    frames = {key: frame(found, size) for key, found in grouped.items() if found}
    out: list[Paragraph] = []
    last: tuple[Line, Frame] | None = None
    for key, found in stretches:
        for line in found:
            block = frames[key]
            if last is not None and _continues(last[0], line, out[-1], block, last[1]):
                _extend(out[-1], line)
            else:
                out.append(Paragraph(line.text, line.page, line.size, line.bold, [line]))
            last = line, block
    return out


def _columns(found: list[Line]) -> list[tuple[int, list[Line]]]:
    """A page's lines by column, numbered from 1 left to right; all of it as column 0 where it has but one."""
    stretches: list[list[Line]] = [[]]
    for line in found:
        if stretches[-1] and line.base > stretches[-1][-1].base + line.size:
            stretches.append([])
        stretches[-1].append(line)
    edges = [(min(line.left for line in part), max(line.right for line in part)) for part in stretches if part]
    apart = all(before[1] < after[0] for before, after in pairwise(edges))
    if len(edges) < 2 or not apart or any(len(part) < _COLUMN_LINES for part in stretches[:-1]):
        return [(0, found)]
    return list(enumerate(stretches, start=1))


def _continues(above: Line, line: Line, paragraph: Paragraph, block: Frame, before: Frame) -> bool:
    if above.columns > 1 or line.columns > 1 or abs(above.size - line.size) > 1.0:
        return False
    # Bold lines are joined among themselves; a bold first line over a plain one is a heading over its text,
    # but a bold lead phrase is part of a line that is not wholly bold.
    if above.bold != line.bold and (len(paragraph.lines) == 1 or line.bold) and not _is_full(above, line, before):
        return False
    size = line.size
    same_page = above.page == line.page and above.base > line.base
    leading = block.leading * max(1.0, size / block.size)
    if same_page and above.base - line.base > max(_LEADING * leading, leading + 0.6 * size):
        return False
    centred = _is_centred(line, block)
    if centred and (_is_centred(above, before) or (size >= block.size + 1.0 and _is_full(above, line, before))):
        return same_page and not _OPENS.match(line.text) and not _TERMINAL.search(above.text)
    first = paragraph.lines[0]
    flush = line.left < block.left + _EDGE * size
    if block.indented and flush and first.left > before.left + _INDENT * size:
        # Where paragraphs are indented, a line that is not reads on, even behind a ragged line.
        return _is_full(above, line, before, _RAGGED)
    if not _is_full(above, line, before):
        return False
    if line.left > block.left + _INDENT * size:
        # Indented: a new paragraph, unless all of this one hangs at the same place (a box, a quotation).
        hangs = len(paragraph.lines) > 1 and abs(above.left - line.left) < _EDGE * size
        return hangs and not _OPENS.match(line.text)
    # Without indents only the last line's end and the next one's beginning tell.
    return not (_TERMINAL.search(above.text) and (_OPENS.match(line.text) or not block.indented))


def _is_full(above: Line, line: Line, block: Frame, ragged: float = 0.0) -> bool:
    """Whether the line above ended because the next word no longer fitted; `ragged` forgives that many
    characters."""
    found = _FIRST_WORD.match(line.text)
    word = found.group() if found else line.text[:1]
    width = sum(0.5 if char.isascii() else 1.0 for char in word) * line.size
    return above.right + width + ragged * line.size > block.right + _SLACK * line.size


def _is_centred(line: Line, block: Frame) -> bool:
    middle = (block.left + block.right) / 2
    return (
        abs((line.left + line.right) / 2 - middle) < 0.8 * line.size
        and line.left > block.left + 0.8 * line.size
        and line.right < block.right - 0.8 * line.size
    )


def _extend(paragraph: Paragraph, line: Line) -> None:
    above = paragraph.lines[-1]
    # Letters and figures on both sides are two words; Chinese reads on without a space.
    glue = " " if above.text[-1:].isascii() and line.text[:1].isascii() and line.text[:1].isalnum() else ""
    if above.text.endswith("-") or (above.text[-1:].isdigit() and line.text[:1].isdigit()):
        glue = ""
    if line.page != above.page:
        paragraph.starts.append((len(paragraph.text) + len(glue), line.page))
    paragraph.text += glue + line.text
    paragraph.bold = paragraph.bold and line.bold
    paragraph.lines.append(line)
