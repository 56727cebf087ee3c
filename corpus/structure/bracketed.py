"""Finds headings that stand in brackets alone on a line, where a text sets its headings so. Decides no nesting of numbers."""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.structure import outline
from corpus.structure.lines import Line
from corpus.structure.outline import NumberedLine
from corpus.structure.stack import STANDALONE

HEADING = re.compile(r"[【〖][^【】〖〗。；;，,！？!?]{2,20}[】〗]\s*[^【】〖〗。；;，,：:！？!?]{0,30}")
HEADING_SPECIMENS = ("【总体目标】", "【任务一】修山治水")
COUNTED = re.compile(r"[【〖]\s*[^【】〖〗]{0,6}[一二三四五六七八九十0-9]{1,3}\s*[】〗]")
COUNTED_SPECIMEN = "【任务一】修山治水"
_LEAST = 3
_BELOW = 0.25


def bracket_headings(
    lines: Sequence[Line], plain: Sequence[NumberedLine | None], reasons: Sequence[str | None]
) -> dict[int, float]:
    """Lines in brackets, three times and more and nearly each time above text: the line's index → its rank."""
    glossary = next((i for i, line in enumerate(lines) if line.text[-1] == "释" and outline.part(line.text) == "glossary"), len(lines))
    alone = {
        i
        for i, line in enumerate(lines[: min(glossary, len(lines) - 1)])
        if line.text[0] in "【〖" and reasons[i] is None and HEADING.fullmatch(line.text) and not outline.titled_box(line.text)
    }
    heading = [i for i in sorted(alone) if reasons[i + 1] is None and (i + 1 in alone or plain[i + 1] or len(lines[i + 1].text) >= 15)]
    if len(heading) < _LEAST or len(heading) < 0.8 * len(alone):
        return {}
    rank = _rank(heading, plain)
    inner = _inner(heading, lines)
    return {i: rank + _BELOW * (i in inner) for i in heading}


def _inner(headings: Sequence[int], lines: Sequence[Line]) -> set[int]:
    """Those below another: a heading right above the next holds it and all that follow of the same form, counted or not."""
    inner: set[int] = set()
    form: bool | None = None
    for here, following in pairwise([*headings, len(lines)]):
        counted = COUNTED.match(lines[here].text) is not None
        if following == here + 1 and following < len(lines) and not counted:
            form = COUNTED.match(lines[following].text) is not None
        elif form is not None and form == counted:
            inner.add(here)
        else:
            form = None
    return inner


def _rank(headings: Sequence[int], plain: Sequence[NumberedLine | None]) -> float:
    """Below the numbers that go on across such headings, above those that begin anew under each."""
    firsts: dict[int, list[int]] = {}
    for here, following in pairwise([*headings, len(plain)]):
        seen: set[int] = set()
        for number in plain[here + 1 : following]:
            if number and number.rank not in seen:
                seen.add(number.rank)
                firsts.setdefault(number.rank, []).append(number.ordinal)
    across = max((rank for rank, ordinals in firsts.items() if max(ordinals) > 1), default=0)
    anew = [rank for rank in firsts if rank > across]
    return min(anew) - 0.5 if anew else STANDALONE
