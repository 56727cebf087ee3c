"""Looks over a text's lines before it is annotated: what each is by itself and beside its neighbours. Decides no nesting."""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.model import Reading, Span
from corpus.structure import breaks, habits, margins, outline, tables
from corpus.structure.bracketed import bracket_headings
from corpus.structure.lines import Line, split
from corpus.structure.markdown import unmark
from corpus.structure.stack import ITEM_RANK, STANDALONE

# A line that only goes on with the one before it: 「主要目标」 and 「是：……」 on lines of their own.
_GOES_ON = tuple("的、，,和与及")
_CONTINUES = re.compile(r"[，,。；;、：:）)！？》]|是[:：]")
_TITLE = re.compile(r"[^。；;，,：:！？!?|]{4,40}(?<![0-9、])")
# A line that names a document or a table: heads what follows it, at the top of the outline.
_CAPTION = re.compile(
    r"[^。；;，,！？]{8,60}(?:意见|规划|纲要|计划|方案|办法|公告|通知|报告|建议|情况|清单|要点|一览表|分工|采纳情况)"
    r"(?:\s*[（(〔][^（）()]{1,16}[)）〕])*"
)
_NOTICE = re.compile(r"[^。；;，,！？]{2,24}关于[^。；;！？]{4,90}的(?:通知|公告|意见|决定|批复|函)")
# 「【标准地】指……」, 「A类企业：指……」: a glossary's entry, whatever the indents say.
_EXPLAINED = re.compile(r"【[^】]{1,24}】|[^。；;，,：:]{1,24}[：:]\s*\S")
# 「（表二）」 alone: a scrape's place of a table that it left out.
_TABLE_LEFT_OUT = re.compile(r"[（(]\s*附?表\s*[一二三四五六七八九十0-9]{1,3}\s*[)）]")
_UNNUMBERED = re.compile(r"[前序引导]\s*言|结\s*(?:束\s*)?语|附\s*则|(?:编制|起草)说明")


class Survey:
    """A text's lines and what was found of each.

    reasons: why a line is no body; numbers: its number as this text nests them; tables and captions: the tables by
    their first line and by the line that names them; headings: lines that head what follows without a number, with
    their ranks; hinted: the format's headings and titles by their starts; boxes: the format's boxes, start → end.
    """

    def __init__(self, reading: Reading, title: Span | None, carried: Sequence[str]) -> None:
        self.text = reading.text
        unmarked = unmark(list(split(reading.text)))
        self.marks = unmarked.marks
        hints = (*reading.hints, *unmarked.hints)
        self.hinted = {hint.span.start: hint for hint in hints if hint.style in ("heading", "title")}
        self.boxes = {hint.span.start: hint.span.end for hint in hints if hint.style == "box"}
        lines, plain = unmarked.lines, [outline.numbered(line.text) for line in unmarked.lines]
        lines, plain = breaks.joined(reading.text, *breaks.parted(reading.text, lines, plain))
        lines, plain = breaks.centred(reading.text, lines, plain)
        self.lines = lines
        turned = ["\f" in reading.text[a.span.end : b.span.start] for a, b in pairwise(lines)] if "\f" in reading.text else []
        tops = frozenset(i for i, turns in enumerate(turned, 1) if turns)
        self.reasons = margins.mark(lines, plain, title.of(reading.text) if title else None, hints, tops)
        plain = [None if reason == "页眉页脚" else number for number, reason in zip(plain, self.reasons, strict=True)]
        found = [table for table in tables.find(reading.text, lines, self.reasons, hints) if not self._describes(table)]
        self.tables = {table.first: table for table in found}
        self.captions = {table.caption: table for table in found if table.caption is not None}
        hinted = {hint.span.start: hint.span.end for hint in reading.hints if hint.style == "table"}
        for table in found:
            for index in range(table.first, table.last):
                plain[index] = self.reasons[index] = None
            self._frame(table, hinted)
        self.habits = habits.read(lines, plain, carried)
        bracketed = bracket_headings(lines, plain, self.reasons)
        # Where brackets head the text, what opens with 「■」 is its body.
        bullets = [] if bracketed else habits.bullet_headings(lines, plain)
        alone = habits.standalone_headings(lines, plain, self.habits) + bullets
        bold = habits.bold_headings(lines, plain, self.reasons, (h.span for h in hints if h.style == "bold"))
        self.headings: dict[int, float] = dict.fromkeys(alone, STANDALONE) | bold | bracketed
        self.numbers = habits.numbers(lines, plain, self.habits)
        self.hinted_ranks = self._ranks_of_levels()

    def _describes(self, found: tables.Found) -> bool:
        """Whether a table tells of the document (索引号, 发布机构): all of it is then left out."""
        own = self.reasons[found.first : found.last]
        if 2 * own.count("元数据") < len(own):
            return False
        self.reasons[found.first : found.last] = ["元数据"] * len(own)
        return True

    def _frame(self, found: tables.Found, hinted: dict[int, int]) -> None:
        """A format's table whose first row is 「专栏3 重点工程」 is a box from there on."""
        above = self.lines[found.first - 1].span if found.first else None
        if above and above.start in hinted and outline.titled_box(above.of(self.text)):
            self.boxes.setdefault(above.start, hinted[above.start])

    def following(self, index: int) -> Line | None:
        return self.lines[index + 1] if index + 1 < len(self.lines) else None

    def wrapped(self, index: int, headed: int) -> bool:
        """Whether a line continues the one before it: that one was long, is not closed, and no indent or gap parts them.
        `headed`: where the last section ends."""
        if index == 0 or self.reasons[index - 1] is not None:
            return False
        line, before = self.lines[index], self.lines[index - 1]
        if before.span.end == headed:
            return False
        last = before.text[-1]
        if not line.gap and (_CONTINUES.match(line.text) or last in _GOES_ON):
            return True
        if self.habits.indented:
            announces = len(line.text) < 40 and line.text[-1] in "：:" and last in habits.CLOSED
            return not line.indented and not announces and (not line.gap or last not in habits.CLOSED)
        if line.indented or line.gap:
            return False
        if last in "；;":
            return self.habits.sentence_lines
        return len(before.text) >= 25 and last not in habits.CLOSED

    def opens(self, index: int, glossary: bool) -> bool:
        """Whether a line opens something of its own, whatever stands before it."""
        line, number = self.lines[index], self.numbers[index]
        if number and (number.rank <= ITEM_RANK or (number.heading and line.gap) or glossary):
            return True
        if glossary and self.lines[index - 1].text[-1] in habits.CLOSED and _EXPLAINED.match(line.text):
            return True
        if line.span.start in self.hinted or index in self.headings or index in self.tables or line.span.start in self.boxes:
            return True
        if line.text[0] in "专【[［〖" and outline.BOX.match(line.text):
            return True
        if _TABLE_LEFT_OUT.fullmatch(line.text):
            return True
        if not habits.ITEM.match(line.text) or self._turns_page(index):
            return False
        if self.habits.indented and not line.indented:
            # Where indents open paragraphs, only a dash is sure to open an item, and not 「甲-」 above 「-乙」.
            return line.text[0] in "—―－–-•·●○◆◇■□▲△★☆※◎▪►▶➢✦" and self.lines[index - 1].text[-1] not in "—―－–-"
        return True

    def _turns_page(self, index: int) -> bool:
        """Whether a page ends above a line inside a sentence, whose dash then opens no item."""
        before, line = self.lines[index - 1], self.lines[index]
        return "\f" in self.text[before.span.end : line.span.start] and before.text[-1] not in habits.CLOSED

    def foreword(self, index: int) -> bool:
        """「前言」, 「结语」: a part with a name and no number."""
        return _UNNUMBERED.fullmatch(self.lines[index].text) is not None

    def titles(self, index: int) -> bool:
        """Whether a line can be the title of the appendix that the line above it opens."""
        if index >= len(self.lines) or self.reasons[index] is not None or self.numbers[index]:
            return False
        text = self.lines[index].text
        return bool(_TITLE.fullmatch(text)) and not outline.part(text)

    def caption(self, index: int, headed: int, inside: bool) -> int:
        """How many lines a title takes that stands above what follows it without a number, 0 where there is none;
        `inside`: inside a box."""
        line = self.lines[index]
        if taken := self._notice(index):
            return taken
        return int(bool(line.gap and _CAPTION.fullmatch(line.text)) or (not inside and self._untitled(index, headed)))

    def _notice(self, index: int) -> int:
        """How many lines the title of a notice takes that is broken over two to four; 0 where there is none."""
        if "关于" not in self.lines[index].text:
            return 0
        for count in (4, 3, 2):
            lines = self.lines[index : index + count]
            if len(lines) == count and not any(self.reasons[index : index + count]):
                joined = "".join(line.text for line in lines)
                broken = all(len(line.text) <= 40 and not outline.numbered(line.text) for line in lines)
                if broken and _NOTICE.fullmatch(joined):
                    return count
        return 0

    def _untitled(self, index: int, headed: int) -> bool:
        """A short line without any punctuation between closed lines, above a long one: a heading without a number."""
        if self.habits.indented or not 0 < index < len(self.lines) - 1:
            return False
        before, line, following = self.lines[index - 1 : index + 2]
        shortest, least = (4, 20) if self.habits.untitled else (6, 60)
        return (
            len(line.text) >= shortest
            and (before.span.end == headed or before.text[-1] in habits.CLOSED)
            and (len(following.text) >= least or self.numbers[index + 1] is not None)
            and bool(habits.UNTITLED.fullmatch(line.text))
        )

    def _ranks_of_levels(self) -> dict[int, float]:
        """The format's levels of headings without a number as ranks: beside the numbered headings of the same level,
        or between those of the levels around it."""
        known: dict[int, float] = {}
        for line, number in zip(self.lines, self.numbers, strict=True):
            hint = self.hinted.get(line.span.start)
            if hint and number and number.heading:
                known[hint.level] = min(known.get(hint.level, 9.0), number.rank)
        ranks = dict(known)
        for level in {hint.level for hint in self.hinted.values()} - known.keys():
            above = max((other for other in known if other < level), default=None)
            below = min((other for other in known if other > level), default=None)
            if above is not None:
                ranks[level] = known[above] + 0.1 * (level - above)
            else:
                ranks[level] = known[below] - 0.1 * (below - level) if below is not None else float(min(level, 9) or 1)
        return ranks
