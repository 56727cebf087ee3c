"""Reads the years that a plan or a report is for, from its title, its file's name or what it says of itself."""

import re
from collections import Counter

from corpus.model import Evidence, Span

_PLAN_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
                 "十一": 11, "十二": 12, "十三": 13, "十四": 14, "十五": 15, "十六": 16}  # fmt: skip
_FIVE_YEARS = re.compile(
    r"第\s*(?P<ordinal>[一二三四五六七八九十]{1,2})\s*个五年(?:规划|计划|[（(])"
    r"|[“\"「〝]\s*(?P<quoted>[一二三四五六七八九十]{1,2})五\s*[”\"」〞]"
    r"|(?<![第一二三四五六七八九])(?P<bare>十[一二三四五六])五(?=规划|计划|时期|发展|[\u4e00-\u9fff]{2,8}(?:规划|计划))"
)
_YEAR = r"((?:19|20|１９|２０)[0-9０-９]{2})"
_YEARS = re.compile(_YEAR + r"\s*年?\s*(?:[-—–~－～─一]{1,3}|至|到)\s*" + _YEAR + r"\s*年?")
_OF_REPORT = re.compile(_YEAR + r"\s*年度?(?=.{0,24}(?:工作报告))")
_OF_YEAR_PLAN = re.compile(_YEAR + r"\s*年度?(?=[^0-9]{0,24}(?:要点|计划|方案|安排|任务)(?:[（(].*)?$)")
_TERM = re.compile(r"规划期(?:限)?(?:为|是|：|:)?[^。0-9]{0,6}" + _YEARS.pattern)
_AHEAD = re.compile(
    _YEAR + r"\s*年(?:的|政府)?(?:主要|重点)?(?:工作|目标任务)(?:的)?(?:总体|安排|任务|目标|要求|重点|建议|思路|部署)"
)
_LOOKING_BACK = re.compile(_YEAR + r"\s*年(?:政府)?(?:和[“\"]十.五[”\"]时期)?(?:政府)?工作(?:的)?(?:回顾|情况)")
_PLANS = ("规划纲要", "规划建议", "专项规划", "其他")
_YEARLY = ("行动计划", "通知", "其他")


def five_years(ordinal: str) -> str | None:
    """The years of the n-th five-year plan (the first ran from 1953): 十四 → 2021-2025."""
    number = _PLAN_NUMBERS.get(ordinal)
    if number is None:
        return None
    start = 1953 + 5 * (number - 1) if number <= 2 else 1966 + 5 * (number - 3)
    return f"{start}-{start + 4}"


def read_period(
    text: str, title: str, title_span: Span | None, stem: str, kind: str, evidence: dict[str, Evidence]
) -> str | None:
    """A plan's years (十四五 → 2021-2025; 2024—2026年) or a report's year. Needs the evidence of title and issue."""
    sure = min(0.95, evidence["title"].confidence) if "title" in evidence else 0.0
    below = _below(text, title_span)
    for source, content, where, confidence in (
        ("text", title, title_span, sure),
        ("text", below.of(text) if below else "", below, 0.9),
        ("file name", stem, None, 0.85),
    ):
        found = _named(content, kind)
        if found:
            period, words = found
            span = _where(text, words, where)
            if kind in ("实施意见", "通知") and "五" in words:
                # An opinion on how a plan is carried out need not be for the plan's years.
                confidence = min(confidence, 0.65)
            evidence["period"] = Evidence(span, confidence, source if span or source != "text" else "file name")
            return period
    if kind == "政府工作报告":
        return _of_report(text, evidence)
    return _of_body(text, evidence) if kind in _PLANS else None


def _below(text: str, title_span: Span | None) -> Span | None:
    """A subtitle in brackets on the line below the title: （2021—2025年）."""
    if title_span is None:
        return None
    match = re.compile(r"\s*([（(][^（()）\n]{4,40}[)）])\s*\n").match(text, title_span.end)
    return Span(*match.span(1)) if match and not re.search(r"会议|通过|批准", match.group(1)) else None


def _named(content: str, kind: str) -> tuple[str, str] | None:
    """The period that a title names and the words that name it."""
    if kind == "政府工作报告":
        report = _OF_REPORT.search(content)
        return (_digits(report.group(1)), report.group()) if report else None
    # 《某规划（2016—2020年）》 quoted in a title is another plan.
    own = re.sub(r"(?<=.)《[^》]*》", "", content) or content
    if (years := _YEARS.search(own)) and _digits(years.group(1)) < _digits(years.group(2)):
        return f"{_digits(years.group(1))}-{_digits(years.group(2))}", years.group()
    plan = _FIVE_YEARS.search(own)
    if plan and (period := five_years(next(g for g in plan.groups() if g))):
        return period, plan.group()
    if kind in _YEARLY and (year := _OF_YEAR_PLAN.search(own)):
        return _digits(year.group(1)), year.group()
    return None


def _of_report(text: str, evidence: dict[str, Evidence]) -> str | None:
    """A report's year: the one whose work it lays out; the year it was given; the year after the one it looks back on."""
    votes: Counter[str] = Counter()
    spans: dict[str, Span] = {}
    opening = text[: max(2000, len(text) // 2)]
    for pattern, later in ((_AHEAD, 0), (_LOOKING_BACK, 1)):
        for match in list(pattern.finditer(opening))[:4]:
            year = str(int(_digits(match.group(1))) + later)
            votes[year] += 1
            spans.setdefault(year, Span(*match.span()))
    issued = evidence.get("issued")
    given = None
    if issued and issued.span and (year_given := re.search(r"[12][0-9]{3}", _digits(issued.span.of(text)))):
        given = year_given.group()
    if votes:
        year, count = votes.most_common(1)[0]
        sure = 0.9 if given == year and issued and issued.confidence >= 0.8 else 0.7 if count > 1 or given else 0.6
        evidence["period"] = Evidence(spans[year], sure)
        return year
    if given and issued and issued.span:
        evidence["period"] = Evidence(issued.span, 0.85 if issued.confidence >= 0.9 else 0.6)
        return given
    # A part of a report: the year it names most with what is to come.
    ahead = Counter(re.findall(r"(20[0-9]{2})年(?=底|末|前|内|全年|，|,)|到(20[0-9]{2})年", opening))
    years = [next(g for g in groups if g) for groups in ahead]
    if len(set(years)) == 1 and (at := opening.find(years[0])) >= 0:
        evidence["period"] = Evidence(Span(at, at + 4), 0.4)
        return years[0]
    return None


def _of_body(text: str, evidence: dict[str, Evidence]) -> str | None:
    """What a plan says of itself: 规划期为2021—2025年; else the five-year plan it names by far most."""
    if (term := _TERM.search(text, 0, 6000)) and _digits(term.group(1)) < _digits(term.group(2)):
        evidence["period"] = Evidence(Span(*term.span()), 0.85)
        return f"{_digits(term.group(1))}-{_digits(term.group(2))}"
    matches = list(_FIVE_YEARS.finditer(text))
    counts = Counter(next(g for g in m.groups() if g) for m in matches)
    ranked = counts.most_common(2)
    if ranked and ranked[0][1] >= 2 and (len(ranked) == 1 or ranked[0][1] >= 1.5 * ranked[1][1]):
        ordinal = ranked[0][0]
        if period := five_years(ordinal):
            first = next(m for m in matches if ordinal in m.groups())
            evidence["period"] = Evidence(Span(*first.span()), 0.6)
            return period
    return None


def _where(text: str, words: str, title_span: Span | None) -> Span | None:
    """Where words of the title stand in the text: within the title if it is unbroken there, else the title."""
    if title_span is None:
        return None
    at = text.find(words, title_span.start, title_span.end)
    return Span(at, at + len(words)) if at >= 0 else title_span


def _digits(word: str) -> str:
    return re.sub(r"\s", "", word).translate(str.maketrans("０１２３４５６７８９", "0123456789"))
