"""Lines of pages joined to paragraphs over columns and pages; it never changes a line's words."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from corpus.formats.pdf_blocks import HANGING, TERMINAL, Block, Box, Page, Paragraph, extend, first_word, opened
from corpus.formats.pdf_cells import append_grid
from corpus.formats.pdf_columns import split
from corpus.formats.pdf_lines import Line

# In parts of the size of the characters.
_INDENT = 1.3
_EDGE = 0.6
_SLACK = 0.35
_RAGGED = 2.5
_LEADING = 1.35
_FULL_PAGE_MARGIN = 3
_NOTE_SMALLER = 1.0
_NOTE_ZONE = 0.4

_OPENS = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,5}[编篇部分章节条]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,3}[.．、](?!\d)|专栏\s*[\d一二三四五六七八九十]|——|[①-⑳●■◆▪•]"
)
_LETTERS = re.compile(r"(?<![A-Za-z])[A-Za-z]{2,}(?![A-Za-z])")
_NOTE_OPENS = re.compile(r"[①-⑳]|[\[［〔]\d{1,3}[\]］〕]|[*＊※]|\d{1,2}\s|注\s*[\d一二三四五]?\s*[:：]")


@dataclass(frozen=True, slots=True)
class Frame:
    """The text block of a page: its edges, and whether the document indents its paragraphs."""

    left: float
    right: float
    indented: bool
    leading: float
    size: float


def frame(found: list[Line], size: float) -> Frame:
    """The text block that lines of the body's size span."""
    body = [line for line in found if abs(line.size - size) <= 1.0] or found
    edge = _EDGE * size
    left = _shared_edge(sorted(line.left for line in body), edge)
    # Writers hang closing marks into the margin: only lines that end in a word show where the margin is.
    worded = [line for line in body if not HANGING.search(line.text)] or body
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


def join(pages: list[Page], size: float) -> list[Block]:
    """Paragraphs, tables and boxes in reading order; `size` is the body's. Each may run over columns and pages."""
    stretches = []
    notes: dict[int, list[Line]] = {}
    for page in pages:
        found, below = _footnotes(page, size)
        columns = [((page.width, column), own) for column, own in split(found, page.width)]
        stretches += columns
        if below and columns:
            notes[len(stretches) - 1] = below
    grouped: dict[tuple[float, int], list[Line]] = {}
    for key, found in stretches:
        grouped.setdefault(key, []).extend(line for line in found if line.text)
    frames = {key: frame(found, size) for key, found in grouped.items() if found}
    words = frozenset(word for _, found in stretches for line in found for word in _LETTERS.findall(line.text))
    out: list[Block] = []
    last: tuple[Line, Frame] | None = None
    pending: list[Line] = []
    for number, (key, found) in enumerate(stretches):
        for line in found:
            current = out[-1] if out else None
            if not line.text:
                last = None
                if line.grid is not None:
                    append_grid(out, line)
                continue
            block = frames[key]
            if (
                last is not None
                and isinstance(current, Paragraph)
                and _continues(last[0], line, current, block, last[1])
            ):
                extend(current, line, words=words)
            else:
                # A paragraph that runs over the page's end stays one: the notes below it come after it.
                out += _note_paragraphs(pending)
                pending = []
                out.append(opened(line))
            last = line, block
        pending += notes.get(number, [])
    out += _note_paragraphs(pending)
    for found_block in out:
        if isinstance(found_block, Box):
            found_block.blocks = _box_blocks(found_block)
    return out


def _footnotes(page: Page, size: float) -> tuple[list[Line], list[Line]]:
    """The page's lines without the footnotes at its end, and these: smaller lines, the first with a note's mark."""
    start = len(page.lines)
    while start and page.lines[start - 1].text and page.lines[start - 1].size <= size - _NOTE_SMALLER:
        start -= 1
    while start < len(page.lines) and not _NOTE_OPENS.match(page.lines[start].text):
        start += 1
    below = page.lines[start:]
    if not start or not below or below[0].base > _NOTE_ZONE * page.height or below[0].columns > 1:
        return page.lines, []
    return page.lines[:start], below


def _note_paragraphs(found: list[Line]) -> list[Block]:
    """Each note one paragraph: notes open with their mark."""
    out: list[Block] = []
    for line in found:
        current = out[-1] if out else None
        if isinstance(current, Paragraph) and not _NOTE_OPENS.match(line.text):
            extend(current, line)
        else:
            out.append(opened(line))
    return out


def _box_blocks(box: Box) -> list[Block]:
    counts: Counter[float] = Counter()
    for line in (line for part in box.parts for line in part):
        counts[line.size] += len(line.text)
    size = counts.most_common(1)[0][0] if counts else 10.0
    return join([Page(part, box.right - box.left, 0.0) for part in box.parts], size)


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
        return same_page and not _OPENS.match(line.text) and not TERMINAL.search(above.text)
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
    return not (TERMINAL.search(above.text) and (_OPENS.match(line.text) or not block.indented))


def _is_full(above: Line, line: Line, block: Frame, ragged: float = 0.0) -> bool:
    """Whether the line above ended because the next word no longer fitted; `ragged` forgives that many
    characters."""
    return above.right + first_word(line) + ragged * line.size > block.right + _SLACK * line.size


def _is_centred(line: Line, block: Frame) -> bool:
    middle = (block.left + block.right) / 2
    return (
        abs((line.left + line.right) / 2 - middle) < 0.8 * line.size
        and line.left > block.left + 0.8 * line.size
        and line.right < block.right - 0.8 * line.size
    )
