"""Reads which year a figure is for, and whether a stretch of text looks back or ahead. Never reads the figure itself."""

import re
from dataclasses import dataclass
from functools import lru_cache

from corpus.metadata.periods import five_years
from corpus.model import Document, Passage
from corpus.targets.numbers import folded
from corpus.targets.wording import AHEAD_HEADING, PAST_HEADING, looks_back

_CN_YEAR = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_MENTION = re.compile(
    r"(?:(?P<since>(?:19|20)\d\d)年?\s*(?:[-—–~]{1,2}|至|到)\s*)?(?P<year>(?:19|20)\d\d)\s*年(?P<edge>底|末|年底|上半年|下半年|前)?"
    r"|(?P<words>(?:二[〇○零]|一九)[〇○零一二三四五六七八九]{2})年"
    r"|“?(?P<plan>十[一二三四五六]?|[七八九])五”?(?P<plan_edge>末|期末|时期|期间|规划)"
    r"|(?P<this>今年|本年度?|年内|全年)|(?P<next>明年|次年)"
    r"|(?P<term>(?:未来|今后|这|到|用)?(?<!奋斗)(?:五年|5年)(?!来|行动|级|前|计划|规划|以上|间)|规划期(?:内|末)?|期末|年均(?!浓度|气温|值)|平均每年|每年平均)"
    r"|(?P<century>本?世纪(?:末|中叶))"
)
# A year that is named as where a figure starts, or as one of something else's name.
_FROM = re.compile(r"(?:由|从|比|较|以|按|于|对比|相比|与|自|截至)\s*$")
_OF_BASE = re.compile(r"\s*(?:的?基础上|价格|不变价|为基[期数]|的?水平的|相比|以来|印发|出台|远景|基本实现)")
_FROM_NOW = re.compile(r"[^,;。]{0,12}(?:前|底|末|完成|建成|开放|投用|投产|通车|竣工|实现|达到|开工|投入使用)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A year named at [start, end) of a text; `stated` when as a calendar year, `goal` when as one to reach (到2025年)."""

    start: int
    end: int
    year: int
    stated: bool
    goal: bool
    of_base: bool
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Era:
    """Where a passage stands in time: whether it looks back, the year its figures are for unless the text says, the
    first year that is not yet past, and the last of the plan's years."""

    past: bool
    year: int | None
    first: int | None
    last: int | None


def period_of(document: Document) -> tuple[int | None, int | None]:
    """The first and the last year of a document's period; without one, what is before its year of issue is past."""
    years = re.findall(r"\d{4}", document.period or "")
    if years:
        return int(years[0]), int(years[-1])
    return (int(document.issued[:4]) if document.issued else None), None


def end_of_term(year: int) -> int:
    """The last year of the five-year plan that a year belongs to: 2026 → 2030, 2025 → 2025."""
    return year + -year % 5


def mentions(text: str, last: int | None) -> list[Mention]:
    """The years that a folded text names; `last` is the year its plan ends, None where that is not known."""
    if not any(sign in text for sign in ("年", "五", "期", "世纪")):
        return []
    return [mention for match in _MENTION.finditer(text) if (mention := _mention(text, match, last))]


def _mention(text: str, match: re.Match[str], last: int | None) -> Mention | None:
    groups = match.groupdict()
    since = None
    if groups["year"] or groups["words"]:
        year = int(groups["year"] or (groups["words"] or "").translate(_CN_YEAR))
        since = int(groups["since"]) if groups["since"] else None
    elif groups["plan"]:
        period = five_years(groups["plan"])
        if period is None:
            return None
        year = int(period[-4:])
    elif groups["century"]:
        year = 2050
    elif last is None:
        return None
    elif groups["this"]:
        year = last
    elif groups["next"]:
        year = last + 1
    else:
        year = end_of_term(last)
    left = text[max(match.start() - 3, 0) : match.start()]
    stated = bool(groups["year"] or groups["words"] or groups["plan"])
    of_base = bool(_FROM.search(left) or _OF_BASE.match(text, match.end()))
    return Mention(
        match.start(), match.end(), year, stated, left.endswith("到") or groups["edge"] == "末", of_base, since
    )


def year_of(text: str, found: list[Mention], start: int, era: Era) -> int | None:
    """The year of the figure at `start`: the nearest one named before it, else one named after as when it is done."""
    before = [m for m in found if m.end <= start and not m.of_base]
    # 「2023年底前完成甲;更换乙」: what stands behind the mark has a year of its own or none.
    parted = text.rfind(";", 0, start)
    before = [m for m in before if m.end > parted or (m.start <= 4 and "前" not in text[m.end - 1 : m.end + 1])]
    stated = [m for m in before if m.stated and (era.first is None or m.year >= era.first)]
    if before and not stated:
        return before[-1].year
    if stated:
        later = [m for m in before if m.start > stated[-1].start]
        # 「到2025年……年均增长6%」 is for 2025; 「十五五时期……今年」 is for this year.
        return (
            later[-1].year
            if later and later[-1].year < stated[-1].year and "年均" not in text[later[-1].start :]
            else stated[-1].year
        )
    after = [m for m in found if m.start >= start and m.stated and not m.of_base and _FROM_NOW.match(text, m.end - 1)]
    if len(after) == 1 and (era.first is None or after[0].year >= era.first):
        return after[0].year
    return None


def goal_year(found: list[Mention], era: Era) -> int | None:
    """The year that a sentence sets for those behind it: 「到2025年，……」 at its beginning."""
    first = found[0] if found else None
    if first and first.stated and first.goal and first.start <= 4 and (era.first is None or first.year >= era.first):
        return first.year
    return None


_PAST_MARKS = (
    "过去五年",
    "过去一年",
    "五年来",
    "一年来",
    "这五年",
    "“十四五”时期",
    "“十四五”期间",
    "工作回顾",
    "“十三五”时期",
)
_TERM_MARKS = ("“十五五”", "十五五规划", "《纲要", "未来五年", "今后五年", "纲要（草案）")
_YEAR_MARKS = ("今年", "全年", "预期目标")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a heading says of time: whether it looks back, ahead, or both ways, and the years that it names."""

    back: bool
    ahead: bool
    both: bool
    years: frozenset[int]


@lru_cache(maxsize=4096)
def _told_by(heading: str, last: int | None) -> _Told:
    words = folded(heading)
    ahead, past = AHEAD_HEADING.found(words) is not None, PAST_HEADING.found(words) is not None
    years = frozenset(m.year for m in mentions(words, last) if m.stated)
    return _Told(looks_back(words), ahead, ahead and past, years)


def era_of(document: Document, passage: Passage) -> Era:
    """Read from the headings above a passage; where they say both or nothing, from the last word on time before it."""
    first, last = period_of(document)
    report = first is not None and first == last
    year: int | None = None
    for heading in reversed(passage.trail[: passage.headings]):
        told = _told_by(heading, last)
        if told.back or (not told.ahead and told.years and first is not None and max(told.years) < first):
            return Era(True, last, first, last)
        # A report that explains a plan (关于《纲要（草案）》的说明) tells first of the years behind it.
        if report and ((told.ahead and (told.both or len(told.years) > 1)) or heading.endswith("的说明")):
            return _by_marks(document, passage, first, last)
        if year is None and len(told.years) == 1:
            (year,) = told.years
    if document.kind == "政府工作报告" and report and not passage.headings:
        return _by_marks(document, passage, first, last)
    if year is not None and first is not None and year < first:
        year = None
    return Era(False, year or last, first, last)


def _by_marks(document: Document, passage: Passage, first: int | None, last: int | None) -> Era:
    assert last is not None
    text, at = document.text, passage.span.end
    low = max(passage.span.start - 6000, 0)
    top = passage.span.start + 40
    back = max(text.rfind(mark, low, top) for mark in _PAST_MARKS)
    term = max(text.rfind(mark, low, min(top, at)) for mark in _TERM_MARKS)
    this = max(text.rfind(mark, low, top) for mark in (*_YEAR_MARKS, f"{last}年"))
    past = back > max(term, this)
    return Era(past, end_of_term(last) if term > this else last, first, last)
