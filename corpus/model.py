"""The types that reading and annotating produce: spans over a text that never changes. No behaviour beyond slicing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = ("规划纲要", "规划建议", "政府工作报告", "实施意见", "专项规划", "行动计划", "通知", "其他")
STATUSES = ("正式", "征求意见稿", "草案", "送审稿", "修订", "废止")
"""What a document's kind and status can be."""

READER_VERSION = "4"
"""Changes whenever reading, annotating or cutting changes its results: files are then read anew."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, end) of Unicode code points of one document's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Region:
    """An administrative region; `code` is GB/T 2260's or the user's own, `name` the full name with its parents."""

    code: str
    name: str
    level: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A labelled span. A heading's span covers the heading itself; every other kind's span covers all it labels.

    kind: heading, box, table, list, boilerplate, appendix, glossary.
    level: 1 is outermost; 0 for kinds without a place in the outline.
    """

    span: Span
    level: int
    heading: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells as spans: `columns` are the cells with the columns' names (none where it has no such row), each
    row has its cells in column order, empty (start == end) where a cell is empty; rows may be shorter than columns."""

    span: Span
    columns: tuple[Span, ...]
    rows: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a piece of metadata was read: its span (None when not from the text), confidence in 0–1, and source."""

    span: Span | None
    confidence: float
    source: str = "text"


@dataclass(frozen=True, slots=True)
class Hint:
    """What the file format says of a span. `level` counts for headings: 1 is outermost.

    style: title, heading, bold (bold or centred, where most of the text is not), toc (an entry of the contents), box,
    table, and inside a table row, table-header (a row of column names) and cell (in column order, empty ones too).
    """

    span: Span
    style: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Where a page shows a stretch of the text: the i-th code point of the span lies between edges[i] and edges[i + 1].

    Places are parts of the page's width and height, 0–1 from its upper left corner; `page` counts from 1; there are
    len(span) + 1 edges, left to right. Runs follow one another in text order and never overlap.
    """

    span: Span
    page: int
    top: float
    bottom: float
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format's reader yields: the text, where its pages start, the format's own hints, where its characters
    stand on the pages (empty for formats without pages), and what the user should check (Chinese, a sentence each)."""

    text: str
    pages: tuple[int, ...] = ()
    hints: tuple[Hint, ...] = ()
    runs: tuple[Run, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One file's content with all that was read from it. `id` is the SHA-256 of the bytes.

    follows: the id of the document that this one continues; missing: which part of it is not in the corpus (Chinese);
    final: the id of the final version where this is a draft of it. They are settled over the whole corpus.
    """

    id: str
    files: tuple[str, ...]
    text: str
    title: str
    region: Region | None = None
    kind: str = "其他"
    period: str | None = None
    status: str = "正式"
    issued: str | None = None
    number: str | None = None
    issuer: str | None = None
    collection: str | None = None
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    pages: tuple[int, ...] = ()
    runs: tuple[Run, ...] = ()
    notes: tuple[str, ...] = ()
    follows: str | None = None
    missing: str | None = None
    final: str | None = None
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    def page_of(self, offset: int) -> int | None:
        """The page (from 1) that holds a character offset, or None where the format has no pages."""
        if not self.pages:
            return None
        return sum(1 for start in self.pages if start <= offset)

    def rows_in(self, span: Span) -> list[list[tuple[str, str]]]:
        """The rows of a table with column names that lie in a span, each as (column's name, cell's words) for every cell
        that is not empty; a cell beyond the last name has none."""
        return [
            [
                (table.columns[i].of(self.text) if i < len(table.columns) else "", cell.of(self.text))
                for i, cell in enumerate(row)
                if cell.start < cell.end
            ]
            for table in self.tables
            if table.columns and table.span.start < span.end and span.start < table.span.end
            for row in table.rows
            if row and span.start <= row[0].start and row[-1].end <= span.end
        ]


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrievable slice of one document: never crosses a section, never covers boilerplate.

    trail: the heading path, then the paragraph's lead phrase; its first `headings` items are headings. paragraph: the
    first body paragraph covered, counted from 1 within the innermost heading; last_paragraph: the last one covered.
    family: what near-copies of one wording share (see corpus.links.copies); None where no other passage copies it.
    """

    document: str
    span: Span
    trail: tuple[str, ...]
    headings: int
    paragraph: int
    last_paragraph: int
    region: Region | None = None
    page: int | None = None
    family: str | None = None

    @property
    def id(self) -> str:
        """Derived from content: sixteen hex digits of the document's hash and the span."""
        return f"{self.document[:16]}:{self.span.start}-{self.span.end}"
