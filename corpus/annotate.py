"""Turns a reading into labelled spans: outline, boilerplate, boxes, tables, body paragraphs. Never edits the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import habits, margins, outline
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


_LABEL = re.compile(r"[^。；;！？]{1,40}[：:]$")
# A line that only goes on with the one before it: 「主要目标」 and 「是：……」 on lines of their own.
_GOES_ON = tuple("的、，,和与及")
_CONTINUES = re.compile(r"[，,。；;、：:）)]|是[:：]")
# In a report, the words with which the speaker turns from a sub-section back to the whole.
_TURN = re.compile(r"(?:各位代表|同志们)[，,:：!！]")
_UNTITLED = re.compile(r"[^。；;，,：:！？!?|]{6,40}(?<![0-9、])")
# A line that names a document or a table: heads what follows it, at the top of the outline.
_CAPTION = re.compile(
    r"[^。；;，,！？]{8,60}(?:意见|规划|纲要|计划|方案|办法|公告|通知|报告|建议|情况|清单|要点|一览表|分工|采纳情况)"
    r"(?:\s*[（(〔][^（）()]{1,16}[)）〕])*"
)
_NOTICE = re.compile(r"[^。；;，,！？]{2,24}关于[^。；;！？]{4,90}的(?:通知|公告|意见|决定|批复|函)")
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
        self.tables = [h.span for h in reading.hints if h.style == "table"]
        self.sections: list[Section] = []
        self.paragraphs: list[Paragraph] = []
        self.stack: list[tuple[float, int, str, int]] = []  # rank, ordinal, heading, paragraphs so far
        self.unheaded = 0
        self.interrupted: list[tuple[float, int, str, int]] = []  # the stack above which a caption stands
        self.box_start: int | None = None
        self.box_items = 0
        self.standalone = habits.standalone_headings(self.lines)
        self.indented = habits.indents_mark_paragraphs(self.lines)
        self.numbers = habits.numbers(self.lines, self.indented)
        ranks = [n.rank for n in self.numbers if n and n.heading and n.rank <= 5]
        self.outermost = min(ranks, default=1)
        self.inner: dict[int, tuple[float, tuple[float, int, str]]] = {}  # rank → its rank inside a host, the host
        self.listed: tuple[float, int, int] | None = None  # rank, ordinal and depth of the last item of a list

    def run(self) -> Annotation:
        lines = self.lines
        reasons = margins.mark(lines, self.title.of(self.text) if self.title else None)
        index = 0
        while index < len(lines):
            line = lines[index]
            if self.title and line.span.start < self.title.end and line.span.end > self.title.start:
                self._pop(0)
                index += 1
            elif (reason := reasons[index]) is not None:
                if reason == "标题":
                    self._pop(0)
                self.sections.append(Section(line.span, 0, reason, "boilerplate"))
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
        for row, following in zip(rows or [start], [*rows[1:], index], strict=True):
            self._body(Span(lines[row].span.start, lines[following - 1].span.end))
        return index

    # — headings and body ——————————————————————————————————————————————————————————————————————————————————————

    def _take_line(self, index: int, reasons: Sequence[str | None]) -> int:
        line = self.lines[index]
        hint = self.hinted.get(line.span.start)
        if hint and hint.style == "title":
            return index + 1
        if self.box_start is None or not outline.numbered(line.text):
            box = outline.BOX.match(line.text)
            titled = box and (
                box.group()[-1] in "：: “\u3000" or re.search(r"[0-9０-９一二三四五六七八九十]", box.group())
            )
            if titled and len(line.text) <= 50 and "。" not in line.text:
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
        number = self.numbers[index]
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
        if not number and (taken := self._notice(index, reasons)):
            self._caption(Span(line.span.start, self.lines[index + taken - 1].span.end))
            return index + taken
        if not number and ((line.gap and _CAPTION.fullmatch(line.text)) or self._untitled(index)):
            self._caption(line.span)
            return index + 1
        if _TURN.match(line.text) and self.box_start is None and self.stack and self.stack[-1][3]:
            self._pop(max(self.outermost, 4) + 0.5)
        return self._take_paragraph(index, line.span.start, reasons)

    def _notice(self, index: int, reasons: Sequence[str | None]) -> int:
        """How many lines the title of a notice takes that is broken over two to four; 0 where there is none."""
        if "关于" not in self.lines[index].text:
            return 0
        for count in (4, 3, 2):
            lines = self.lines[index : index + count]
            if len(lines) == count and not any(reasons[index : index + count]):
                joined = "".join(line.text for line in lines)
                broken = all(len(line.text) <= 40 and not outline.numbered(line.text) for line in lines)
                if broken and _NOTICE.fullmatch(joined):
                    return count
        return 0

    def _untitled(self, index: int) -> bool:
        """A short line without any punctuation between closed lines, above a long one: a heading without a number."""
        if self.indented or self.box_start is not None or not 0 < index < len(self.lines) - 1:
            return False
        line, before, following = self.lines[index - 1 : index + 2][1], self.lines[index - 1], self.lines[index + 1]
        heading = bool(self.sections) and self.sections[-1].span.end == before.span.end
        return (
            bool(_UNTITLED.fullmatch(line.text))
            and (before.text.endswith(habits.CLOSED) or heading)
            and (len(following.text) >= 60 or outline.numbered(following.text) is not None)
        )

    def _take_numbered(self, index: int, number: outline.NumberedLine, reasons: Sequence[str | None]) -> int:
        line = self.lines[index]
        if self.box_start is not None and self._in_box(number):
            self.box_items = number.ordinal
            return self._take_paragraph(index, line.span.start, reasons)
        self._close_box(line.span.start)
        self._resume(number)
        rank = self._rank(index, number)
        if number.heading == 0 or self._is_item(index, number, rank, reasons):
            self._pop(rank)
            if number.ordinal == 1 or self.listed == (rank, number.ordinal - 1, len(self.stack)):
                self.listed = (rank, number.ordinal, len(self.stack))
            return self._take_paragraph(index, line.span.start, reasons)
        end = line.span.start + number.heading
        # 「第一节」 alone: its title is the next short line.
        following = self.lines[index + 1] if index + 1 < len(self.lines) else None
        if number.rank <= 3 and number.mark == len(line.text) and following and len(following.text) <= 30:
            self._heading(Span(line.span.start, following.span.end), rank, number.ordinal)
            return index + 2
        self._heading(Span(line.span.start, end), rank, number.ordinal)
        rest = self.text[end : line.span.end]
        if rest.strip():
            return self._take_paragraph(index, end + len(rest) - len(rest.lstrip()), reasons)
        return index + 1

    def _rank(self, index: int, number: outline.NumberedLine) -> float:
        """A style's rank, deeper where 「一、」 counts a list inside 「（三）」 that 「（四）」 follows."""
        if number.rank in self.inner:
            rank, host = self.inner[number.rank]
            if any(entry[:3] == host for entry in self.stack):
                return rank
            del self.inner[number.rank]
        deeper = next((entry for entry in self.stack if entry[0] > number.rank), None)
        if number.ordinal != 1 or deeper is None:
            return number.rank
        if not self._hosted(index, number, deeper[0], deeper[1]):
            return number.rank
        self.inner[number.rank] = (self.stack[-1][0] + 0.1, deeper[:3])
        return self.stack[-1][0] + 0.1

    def _hosted(self, index: int, number: outline.NumberedLine, rank: float, ordinal: int) -> bool:
        """Whether the style of a host goes on counting below a list, before the list's own style is outranked."""
        for following in self.numbers[index + 1 :]:
            if following and following.rank < number.rank:
                return False
            if following and following.rank == rank:
                return following.ordinal == ordinal + 1
        return False

    def _is_item(self, index: int, number: outline.NumberedLine, rank: float, reasons: Sequence[str | None]) -> bool:
        """A whole numbered line with nothing below it, or the next of a list of such, is an item: body, not heading."""
        line = self.lines[index]
        if rank < 4 or number.heading < len(line.text) or line.span.start in self.hinted:
            return False
        after = next((i for i in range(index + 1, len(self.lines)) if reasons[i] is None), None)
        if after is None:
            return True
        following, text = self.numbers[after], self.lines[after].text
        if outline.GLOSSARY.fullmatch(text) or (outline.APPENDIX.fullmatch(text) and len(text) <= 30):
            return True
        if following is not None and following.rank <= number.rank and following.rank <= rank:
            listed = following.ordinal == 1 and following.rank < number.rank
            return not (listed and self._hosted(after, following, number.rank, number.ordinal))
        depth = sum(entry[0] < rank for entry in self.stack)
        return rank >= 5 and self.listed == (rank, number.ordinal - 1, depth)

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

    def _caption(self, span: Span) -> None:
        """A heading without a number stands above what follows it, until the numbers before it go on."""
        interrupted = [entry for entry in self.stack if entry[1]]
        self._heading(span, 0, 0)
        self.interrupted = interrupted

    def _resume(self, number: outline.NumberedLine) -> None:
        captioned = bool(self.stack) and self.stack[0][:2] == (0, 0) and number.heading > 0
        if captioned and any(entry[:2] == (number.rank, number.ordinal - 1) for entry in self.interrupted):
            self.stack = [entry for entry in self.interrupted if entry[0] < number.rank]

    def _heading(self, span: Span, rank: float, ordinal: int, kind: str = "heading") -> None:
        self._close_box(span.start)
        self._pop(rank)
        self.listed = None
        heading = _clean(span.of(self.text))
        self.stack.append((rank, ordinal, heading, 0))
        self.sections.append(Section(span, len(self.stack), heading, kind))

    def _pop(self, rank: float) -> None:
        while self.stack and self.stack[-1][0] >= rank:
            self.stack.pop()

    def _wrapped(self, index: int, reasons: Sequence[str | None]) -> bool:
        """Whether a line continues the one before it: that one was long, is not closed, and no indent or gap parts them."""
        if index == 0 or reasons[index - 1] is not None:
            return False
        line, before = self.lines[index], self.lines[index - 1]
        if self.sections and before.span.end == self.sections[-1].span.end:
            return False
        if (_CONTINUES.match(line.text) or before.text.endswith(_GOES_ON)) and not line.gap:
            return True
        if line.indented or line.gap:
            return False
        return self.indented or (len(before.text) >= 25 and not before.text.endswith(habits.CLOSED))

    def _take_paragraph(self, index: int, start: int, reasons: Sequence[str | None]) -> int:
        """A paragraph runs on over lines that continue it; a salutation joins what it opens."""
        lines = self.lines
        end = lines[index].span.end
        text = lines[index].text
        salutation = bool(habits.SALUTATION.fullmatch(text) or (self.numbers[index] and _LABEL.fullmatch(text)))
        index += 1
        while index < len(lines) and reasons[index] is None and index not in self.standalone:
            line = lines[index]
            joined = self._wrapped(index, reasons) or (salutation and lines[index - 1].span.end == end)
            if not joined or self._opens(index) or self._table_at(line) or line.span.start in self.hinted:
                break
            end, salutation = line.span.end, False
            index += 1
        self._body(Span(start, end))
        return index

    def _opens(self, index: int) -> bool:
        line, number = self.lines[index], self.numbers[index]
        return bool(
            (number and number.rank <= 5)
            or outline.BOX.match(line.text)
            or margins.TABLE_HEAD.fullmatch(line.text)
            or habits.ITEM.match(line.text)
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
