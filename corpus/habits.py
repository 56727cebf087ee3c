"""What a text does throughout: how it marks paragraphs, nests its numbers and sets headings. Annotates nothing itself."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from corpus import outline
from corpus.lines import Line

# Text that no sentence of a body ends with: the next line may continue it.
CLOSED = tuple('。！？!?；;：:…”’"）)】》')
"""Signs that close a line."""
ITEM = re.compile(r"[—―－–-]{1,3}|[•·●◆■□▲★※]|[一二三四五六七八九十]{1,2}是|第[一二三四五六七八九十][，,]")
"""Marks with which an item of a list opens."""
SALUTATION = re.compile(
    r"(?:各位代表|同志们|.{0,12}各位委员)[，,。:：!！]?"
    r"|(?=[^。；]*各)[^。；]{4,120}(?:单位|部门|机构|政府|企业|公司|院校|学校|委员会|街道|乡镇|办事处|局|团体)[：:]"
)
"""Whom a text addresses, on a line of its own."""
_STANDALONE = re.compile(r"(?:[一二三四五六七八九十]{1,2}是[^，,；;：:？?]{4,36}|[^，,；;：:、0-9？?]{4,20})。")


def standalone_headings(lines: Sequence[Line]) -> set[int]:
    """Short sentences alone on a line, each above a long paragraph, when the document does so throughout."""
    short = [
        i
        for i, line in enumerate(lines[:-1])
        if _STANDALONE.fullmatch(line.text) and not SALUTATION.fullmatch(line.text)
    ]
    leading = [i for i in short if len(lines[i + 1].text) >= 100 and not outline.numbered(lines[i].text)]
    if len(leading) < 4 or len(leading) < 0.6 * len(short):
        return set()
    return {i for i in short if len(lines[i + 1].text) >= 60 and not outline.numbered(lines[i].text)}


def indents_mark_paragraphs(lines: Sequence[Line]) -> bool:
    """A text with one sentence a line and no full stops, whose paragraphs show by their indent alone."""
    long = [line for line in lines if len(line.text) >= 15]
    indented = sum(line.indented for line in long)
    closed = sum(line.text.endswith(CLOSED) for line in long)
    return 0.15 * len(long) <= indented <= 0.85 * len(long) and closed <= 0.5 * len(long)


def numbers(lines: Sequence[Line], indented: bool) -> list[outline.NumberedLine | None]:
    """Every line's number, with ranks as this text nests them."""
    found = [outline.numbered(line.text) for line in lines]
    for i, number in enumerate(found):
        if number and number.heading == 0 and _alone(lines, indented, i, number):
            found[i] = outline.numbered(lines[i].text, longest=85)
    chapters = [i for i, n in enumerate(found) if n and n.heading and n.rank <= 3]
    parts = [i for i, n in enumerate(found) if n and n.heading and n.rank == 4]
    counted = [n.ordinal for i in parts if (n := found[i])]
    # 「一、」 to 「十、」 counted through once with chapters between them: parts above the chapters.
    if len(parts) >= 3 and counted == list(range(1, len(parts) + 1)) and chapters and parts[0] < chapters[0]:
        parted = sum(any(a < c < b for c in chapters) for a, b in itertools.pairwise(parts))
        if parted >= 0.7 * (len(parts) - 1):
            for i in parts:
                if n := found[i]:
                    found[i] = replace(n, rank=0)
    return found


def _alone(lines: Sequence[Line], indented: bool, index: int, number: outline.NumberedLine) -> bool:
    """A numbered sentence of up to 65 characters with a line to itself, above an unnumbered paragraph."""
    if index + 1 >= len(lines) or number.rank < 4:
        return False
    line, following = lines[index], lines[index + 1]
    return (
        len(line.text) <= (50 if indented else 65)
        and not re.search(r"[。；;：:！？]", line.text[:-1])
        and line.text[-1] not in "，,；;、：:"
        and len(following.text) >= 30
        and outline.numbered(following.text) is None
        and not ITEM.match(following.text)
        and (indented or number.rank <= 5)
    )
