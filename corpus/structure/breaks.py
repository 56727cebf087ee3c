"""Mends the breaks between a text's lines: parts headings glued behind a sentence, joins a numbered line with the rows
that its sentence runs over. It only regroups spans and decides no nesting."""

import re
from collections.abc import Callable, Sequence

from corpus.model import Span
from corpus.structure import boilerplate, outline
from corpus.structure.habits import CLOSED, ITEM
from corpus.structure.lines import Line
from corpus.structure.outline import NumberedLine

_COUNT = r"(?:[二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?)"
GLUED = re.compile(
    rf"[。！”）][ \t\u3000]*(?=(?:[（(]{_COUNT}[)）]|{_COUNT}、|[0-9]{{1,2}}[.．、](?![0-9])|[（(][0-9]{{1,2}}[)）])"
    r"\s*[^。，,；;：:！？\n（()）]{2,28}(?:。|\r?$))",
    re.MULTILINE,
)
GLUED_SPECIMENS = ("……修山。2.治水护岸。以……", "……限制。（二）修山治水。以……", "……贷款。四、配套政策")
_GOES_ON = frozenset("。，,；;、：:）)！!？?》")
_SAMPLE = 400
_HANGS = 3
"""Characters by which a full row may fall short: a sign or a figure that the break kept whole."""


def parted(text: str, lines: list[Line], plain: list[NumberedLine | None]) -> tuple[list[Line], list[NumberedLine | None]]:
    """Lines and their numbers, with a line cut where a heading stands glued behind the end of a sentence.

    A number inside a line heads something only where it goes on with the count of the last line that began so.
    """
    joints = [match.end() for match in GLUED.finditer(text)]
    if not joints:
        return lines, plain
    found: list[Line] = []
    numbers: list[NumberedLine | None] = []
    counted: dict[int, int] = {}
    at = 0
    for line, number in zip(lines, plain, strict=True):
        while at < len(joints) and joints[at] <= line.span.start:
            at += 1
        _count(counted, number)
        while at < len(joints) and joints[at] < line.span.end:
            rest = Span(joints[at], line.span.end)
            next_number = outline.numbered(rest.of(text))
            at += 1
            if next_number and next_number.heading and counted.get(next_number.rank) == next_number.ordinal - 1:
                before = text[line.span.start : rest.start].rstrip()
                found.append(line._replace(span=Span(line.span.start, line.span.start + len(before)), text=before))
                numbers.append(number and outline.numbered(before))
                line, number = Line(rest, rest.of(text), True, False), next_number
                _count(counted, number)
        found.append(line)
        numbers.append(number)
    return found, numbers


def _count(counted: dict[int, int], number: NumberedLine | None) -> None:
    """Note a heading's number; those further in begin anew below it."""
    if number and (number.heading or number.ordinal == 1):
        for rank in [rank for rank in counted if rank > number.rank]:
            del counted[rank]
        counted[number.rank] = number.ordinal if number.heading else -1


def joined(text: str, lines: list[Line], plain: list[NumberedLine | None]) -> tuple[list[Line], list[NumberedLine | None]]:
    """Lines and their numbers, with a numbered line one with the rows after it that a fixed width broke off it."""
    measure, width = _width(lines)
    if not width:
        return lines, plain
    found: list[Line] = []
    numbers: list[NumberedLine | None] = []
    index = 0
    while index < len(lines):
        line, number, end = lines[index], plain[index], index + 1
        if number:
            while (
                end < len(lines)
                and measure(lines[end - 1]) >= width - _HANGS
                and lines[end - 1].text[-1] not in "。；;："
                and _goes_on(lines[end], plain[end])
            ):
                end += 1
            if end > index + 1:
                span = Span(line.span.start, lines[end - 1].span.end)
                line = line._replace(span=span, text=span.of(text))
                number = outline.numbered(line.text)
        found.append(line)
        numbers.append(number)
        index = end
    return found, numbers


def _goes_on(line: Line, number: NumberedLine | None) -> bool:
    """Whether a row can be the rest of the one above it."""
    if line.indented or line.gap or number:
        return False
    return line.text[0] in _GOES_ON or not (ITEM.match(line.text) or boilerplate.reason(line.text, False, False))


_FAR_IN = 8
"""Columns of white space before a row that no paragraph's indent has."""
_CLOSES = frozenset("。；;：:！!？?，,、")
_ROW_START = re.compile(r"[^\n\r\f\v\x85\u2028\u2029]*\Z")
_REST = 12
"""The most characters of a heading that a row short of the width leaves for the next."""


def centred(text: str, lines: list[Line], plain: list[NumberedLine | None]) -> tuple[list[Line], list[NumberedLine | None]]:
    """Lines and their numbers, with a heading one with its second row: both centred, or the second a few words left over
    where indents open the paragraphs of a text of fixed width."""
    if not any(number and number.rank <= 4 for number in plain):
        return lines, plain
    fixed = _width(lines)[1] > 0
    found: list[Line] = []
    numbers: list[NumberedLine | None] = []
    index = 0
    while index < len(lines):
        line, number = lines[index], plain[index]
        index += 1
        if number and number.rank <= 4 and index < len(lines) and _may_be_rest(text, line, lines[index], plain[index]):
            rest = lines[index]
            after = lines[index + 1] if index + 1 < len(lines) else None
            if _same_centre(text, line, rest) or (fixed and number.rank <= 3 and _left_over(line, rest, after)):
                words = line.text + rest.text
                whole = outline.numbered(words, longest=85)
                if whole and whole.heading == len(words):
                    span = Span(line.span.start, rest.span.end)
                    line = line._replace(span=span, text=span.of(text))
                    number = whole._replace(heading=len(line.text))
                    index += 1
        found.append(line)
        numbers.append(number)
    return found, numbers


def _may_be_rest(text: str, line: Line, rest: Line, number: NumberedLine | None) -> bool:
    """Whether a row without a number or a sign at its end stands right below one that no full stop closes."""
    between = text[line.span.end : rest.span.start]
    return (
        number is None
        and not rest.gap
        and "\f" not in between
        and ("\n" in between or "\r" in between)
        and "\n" not in line.text
        and len(rest.text) < len(line.text) <= 60
        and line.text[-1] not in "。；;：:！？"
        and rest.text[-1] not in _CLOSES
        and not ITEM.match(rest.text)
        and boilerplate.reason(rest.text, False, False) is None
    )


def _same_centre(text: str, line: Line, rest: Line) -> bool:
    """Whether two rows stand far in, the second further, around the same column."""
    first, second = _indent(text, line), _indent(text, rest)
    if first < _FAR_IN or second <= first:
        return False
    return abs((first + _room(line.text) / 2) - (second + _room(rest.text) / 2)) <= 3


def _left_over(line: Line, rest: Line, after: Line | None) -> bool:
    """Whether a row is a few words between a heading and the indent that opens the next paragraph."""
    return (
        not rest.indented
        and len(rest.text) <= _REST
        and 2 * len(rest.text) <= len(line.text)
        and len(line.text) >= 16
        and after is not None
        and (after.indented or outline.numbered(after.text) is not None)
    )


def _indent(text: str, line: Line) -> int:
    """The columns of white space before a row."""
    before = _ROW_START.search(text, max(0, line.span.start - 120), line.span.start)
    return sum(2 if sign == "\u3000" else 1 for sign in before.group()) if before else 0


def _room(words: str) -> int:
    """The columns that words take: a Chinese character two, a letter or a digit one."""
    return 2 * len(words) - len(words.encode("ascii", "ignore"))


def _width(lines: Sequence[Line]) -> tuple[Callable[[Line], float], float]:
    """How wide the rows of a text are that a fixed width broke, counted in characters or in columns; 0 for others."""
    if sum(len(line.text) > 120 for line in lines) > 0.05 * len(lines):
        return _characters, 0
    broken = [line for line in lines if len(line.text) >= 16 and line.text[-1] not in CLOSED]
    if len(broken) < 5 or len(broken) < 0.2 * len(lines):
        return _characters, 0
    for measure in (_characters, _columns):
        sizes = sorted(map(measure, broken[:_SAMPLE]))
        width = sizes[int(0.9 * len(sizes))]
        near = sum(width - _HANGS <= size <= width + 1 for size in sizes)
        if near >= 0.7 * len(sizes) and sum(measure(line) > width + _HANGS for line in lines) <= 0.05 * len(lines):
            return measure, width
    return _characters, 0


def _characters(line: Line) -> float:
    return len(line.text) + 2 * line.indented


def _columns(line: Line) -> float:
    """Letters and digits take half the room of a Chinese character."""
    return len(line.text) - len(line.text.encode("ascii", "ignore")) / 2 + 2 * line.indented
