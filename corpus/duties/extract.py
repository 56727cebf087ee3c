"""Finds the units in charge that a passage names, each with its measure. Never edits or completes a name."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from corpus.duties.columns import in_tables, is_comments
from corpus.duties.measure import above
from corpus.duties.model import ROLES, Duty
from corpus.duties.names import is_unit, listed, trimmed
from corpus.duties.prose import prose
from corpus.duties.roles import Assigned, assigned, labels_in, spans
from corpus.model import Document, Passage, Span

_HINTS = re.compile(r"牵头|负责|责任|配合|落实|承担|组织实施|指导|参与|协助|协同|协办|主办|承办|分工|[局委办部厅署镇]\s*[)）】]|实施[，,；;。]")
"""Every passage that names units in charge holds one of these, but for rows of tables."""
_PAIRS = {"（": "）", "(": ")", "【": "】", "[": "]", "〔": "〕", "［": "］"}
_SHUT = frozenset(_PAIRS.values())
_LONGEST, _FAR = 900, 1500
"""Characters of a bracket with units at most, and how far before it another is looked for."""
_FIRST_LEADS = re.compile(r"[列排]在?(?:第一位|首位)的?(?:者|部门|单位|为)*(?:部门|单位)?(?:为|是|负责)?牵头")
_NO_LEADER = re.compile(r"各(?!类)|有关|相关")


def duties(document: Document, passage: Passage) -> tuple[Duty, ...]:
    """The units in charge that a passage names, in text order: in brackets, behind labels, in rows of tables with
    columns for them, in sentences. Suggestions in tables of comments are none. Where the document says that the unit
    named first leads, it leads."""
    text, span = document.text, _with_bracket(document, passage.span)
    found = list(in_tables(document, span))
    if _HINTS.search(text, span.start, span.end):
        skipped = [
            table.span for table in document.tables if is_comments(document, table) or _overlaps(table.span, found)
        ]
        taken: list[Duty] = []
        for duty in [*_bracketed(document, span), *_labelled(document, span)]:
            if not _overlaps(duty.span, taken) and not any(_meets(duty.span, other) for other in skipped):
                taken.append(duty)
        covered = [*(duty.span for duty in taken), *skipped, *_brackets(text, span)]
        found += [*taken, *(_titled(document, duty) for duty in prose(text, span, covered))]
    return tuple(sorted(found, key=lambda duty: (duty.span, duty.measure)))


def _with_bracket(document: Document, span: Span) -> Span:
    """A passage with the bracket on a line of its own behind it, which was taken for a heading: no passage holds it."""
    text = document.text
    start = trimmed(text, span.end, min(len(text), span.end + _LONGEST)).start
    if text[start : start + 1] not in _PAIRS or not any(section.span.start == start for section in document.sections):
        return span
    end = _closing(text, start, len(text))
    return Span(span.start, end) if end and _named(text, Span(span.start, end), Span(start, end)) else span


def _overlaps(span: Span, found: list[Duty]) -> bool:
    return any(_meets(span, duty.span) for duty in found)


def _meets(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


# — brackets ——————————————————————————————————————————————————————————————————————————————————————————————————————


def _brackets(text: str, span: Span) -> Iterator[Span]:
    """The outermost brackets of a span, none longer than a list of units can be."""
    at = span.start
    while at < span.end:
        end = _closing(text, at, span.end) if text[at] in _PAIRS else None
        if end is not None:
            yield Span(at, end)
        at = end if end is not None else at + 1


def _closing(text: str, start: int, limit: int) -> int | None:
    depth = 0
    for at in range(start, min(limit, start + _LONGEST)):
        depth += (text[at] in _PAIRS) - (text[at] in _SHUT)
        if depth == 0:
            return at + 1
    return None


def _bracketed(document: Document, span: Span) -> Iterator[Duty]:
    text = document.text
    after = 0
    for bracket in _brackets(text, span):
        if found := _named(text, span, bracket):
            measure = above(document, bracket, after or _last(text, bracket.start))
            yield _with_leader(text, Duty(bracket, measure, **_units(found)), found)
            after = bracket.end


def _named(text: str, span: Span, bracket: Span) -> Assigned:
    """The units that a bracket names, empty where it is about something else: one without role words must name several
    units and close a sentence or a paragraph."""
    inner = trimmed(text, bracket.start + 1, bracket.end - 1)
    found = assigned(text, inner)
    if any(found.values()):
        return found
    names = listed(text, inner)
    sentence = text[bracket.start - 1] in "。；;！" or text[bracket.end : bracket.end + 1] in tuple("。；;")
    closes = sentence or not text[bracket.end : span.end].partition("\n")[0].strip()
    if closes and len(names) > 1 and all(is_unit(text, name.span) for name in names):
        return {"responsible": names}
    return {}


def _last(text: str, at: int) -> int:
    """Where the last bracket before an offset that names units ends, 0 where none is near."""
    brackets = list(_brackets(text, Span(max(0, at - _FAR), at)))
    return next((bracket.end for bracket in reversed(brackets) if _named(text, Span(0, at), bracket)), 0)


def _units(found: Assigned) -> dict[str, tuple[Span, ...]]:
    return {role: spans(names) for role, names in found.items()}


def _with_leader(text: str, duty: Duty, found: Assigned) -> Duty:
    """The unit named first leads, where the document says so and more than one is named."""
    if duty.lead or not duty.responsible or not _first_leads(text):
        return duty
    leader = found["responsible"][0]
    if (len(duty.responsible) == 1 and not leader.more) or _NO_LEADER.match(text, leader.span.start):
        return duty
    return replace(duty, lead=duty.responsible[:1], responsible=duty.responsible[1:])


@lru_cache(maxsize=4)
def _first_leads(text: str) -> bool:
    return _FIRST_LEADS.search(text) is not None


# — labels ————————————————————————————————————————————————————————————————————————————————————————————————————————


def _labelled(document: Document, span: Span) -> Iterator[Duty]:
    """Lines and ends of paragraphs with labels: 「牵头单位：区发改委」 and below it 「配合单位：区财政局」."""
    text = document.text
    labels = [match for match, _ in labels_in(text, span) if _opens(text, span, match.start())]
    end = span.start
    for number, label in enumerate(labels):
        if label.start() < end:
            continue
        stop = _line_end(text, label.end(), span.end)
        for other in labels[number + 1 :]:
            if text[stop : other.start()].strip(" \n\r\t　；;|"):
                break
            stop = max(stop, _line_end(text, other.end(), span.end))
        end = stop
        found = assigned(text, trimmed(text, label.start(), stop))
        names = sorted(name.span for role in ROLES for name in found[role])
        certain = label.group().rstrip()[-1] in ":："
        if names and (certain or all(is_unit(text, name) for name in names)):
            whole = Span(label.start(), names[-1].end)
            measure = above(document, whole, _last(text, label.start()))
            yield _with_leader(text, Duty(whole, measure, **_units(found)), found)


def _opens(text: str, span: Span, at: int) -> bool:
    """Whether a label stands at the start of a line or behind a mark."""
    before = text[span.start : at].rstrip(" \t　*-—·•【|")
    return not before or before[-1] in "\n\r。；;，,、）)！：:" or text[at - 1] in " \t　"


def _line_end(text: str, at: int, limit: int) -> int:
    """Where the line of a label's value ends; a value may begin on the next line."""
    while at < limit and text[at].isspace():
        at += 1
    ends = [end for mark in "\n。" if (end := text.find(mark, at, limit)) >= 0]
    return min([*ends, limit])


def _titled(document: Document, duty: Duty) -> Duty:
    """A clause that does not say what it is about is about what its heading names."""
    if duty.measure.start < duty.measure.end:
        return duty
    return replace(duty, measure=above(document, duty.span, 0))
