"""A page's element tree as blocks in reading order, each a line or a table; it never reorders and never
chooses what belongs to the article."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.formats.composer import BLANK, header_rows
from corpus.formats.html_lists import Lists

# Never part of what a reader of the page reads: removed from the tree before anything is measured.
MUTE = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "math", "audio",
    "video", "select", "button", "textarea", "input", "nav", "rt", "rp", "head",
)  # fmt: skip

_BLOCK = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr",
    "legend", "li", "main", "menu", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot",
    "th", "thead", "tr", "ul", "h1", "h2", "h3", "h4", "h5", "h6",
))  # fmt: skip
_HEADING = {f"h{level}": level for level in range(1, 7)}
_BOLD_STYLE = re.compile(
    r"font-weight\s*:\s*(?:bold|[6-9]00)|font-family\s*:[^;]*(?:黑体|SimHei|小标宋)", re.IGNORECASE
)
_CENTRE_STYLE = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_CENTRED_LINE = 40
_HIDDEN_TEXT = 200
_SPAN_LIMIT = 100
_ARTICLE_PARAGRAPHS = 6

_WIDE = "\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
# A source line broken between two wide characters shows no space in a browser (CSS Text 3, segment breaks).
_WRAP = re.compile(rf"(?<=[{_WIDE}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{_WIDE}])")
_RUN = re.compile(r"[ \t\r\n\f\v]+")
_NEST = re.compile(r"<(/?)(?:div|section|article|blockquote|center|ul|ol|dl|form|fieldset|table)\b", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """One line of the page, or one table's rows when `rows` is not empty."""

    text: str = ""
    bold: bool = False
    rows: list[list[str]] = field(default_factory=list)
    headers: int = 0


@dataclass(slots=True)
class Flow:
    """Blocks in reading order; ranges and marks name them by index, end exclusive."""

    blocks: list[Block] = field(default_factory=list)
    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)
    marks: list[tuple[str, int, int, int]] = field(default_factory=list)
    """(style, level, first, end): headings and boxes."""


def clean(text: str) -> str:
    """A block's characters as a browser shows them: ASCII white space collapsed, indents stripped."""
    return _RUN.sub(" ", _WRAP.sub("", text)).strip(BLANK)


def depth(markup: str) -> int:
    """How deep block elements nest, from their tags alone; the parser's time grows with its square."""
    level = deepest = 0
    for tag in _NEST.finditer(markup):
        level = max(0, level - 1) if tag.group(1) else level + 1
        deepest = max(deepest, level)
    return deepest


def flow(root: Any, watched: Collection[int] = ()) -> Flow:
    """Walk a selectolax tree; for every node whose mem_id is watched, its range of blocks is kept."""
    return _Walk(frozenset(watched)).over(root)


class _Walk:
    """One pass over a tree with a stack of its own: pages nest deeper than Python recurses."""

    def __init__(self, watched: frozenset[int]) -> None:
        self._watched = watched
        self._out = Flow()
        self._run: list[tuple[str, bool]] = []
        self._lists = Lists()
        self._number = ""
        self._bold = 0
        self._centred = 0
        self._pre = 0

    def over(self, root: Any) -> Flow:
        stack: list[tuple[Any, bool, int]] = [(root, True, 0)]
        while stack:
            node, entering, first = stack.pop()
            if not entering:
                self._leave(node, first)
                continue
            if node.is_text_node:
                self._text(node.text_content or "")
                continue
            if not node.is_element_node or node.tag in MUTE or _is_hidden(node):
                continue
            if node.tag == "br":
                self._flush()
                continue
            if node.tag in _BLOCK or node.mem_id in self._watched:
                self._flush()
            if node.tag == "table" and self._table(node):
                continue
            self._enter(node)
            stack.append((node, False, len(self._out.blocks)))
            stack.extend((child, True, 0) for child in reversed(list(node.iter(include_text=True))))
        self._flush()
        return self._out

    def _enter(self, node: Any) -> None:
        self._bold += _is_bold(node)
        self._centred += _is_centred(node)
        self._pre += node.tag == "pre"
        if node.tag in ("ol", "ul", "menu"):
            self._lists.open(node)
        elif node.tag == "li":
            self._number = self._lists.number(node)

    def _leave(self, node: Any, first: int) -> None:
        if node.tag in _BLOCK or node.mem_id in self._watched:
            self._flush()
        self._bold -= _is_bold(node)
        self._centred -= _is_centred(node)
        self._pre -= node.tag == "pre"
        if node.tag in ("ol", "ul", "menu"):
            self._lists.close()
        elif node.tag == "li":
            self._number = ""
        end = len(self._out.blocks)
        if node.mem_id in self._watched:
            self._out.ranges[node.mem_id] = (first, end)
        if first == end:
            return
        if node.tag in _HEADING:
            self._out.marks.append(("heading", _HEADING[node.tag], first, end))
        elif node.tag == "table" and _is_box(node):
            self._out.marks.append(("box", 0, first, end))

    def _text(self, text: str) -> None:
        if not self._pre:
            self._run.append((text, self._bold > 0))
            return
        for number, line in enumerate(text.split("\n")):
            if number:
                self._flush()
            self._run.append((line, self._bold > 0))

    def _flush(self) -> None:
        run, self._run = self._run, []
        text = clean("".join(part for part, _ in run))
        if not text:
            return
        bold = all(strong for part, strong in run if part.strip(BLANK))
        centred = self._centred > 0 and len(text) <= _CENTRED_LINE
        self._out.blocks.append(Block(self._number + text, bold=bold or centred))
        self._number = ""

    def _table(self, node: Any) -> bool:
        """Append a table as one block; False for one that lays out the page or frames a box."""
        if _is_layout(node, self._watched) or _is_box(node):
            return False
        grid = _grid(node)
        rows = [[_cell_text(cell) if cell is not None else "" for cell in row] for row in grid]
        if not any(any(row) for row in rows):
            return True
        caption = node.css_first("caption")
        if caption is not None and (text := clean(caption.text())):
            self._out.blocks.append(Block(text, bold=True))
        headers = _marked_headers(node) or header_rows(rows)
        self._out.blocks.append(Block(rows=rows, headers=headers))
        return True


def _is_bold(node: Any) -> bool:
    return node.tag in ("strong", "b") or bool(_BOLD_STYLE.search(node.attributes.get("style") or ""))


def _is_centred(node: Any) -> bool:
    attributes = node.attributes
    return (
        node.tag == "center"
        or (attributes.get("align") or "").lower() == "center"
        or bool(_CENTRE_STYLE.search(attributes.get("style") or ""))
    )


def _is_hidden(node: Any) -> bool:
    """Hidden and short; a hidden block as long as an article is one that a script shows."""
    attributes = node.attributes
    if "hidden" not in attributes and not _HIDDEN_STYLE.search(attributes.get("style") or ""):
        return False
    return len(node.text()) < _HIDDEN_TEXT


def _rows(table: Any) -> Iterator[Any]:
    """The table's own rows, not those of tables inside it."""
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child.iter() if row.tag == "tr")


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row.iter() if cell.tag in ("td", "th")]


def _span_of(cell: Any, attribute: str) -> int:
    value = (cell.attributes.get(attribute) or "1").strip()
    return min(max(int(value), 1), _SPAN_LIMIT) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _grid(table: Any) -> list[list[Any]]:
    """Rows of cells by column; a cell that spans stands once, the rest of its area is None."""
    grid: list[list[Any]] = []
    covered: dict[int, int] = {}
    for row in _rows(table):
        cells = iter(_cells(row))
        line: list[Any] = []
        cell = next(cells, None)
        while cell is not None or any(column >= len(line) for column in covered):
            column = len(line)
            if column in covered:
                line.append(None)
                covered[column] -= 1
                if not covered[column]:
                    del covered[column]
                continue
            if cell is None:
                line.append(None)
                continue
            width, height = _span_of(cell, "colspan"), _span_of(cell, "rowspan")
            line.append(cell)
            line.extend([None] * (width - 1))
            if height > 1:
                covered.update(dict.fromkeys(range(column, column + width), height - 1))
            cell = next(cells, None)
        grid.append(line)
    return grid


def _cell_text(cell: Any) -> str:
    return " ".join(block.text for block in flow(cell).blocks)


def _is_layout(table: Any, watched: frozenset[int]) -> bool:
    """A table that only arranges the page: it holds another table, a heading, an article, a watched node."""
    if any(inner.mem_id != table.mem_id for inner in table.css("table, h1, h2, h3, h4, h5, h6")):
        return True
    if any(len(cell.css("p")) >= _ARTICLE_PARAGRAPHS for cell in table.css("td")):
        return True
    return bool(watched) and any(node.mem_id in watched for node in table.traverse())


def _is_box(table: Any) -> bool:
    """A table of one column frames text, as a 专栏 does."""
    return max((sum(1 for cell in _cells(row)) for row in _rows(table)), default=0) == 1


def _marked_headers(table: Any) -> int:
    """Rows at the top made of th alone or standing in thead."""
    count = 0
    for row in _rows(table):
        cells = _cells(row)
        in_head = row.parent is not None and row.parent.tag == "thead"
        if not (in_head or (cells and all(cell.tag == "th" for cell in cells))):
            break
        count += 1
    return count
