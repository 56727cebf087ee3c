"""Turns a reading into labelled spans: outline, boilerplate, boxes, tables, body paragraphs. Never edits the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import margins, outline
from corpus.lines import Line, split
from corpus.model import Reading, Section, Span


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One body paragraph: its span, the headings above it, and its number within the innermost of them."""

    span: Span
    trail: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """Sections in text order (they may nest, never cross) and the body paragraphs between them."""

    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]


# Text that no sentence of a body ends with: the next line may continue it.
_CLOSED = tuple('。！？!?；;：:…”’"）)】》')
_LABEL = re.compile(r"[^。；;！？]{1,40}[：:]$")
_ITEM = re.compile(r"[—―－–-]{1,3}|[•·●◆■□▲★※]|[一二三四五六七八九十]{1,2}是|第[一二三四五六七八九十][，,]")
_SALUTATION = re.compile(r"(?:各位代表|同志们|.{0,12}各位委员)[，,。:：!！]?")
_STANDALONE = re.compile(r"(?:[一二三四五六七八九十]{1,2}是[^，,；;：:？?]{4,36}|[^，,；;：:、0-9？?]{4,20})。")
_UNTITLED = re.compile(r"[^。；;，,：:！？!?|]{6,40}(?<![0-9、])")
# A line that names a document or a table: heads what follows it, at the top of the outline.
_CAPTION = re.compile(
    r"[^。；;，,！？]{8,60}(?:意见|规划|纲要|计划|方案|办法|公告|通知|报告|建议|情况|清单|要点|一览表|分工|采纳情况)"
    r"(?:\s*[（(〔][^（）()]{1,16}[)）〕])*"
)
_UNNUMBERED = re.compile(r"[前序引导]\s*言|结\s*(?:束\s*)?语|附\s*则|编制说明")
_STANDALONE_RANK = 10
_BOX_RANK = 11


def annotate(reading: Reading, title: Span | None = None) -> Annotation:
    """Annotate a text. `title` is the title's span where it is known: it is neither body nor boilerplate."""
    return _Annotator(reading, title).run()


class _Annotator:
    """One pass over the lines with the stack of open headings; state lives for one document only."""

    def __init__(self, reading: Reading, title: Span | None) -> None:
        self.text = reading.text
        self.title = title
        self.lines = list(split(reading.text))
        self.hinted = {h.span.start: h for h in reading.hints if h.style in ("heading", "title")}
        self.table_rows = [h for h in reading.hints if h.style == "row"]
        self.tables = [h.span for h in reading.hints if h.style == "table"]
        self.sections: list[Section] = []
        self.paragraphs: list[Paragraph] = []
        self.stack: list[tuple[int, int, str, int]] = []  # rank, ordinal, heading, paragraphs so far
        self.unheaded = 0
        self.box_start: int | None = None
        self.box_items = 0
        self.standalone = self._standalone_headings()
        self.indented = self._indents_mark_paragraphs()
        ranks = [n.rank for line in self.lines if (n := outline.numbered(line.text)) and n.heading and n.rank <= 5]
        self.outermost = min(ranks, default=1)

    def run(self) -> Annotation:
        lines = self.lines
        title = self.title.of(self.text) if self.title else None
        reasons = margins.mark(lines, title)
        index = 0
        while index < len(lines):
            line = lines[index]
            if reasons[index] is not None:
                self.sections.append(Section(line.span, 0, reasons[index] or "", "boilerplate"))
                index += 1
            elif self.title and line.span.start < self.title.end and line.span.end > self.title.start:
                self._pop(0)
                index += 1
            elif self._flattened_table(index):
                index = self._take_flattened_table(index, reasons)
            elif (table := self._table_at(line)) is not None:
                index = self._take_table(index, table)
            else:
                index = self._take_line(index, reasons)
        self._close_box(lines[-1].span.end if lines else 0)
        return Annotation(
            tuple(sorted(self.sections, key=lambda s: (s.span.start, -s.span.end))), tuple(self.paragraphs)
        )

    # — tables —————————————————————————————————————————————————————————————————————————————————————————————————

    def _table_at(self, line: Line) -> Span | None:
        return next((t for t in self.tables if t.start <= line.span.start < t.end), None)

    def _take_table(self, index: int, table: Span) -> int:
        self.sections.append(Section(table, 0, "", "table"))
        while index < len(self.lines) and self.lines[index].span.start < table.end:
            self._body(self.lines[index].span)
            index += 1
        return index

    def _flattened_table(self, index: int) -> bool:
        """「序号」 alone on a line, followed by at least two more short lines: a table whose cells became lines."""
        following = self.lines[index + 1 : index + 3]
        return (
            bool(margins.TABLE_HEAD.fullmatch(self.lines[index].text))
            and len(following) == 2
            and all(len(line.text) <= 12 for line in following)
        )

    def _take_flattened_table(self, index: int, reasons: Sequence[str | None]) -> int:
        """Rows begin where a line holds the next ordinal alone; the line above 「序号」 names the table."""
        lines = self.lines
        start = index
        rows: list[int] = []
        while index < len(lines) and (reasons[index] is None):
            if lines[index].text == str(len(rows) + 1):
                rows.append(index)
            elif outline.numbered(lines[index].text) and rows and len(lines[index].text) < 40 and index > rows[-1] + 4:
                break
            index += 1
        end = lines[index - 1].span.end
        self.sections.append(Section(Span(lines[start].span.start, end), 0, "", "table"))
        for row, following in zip(rows, [*rows[1:], index], strict=True):
            self._body(Span(lines[row].span.start, lines[following - 1].span.end))
        return index

    # — headings and body ——————————————————————————————————————————————————————————————————————————————————————

    def _standalone_headings(self) -> set[int]:
        """Short sentences alone on a line, each above a long paragraph, when the document does so throughout."""
        lines = self.lines
        short = [
            i
            for i, line in enumerate(lines[:-1])
            if _STANDALONE.fullmatch(line.text) and not _SALUTATION.fullmatch(line.text)
        ]
        leading = [i for i in short if len(lines[i + 1].text) >= 100 and not outline.numbered(lines[i].text)]
        return set(leading) if len(leading) >= 4 and len(leading) >= 0.6 * len(short) else set()

    def _indents_mark_paragraphs(self) -> bool:
        """A text with one sentence a line and no full stops, whose paragraphs show by their indent alone."""
        long = [line for line in self.lines if len(line.text) >= 15]
        indented = sum(line.indented for line in long)
        closed = sum(line.text.endswith(_CLOSED) for line in long)
        return 0.15 * len(long) <= indented <= 0.85 * len(long) and closed <= 0.5 * len(long)

    def _take_line(self, index: int, reasons: Sequence[str | None]) -> int:
        line = self.lines[index]
        hint = self.hinted.get(line.span.start)
        if hint and hint.style == "title":
            return index + 1
        if self.box_start is None or not outline.numbered(line.text):
            box = outline.BOX.match(line.text)
            if (
                box
                and len(line.text) <= 50
                and (box.group()[-1] in "：:" or re.search(r"\d|[一二三四五六七八九十]", box.group()))
            ):
                return self._open_box(index, reasons)
        if outline.GLOSSARY.fullmatch(line.text) or (outline.APPENDIX.fullmatch(line.text) and len(line.text) <= 30):
            kind = "glossary" if outline.GLOSSARY.fullmatch(line.text) else "appendix"
            following = self.lines[index + 1] if index + 1 < len(self.lines) else None
            named = (
                following
                and kind == "appendix"
                and _UNTITLED.fullmatch(following.text)
                and not outline.numbered(following.text)
            )
            if following and named and not outline.GLOSSARY.fullmatch(following.text):
                self._heading(Span(line.span.start, following.span.end), self.outermost, 0, kind)
                return index + 2
            self._heading(line.span, self.outermost, 0, kind)
            return index + 1
        number = outline.numbered(line.text)
        if number and not (self._wrapped(index, reasons) and number.rank > 5):
            return self._take_numbered(index, number, reasons)
        if hint and len(line.text) <= 60:
            self._heading(line.span, min(hint.level, 9) or 1, 0)
            return index + 1
        if _UNNUMBERED.fullmatch(line.text):
            self._heading(line.span, self.outermost, 0)
            return index + 1
        if index in self.standalone:
            self._heading(line.span, _STANDALONE_RANK, 0)
            return index + 1
        if not number and ((line.gap and _CAPTION.fullmatch(line.text)) or self._untitled(index)):
            self._heading(line.span, 0, 0)
            return index + 1
        return self._take_paragraph(index, line.span.start, reasons)

    def _untitled(self, index: int) -> bool:
        """A short line without any punctuation between closed lines, above a long one: a heading without a number."""
        if self.indented or self.box_start is not None or not 0 < index < len(self.lines) - 1:
            return False
        line, before, following = self.lines[index - 1 : index + 2][1], self.lines[index - 1], self.lines[index + 1]
        heading = bool(self.sections) and self.sections[-1].span.end == before.span.end
        return (
            bool(_UNTITLED.fullmatch(line.text))
            and (before.text.endswith(_CLOSED) or heading)
            and (len(following.text) >= 60 or outline.numbered(following.text) is not None)
        )

    def _take_numbered(self, index: int, number: outline.NumberedLine, reasons: Sequence[str | None]) -> int:
        line = self.lines[index]
        if self.box_start is not None and self._in_box(number):
            self.box_items = number.ordinal
            return self._take_paragraph(index, line.span.start, reasons)
        self._close_box(line.span.start)
        if number.heading == 0:
            self._pop(number.rank)
            return self._take_paragraph(index, line.span.start, reasons)
        end = line.span.start + number.heading
        heading = Span(line.span.start, end)
        # 「第一节」 alone: its title is the next short line.
        following = self.lines[index + 1] if index + 1 < len(self.lines) else None
        if number.rank <= 3 and number.heading == len(line.text) <= 6 and following and len(following.text) <= 30:
            self._heading(Span(line.span.start, following.span.end), number.rank, number.ordinal)
            return index + 2
        self._heading(heading, number.rank, number.ordinal)
        rest = self.text[end : line.span.end]
        if rest.strip():
            return self._take_paragraph(index, end + len(rest) - len(rest.lstrip()), reasons)
        return index + 1

    def _in_box(self, number: outline.NumberedLine) -> bool:
        """Whether a numbered line belongs to the open box: it goes on counting the box's items, or starts them."""
        if number.rank <= 5:
            return False
        outer = next((ordinal for rank, ordinal, _, _ in reversed(self.stack) if rank == number.rank), 0)
        if self.box_items:
            return number.ordinal == self.box_items + 1
        return number.ordinal == 1 or number.ordinal != outer + 1

    def _open_box(self, index: int, reasons: Sequence[str | None]) -> int:
        line = self.lines[index]
        self._close_box(line.span.start)
        end = line.span.end
        taken = 1
        if not line.text[outline.BOX.match(line.text).end() :].strip():  # type: ignore[union-attr]
            following = self.lines[index + 1] if index + 1 < len(self.lines) else None
            if following and len(following.text) <= 40 and reasons[index + 1] is None:
                end, taken = following.span.end, 2
        self._pop(_BOX_RANK)
        self.stack.append((_BOX_RANK, 0, _clean(self.text[line.span.start : end]), 0))
        self.box_start, self.box_items = line.span.start, 0
        self.box_heading = Span(line.span.start, end)
        return index + taken

    def _close_box(self, end: int) -> None:
        if self.box_start is None:
            return
        heading = next(h for rank, _, h, _ in self.stack if rank == _BOX_RANK)
        trimmed = len(self.text[:end].rstrip())
        self.sections.append(
            Section(Span(self.box_start, max(trimmed, self.box_heading.end)), len(self.stack), heading, "box")
        )
        self._pop(_BOX_RANK)
        self.box_start = None

    def _heading(self, span: Span, rank: int, ordinal: int, kind: str = "heading") -> None:
        self._close_box(span.start)
        self._pop(rank)
        heading = _clean(span.of(self.text))
        self.stack.append((rank, ordinal, heading, 0))
        self.sections.append(Section(span, len(self.stack), heading, kind))

    def _pop(self, rank: int) -> None:
        while self.stack and self.stack[-1][0] >= rank:
            self.stack.pop()

    def _wrapped(self, index: int, reasons: Sequence[str | None]) -> bool:
        """Whether a line continues the one before it: that one was long, is not closed, and no indent or gap parts them."""
        if index == 0 or reasons[index - 1] is not None:
            return False
        line, before = self.lines[index], self.lines[index - 1]
        if line.indented or line.gap or (self.sections and before.span == self.sections[-1].span):
            return False
        return self.indented or (len(before.text) >= 25 and not before.text.endswith(_CLOSED))

    def _take_paragraph(self, index: int, start: int, reasons: Sequence[str | None]) -> int:
        """A paragraph runs on over lines that continue it; a salutation joins what it opens."""
        lines = self.lines
        end = lines[index].span.end
        salutation = bool(_SALUTATION.fullmatch(lines[index].text))
        index += 1
        while index < len(lines) and reasons[index] is None and index not in self.standalone:
            line = lines[index]
            joined = self._wrapped(index, reasons) or (salutation and lines[index - 1].span.end == end)
            if not joined or self._opens(line) or self._table_at(line) or line.span.start in self.hinted:
                break
            end, salutation = line.span.end, False
            index += 1
        self._body(Span(start, end))
        return index

    def _opens(self, line: Line) -> bool:
        number = outline.numbered(line.text)
        return bool(
            (number and number.rank <= 5)
            or outline.BOX.match(line.text)
            or margins.TABLE_HEAD.fullmatch(line.text)
            or _ITEM.match(line.text)
            or (number and number.heading and line.gap)
        )

    def _body(self, span: Span) -> None:
        trail = tuple(heading for _, _, heading, _ in self.stack)
        if self.stack:
            rank, ordinal, heading, count = self.stack[-1]
            self.stack[-1] = (rank, ordinal, heading, count + 1)
            number = count + 1
        else:
            self.unheaded += 1
            number = self.unheaded
        self.paragraphs.append(Paragraph(span, trail, number))


def _clean(heading: str) -> str:
    """A heading as it is cited: white space folded, the closing full stop or colon dropped."""
    return re.sub(r"\s+", " ", heading).strip().rstrip("。：:")

