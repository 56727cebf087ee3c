"""Where the paragraphs of a stored document begin, and the numbers that citations give them. Never guesses at a beginning."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.model import Document, Passage, Span
from corpus.structure.lines import split


@dataclass(frozen=True, slots=True)
class Numbered:
    """A stretch of body text with its number within the innermost heading; `last` is above `first` where it holds several
    paragraphs that cannot be told apart."""

    span: Span
    first: int
    last: int


def paragraphs(document: Document, passages: Sequence[Passage]) -> list[Numbered]:
    """The paragraphs that a document's passages (in text order) cover, each from its first to its last character."""
    starts = sorted({line.span.start for line in split(document.text)})
    rows = [(table.span, _row_starts(table.rows)) for table in document.tables]
    walls = sorted(s.span.start for s in document.sections if s.heading != "标记")
    titled = document.evidence.get("title")
    if titled and titled.span:
        walls = sorted([*walls, titled.span.start])
    found: list[Numbered] = []
    for passage in passages:
        before = found[-1] if found else None
        parts = _parts(document.text, passage, _beginnings(passage.span, starts, rows))
        if before and before.last == passage.paragraph and not _between(walls, before.span.end, passage.span.start):
            # A long paragraph is cut into passages: this one goes on with it.
            found[-1] = replace(before, span=Span(before.span.start, parts[0].span.end), last=parts[0].last)
            parts = parts[1:]
        found += parts
    return found


def _parts(text: str, passage: Passage, starts: Sequence[int]) -> list[Numbered]:
    """The paragraphs of one passage, where it has as many beginnings as paragraphs; else all of it in one."""
    first, last = passage.paragraph, passage.last_paragraph
    if len(starts) != last - first + 1:
        return [Numbered(passage.span, first, last)]
    ends = [*starts[1:], passage.span.end]
    spans = [Span(a, a + len(text[a:b].rstrip())) for a, b in zip(starts, ends, strict=True)]
    return [Numbered(span, first + i, first + i) for i, span in enumerate(spans)]


def _beginnings(span: Span, lines: Sequence[int], tables: Sequence[tuple[Span, list[int]]]) -> list[int]:
    """Where a paragraph can begin inside a passage: at a line, in a table at a row; at its own start in any case."""
    rows = next((rows for table, rows in tables if table.start <= span.start and span.end <= table.end), lines)
    inner = rows[bisect_left(rows, span.start + 1) : bisect_left(rows, span.end)]
    return [span.start, *inner]


def _row_starts(rows: Sequence[Sequence[Span]]) -> list[int]:
    return sorted(min(cell.start for cell in row) for row in rows if row)


def _between(walls: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(walls, start)
    return at < len(walls) and walls[at] <= end
