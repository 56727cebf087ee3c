"""Word documents: body paragraphs, boxes and tables in order with their styles as hints; headers, footers,
notes, comments and deleted text never enter the text."""

import re
from collections.abc import Iterator
from typing import Any

from corpus.formats.composer import BLANK, Composer, header_rows
from corpus.formats.docx_numbering import Numbering, W
from corpus.formats.docx_package import open_document
from corpus.formats.docx_styles import Styles
from corpus.model import Reading, Span

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Containers that wrap body content without being content: content controls, insertions, custom markup.
_WRAPPERS = frozenset(
    [f"{W}{tag}" for tag in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")]
    + [f"{_MC}{tag}" for tag in ("AlternateContent", "Choice")]
)
# Inside a paragraph: text that Word does not show, or that stands in a frame of its own.
_APART = frozenset((f"{W}del", f"{W}moveFrom", f"{_MC}Fallback", f"{W}txbxContent", f"{W}pPr", f"{W}rPr", f"{W}rt"))
_CENTRED_LINE = 40
_BOLD_SHARE = 0.5
_SPAN_LIMIT = 100


def read(content: bytes, name: str) -> Reading:
    """The document's paragraphs, one a line, with automatic numbers written out in front of them.

    Hints: title, heading (level 1–9), toc (a line of the table of contents), bold (whole paragraph bold, or
    short and centred), box (a table of one column, a text box), table and its parts (see Composer.table). A
    line break inside a paragraph is a newline. Raises UnreadableFile.
    """
    document = open_document(content, name)
    return _Writer(document).over(document.element.body)


class _Writer:
    """Writes one document's blocks into a Composer."""

    def __init__(self, document: Any) -> None:
        self._styles = Styles(document.styles.element)
        self._numbering = Numbering(_numbering_root(document))
        self._composer = Composer()
        self._bold: list[Span] = []

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
        else:
            self._paragraph(block)

    def _paragraph(self, paragraph: Any) -> None:
        text = self._numbered(paragraph)
        text = "\n".join(line for part in text.split("\n") if (line := part.strip(BLANK)))
        if text:
            span = self._composer.line(text)
            style, level = self._styles.role(paragraph)
            if style:
                self._composer.hint(span, style, level)
            elif self._styles.is_bold(paragraph) or (self._styles.is_centred(paragraph) and len(text) <= _CENTRED_LINE):
                self._bold.append(span)
        for frame in _frames(paragraph):
            self._box(_blocks(frame))

    def _box(self, blocks: Iterator[Any]) -> None:
        before = self._composer.end
        for block in blocks:
            self._block(block)
        if self._composer.end > before:
            self._composer.hint(Span(before + 1 if before else 0, self._composer.end), "box")

    def _table(self, table: Any) -> None:
        rows = list(_children(table, f"{W}tr"))
        cells = [list(_children(row, f"{W}tc")) for row in rows]
        if max(map(len, cells), default=0) == 1:
            self._box(block for row in cells for cell in row for block in _blocks(cell))
            return
        grid = [[text for cell in row for text in self._cell(cell)] for row in cells]
        headers = 0
        while headers < len(rows) and rows[headers].find(f"{W}trPr/{W}tblHeader") is not None:
            headers += 1
        self._composer.table(grid, headers or header_rows(grid))

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
        identity, depth = self._styles.numbering(paragraph, self._numbering)
        number = self._numbering.number(identity, depth) if identity else ""
        text = _text(paragraph)
        return number + text.lstrip(BLANK) if text.strip(BLANK) else ""


def _numbering_root(document: Any) -> Any | None:
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/numbering") and not relation.is_external:
            return getattr(relation.target_part, "element", None)
    return None


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in document order, through whatever wraps them."""
    for child in parent.iterchildren():
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)


def _text(paragraph: Any) -> str:
    """The characters of a paragraph that Word shows, with those of hyperlinks, fields and insertions."""
    out: list[str] = []
    stack = [paragraph]
    while stack:
        node = stack.pop()
        if node.tag in _APART:
            continue
        if node.tag == f"{W}t":
            out.append(node.text or "")
        elif node.tag in (f"{W}tab", f"{W}ptab"):
            out.append("\t")
        elif node.tag == f"{W}cr" or (node.tag == f"{W}br" and node.get(f"{W}type") in (None, "textWrapping")):
            out.append("\n")
        elif node.tag == f"{W}noBreakHyphen":
            out.append("-")
        elif node.tag == f"{W}sym":
            out.append(_symbol(node))
        else:
            stack.extend(reversed(node))
    return "".join(out)


def _symbol(node: Any) -> str:
    """A character given by code; one of a symbol font's private codes means nothing outside that font."""
    code = node.get(f"{W}char") or ""
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", code):
        return ""
    value = int(code, 16)
    return "" if 0xD800 <= value <= 0xF8FF or value < 32 else chr(value)


def _frames(paragraph: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph, each once: Word stores a second copy for old versions."""
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag == f"{W}txbxContent":
            yield node
        elif node.tag not in (f"{_MC}Fallback", f"{W}del", f"{W}moveFrom"):
            stack.extend(reversed(node))
