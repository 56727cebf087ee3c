"""Reads a passage's targets from its prose, figure by figure, and hands its tables on. Never changes or stores anything."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace

from corpus.model import Document, Passage, Span, Table
from corpus.structure.sentences import sentences
from corpus.targets import tables
from corpus.targets.model import Target
from corpus.targets.names import counted, parts, trimmed
from corpus.targets.numbers import Amount, amounts_in, folded, promising
from corpus.targets.reading import Reading, read
from corpus.targets.wording import AHEAD, BASE, COMPARED, DONE, PAST, TO_GOAL, UNNAMED, VERB_ONLY
from corpus.targets.years import Era, Mention, era_of, goal_year, mentions, year_of

_HARD = re.compile(r"[;:。!?\n]|,(?!(?<=\d,)\d{3}(?!\d))")
_STRIVE = re.compile(r"(?<!努)力争")
_GOAL_ABOVE = re.compile(r"(?:^|[。；！\s])到((?:19|20)\d\d)年")
_LISTED = re.compile(r"\s*(?:、|和|及|以及|与|,)?\s*")
_TOGETHER = re.compile(r"分别|各(?=增|提|下|达)")
_ALIKE = re.compile(r"分别|均|都|双双")
_ANNUAL = re.compile(
    r"年均(?!浓度|气温|值|水平|降)|每年|年平均(?!浓度|气温)|平均年|(?<![\d〇○零一二三四五六七八九])年(?:递增|增长)|年均增|每年平均"
)
_THOSE_YEARS = ("这五年", "五年来", "这一时期")
_OPEN_ANY = '(“《[【"'
_OPEN, _CLOSE = "(“《[【", ")”》]】"


def targets(document: Document, passage: Passage) -> tuple[Target, ...]:
    """The figures that a passage promises, in the order of the text; none where it looks back."""
    text = folded(passage.span.of(document.text))
    if not promising(text):
        return ()
    era = era_of(document, passage)
    if era.past:
        return ()
    found: list[Target] = []
    inside = [t for t in document.tables if t.span.start < passage.span.end and passage.span.start < t.span.end]
    prose = _Prose(text, passage.span.start, era, _goal_above(document.text, passage.span.start, era))
    for table in inside:
        if table.columns:
            found += _of_table(document.text, table, passage.span, era, prose)
    for sentence in sentences(document.text, passage.span):
        if not any(t.columns and t.span.start <= sentence.start < t.span.end for t in inside):
            found += prose.read(sentence)
    return tuple(sorted(found, key=lambda target: (target.span, target.indicator)))


def _goal_above(text: str, start: int, era: Era) -> int | None:
    """The year that the paragraph sets before a passage that begins within it: 「到2025年，……」."""
    line = max(text.rfind("\n", 0, start) + 1, start - 1500)
    years = [int(m.group(1)) for m in _GOAL_ABOVE.finditer(text, line, start)] if line < start else []
    return years[-1] if years and (era.first is None or years[-1] >= era.first) else None


def _of_table(text: str, table: Table, within: Span, era: Era, prose: "_Prose") -> list[Target]:
    """The targets of a table's rows in a passage: by its columns, else from what its cells tell of work."""
    read = tables.targets_of(text, table, within, era)
    if read is not None:
        return read
    return [
        target if year is None else replace(target, year=year)
        for cell, year in tables.work_in(text, table, within, era)
        for sentence in sentences(text, cell)
        for target in prose.read(sentence)
    ]


@dataclass(slots=True)
class _Prose:
    """Reads sentences one after another: a year, a name and a look back carry over from one to the next."""

    text: str
    at: int
    era: Era
    goal: int | None = None
    behind: bool = False
    recalled: bool = False
    recounting: bool = False
    last: Reading | None = None
    lasting: list[tuple[int, int]] = field(default_factory=list)
    out: list[Target] = field(default_factory=list)

    def read(self, sentence: Span) -> list[Target]:
        start, end = sentence.start - self.at, sentence.end - self.at
        words = self.text[start:end]
        found = mentions(words, self.era.last)
        self.goal = goal_year(found, self.era) or self.goal
        passed = _passed(found, self.era)
        ahead = AHEAD.found(words) is not None
        if any(m.stated for m in found):
            self.recalled = passed
        # 「“十四五”时期，……。……。这五年，……」: from there on the paragraph looks back until it looks ahead.
        self.recounting = (self.recounting or (self.recalled and words.lstrip().startswith(_THOSE_YEARS))) and self.recalled and not ahead
        if passed or self.behind:
            self.behind = passed and not ahead
        self.behind |= self.recounting
        self.out = []
        if promising(words):
            self._sentence(words, found, Span(start, end))
        return self.out

    def _sentence(self, words: str, found: list[Mention], where: Span) -> None:
        amounts = [a for a in amounts_in(words) if not a.dated]
        ends = [m.end() for m in _HARD.finditer(words)]
        cut = 0
        previous: Reading | None = self.last if words.startswith("其中") else None
        base: tuple[Amount, int | None, int, int] | None = None
        skip = 0
        for i, amount in enumerate(amounts):
            if skip:
                skip -= 1
                continue
            hard = ends[k - 1] if (k := bisect_right(ends, amount.start)) else 0
            begin = max(cut, hard)
            following = amounts[i + 1] if i + 1 < len(amounts) else None
            nested = _nested(words, amount)
            if nested or self._gone(words, found, amount):
                if not nested:
                    stop = _stop(words, ends, amount, following)
                    gone = read(words, amount, begin, stop, None, previous, False)
                    previous = gone or Reading("level", "indicator", trimmed(words, begin, amount.start))
                    self._remember(where, previous.name)
                cut = amount.end if not words[amount.end : amount.end + 1].strip("、,;:。的") else cut
                base = None
                continue
            stop = _stop(words, ends, amount, following)
            joined = previous if begin == cut and cut > 0 else None
            reading = read(words, amount, begin, stop, joined, previous, base is not None)
            if reading is None:
                base = None
                if amount.counted:
                    self._remember(where, counted(words, amount.end, _stop(words, ends, amount, following)))
                if following and (start := _base(words, amount, following)):
                    base = (amount, start[1], begin, start[0])
                    cut = amount.end
                elif (
                    previous is not None and begin == cut and words[amount.end : amount.end + 1] in (",", "、", ";", "")
                ):
                    cut = amount.end
                continue
            if following and (start := _base(words, amount, following)):
                base = (amount, start[1], begin, start[0])
                cut = amount.end
                continue
            listed = self._listed(words, amounts, i, hard)
            skip = len(listed) - 1
            self._emit(words, found, where, listed, reading, base, hard)
            previous, base, cut = reading, None, max(listed[-1].end, reading.name[1] if reading.numbered else 0)
            self.last = reading

    def _remember(self, where: Span, name: tuple[int, int]) -> None:
        """Keep a name for figures behind it that have none of their own."""
        words = self.text[where.start + name[0] : where.start + name[1]]
        if len(words) >= 2 and not UNNAMED.found(words):
            self.lasting.append((where.start + self.at + name[0], where.start + self.at + name[1]))

    def _gone(self, words: str, found: list[Mention], amount: Amount) -> bool:
        """Whether a figure is one of the past: by the year named before it, by 已 or 了 in its clause."""
        semi = max(words.rfind(";", 0, amount.start), words.rfind(":", 0, amount.start)) + 1
        before = [m for m in found if m.end <= amount.start and not m.of_base and m.stated]
        if before and self.era.first is not None:
            gone = before[-1].year < self.era.first and not AHEAD.found(words[before[-1].end : amount.start])
            if gone:
                return True
        elif self.behind and not AHEAD.found(words[: amount.start]) and not before:
            return True
        clause = max(words.rfind(",", semi, amount.start) + 1, semi)
        near = COMPARED.sub("", words[clause : amount.start])
        if PAST.found(near) or DONE.found(near):
            return True
        wider = COMPARED.sub("", words[semi:clause])
        told = PAST.found(wider)
        return bool(told and not AHEAD.found(words[semi + told.start() : amount.start]))

    def _listed(self, words: str, amounts: list[Amount], i: int, hard: int) -> list[Amount]:
        """The amounts of 「分别达到85%和80%」 from the i-th on; else that one alone."""
        group = [amounts[i]]
        if not _TOGETHER.search(words, hard, amounts[i].start):
            return group
        for later in amounts[i + 1 :]:
            if not _LISTED.fullmatch(words, group[-1].end, later.start) or later.unit != group[0].unit:
                break
            group.append(later)
        return group

    def _emit(
        self,
        words: str,
        found: list[Mention],
        where: Span,
        group: list[Amount],
        reading: Reading,
        base: tuple[Amount, int | None, int, int] | None,
        hard: int,
    ) -> None:
        begin, end = reading.name
        if base:
            begin, end = trimmed(words, base[2], base[3])
        first = group[0]
        names: list[tuple[int, int] | None]
        inherited = begin >= end
        if not inherited and self.lasting and VERB_ONLY.found(words[begin:end]):
            inherited = True
        if inherited:
            names = [None] * len(group)
        elif len(group) > 1:
            names = [*parts(words, begin, end, len(group))]
            names += [names[-1] if names else None] * (len(group) - len(names))
        elif _ALIKE.search(words, end, first.start) or (reading.growing and "、" in words[begin:end]):
            names = [*parts(words, begin, end, None)]
        else:
            names = [(begin, end)]
        year = year_of(words, found, first.start, self.era)
        annual = _ANNUAL.search(words, hard, first.start) is not None
        if year is None:
            year = self.goal if self.goal is not None else self.era.year
        strive = _STRIVE.search(words, words.rfind(";", 0, first.start) + 1, first.start) is not None
        whole = [words[a:b] for a, b in (n for n in names if n)]
        for k, name in enumerate(names):
            amount = group[min(k, len(group) - 1)]
            shown = _completed(words[name[0] : name[1]], whole) if name else None
            named = Span(where.start + self.at + name[0], where.start + self.at + name[1]) if name else None
            if name is None and self.lasting:
                told = self.lasting[-len(group) :]
                named = Span(*told[min(k, len(told) - 1)])
                shown = self.text[named.start - self.at : named.end - self.at]
            if not shown:
                continue
            if shown.startswith("占") and self.lasting and name:
                first_words = Span(*self.lasting[-1])
                shown = self.text[first_words.start - self.at : first_words.end - self.at] + shown
            elif name:
                self._remember(where, name)
            self.out.append(
                Target(
                    span=Span(where.start + self.at + amount.start, where.start + self.at + amount.end),
                    sentence=Span(where.start + self.at, where.end + self.at),
                    indicator=shown,
                    named=named if named and shown == self.text[named.start - self.at : named.end - self.at] else None,
                    low=amount.low,
                    high=amount.high,
                    unit=amount.unit,
                    change=reading.change,
                    kind=reading.kind,
                    year=year,
                    annual=annual,
                    comparator=amount.comparator or ("力争" if strive else None),
                    base=base[0].low if base else None,
                    base_unit=(base[0].unit or amount.unit) if base else None,
                    base_year=base[1] if base else None,
                )
            )


def _completed(name: str, names: list[str]) -> str:
    """「城镇、农村居民人均可支配收入分别…」: a bare 城镇 takes what the last name has behind its own 农村."""
    longest = names[-1]
    if name == longest or len(longest) < len(name) + 4 or len(name) > 6:
        return name
    shared = longest.find(name[-2:])
    if 0 < shared <= 6 and len(name) > 3:
        return name + longest[shared + 2 :]
    return name + longest[len(name) :] if len(name) <= 3 else name


def _passed(found: list[Mention], era: Era) -> bool:
    stated = [m for m in found if m.stated and not m.of_base]
    return bool(stated) and era.first is not None and all(m.year < era.first for m in stated)


def _nested(words: str, amount: Amount) -> bool:
    """Whether a figure stands in brackets, in a title or in a short quotation: a slogan, a name, an explanation."""
    if not any(mark in words for mark in _OPEN_ANY):
        return False
    for opening, closing in zip(_OPEN, _CLOSE, strict=True):
        at = words.rfind(opening, 0, amount.start)
        if at >= 0 and words.find(closing, at, amount.start) < 0:
            shut = words.find(closing, amount.end)
            if 0 <= shut < at + 32 or opening in "(《[":
                return True
    if words.count('"', 0, amount.start) % 2:
        return 0 <= words.find('"', amount.end) < words.rfind('"', 0, amount.start) + 32
    return False


def _stop(words: str, ends: list[int], amount: Amount, following: Amount | None) -> int:
    """Where what stands behind a figure in its clause ends: at the next mark or the next figure."""
    last = following.start if following else len(words)
    k = bisect_right(ends, amount.end)
    return min(last, ends[k] - 1) if k < len(ends) else last


def _base(words: str, amount: Amount, following: Amount) -> tuple[int, int | None] | None:
    """Where 「由2020年的」 before a starting figure begins, and its year; None where it starts nothing."""
    start = BASE.found(words[: amount.start])
    if start is None or not TO_GOAL.found(words[amount.end : following.start]):
        return None
    year = re.search(r"(?:19|20)\d\d", start.group("year") or "")
    return start.start(), int(year.group()) if year else None
