"""Word documents: body paragraphs, boxes and tables in order with their styles as hints; headers, footers,
notes, comments and deleted text never enter the text."""

from collections.abc import Iterator
from typing import Any

from corpus.formats.composer import BLANK, Composer, header_rows
from corpus.formats.docx_numbering import Numbering, W
from corpus.formats.docx_package import open_document
from corpus.formats.docx_styles import Styles
from corpus.formats.docx_text import MC, Contents, frames, runs_on, text_of
from corpus.model import Reading, Span

# Containers that wrap body content without being content: content controls, insertions, custom markup.
_WRAPPERS = frozenset(
    [f"{W}{tag}" for tag in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")]
    + [f"{MC}{tag}" for tag in ("AlternateContent", "Choice")]
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CENTRED_LINE = 40
_BOLD_SHARE = 0.5
_SPAN_LIMIT = 100
_LAYOUT_PARAGRAPHS = 6
_LAYOUT_SHARE = 0.6


def read(content: bytes, name: str) -> Reading:
    """The document's paragraphs, one a line, with automatic numbers written out in front of them.

    Hints: title, heading (level 1–9), toc (a line of the table of contents), bold (whole paragraph bold, or
    short and centred), box (a table of one column, a text box, a table headed 专栏), table and its parts (see
    Composer.table). A line break inside a paragraph is a newline. Raises UnreadableFile.
    """
    document = open_document(content, name)
    return _Writer(document).over(document.element.body)


class _Writer:
    """Writes one document's blocks into a Composer."""

    def __init__(self, document: Any) -> None:
        self._styles = Styles(document.styles.element)
        self._numbering = Numbering(_numbering_root(document))
        self._parts = document.part.rels
        self._composer = Composer()
        self._contents = Contents()
        self._bold: list[Span] = []
        self._carried = ""

    def over(self, body: Any) -> Reading:
        for block in _blocks(body):
            self._block(block)
        # Where most of the text is bold, bold says nothing.
        if sum(span.end - span.start for span in self._bold) <= _BOLD_SHARE * self._composer.end:
            for span in self._bold:
                self._composer.hint(span, "bold")
        return self._composer.reading()

    def _block(self, block: Any) -> None:
        if block.tag == f"{W}tbl":
            self._table(block)
        elif block.tag == f"{W}altChunk":
            self._chunk(block)
        else:
            self._paragraph(block)

    def _paragraph(self, paragraph: Any) -> None:
        listed = self._contents.covers(paragraph)
        text = self._numbered(paragraph)
        text = "\n".join(line for part in text.split("\n") if (line := part.strip(BLANK)))
        if text:
            span = self._composer.line(text)
            style, level = ("toc", 0) if listed else self._styles.role(paragraph)
            if style:
                self._composer.hint(span, style, level)
            elif self._styles.is_bold(paragraph) or (self._styles.is_centred(paragraph) and len(text) <= _CENTRED_LINE):
                self._bold.append(span)
        for frame in frames(paragraph):
            self._box(_blocks(frame))

    def _box(self, blocks: Iterator[Any]) -> None:
        before = self._composer.end
        for block in blocks:
            self._block(block)
        if self._composer.end > before:
            self._composer.hint(Span(before + 1 if before else 0, self._composer.end), "box")

    def _chunk(self, chunk: Any) -> None:
        """A web page that an office system put into the file instead of converting it."""
        from corpus.formats import html

        relation = self._parts.get(chunk.get(_RELATION) or "")
        if relation is None or relation.is_external:
            return
        blob, path = relation.target_part.blob, str(relation.target_part.partname)
        if path.lower().endswith((".htm", ".html", ".xhtml", ".mht", ".mhtml")):
            self._composer.include(html.read(blob, path))

    def _table(self, table: Any) -> None:
        rows = [row for row in _children(table, f"{W}tr") if row.find(f"{W}trPr/{W}del") is None]
        cells = [list(_children(row, f"{W}tc")) for row in rows]
        if max(map(len, cells), default=0) == 1:
            self._box(block for row in cells for cell in row for block in _blocks(cell))
            return
        if _is_layout(cells):
            for row in cells:
                for cell in row:
                    for block in _blocks(cell):
                        self._block(block)
            return
        before = self._composer.end
        # Rows of a single cell above the rest are the table's title, as in 专栏1　重点工程.
        lead = 0
        while lead < len(rows) - 1 and len(cells[lead]) == 1:
            for block in _blocks(cells[lead][0]):
                self._block(block)
            lead += 1
        grid = [
            [""] * _before(row) + [text for cell in line for text in self._cell(cell)]
            for row, line in zip(rows[lead:], cells[lead:], strict=True)
        ]
        headers = 0
        while headers < len(grid) and rows[lead + headers].find(f"{W}trPr/{W}tblHeader") is not None:
            headers += 1
        self._composer.table(grid, headers or header_rows(grid))
        title = next(map(text_of, cells[0][0].iter(f"{W}p")), "") if lead else ""
        if title.strip(BLANK).startswith("专栏") and self._composer.end > before:
            self._composer.hint(Span(before + 1 if before else 0, self._composer.end), "box")

    def _cell(self, cell: Any) -> list[str]:
        """A cell's text for its first column, nothing for the other columns that it spans or a merged row."""
        settings = cell.find(f"{W}tcPr")
        width, continues = 1, False
        if settings is not None:
            span = settings.find(f"{W}gridSpan")
            value = span.get(f"{W}val") if span is not None else None
            width = min(max(int(value), 1), _SPAN_LIMIT) if value and value.isdigit() and len(value) < 9 else 1
            merge = settings.find(f"{W}vMerge")
            continues = merge is not None and merge.get(f"{W}val") != "restart"
        text = ""
        if not continues:
            parts = []
            for block in _blocks(cell):
                for paragraph in block.iter(f"{W}p") if block.tag == f"{W}tbl" else (block,):
                    parts.append(self._numbered(paragraph))
            text = " ".join(" ".join(part.split()) for part in parts if part.strip(BLANK)).strip(BLANK)
        return [text] + [""] * (width - 1)

    def _numbered(self, paragraph: Any) -> str:
        """The paragraph's text behind its automatic number; an empty one counts but shows nothing."""
        text = self._carried + text_of(paragraph)
        if runs_on(paragraph):
            self._carried = text
            return ""
        self._carried = ""
        identity, depth = self._styles.numbering(paragraph, self._numbering)
        number = self._numbering.number(identity, depth) if identity else ""
        return number + text.lstrip(BLANK) if text.strip(BLANK) else ""


def _numbering_root(document: Any) -> Any | None:
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/numbering") and not relation.is_external:
            return getattr(relation.target_part, "element", None)
    return None


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in document order, through whatever wraps them."""
    for child in parent.iterchildren():
        if child.tag in (f"{W}p", f"{W}tbl", f"{W}altChunk"):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)


def _before(row: Any) -> int:
    """How many columns of the grid a row leaves out at its beginning."""
    skipped = row.find(f"{W}trPr/{W}gridBefore")
    value = skipped.get(f"{W}val") if skipped is not None else None
    return min(int(value), _SPAN_LIMIT) if value and value.isdigit() and len(value) < 9 else 0


def _is_layout(cells: list[list[Any]]) -> bool:
    """A table that only arranges the page: one cell of many paragraphs holds most of what it says."""
    texts = [[text for p in cell.iter(f"{W}p") if (text := text_of(p).strip(BLANK))] for row in cells for cell in row]
    longest = max(texts, key=lambda paragraphs: sum(map(len, paragraphs)), default=[])
    total = sum(len(text) for paragraphs in texts for text in paragraphs)
    return len(longest) >= _LAYOUT_PARAGRAPHS and sum(map(len, longest)) >= _LAYOUT_SHARE * total
