"""Assigns roles to the units of a bracket, of labelled lines or of a cell. Never looks at the words around them."""

import re
from dataclasses import dataclass

from corpus.duties.model import ROLES
from corpus.duties.names import Name, is_named, is_unit, listed, trimmed
from corpus.model import Span


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words that give a role; `specimen` gives this one only."""

    role: str
    pattern: re.Pattern[str]
    specimen: str


_NOUN = r"(?:单位|部门|处室|科室|主体|机构|方)"
NOUNS = {
    "lead": rf"(?:总?牵头(?:责任|负责|主管)?|主责|主办|第一责任){_NOUN}(?:[（(][^（）()]{{1,8}}[)）])?",
    "responsible": rf"(?<!第一)(?<!牵头)(?:主要)?(?:责任|负责|落实|实施|承办|承担|组织|指导|主管){_NOUN}(?:[（(][^（）()]{{1,8}}[)）])?",
    "support": rf"(?:配合|协办|协作|协同|协助|参与|参加|支持)(?:责任)?{_NOUN}(?:[（(][^（）()]{{1,8}}[)）])?",
}
"""What a unit of each role is called; also the names of a table's columns."""


def _label(role: str, short: str, specimen: str) -> Pattern:
    return Pattern(role, re.compile(rf"(?:{NOUNS[role]}|{short})\s*[:：]\s*|{NOUNS[role]}[为是]"), specimen)


LABELS = (
    _label("lead", "牵头", "牵头单位："),
    _label("responsible", "(?<![牵职])责任", "责任单位："),
    _label("support", "配合", "配合单位："),
)
_OTHER_LABEL = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,8}\s*[:：]")
"""A label of something else (「完成时限：」) ends a list."""

_BY = r"(?:(?:按照?|根据|依据|依照)(?:各自|工作|部门)?(?:的)?(?:工作)?(?:职责|职能|任务|权限|管理权限)?(?:和|及)?(?:任务|工作|职能)?(?:分工|职责|范围|权限)*)"
_MANNER = rf"(?:[，,]?\s*(?:{_BY}|在(?:各自)?职责范围内|共同|分别|具体|主要|统一|联合|分工|各自|主动|积极|密切|全力|依法|分级|协同|合力|抓好|做好|全面|继续))*"
_END = r"(?=\s*(?:$|[，,；;。、）)\]】〕]|会同))"
ENDINGS = (
    Pattern("lead", re.compile(rf"{_MANNER}(?:总?牵头|主办)(?:负责|抓总|落实|组织|实施|推进|办理|抓|，)*{_END}"), "区水务局牵头"),
    Pattern(
        "responsible",
        re.compile(rf"{_MANNER}(?:负责|落实|(?:组织)?实施|承办|承担|指导|负总责)(?:落实|实施|推进|办理|指导)*{_END}|{_BY}{_END}"),
        "区水务局按职责分工负责",
    ),
    Pattern("support", re.compile(rf"{_MANNER}(?:配合|参与|协助|协办|协同|支持|参加)(?:配合|落实|实施|参与)*{_END}"), "区水务局配合"),
)
"""Role words behind a list: 「区水务局牵头，区财政局配合」."""

BY_WHOM = re.compile(r"(?<![自缘])(?<!(?<![治管办处受清修护代审])理)由")
"""「由区水务局负责」: who does it stands behind; 「理由」 is a word, 「治理由」 is not."""

Assigned = dict[str, list[Name]]


def labels_in(text: str, span: Span) -> list[tuple[re.Match[str], str]]:
    """Every label in a span with its role, in order; none inside another."""
    found = sorted(
        ((match, label.role) for label in LABELS for match in label.pattern.finditer(text, span.start, span.end)),
        key=lambda pair: (pair[0].start(), -pair[0].end()),
    )
    kept: list[tuple[re.Match[str], str]] = []
    for match, role in found:
        if not kept or match.start() >= kept[-1][0].end():
            kept.append((match, role))
    return kept


def assigned(text: str, span: Span) -> Assigned:
    """Role → units of a bracket's words, by labels and role words; empty where there are none or none of units."""
    labels = labels_in(text, span)
    if not labels:
        return _noted(_by_endings(text, span))
    found: Assigned = {role: [] for role in ROLES}
    if labels[0][0].start() > span.start:
        _add(found, _by_endings(text, Span(span.start, labels[0][0].start())))
    ends = [match.start() for match, _ in labels[1:]] + [span.end]
    for (match, role), end in zip(labels, ends, strict=True):
        _add(found, labelled(text, Span(match.end(), end), role))
    return _noted(found)


def unlabelled(text: str, span: Span, role: str) -> Assigned:
    """The units of a list without role words, where a column's name gives the role: up to words that name no unit."""
    return _noted(labelled(text, span, role))


def labelled(text: str, span: Span, role: str) -> Assigned:
    """The units behind a label, up to a full stop, another label or words that name no unit."""
    found: Assigned = {name: [] for name in ROLES}
    end = next((at for at in range(span.start, span.end) if text[at] in "。"), span.end)
    if other := _OTHER_LABEL.search(text, span.start, end):
        end = other.start()
    end = _without_ending(text, span.start, end)
    for name in listed(text, trimmed(text, span.start, end, "；;，,、")):
        if not is_named(text, name.span):
            break
        found[role].append(name)
    return found


def _without_ending(text: str, start: int, end: int) -> int:
    """Where a list ends before 「按职责分工负责」, which adds nothing to a label."""
    end = trimmed(text, start, end, "；;，,、").end
    for ending in ENDINGS:
        for match in ending.pattern.finditer(text, start, end):
            if match.end() == end and match.start() > start:
                return match.start()
    return end


def _by_endings(text: str, span: Span) -> Assigned:
    """Units before role words; nothing where a list before the first role word holds no unit."""
    found: Assigned = {role: [] for role in ROLES}
    start = span.start
    while ending := _next_ending(text, Span(start, span.end)):
        match, role = ending
        by = [whom.end() for whom in BY_WHOM.finditer(text, start, match.start())]
        inner = trimmed(text, max([start, *by]), match.start(), "；;，,、。")
        names = listed(text, inner)
        if not all(is_named(text, name.span) for name in names) or not any(is_unit(text, name.span) for name in names):
            break
        for name in names:
            found[role].append(name)
        start = match.end()
    return found


def _next_ending(text: str, span: Span) -> tuple[re.Match[str], str] | None:
    found = [
        (match, ending.role) for ending in ENDINGS if (match := _search(ending.pattern, text, span)) is not None
    ]
    return min(found, key=lambda pair: pair[0].end(), default=None)


def _search(pattern: re.Pattern[str], text: str, span: Span) -> re.Match[str] | None:
    """The first role word behind something; 「区水务局（牵头）」 is a note on one name."""
    matches = pattern.finditer(text, span.start, span.end)
    return next((m for m in matches if m.start() > span.start and text[m.start() - 1] not in "（("), None)


def _add(found: Assigned, more: Assigned) -> None:
    for role, names in more.items():
        found[role] += names


def _noted(found: Assigned) -> Assigned:
    """What a bracket behind a name notes outranks the list's role."""
    result: Assigned = {role: [] for role in ROLES}
    for role, names in found.items():
        for name in names:
            result[name.role or role].append(name)
    return result


def spans(names: list[Name]) -> tuple[Span, ...]:
    return tuple(name.span for name in names)
