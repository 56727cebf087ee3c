"""Reads units in charge from sentences: 「由区水务局牵头」, 「区应急局负责施工安全」. Takes no saying (「政府负责」) and no person for
a unit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.duties.measure import MARK, first
from corpus.duties.model import ROLES, Duty
from corpus.duties.names import Name, are_units, listed, trimmed
from corpus.duties.roles import BY_WHOM, NOUNS, spans
from corpus.model import Span

_NOT_A_TASK = r"(?!人|同志|任|制|单位|部门|领导|机制|企业|医院|机构|学校|高校|比例|的?态度|地|解释|对象|范围)"
_WORDS = (
    ("lead", rf"(?:发挥)?(?:总|统一)?牵头(?:抓总|负责|组织|落实|推进|，)*{_NOT_A_TASK}(?:作用|工作)?"),
    ("responsible", rf"负责{_NOT_A_TASK}(?:落实|实施)?|承担(?=[^，,；;。\n]{{0,40}}(?:工作|职责|任务|事务)(?:[，,；;。\n]|并负责|$))"),
    ("responsible", r"(?:具体落实|组织实施|抓好落实|具体实施)(?=\s*(?:$|[，,；;。\n]))|(?<![的其])实施(?=\s*(?:$|[，,；;。]))"),
    ("support", r"(?:协助|配合)(?:做好|开展|完成|推进|实施|(?=\s*(?:$|[，,；;。\n的])))|(?:做好)?相关配合工作|协同实施|参与(?=\s*(?:$|[，,；;。\n的]))"),
    *((role, rf"(?:作?为|是|担任)(?:{noun})(?=\s*(?:$|[，,；;。\n、]))") for role, noun in NOUNS.items()),
)
ROLE_WORDS = tuple((role, re.compile(pattern)) for role, pattern in _WORDS)
SPECIMENS = (
    ("lead", "区水务局牵头", "牵头单位"),
    ("responsible", "区水务局负责", "负责人"),
    ("responsible", "区水务局具体落实", "落实责任"),
    ("support", "区水务局配合", "配合度"),
)
"""Role, words that have it, words that look like it."""

_BY = r"(?:按照?|根据|依据|依照)[^，,；;。、由]{1,16}"
_IN = r"在[^，,；;。、由]{1,20}(?:范围内|领导下|指导下|框架下|统筹下|支持下|组织下|调度下)"
_MANNER = re.compile(
    rf"(?:{_BY}|{_IN}|要|应当?|应该|须|必须|需|可|将|正在|已|继续|逐步地?|共同|分别|具体|主要|统一|联合|分工|各自|主动|积极|密切|全力|依法|切实|认真|直接|独立|全面|统筹|好|做)+$"
)
_FRONT = re.compile(r"\s*(?:其中|同时|此外|另外|并?请|并|再|统|交|应|必须|将|明确|确定|继续)*")
_SET_UP = re.compile(r"(?:.*?)(?:建立|健全|完善|形成|构建|实行)(?:健全|完善)?以?")
_HOLDS = (
    re.compile(r"(?P<unit>[^，,；;。]+办公室)设在[^，,；;。]+$"),
    re.compile(r".*设在(?P<unit>[^，,；;。]{2,30})$"),
    re.compile(r".*(?:成立|组建|设立|下设)(?:了|由)?(?:相应的)?(?P<unit>[^，,；;。]{2,30})$"),
    re.compile(r"(?P<unit>[^，,；;。是]{2,40}?)(?:是|主管)[^，,；;。]{2,40}$"),
)
"""A clause whose unit the next clause speaks of: 「办公室设在区水务局，负责日常工作」."""
_WITH = re.compile(r"会同(?P<unit>[^，,；;。]+?)(?:共同|联合|密切|抓紧|加快|推进|研究|制定|按|做好|开展|负责|落实|实施|指导|加强|$)")
_ADVERBIAL = re.compile(r"在|按|根据|依|为|至|到|对于")
_SHORT, _WRAPPED = 16, 25
"""Characters of a sentence that is a heading (「监督组。负责……」), and of a line that may go on in the next."""
_SUGGESTS = re.compile(r"建议|拟由|提出由")
_COMPANY = re.compile(r"(?:公司|集团|企业|银行|大学|学院|医院|院所|研究院|机构)$")
_RESEARCH = re.compile(r"联合体|攻关|联盟|实验室|科研|技术|研发|创新中心|重大任务|揭榜")
_OFFICE = re.compile(r"(?:领导小组|指挥部|委员会|联席会议|工作专班|专班)办公室$")
_OPEN, _SHUT = "（(", "）)"


@dataclass(frozen=True, slots=True)
class _Clause:
    span: Span
    last: Span | None
    """The clause before it in the same sentence."""


def prose(text: str, span: Span, taken: Sequence[Span]) -> Iterator[Duty]:
    """The duties that the sentences of a passage name, in order; role words in `taken` spans are others'."""
    heading: Span | None = None
    for sentence in _cut(text, span, "。！？!?；;"):
        if _SUGGESTS.search(text, sentence.start, sentence.end):
            continue
        found: list[Duty] = []
        clauses = list(_cut(text, sentence, "，,：:")) or [sentence]
        for clause, last in zip(clauses, [heading, *clauses[:-1]], strict=True):
            if found and found[-1].lead and (more := _with(text, clause)):
                found[-1] = _joined(found[-1], more)
                continue
            for duty, joins in _duties(text, _Clause(clause, last), taken):
                if joins and found and (found[-1].lead or duty.support) and _adjoins(text, found[-1], duty):
                    found[-1] = _joined(found[-1], duty)
                elif not (joins and duty.support):
                    # 「各部门要密切配合」 alone is a saying.
                    found.append(duty)
        heading = sentence if sentence.end - sentence.start <= _SHORT and len(clauses) == 1 else None
        yield from found


def _cut(text: str, span: Span, marks: str) -> Iterator[Span]:
    """The parts of a span between marks outside brackets, and at line ends that close a sentence or a paragraph."""
    depth, start, line = 0, span.start, span.start
    for at in range(span.start, span.end):
        char = text[at]
        depth = depth + 1 if char in _OPEN else max(0, depth - 1) if char in _SHUT else depth
        ends_line = char == "\n" and (
            at - line < _WRAPPED or text[at + 1 : at + 2] in ("\n", "\r") or text[at - 1] in "\n，,；;。：:、）) \r"
        )
        line = at + 1 if char == "\n" else line
        if ends_line:
            depth = 0
        if ends_line or (depth == 0 and char in marks):
            if start < at:
                yield trimmed(text, start, at)
            start = at + 1
    if start < span.end:
        yield trimmed(text, start, span.end)


def _duties(text: str, clause: _Clause, taken: Sequence[Span]) -> Iterator[tuple[Duty, bool]]:
    """The duties of one clause, each with whether it may belong to the one before (it has no task of its own)."""
    whole = clause.span
    words = sorted(
        ((match, role) for role, pattern in ROLE_WORDS for match in pattern.finditer(text, whole.start, whole.end)),
        key=lambda pair: (pair[0].start(), -pair[0].end()),
    )
    words = [pair for pair in words if not any(span.start <= pair[0].start() < span.end for span in taken)]
    start = clause.span.start
    for number, (word, role) in enumerate(words):
        if word.start() < start:
            continue
        ends = [other.start() for other, _ in words[number + 1 :] if other.start() >= word.end()]
        task = Span(word.end(), word.end()) if ends else trimmed(text, word.end(), whole.end, "的、")
        subject = Span(start, word.start())
        start = word.end()
        names, before = _subject(text, subject, clause.last, word.group())
        if not names or _of_research(text, role, names, clause.span):
            continue
        measure = _measure(text, before, task, clause, subject)
        began = min(names[0].span.start, _end(MARK, text, subject))
        duty = Duty(trimmed(text, began, word.end() if ends else whole.end, "、"), measure, **{role: spans(names)})
        single = list(_apart(text, duty, role, names, task)) if "分别" in subject.of(text) else []
        if single:
            yield from ((part, False) for part in single)
        else:
            yield duty, role != "lead" and before is None and _is_bare(text, task) and not word.group().endswith("工作")


def _is_bare(text: str, task: Span) -> bool:
    return task.start == task.end or text[task.start - 1] == "的"


def _subject(text: str, subject: Span, last: Span | None, word: str) -> tuple[list[Name], Span | None]:
    """The units that a role word speaks of, and what stands before 「由」; no units where they are none."""
    manner = _MANNER.search(text[subject.start : subject.end].rstrip())
    core = trimmed(text, subject.start, subject.start + manner.start() if manner else subject.end, "、")
    if whom := list(BY_WHOM.finditer(text, core.start, core.end)):
        by = whom[-1]
        front = _FRONT.sub("", text[core.start : by.start()]).strip()
        names = _units(text, Span(by.end(), core.end))
        before = trimmed(text, core.start, by.start(), "统交应必须将具体主要继续")
        return names, before if front else Span(core.start, core.start)
    if word == "实施":
        return [], None
    if core.start == core.end:
        return (_told_before(text, last), None) if last else ([], None)
    if names := _units(text, core):
        return names, None
    if (up := _SET_UP.match(text, core.start, core.end)) and (names := _units(text, Span(up.end(), core.end))):
        return names, None
    if office := _OFFICE.search(text, core.start, core.end):
        return [Name(Span(office.start(), office.end()))], None
    return [], None


def _told_before(text: str, last: Span) -> list[Name]:
    """Units of the clause before: 「A、B按照职责分工，负责……」, 「办公室设在A，负责……」, 「A是主管部门，负责……」."""
    words = last.of(text)
    manner = _MANNER.search(words)
    if manner and manner.start() > 0:
        return _units(text, trimmed(text, last.start, last.start + manner.start()))
    for pattern in _HOLDS:
        match = pattern.match(text, last.start, last.end)
        if match and (names := _units(text, Span(*match.span("unit")))):
            return names
    return _units(text, last) if last.end - last.start <= _SHORT else []


def _with(text: str, clause: Span) -> Duty | None:
    """「会同A、B共同推进」 behind a clause that names who leads."""
    match = _WITH.match(text, clause.start, clause.end)
    names = _units(text, Span(*match.span("unit"))) if match else []
    return Duty(clause, Span(clause.start, clause.start), support=spans(names)) if names else None


def _units(text: str, span: Span) -> list[Name]:
    """The units of a list behind a number and a connecting word; none where not all of it is units."""
    unmarked = Span(_end(MARK, text, span), span.end)
    for start in (_end(_FRONT, text, unmarked), unmarked.start):
        names = listed(text, Span(start, span.end)) if start < span.end else []
        if are_units(text, names):
            return names
    return []


def _of_research(text: str, role: str, names: list[Name], clause: Span) -> bool:
    """Whether a company or a university leads other researchers: no unit in charge of a measure of the plan."""
    company = any(_COMPANY.search(name.span.of(text)) for name in names)
    return role == "lead" and company and _RESEARCH.search(clause.of(text)) is not None


def _measure(text: str, before: Span | None, task: Span, clause: _Clause, subject: Span) -> Span:
    """What a clause is about: the words before 「由」, else the task, else the clause before."""
    if before is not None and before.start < before.end and not _SET_UP.fullmatch(text, before.start, before.end):
        return trimmed(text, _end(MARK, text, before), before.end)
    if task.start < task.end:
        return first(text, task)
    if before is not None and clause.last is not None and not _ADVERBIAL.match(text, clause.last.start):
        return clause.last
    return Span(subject.start, subject.start)


def _end(pattern: re.Pattern[str], text: str, span: Span) -> int:
    match = pattern.match(text, span.start, span.end)
    return match.end() if match else span.start


def _apart(text: str, duty: Duty, role: str, names: list[Name], task: Span) -> Iterator[Duty]:
    """「A、B分别负责甲、乙」 as one duty a unit."""
    tasks = listed(text, task) if task.start < task.end else []
    if len(tasks) == len(names) > 1:
        for name, own in zip(names, tasks, strict=True):
            yield Duty(duty.span, own.span, **{role: (name.span,)})


def _adjoins(text: str, one: Duty, other: Duty) -> bool:
    return not text[one.span.end : other.span.start].strip("，,、 \n")


def _joined(one: Duty, other: Duty) -> Duty:
    units = {role: getattr(one, role) + getattr(other, role) for role in ROLES}
    measure = one.measure if one.measure.start < one.measure.end else other.measure
    return Duty(Span(one.span.start, other.span.end), measure, **units)
