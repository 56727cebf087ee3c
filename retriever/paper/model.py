"""The one form between what was found and a file: chapters of quotations and tables, every quotation with its citation. Knows no
file format."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from corpus.model import Document, Region, Span

FOUND = "有相关表述"
NEAR = "相近段落"
"""Of a passage that is shown for its rank and has too little evidence to answer."""
NOT_FOUND = "未检索到"


@dataclass(frozen=True, slots=True)
class Quotation:
    """A slice of a document with its citation and what it was found for.

    marks: spans within it to be set off (the sentences that answer; the words that changed). aspect: the column of a
    comparison that it stands in; also: names of other regions that word it alike; note, added: of a user's own collection.
    """

    document: Document
    span: Span
    label: str
    question: str = ""
    region: Region | None = None
    verdict: str = ""
    rank: int | None = None
    marks: tuple[Span, ...] = ()
    aspect: str = ""
    also: tuple[str, ...] = ()
    note: str = ""
    added: str = ""

    @property
    def text(self) -> str:
        return self.span.of(self.document.text)

    @property
    def file(self) -> str:
        """The source file's name without its folder: paths of this machine stay on it."""
        return file_of(self.document)

    @property
    def place(self) -> str:
        """The region's name, empty where it has none."""
        return self.region.name if self.region else ""

    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """The text in order, each stretch with whether it is to be set off; put together again they are the text."""
        cuts: list[tuple[str, bool]] = []
        at = self.span.start
        for mark in sorted(self.marks):
            start, end = max(mark.start, at), min(mark.end, self.span.end)
            if start < end:
                cuts += [(self.document.text[at:start], False), (self.document.text[start:end], True)]
                at = end
        cuts.append((self.document.text[at : self.span.end], False))
        return tuple(cut for cut in cuts if cut[0])


Cell = str | int | float | None | tuple[Quotation, ...]
"""What stands in a table: words, a number, nothing, or quotations with their citations."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns. wide: columns that only a worksheet has room for; printed, sheet: whether it stands in a text
    (Word, PDF, Markdown) and in a workbook. noted: whether a text cites its quotations in notes; else in their cells."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    wide: tuple[str, ...] = ()
    printed: bool = True
    sheet: bool = True
    noted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Quotations under one heading (a region, a topic). nearest: what came nearest where nothing was found."""

    heading: str
    verdict: str
    quotations: tuple[Quotation, ...]
    region: Region | None = None
    nearest: Quotation | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One question with all that was found: how it was read (a line each), what came of it in a sentence, the sentences that
    answer it, its parts and its tables."""

    question: str
    asked: tuple[str, ...] = ()
    summary: str = ""
    answers: tuple[Quotation, ...] = ()
    parts: tuple[Part, ...] = ()
    tables: tuple[Table, ...] = ()

    def quotations(self) -> Iterator[Quotation]:
        """Those of the parts; of the tables where there are no parts."""
        if self.parts:
            for part in self.parts:
                yield from part.quotations
            return
        for table in self.tables:
            for row in table.rows:
                for cell in row:
                    if isinstance(cell, tuple):
                        yield from cell


@dataclass(frozen=True, slots=True)
class Source:
    """A document that is cited, by its number in the list of sources (from 1)."""

    number: int
    document: Document

    @property
    def file(self) -> str:
        return file_of(self.document)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is handed on. made: the day, as it is shown; edition: the index it was drawn from, in words; overviews: tables
    over all chapters; raw: the same as the API's JSON object; leading: the name of the table that a file with room for one
    holds, empty for the passages."""

    title: str
    chapters: tuple[Chapter, ...]
    made: str
    edition: str
    raw: dict[str, Any]
    overviews: tuple[Table, ...] = ()
    leading: str = ""

    def quotations(self) -> Iterator[Quotation]:
        for chapter in self.chapters:
            yield from chapter.quotations()

    def sources(self) -> tuple[Source, ...]:
        """The cited documents in the order in which they first are."""
        documents: dict[str, Document] = {}
        for chapter in self.chapters:
            for quotation in (*chapter.answers, *chapter.quotations()):
                documents.setdefault(quotation.document.id, quotation.document)
        return tuple(Source(number, document) for number, document in enumerate(documents.values(), 1))


def file_of(document: Document) -> str:
    """The bare name of a document's first file, empty where it has none."""
    return PurePosixPath(document.files[0]).name if document.files else ""
