"""Reads who issued a document, when and under which number: from its masthead, label lines, signature and session
line. Never from a sentence of the body."""

import re
from dataclasses import dataclass

from corpus.metadata.particulars import DATE, MONTH, NUMBER, ORGANS, Found, date_at, found_at, labelled
from corpus.model import Span
from corpus.structure import boilerplate
from corpus.structure.lines import Line, split

_MASTHEAD = re.compile(rf"({ORGANS.pattern})\s*文\s*件")
_ISSUER_OF_TITLE = re.compile(rf"({ORGANS.pattern})\s*(?:办公[室厅])?(?=关于|印发|转发|批转)")
_SPEAKER = re.compile(
    r"^(?!(?:自治)?[省市区县州]人民)(?P<name>[\u4e00-\u9fff]{2,12}人民政府)(?:代)?(?:省长|市长|区长|县长|州长|主席|镇长|乡长)"
)
_SESSION = re.compile(
    r"(?P<name>中国共产党[\u4e00-\u9fff]{2,16}?第[一二三四五六七八九十]{1,3}(?:届|次)[\u4e00-\u9fff]{0,2}(?:委员会|代表大会)"
    r"|[\u4e00-\u9fff]{2,14}?第[一二三四五六七八九十]{1,3}届\s*人民代表大会(?:常务委员会)?|第[一二三四五六七八九十]{1,3}届全国人民代表大会)"
)
_MEETING = re.compile(r"(?:代表大会|全体会议|全会|委员会|常委会)")
_PAGE_WORD = re.compile(r"[省市县区]长|主席|书记|记者|通讯员|编辑|来源|作者")


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the lines around a text say of its issue. `passed`: where a session's line says
    that it was passed or delivered."""

    issuer: Found | None
    number: Found | None
    issued: Found | None
    validity: Found | None
    passed: Span | None


def read_masthead(text: str, head: list[Line], title_span: Span | None, report: bool) -> Masthead:
    """Read the head and the last lines of a text. `report`: a work report, whose issuer is the government."""
    tail = _tail(text, head)
    labels = list(labelled(head)) + list(labelled(tail))
    session = _session(head, title_span)
    issued = _best(
        [f for kind, f in labels if kind == "issued"],
        _signed_dates(head, title_span, 0.9),
        [session] if session and not report else [],
        _signed_dates(tail, None, 0.85),
        [session] if session and report else [],
        _printed(head + tail),
        [f for kind, f in labels if kind == "page"],
        _loose_dates(head),
        [f for kind, f in labels if kind == "comment"],
    )
    number = _best([f for kind, f in labels if kind == "number"], _numbers(head))
    issuer = _best(
        _mastheads(head),
        [f for kind, f in labels if kind == "issuer"],
        _of_title(text, head, title_span),
        _signatures(head, title_span, 0.9),
        _signatures(tail, None, 0.85),
        _speakers(head, report),
        _of_session(head, report),
        [f for kind, f in labels if kind == "publisher"],
    )
    validity = next((f for kind, f in labels if kind == "validity"), None)
    return Masthead(issuer, number, issued, validity, session.span if session else None)


def _best(*groups: list[Found]) -> Found | None:
    return next((found for group in groups for found in group), None)


def _tail(text: str, head: list[Line]) -> list[Line]:
    """The last lines of a text that are not head."""
    start = max(len(text) - 2500, head[-1].span.end if head else 0)
    lines = [
        Line(Span(line.span.start + start, line.span.end + start), line.text, line.indented, line.gap)
        for line in split(text[start:])
    ]
    return lines[-40:]


def _session(head: list[Line], title_span: Span | None) -> Found | None:
    """「（2021年1月20日某县第十届人民代表大会第三次会议通过）」, also behind the title and broken over two lines."""
    for number, line in enumerate(head[:30]):
        if len(line.text) > 160 or re.search(r"。(?!.{0,4}$)", line.text):
            continue
        date = DATE.search(line.text)
        if date is None:
            continue
        rest = line.text[date.end() :]
        if not _MEETING.search(rest) and number + 1 < len(head) and len(rest) < 30:
            rest += head[number + 1].text[:40]
        before = line.text[: date.start()]
        opened = not before.strip(" —―–-－(（") or before.rstrip().endswith(("(", "（"))
        if re.match(r"[（(].*(?:会议|大会|全会)\s*$", before) and re.match(r"\s*(?:通过|批准|审议)", rest):
            return date_at(date, 0.92, line.span.start)
        if _MEETING.search(rest[:60]) and opened and not re.search(r"星期|第\s*\S{1,3}\s*版", rest):
            return date_at(date, 0.92, line.span.start)
    return None


def _signed_dates(lines: list[Line], title_span: Span | None, confidence: float) -> list[Found]:
    """Dates alone on a line, below who signs or below title or number; surer with that name above."""
    found: list[tuple[bool, Found]] = []
    for number, line in enumerate(lines):
        match = re.fullmatch(rf"(?P<who>{ORGANS.pattern})?[\s　]*(?:{DATE.pattern})\s*", line.text)
        if match is None or len(line.text) > 60:
            continue
        date = DATE.search(line.text)
        dated = date_at(date, confidence, line.span.start) if date else None
        if dated is None or (title_span is None and confidence == 0.9):
            continue
        above = lines[number - 1].text if number else ""
        signed = bool(match.group("who")) or bool(ORGANS.fullmatch(above)) or bool(NUMBER.fullmatch(above))
        chinese = "年" in line.text
        if signed or (chinese and (title_span is None or line.span.start > title_span.start or _closes(lines, number))):
            sure = confidence if signed else 0.75
            found.append((signed, Found(dated.value, dated.span, sure)))
    # The last signature below a text is its own; in the head the first is the notice's.
    ordered = found if title_span else list(reversed(found))
    return [f for _, f in sorted(ordered, key=lambda f: not f[0])]


def _closes(lines: list[Line], number: int) -> bool:
    """Whether a date stands under a sentence: the notice's signature above the plan's own title."""
    return number > 0 and lines[number - 1].text.endswith(("。", "！"))


def _printed(lines: list[Line]) -> list[Found]:
    """「某县人民政府办公室 2023年7月21日印发」."""
    found = []
    for line in lines:
        match = re.search(rf"(?:{DATE.pattern})\s*印\s*发\s*$", line.text)
        if match and len(line.text) < 60 and (date := DATE.search(line.text)):
            dated = date_at(date, 0.85, line.span.start)
            found += [dated] if dated else []
    return found


def _loose_dates(head: list[Line]) -> list[Found]:
    """Dates in the page's own lines: a newspaper's date, a bare time of publication."""
    found = []
    for line in head[:30]:
        if len(line.text) > 80 or "征集" in line.text or line.text.endswith(("。", "；")):
            continue
        if date := DATE.search(line.text):
            dated = date_at(date, 0.6 if boilerplate.reason(line.text, head=True, tail=False) else 0.5, line.span.start)
            found += [dated] if dated else []
    return found


def _numbers(head: list[Line]) -> list[Found]:
    """A number that has a line of its own, or shares it with a masthead, a date, a page number or the title's end."""
    found = []
    for line in head[:36]:
        match = NUMBER.search(line.text)
        if match is None or len(line.text) > 120:
            continue
        before, after = line.text[: match.start()].strip(" (（"), line.text[match.end() :].strip(" )）")
        bare_after = not after or bool(DATE.match(after)) or after.startswith("签发人")
        if not before and bare_after:
            found.append(found_at(match, 0.95, line.span.start))
        elif re.search(r"(?:文件|通知|意见|规划|纲要|计划|方案|公告|决定|办法|措施)\s*[)）]?$", before) and bare_after:
            # 「…的通知（某政发〔2021〕6号）」; 《…》（国发〔2021〕3号） is another document's.
            found.append(found_at(match, 0.85, line.span.start))
    return sorted(found, key=lambda f: -f.confidence)


def _mastheads(head: list[Line]) -> list[Found]:
    return [
        found_at(match, 0.95, line.span.start, 1)
        for line in head[:24]
        if (match := _MASTHEAD.fullmatch(re.sub(r"[（(].*", "", line.text)))
    ]


def _of_title(text: str, head: list[Line], title_span: Span | None) -> list[Found]:
    """The body with which the title, or that of the notice above it, begins."""
    found = []
    for line in head[:36]:
        cut = re.match(r"^(?:#+\s*|【[^】]{1,12}】|[（(]转载[)）]|《)*", line.text)
        offset = cut.end() if cut else 0
        match = _ISSUER_OF_TITLE.match(line.text, offset)
        inside = title_span is not None and title_span.start <= line.span.start <= title_span.end
        notice = re.search(r"(?:通知|公告|意见|建议|决定|办法|方案|计划|规划)(?:[（(].*)?$", line.text)
        if match and (inside or notice) and "。" not in line.text and len(line.text) < 140:
            found.append(found_at(match, 0.92, line.span.start, 1))
    return found


def _signatures(lines: list[Line], title_span: Span | None, confidence: float) -> list[Found]:
    """The one to three bodies above a date that stands alone, or before it on its line."""
    found = []
    for number, line in enumerate(lines):
        match = re.fullmatch(rf"(?P<who>{ORGANS.pattern})?[\s　]*(?:{DATE.pattern}|{MONTH})\s*", line.text)
        if match is None:
            continue
        if match.group("who"):
            found.append(found_at(match, confidence, line.span.start, "who"))
            continue
        names: list[Line] = []
        for above in reversed(lines[max(0, number - 3) : number]):
            if not ORGANS.fullmatch(above.text) or len(above.text) > 40 or _PAGE_WORD.search(above.text):
                break
            names.insert(0, above)
        if names and (title_span is None or names[0].span.start != title_span.start):
            value = "、".join(re.sub(r"[\s、]+", "、", name.text) for name in names)
            found.append(Found(value, Span(names[0].span.start, names[-1].span.end), confidence))
    return found if title_span else list(reversed(found))


def _speakers(head: list[Line], report: bool) -> list[Found]:
    if not report:
        return []
    return [found_at(match, 0.85, line.span.start, "name") for line in head if (match := _SPEAKER.match(line.text))]


def _of_session(head: list[Line], report: bool) -> list[Found]:
    """The congress or committee that passed a plan; of a report the government of the congress's region."""
    for line in head[:30]:
        cut = re.search(rf"(?:{DATE.pattern})\s*(?:在|于|经)?", line.text)
        match = _SESSION.match(line.text, cut.end()) if cut else None
        if match is None or len(line.text) > 160:
            continue
        if not report:
            return [found_at(match, 0.65, line.span.start, "name")]
        place = match.group("name").split("第")[0]
        if place:
            start = line.span.start + match.start("name")
            return [Found(f"{place}人民政府", Span(start, start + len(place)), 0.75)]
        start, end = line.span.start + match.start("name"), line.span.start + match.end("name")
        return [Found("国务院", Span(start, end), 0.75)]
    return []
