"""Turns a reading into labelled spans: outline, boilerplate, boxes, tables, body paragraphs. Never edits the text."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from corpus.model import Reading, Section, Span, Table
from corpus.structure import habits, outline, tables
from corpus.structure.outline import NumberedLine
from corpus.structure.stack import BOX, CAPTION, ITEM_RANK, NOTHING_OPEN, TABLE, Outline, Stack
from corpus.structure.survey import Survey

__all__ = ["Annotation", "Outline", "Paragraph", "annotate"]


class Paragraph(NamedTuple):
    """One body paragraph: its span, the headings above it, and its number within the innermost of them."""

    span: Span
    trail: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """Sections in text order (they may nest, never cross), the body paragraphs between them, the tables' cells, and
    what is open at the text's end."""

    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]
    tables: tuple[Table, ...] = ()
    ending: Outline = NOTHING_OPEN


@dataclass(slots=True)
class _Box:
    """The open box: where it and its heading's line begin and end, the ordinal of its last item, and, where the
    format says so, where it ends."""

    start: int
    heading_end: int
    items: int = 0
    until: int | None = None


_LABEL = re.compile(r"[^。；;！？]{1,40}[：:]")
_TERM = re.compile(r"[^。；;！？，,]{2,30}[：:]?")
_ROW_BREAK = re.compile(r"[ \t\u3000]*[\r\n]+[ \t\u3000]*")
_LONGEST_HEADING = 60
# What explains a table stands directly below it and belongs to its box.
_NOTE = re.compile(r"(?:备\s*)?注\s*(?:[0-9①-⑨]\s*)?[:：.．]|资料来源\s*[:：]")


def annotate(reading: Reading, title: Span | None = None, after: Outline | None = None) -> Annotation:
    """Annotate a text. `title` is the title's span where it is known: it is neither body nor boilerplate. `after` is
    what is open at the end of the text that this one continues: trails and paragraph numbers go on from there."""
    return _Annotator(reading, title, after).run()


class _Annotator:
    """One pass over the lines with the stack of open headings; state lives for one document only."""

    def __init__(self, reading: Reading, title: Span | None, after: Outline | None) -> None:
        self.text = reading.text
        self.title = title or Span(-1, -1)
        self.continues = after is not None
        after = after or NOTHING_OPEN
        self.survey = survey = Survey(reading, title, after.habits)
        self.lines, self.numbers, self.reasons = survey.lines, survey.numbers, survey.reasons
        self.ends = [line.span.end for line in self.lines]
        self.stack = Stack(self.numbers, after)
        self.sections = [Section(span, 0, "标记", "boilerplate") for span in survey.marks]
        self.marked = frozenset(edge for mark in survey.marks for edge in (mark.start, mark.end))
        self.paragraphs: list[Paragraph] = []
        self.glossary = False
        self.box: _Box | None = None
        if after.box_items is not None and self.lines:
            self.box = _Box(self.lines[0].span.start, self.lines[0].span.start, after.box_items)

    def run(self) -> Annotation:
        index, lines, survey = 0, self.lines, self.survey
        while index < len(lines):
            line = lines[index]
            if self.box and self.box.until is not None and line.span.start >= self.box.until:
                if self.reasons[index] is None and line.text[0] in "注备资" and _NOTE.match(line.text):
                    self.box.until = line.span.end
                else:
                    self._close_box(line.span.start)
            if line.span.start < self.title.end and line.span.end > self.title.start:
                self._restart()
                index += 1
            elif (reason := self.reasons[index]) is not None:
                if reason == "标题":
                    self._restart()
                self.sections.append(Section(line.span, 0, reason, "boilerplate"))
                index += 1
            elif index in survey.tables:
                index = self._take_table(survey.tables[index])
            else:
                index = self._take_line(index)
        ending = self.stack.ending(self.box.items if self.box else None, survey.habits.carried())
        self._close_box(lines[-1].span.end if lines else 0)
        return Annotation(
            tuple(sorted(self.sections, key=lambda s: (s.span.start, -s.span.end))),
            tuple(self.paragraphs),
            tuple(found.table for found in survey.tables.values()),
            ending,
        )

    def _restart(self) -> None:
        """The title ends what stood above it; that of a continuing part ends nothing."""
        if not self.continues:
            self.stack.pop(0)

    # — lines ————————————————————————————————————————————————————————————————————————————————————————————————————

    def _take_line(self, index: int) -> int:
        survey, line = self.survey, self.lines[index]
        text, number, hint = line.text, self.numbers[index], survey.hinted.get(line.span.start)
        if hint and hint.style == "title":
            self.sections.append(Section(line.span, 0, "标题", "boilerplate"))
            return index + 1
        if line.span.start in survey.boxes or (text[0] in "专【[［〖" and outline.titled_box(text) and not (number and self.box)):
            return self._open_box(index)
        if (text[0] in "附名主【" or text[-1] == "释") and (kind := outline.part(text)):
            return self._take_part(index, kind)
        if number and not (number.rank > ITEM_RANK and survey.wrapped(index, self._headed())):
            return self._take_numbered(index, number)
        if hint and len(text) <= _LONGEST_HEADING:
            return self._take_heading(index, survey.hinted_ranks[hint.level])
        if index in survey.headings:
            return self._take_heading(index, survey.headings[index])
        if len(text) <= _LONGEST_HEADING and not number:
            if survey.foreword(index):
                if text.endswith("说明"):
                    return self._take_caption(index, 1)
                return self._take_heading(index, self.stack.outermost)
            if index in survey.captions and self._within(survey.captions[index]):
                return self._take_heading(index, TABLE)
            if taken := survey.caption(index, self._headed(), inside=self.box is not None):
                return self._take_caption(index, taken)
        return self._take_paragraph(index, line.span.start)

    def _headed(self) -> int:
        """Where the last section ends: a line right above another is then its heading."""
        return self.sections[-1].span.end if self.sections else -1

    def _take_heading(self, index: int, rank: float) -> int:
        self._heading(self.lines[index].span, rank)
        return index + 1

    def _take_caption(self, index: int, taken: int) -> int:
        """A heading without a number stands above what follows it, until the numbers before it go on."""
        suspended = self.stack.suspend()
        self._heading(Span(self.lines[index].span.start, self.lines[index + taken - 1].span.end), CAPTION)
        self.stack.suspended = suspended
        return index + taken

    def _take_part(self, index: int, kind: str) -> int:
        """An appendix or a glossary, with the title on the next line."""
        line, following = self.lines[index], self.survey.following(index)
        titled = kind == "appendix" and self.survey.titles(index + 1)
        end = following.span.end if titled and following else line.span.end
        self._heading(Span(line.span.start, end), self.stack.outermost, kind=kind)
        self.glossary = kind == "glossary"
        return index + (2 if titled else 1)

    def _take_table(self, found: tables.Found) -> int:
        """A row a paragraph; the columns' names and their repetitions are in none."""
        heading = _clean(self.lines[found.caption].text) if found.caption is not None else ""
        self.sections.append(Section(found.table.span, 0, heading, "table"))
        self.sections += [Section(span, 0, "表头", "boilerplate") for span in found.repeated]
        for row in found.rows:
            self._body(row)
        self.stack.pop(TABLE)
        return found.last

    def _within(self, found: tables.Found) -> bool:
        """Whether a captioned table stands inside a section: it is numbered as such, or the numbers around it go on."""
        if found.caption is not None and tables.CAPTION.fullmatch(self.lines[found.caption].text):
            return True
        return any(
            number and number.heading and self.stack.follows_heading(number.rank, number.ordinal)
            for number in self.numbers[found.last :]
        )

    def _take_numbered(self, index: int, number: NumberedLine) -> int:
        line = self.lines[index]
        if self.box and self._in_box(number):
            self.box.items = number.ordinal
            return self._take_paragraph(index, line.span.start)
        if self.glossary and number.rank >= ITEM_RANK:
            return self._take_paragraph(index, line.span.start)
        self._close_box(line.span.start)
        self.stack.resume(number)
        rank = self.stack.rank_of(index, number)
        if number.heading == 0 or self._is_item(index, number, rank):
            self.stack.pop(rank)
            if number.ordinal == 1 or self.stack.follows_list(rank, number.ordinal):
                self.stack.listed = (rank, number.ordinal, len(self.stack.entries))
            return self._take_paragraph(index, line.span.start)
        if self.stack.opens is None:
            self.stack.opens = (rank, number.ordinal)
        end = line.span.start + number.heading
        # 「第一节」 alone: its title is the next short line.
        following = self.survey.following(index)
        if number.rank <= 3 and number.mark == len(line.text) and following and len(following.text) <= 30:
            self._heading(Span(line.span.start, following.span.end), rank, number.ordinal)
            return index + 2
        self._heading(Span(line.span.start, end), rank, number.ordinal, wrapped=True)
        rest = self.text[end : line.span.end].lstrip()
        return self._take_paragraph(index, line.span.end - len(rest)) if rest else index + 1

    def _take_paragraph(self, index: int, start: int) -> int:
        """A paragraph runs on over lines that continue it; a salutation joins what it opens, a term its explanation."""
        lines, reasons = self.lines, self.reasons
        end, text = lines[index].span.end, lines[index].text
        opens = bool(
            (text[-1] in "：:，,。！!表志员" and len(text) <= 130 and habits.SALUTATION.fullmatch(text))
            or (self.numbers[index] and text[-1] in "：:" and _LABEL.fullmatch(text))
            or (self.glossary and _TERM.fullmatch(text))
        )
        index += 1
        while index < len(lines) and reasons[index] is None:
            line = lines[index]
            if not (opens or self.survey.wrapped(index, self._headed())) or self.survey.opens(index, self.glossary):
                break
            if end in self.marked or line.span.start in self.marked:
                break  # a mark between them would stand in the paragraph
            end, opens = line.span.end, False
            index += 1
        self._body(Span(start, end))
        return index

    def _body(self, span: Span) -> None:
        self.paragraphs.append(Paragraph(span, *self.stack.count()))

    def _heading(self, span: Span, rank: float, ordinal: int = 0, kind: str = "heading", wrapped: bool = False) -> None:
        self._close_box(span.start)
        words = span.of(self.text)
        heading = _clean(_ROW_BREAK.sub("", words) if wrapped else words)
        level = self.stack.push(rank, ordinal, heading)
        self.stack.listed = None
        self.glossary = False
        self.sections.append(Section(span, level, heading, kind))

    def _is_item(self, index: int, number: NumberedLine, rank: float) -> bool:
        """A whole numbered line with nothing below it, or the next of a list of such, is an item: body, not heading."""
        line = self.lines[index]
        if rank < 4 or number.heading < len(line.text) or line.span.start in self.survey.hinted:
            return False
        after = next((i for i in range(index + 1, len(self.lines)) if self.reasons[i] is None), None)
        if after is None:
            # The text ends, perhaps in a part that goes on elsewhere: a heading after a heading, else an item.
            return line.text[-1] in "。；;" and not self.stack.follows_heading(rank, number.ordinal)
        following, text = self.numbers[after], self.lines[after].text
        if outline.part(text):
            return True
        if following is not None and following.rank <= number.rank and following.rank <= rank:
            listed = following.ordinal == 1 and following.rank < number.rank
            return not (listed and self.stack.hosts(after, following, number.rank, number.ordinal))
        return rank >= ITEM_RANK and self.stack.follows_list(rank, number.ordinal)

    # — boxes ————————————————————————————————————————————————————————————————————————————————————————————————————

    def _in_box(self, number: NumberedLine) -> bool:
        """Whether a numbered line belongs to the open box: it goes on counting the box's items, or starts them."""
        if self.box is None or number.rank <= ITEM_RANK:
            return self.box is not None and self.box.until is not None
        outer = next((entry.ordinal for entry in reversed(self.stack.entries) if entry.rank == number.rank), 0)
        if self.box.items:
            return number.ordinal == self.box.items + 1
        return number.ordinal == 1 or number.ordinal != outer + 1

    def _open_box(self, index: int) -> int:
        line, following = self.lines[index], self.survey.following(index)
        self._close_box(line.span.start)
        end, taken = line.span.end, 1
        until = self.survey.boxes.pop(line.span.start, None)
        match = outline.BOX.match(line.text)
        if match is None and (len(line.text) > 50 or "。" in line.text or self.numbers[index]):
            return self._take_line(index)
        alone = match is not None and not line.text[match.end() :].strip()
        if alone and following and len(following.text) <= 40 and not self.reasons[index + 1] and "。" not in following.text:
            end, taken = following.span.end, 2
        self.stack.push(BOX, 0, _clean(self.text[line.span.start : end]))
        self.box = _Box(line.span.start, end, until=until)
        return index + taken

    def _close_box(self, end: int) -> None:
        if self.box is None:
            return
        entry = next((entry for entry in self.stack.entries if entry.rank == BOX), None)
        trimmed = max(self.ends[bisect_right(self.ends, end) - 1], self.box.heading_end)
        if entry and trimmed > self.box.start:
            level = self.stack.entries.index(entry) + 1
            self.sections.append(Section(Span(self.box.start, trimmed), level, entry.heading, "box"))
        self.stack.pop(BOX)
        self.box = None


def _clean(heading: str) -> str:
    """A heading as it is cited: white space folded, the closing full stop or colon dropped."""
    return re.sub(r"\s+", " ", heading).strip().rstrip("。：: ")
