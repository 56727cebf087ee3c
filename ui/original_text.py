"""HTML of a document's text as it stands: headings, boxes, tables, numbered paragraphs, what was left out, a cited span.
Escapes all it is given and changes no word."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from ui.client import Json
from ui.marks import escaped

PART = 250_000
"""Characters that are set at once: a browser lays out that many in a second."""

_OUTLINED = ("heading", "appendix", "glossary")
_DEEPEST = 6
_TITLE, _INSIDE = "标题", "标记"
"""The reasons of boilerplate that is no block by itself: a line of the title, marks inside a paragraph."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of the text that is set by itself, or where a box opens or closes (of no length). words: a paragraph's
    number, or why something was left out."""

    start: int
    end: int
    kind: str
    words: str = ""
    level: int = 0


_RANKS = {"close": 0, "open": 1}
"""What comes first of blocks that begin together; all others come last."""


def parts(document: Json) -> list[tuple[int, int]]:
    """Stretches of at most about PART characters that begin at headings or passages: one for all but the longest documents."""
    length = len(document["text"])
    starts = sorted({s["start"] for s in document["sections"] if s["kind"] in _OUTLINED} | {p["start"] for p in document["passages"]})
    cuts = [0]
    for start, following in pairwise([*starts, length]):
        if following - cuts[-1] > PART and start > cuts[-1]:
            cuts.append(start)
    return list(pairwise([*cuts, length]))


def outline(document: Json, part: tuple[int, int]) -> str:
    """The headings and boxes of a part as links to their places; nothing where there are none."""
    rows = "".join(
        f'<li style="--level:{min(int(s["level"]), 8)}"><a href="#{_anchor(s["start"])}">'
        f"{'<i>专栏</i>' if s['kind'] == 'box' and '专栏' not in s['heading'] else ''}{escaped(s['heading'])}</a></li>"
        for s in document["sections"]
        if s["kind"] in (*_OUTLINED, "box") and part[0] <= s["start"] < part[1]
    )
    return f'<ol class="ps-outline">{rows}</ol>' if rows else ""


def article(
    document: Json, numbered: Json, part: tuple[int, int], cited: tuple[int, int] | None, page_link: Callable[[int], str]
) -> str:
    """The text of a part. numbered: what GET …/paragraphs says; cited: the span to mark, whose first piece has the id
    `cited`; page_link: the address of a page's picture."""
    return _Setting(document, numbered, cited, page_link).article(*part)


def _anchor(start: int) -> str:
    return f"at-{int(start)}"


class _Setting:
    """One pass over the blocks of one document."""

    def __init__(
        self, document: Json, numbered: Json, cited: tuple[int, int] | None, page_link: Callable[[int], str]
    ) -> None:
        self.text: str = document["text"]
        self.cited = cited or (0, 0)
        self.page_link = page_link
        self.pages = [(start, page) for page, start in enumerate(numbered["pages"], 1) if page > 1]
        self.numbers = {row["start"]: _number(row) for row in numbered["paragraphs"]}
        # A "table" of one column is a list: its rows are paragraphs like any other.
        self.tables = {t["start"]: t for t in document["tables"] if max(map(len, t["rows"]), default=0) > 1}
        self.inside = [(s["start"], s["end"]) for s in document["sections"] if s["heading"] == _INSIDE]
        self.blocks = sorted(self._blocks(document, numbered), key=lambda b: (b.start, _RANKS.get(b.kind, 2), -b.end))
        self.marked = self.boxed = False

    def _blocks(self, document: Json, numbered: Json) -> Iterator[_Block]:
        title = document["document"]["title"]["span"]
        if title:
            yield _Block(title["start"], title["end"], "title")
        for section in document["sections"]:
            start, end, kind = section["start"], section["end"], section["kind"]
            if kind == "box":
                yield _Block(start, start, "open")
                yield _Block(end, end, "close")
            elif kind in _OUTLINED:
                yield _Block(start, end, "heading", level=int(section["level"]))
            elif kind == "boilerplate" and section["heading"] == _TITLE:
                yield _Block(start, end, "title")
            elif kind == "boilerplate" and section["heading"] != _INSIDE:
                yield _Block(start, end, "out", section["heading"])
        for table in self.tables.values():
            yield _Block(table["start"], table["end"], "table")
        for row in numbered["paragraphs"]:
            yield _Block(row["start"], row["end"], "paragraph", _number(row))

    def article(self, first: int, last: int) -> str:
        made: list[str] = []
        reached = first
        self.pages = [(start, page) for start, page in self.pages if first < start < last]
        for block in self.blocks:
            if not (first <= block.start < last or (block.kind == "close" and first < block.end <= last)):
                continue
            if block.kind in _RANKS:
                made += [self._between(reached, block.start), self._edge(block)]
                reached = max(reached, block.start)
            elif block.start >= reached:
                made += [self._between(reached, block.start), self._turned(block.start), self._set(block)]
                reached, self.boxed = block.end, False
        made.append(self._between(reached, last))
        return f'<article class="ps-text" lang="zh-CN">{"".join(made)}</article>'

    def _edge(self, block: _Block) -> str:
        self.boxed = block.kind == "open"
        return f'<section class="ps-box" id="{_anchor(block.start)}">' if self.boxed else "</section>"

    def _between(self, start: int, end: int) -> str:
        """What no block claims: a box's heading, or words too few to be a passage."""
        words = self.text[start:end] if start < end else ""
        if not words.strip():
            return ""
        start, end = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
        tag, self.boxed = ("h6" if self.boxed else "p"), False
        return f"{self._turned(start)}<{tag}>{self._inline(start, end)}</{tag}>"

    def _set(self, block: _Block) -> str:
        if block.kind == "table":
            return self._table(self.tables[block.start])
        inner = self._inline(block.start, block.end)
        if block.kind == "heading":
            tag = f"h{min(block.level + 2, _DEEPEST)}"
            return f'<{tag} id="{_anchor(block.start)}">{inner}</{tag}>'
        if block.kind == "out":
            return f'<p class="ps-out"><i>{escaped(block.words)}</i>{inner}</p>'
        return f'<p class="title">{inner}</p>' if block.kind == "title" else f'<p data-n="{escaped(block.words)}">{inner}</p>'

    def _table(self, table: Json) -> str:
        """A table's cells in their columns; each is looked for behind the one before it."""
        at = table["start"]

        def placed(cell: str) -> tuple[int, int]:
            nonlocal at
            start = self.text.find(cell, at, table["end"])
            if start < 0:
                return at, at
            at = start + len(cell)
            return start, at

        heads = "".join(f"<th>{self._inline(*placed(cell))}</th>" for cell in table["columns"])
        rows = []
        for row in table["rows"]:
            spans = [placed(cell) if cell else (at, at) for cell in row]
            number = next((self.numbers.get(a, "") for a, b in spans if a < b), "")
            cells = "".join(f"<td>{self._inline(*span)}</td>" for span in spans)
            rows.append(f'<tr><td class="n" data-n="{escaped(number)}"></td>{cells}</tr>')
        head = f'<thead><tr><td class="n"></td>{heads}</tr></thead>' if heads else ""
        return f'<div class="ps-wide"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'

    def _turned(self, start: int) -> str:
        """Where a page begins at a block or in what stands before it."""
        begun = [page for at, page in self.pages if at <= start]
        self.pages = self.pages[len(begun) :]
        return f'<p class="ps-page">{self._page(begun[-1])}</p>' if begun else ""

    def _page(self, page: int) -> str:
        return f'<a href="{escaped(self.page_link(page))}" target="_self" aria-label="看第 {page} 页原页" data-page="第 {page} 页"></a>'

    def _inline(self, start: int, end: int) -> str:
        """Escaped words with the cited span marked, marks of the text left out, and the beginnings of pages."""
        begun = [(at, page) for at, page in self.pages if start < at < end]
        self.pages = self.pages[len(begun) :]
        out = [(a, b) for a, b in self.inside if a < end and start < b]
        edges = {start, end, *(at for at, _ in begun), *(edge for span in (*out, self.cited) for edge in span if start < edge < end)}
        pages = dict(begun)
        pieces = []
        for a, b in pairwise(sorted(edges)):
            words = escaped(self.text[a:b])
            if self.cited[0] <= a < b <= self.cited[1]:
                words = f'<mark{"" if self.marked else " id=cited"}>{words}</mark>'
                self.marked = True
            if any(x <= a and b <= y for x, y in out):
                words = f'<s class="ps-out">{words}</s>'
            pieces.append((f'<span class="ps-page">{self._page(pages[a])}</span>' if a in pages else "") + words)
        return "".join(pieces).strip()


def _number(row: Json) -> str:
    """A paragraph's number as citations write it between 第 and 段."""
    first, last = int(row["first"]), int(row["last"])
    return str(first) if first == last else f"{first}—{last}"
