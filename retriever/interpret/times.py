"""Reads the years that a question asks about: 十四五, 2026年, 到2035年, 近三年. Knows no document."""

import re
from collections.abc import Iterator
from datetime import date

from corpus.metadata.periods import five_years
from corpus.model import Span
from retriever.interpret.question import Question
from retriever.interpret.words import quotations

_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_RELATIVE = {"前年": -2, "去年": -1, "上年": -1, "上一年": -1, "今年": 0, "本年": 0, "本年度": 0, "当年": 0, "明年": 1,
             "后年": 2}  # fmt: skip

_PLAN = re.compile(
    r"(?:第\s*(?P<ordinal>[一二三四五六七八九十]{1,2})\s*个五年(?:规划|计划)?"
    r"|[“\"「『〝](?P<quoted>[一二三四五六七八九]|十[一二三四五六]?)[·•]?五[”\"」』〞](?!普法)"
    r"|(?<![第一二三四五六七八九十])(?P<bare>十[一二三四五六])五(?!年规划)"
    # 十五 and 九五 alone are numbers; before 计划 they are plans.
    r"|(?<![第一二三四五六七八九十])(?P<early>[一二六七八九十])五(?=计划|期间|时期|[和与到至、][一二六七八九十]{1,2}五)|(?<=[一二六七八九十]五[和与到至、])(?P<late>[六七八九])五)"
    r"(?:时期|期间|规划期|末[期年]?|以来|计划(?!生育)(?:期间)?|规划(?!纲要|建议|[的]?建议))?(?:那会儿|那时候?|当时|里面?|中(?!小|期|部|央)|内)?"
)
_YEAR = r"(?:(?:19|20)[0-9]{2}|[一二][零〇○九][零〇○一二三四五六七八九]{2}(?=年))"
_DIGITS = str.maketrans("零〇○一二三四五六七八九", "000123456789")
_RANGE = re.compile(rf"(?P<first>{_YEAR})\s*年?\s*(?:[-—–~～－]{{1,2}}|至|到)\s*(?P<last>{_YEAR})\s*年?(?:期间)?")
_SINGLE = re.compile(
    rf"(?:(?:截?至|到)\s*)?(?<![0-9])(?P<year>{_YEAR})(?:\s*年(?:年?[底末度][之以]?前|[之以]?前|度|底|末|内)?(?:远景目标)?|(?=\s|$|目标|远景|[、和与]\s*{_YEAR}\s*年))"
)
_SHORT = re.compile(r"(?<![0-9])(?P<year>[012][0-9])年(?=的?(?:政府)?工作报告)")
_NEAR = re.compile(
    r"(?:最近|近|过去|这|前)\s*(?P<count>[两二三四五六七八九十]|[0-9]{1,2})\s*年(?:来|以来|间|内)?(?!级|制|期|行动)"
)
_WORD = re.compile(r"(?P<word>前年|去年|上一年|上年|今年|本年度?|明年|后年)(?:度|内|底|年底)?")
_SEASONS = "底初末夏春秋冬上下内度"
_PERSON_YEAR = re.compile(r"[0-9]{4}\s*(?:年)?\s*(?:冬奥|奥运|世界杯|世博|亚运|版|号)")


def take_times(question: Question, today: date) -> tuple[str, ...]:
    """The periods asked about, `2021-2025` or `2026`, in the order of their words; those words are taken."""
    found: list[tuple[Span, str, bool]] = []
    quoted = quotations(question)
    for span, period, loose in _times(question, today):
        # “力争2030年前达峰” is to stand as it is; “十四五” is a time.
        if any(q.start < span.start and span.end < q.end and q.end - q.start > span.end - span.start + 4 for q in quoted):
            continue
        if not any(span.start < other.end and other.start < span.end for other, *_ in found):
            found.append((span, period, loose))
    found.sort(key=lambda item: item[0].start)
    taken = [period for span, period, loose in found if question.take(span, "period", period, loose=loose)]
    return tuple(dict.fromkeys(taken))


def _times(question: Question, today: date) -> Iterator[tuple[Span, str, bool]]:
    """(span, period, whether it hangs on today's date)."""
    events = [Span(*match.span()) for match in question.all(_PERSON_YEAR)]
    for match in question.all(_PLAN):
        ordinal = next(group for group in match.groups() if group)
        if period := five_years(ordinal):
            yield Span(*match.span()), period, False
    for match in question.all(_RANGE):
        first, last = (match[name].translate(_DIGITS) for name in ("first", "last"))
        if first < last:
            yield Span(*match.span()), f"{first}-{last}", False
    for match in question.all(_SINGLE):
        if not any(event.start <= match.start("year") < event.end for event in events):
            yield Span(*match.span()), match["year"].translate(_DIGITS), False
    for match in question.all(_SHORT):
        yield Span(*match.span()), f"20{match['year']}", False
    for match in question.all(_NEAR):
        count = int(match["count"]) if match["count"].isdigit() else _NUMBERS[match["count"]]
        yield Span(*match.span()), f"{today.year - count + 1}-{today.year}", True
    for match in question.all(_WORD):
        if not (question.apart(match.start()) and (question.apart(match.end("word")) or question.text[match.end("word")] in _SEASONS)):
            continue
        yield Span(*match.span()), str(today.year + _RELATIVE[match["word"]]), True


def overlap(one: str, other: str) -> bool:
    """Whether two periods share a year."""
    first, last = bounds(one)
    begins, ends = bounds(other)
    return first <= ends and begins <= last


def bounds(period: str) -> tuple[int, int]:
    """The first and last year of `2021-2025` or `2026`."""
    first, _, last = period.partition("-")
    return int(first), int(last or first)


def names(period: str) -> tuple[str, ...]:
    """How a text writes a period: 2021-2025 → 十四五, 2021—2025; 2026 → 2026年."""
    first, last = bounds(period)
    if first == last:
        return (f"{first}年",)
    plans = [f"{plan}五" for plan in _PLANS if five_years(plan) == period]
    return (*plans, f"{first}—{last}", f"{first}-{last}")


_PLANS = ("六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五", "十六")
