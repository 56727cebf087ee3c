"""Reads the marks of Markdown: lines without their # and ** and the hints that these give. Never edits the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.model import Hint, Span
from corpus.structure.lines import Line

_HEADING = re.compile(r"(#{1,6})[ \t\u3000]+(?P<words>\S.*?)(?:[ \t]+#+)?")
_BOLD = re.compile(r"(?:\*\*|__)(?P<words>[^*_]{2,60})(?:\*\*|__)")
SPECIMENS = ("## 第二章 主要任务", "**加快修山**")


@dataclass(frozen=True, slots=True)
class Unmarked:
    """Lines without marks, what the marks say of them, and where the marks stand."""

    lines: list[Line]
    hints: tuple[Hint, ...] = ()
    marks: tuple[Span, ...] = ()


def unmark(lines: list[Line]) -> Unmarked:
    """The lines of a Markdown text, which has at least one # heading; those of any other text as they are."""
    if not any(line.text[0] == "#" and _HEADING.fullmatch(line.text) for line in lines):
        return Unmarked(lines)
    found: list[Line] = []
    hints: list[Hint] = []
    marks: list[Span] = []
    for line in lines:
        heading = _HEADING.fullmatch(line.text) if line.text[0] == "#" else None
        match = heading or (_BOLD.fullmatch(line.text) if line.text[0] in "*_" else None)
        if match:
            bold = _BOLD.fullmatch(match.group("words")) if heading else None
            inner = (bold or match).span("words")
            offset = line.span.start + (match.start("words") if bold else 0)
            start, end = offset + inner[0], offset + inner[1]
            marks += [Span(a, b) for a, b in ((line.span.start, start), (end, line.span.end)) if a < b]
            line = line._replace(span=Span(start, end), text=line.text[start - line.span.start : end - line.span.start])
            hints.append(Hint(line.span, "heading" if heading else "bold", len(heading.group(1)) if heading else 0))
        found.append(line)
    return Unmarked(found, _titled(hints), tuple(marks))


def _titled(hints: Sequence[Hint]) -> tuple[Hint, ...]:
    """A single # above the ## of all the others is the title."""
    headings = [hint for hint in hints if hint.style == "heading"]
    if len(headings) > 1 and headings[0].level < min(hint.level for hint in headings[1:]):
        return tuple(replace(hint, style="title") if hint is headings[0] else hint for hint in hints)
    return tuple(hints)
