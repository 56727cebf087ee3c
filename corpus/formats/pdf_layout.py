"""Lines of pages to a Reading: paragraphs, tables and boxes in order with their hints and places; it never changes a
line's words."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from corpus.formats.composer import Composer
from corpus.formats.pdf_blocks import Block, Box, Page, Paragraph, Table
from corpus.formats.pdf_paragraphs import join
from corpus.formats.pdf_running import without_running_lines
from corpus.model import Reading, Run, Span

_HEADING_LENGTH = 60
_TITLE_LENGTH = 120
_BIGGER = 1.0


def reading(pages: list[Page], notes: Sequence[str] = ()) -> Reading:
    """The Reading of pages of lines; `notes` is what the user should check.

    A paragraph or table that runs over a page's end stays one, and the next page's start lies inside it. Left out:
    running heads, page numbers, column names repeated on a table's further pages. Hints: title (the biggest lines of
    page 1), heading (bigger lines, level by rank of size; then bold ones), box, table and its parts.
    """
    kept = without_running_lines(pages)
    body = _body_size(kept)
    return _Writer(body, join(kept, body), len(pages)).over(tuple(notes))


def _body_size(pages: list[Page]) -> float:
    """The size in which most characters are set."""
    counts: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            counts[line.size] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 10.0


class _Writer:
    """Writes one document's blocks into a Composer."""

    def __init__(self, body: float, blocks: list[Block], page_count: int) -> None:
        self._body = body
        self._blocks = blocks
        self._page_count = page_count
        self._composer = Composer()
        self._starts: dict[int, int] = {}
        self._runs: list[Run] = []
        self._cells: list[Paragraph | None] = []
        self._title: list[Span] = []
        outer = [block for block in blocks if isinstance(block, Paragraph)]
        self._title_size = _title_size(outer, body)
        self._ranks = _ranks(outer, body, self._title_size)

    def over(self, notes: tuple[str, ...]) -> Reading:
        for block in self._blocks:
            self._block(block, framed=False)
        if self._title:
            self._composer.hint(Span(self._title[0].start, self._title[-1].end), "title")
        found = self._composer.reading()
        # The Composer lays out a table's cells; their places follow from its hints, which keep their order.
        for hint, cell in zip((hint for hint in found.hints if hint.style == "cell"), self._cells, strict=True):
            if cell is not None:
                self._place(cell, hint.span)
        pages = []
        following = self._composer.end
        for page in range(self._page_count - 1, -1, -1):
            # A page without text begins where the next text does; footnotes may follow the next page's first words.
            following = min(self._starts.get(page, following), following)
            pages.append(following)
        runs = tuple(sorted(self._runs, key=lambda run: run.span))
        return Reading(found.text, tuple(reversed(pages)), found.hints, runs, notes)

    def _block(self, block: Block, framed: bool) -> None:
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Box):
            start = self._composer.end + 1 if self._composer.end else 0
            for inner in block.blocks:
                self._block(inner, framed=True)
            if self._composer.end > start:
                self._composer.hint(Span(start, self._composer.end), "box")
        else:
            self._paragraph(block, framed)

    def _paragraph(self, paragraph: Paragraph, framed: bool) -> None:
        span = self._composer.line(paragraph.text)
        self._place(paragraph, span)
        if framed:
            return
        if _is_title(paragraph, self._title_size) and (not self._title or self._title[-1].end + 1 == span.start):
            self._title.append(span)
        elif (level := _level(paragraph, self._body, self._ranks)) is not None:
            self._composer.hint(span, "heading", level)

    def _table(self, table: Table) -> None:
        rows = [[cell.text if cell else "" for cell in row] for row in table.rows]
        if self._composer.table(rows, table.headers) is None:
            return
        for row in table.rows:
            filled = max((number for number, cell in enumerate(row, start=1) if cell is not None), default=0)
            self._cells += islice(row, filled)

    def _place(self, paragraph: Paragraph, span: Span) -> None:
        for offset, line in zip(paragraph.offsets, paragraph.lines, strict=True):
            start = span.start + offset
            self._starts[line.page] = min(start, self._starts.get(line.page, start))
            self._runs += line.runs(start)


def _title_size(paragraphs: list[Paragraph], body: float) -> float | None:
    first = [p.size for p in paragraphs if p.page == 0 and len(p.text) <= _TITLE_LENGTH]
    biggest = max(first, default=body)
    return biggest if biggest >= body + _BIGGER else None


def _is_title(paragraph: Paragraph, size: float | None) -> bool:
    return paragraph.page == 0 and paragraph.size == size and len(paragraph.text) <= _TITLE_LENGTH


def _ranks(paragraphs: list[Paragraph], body: float, title: float | None) -> dict[float, int]:
    """Size → heading level, 1 for the biggest; the title's own size takes a level only if later lines use
    it."""
    sizes = {
        p.size
        for p in paragraphs
        if p.size >= body + _BIGGER and len(p.text) <= _HEADING_LENGTH and not _is_title(p, title)
    }
    return {size: level for level, size in enumerate(sorted(sizes, reverse=True), start=1)}


def _level(paragraph: Paragraph, body: float, ranks: dict[float, int]) -> int | None:
    if len(paragraph.text) > _HEADING_LENGTH:
        return None
    if paragraph.size in ranks:
        return ranks[paragraph.size]
    if paragraph.bold and abs(paragraph.size - body) < _BIGGER:
        return len(ranks) + 1
    return None
