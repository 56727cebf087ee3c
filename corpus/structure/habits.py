"""What a text does throughout: how it marks paragraphs, nests its numbers and sets headings. Annotates nothing itself."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from corpus.model import Span
from corpus.structure import outline
from corpus.structure.lines import Line
from corpus.structure.outline import NumberedLine
from corpus.structure.stack import ITEM_RANK, STANDALONE

# Text that no sentence of a body ends with: the next line may continue it.
CLOSED = frozenset('。！？!?；;：:…”’"）)】》')
"""Signs that close a line."""
ITEM = re.compile(r"[—―－–-]{1,3}|[•·●○◆◇■□▲△★☆※◎▪►▶➢✦]|[一二三四五六七八九十]{1,2}是|第[一二三四五六七八九十][，,]")
"""Marks with which an item of a list opens."""
SALUTATION = re.compile(
    r"(?:各位代表|同志们|.{0,12}各位委员)[，,。:：!！]?"
    r"|(?=[^。；]*各)[^。；]{4,120}(?:单位|部门|机构|政府|企业|公司|院校|学校|委员会|街道|乡镇|办事处|局|团体)[：:]"
)
"""Whom a text addresses, on a line of its own."""
UNTITLED = re.compile(r"[^。；;，,：:！？!?|]{4,40}(?<![0-9、])")
"""A line that may head what follows it without a number."""
_STANDALONE = re.compile(r"(?:[一二三四五六七八九十]{1,2}是[^，,；;：:？?]{4,36}|[^，,；;：:、0-9？?]{4,20})。")
_ONE_SENTENCE = re.compile(r"[^。！？]+[。！？；;]")


@dataclass(frozen=True, slots=True)
class Habits:
    """What a text does throughout.

    indented: paragraphs show by their indent alone, a line without one goes on. sentence_lines: the scrape put each
    sentence on a line of its own. standalone: short sentences alone on a line head what follows. parts: 「一、」 counts
    parts above the chapters. untitled: a few words without a number between closed paragraphs head what follows.
    """

    indented: bool = False
    sentence_lines: bool = False
    standalone: bool = False
    parts: bool = False
    untitled: bool = False

    def carried(self) -> tuple[str, ...]:
        """The habits of the words, not of the page: a continuing file keeps them."""
        return tuple(name for name in ("standalone", "parts", "untitled") if getattr(self, name))


def read(lines: Sequence[Line], plain: Sequence[NumberedLine | None], carried: Sequence[str] = ()) -> Habits:
    """A text's habits; `plain` are its lines' numbers by themselves, `carried` what the text that it continues does."""
    return Habits(
        _indents_mark_paragraphs(lines, plain),
        _a_sentence_a_line(lines),
        "standalone" in carried or _leads_standalone(lines, plain),
        "parts" in carried or _parts_above_chapters(plain),
        "untitled" in carried or _words_head(lines, plain),
    )


def standalone_headings(lines: Sequence[Line], plain: Sequence[NumberedLine | None], habits: Habits) -> list[int]:
    """Short sentences alone on a line, each above a long paragraph, when the document does so throughout."""
    if not habits.standalone:
        return []
    return [i for i in _short(lines) if len(lines[i + 1].text) >= 60 and plain[i] is None]


_BULLET = re.compile(r"[•●○◆◇■□▲△★☆※◎▪►▶➢✦]\s*[^。；;，,：:！？!?|]{3,30}")


def bullet_headings(lines: Sequence[Line], plain: Sequence[NumberedLine | None]) -> list[int]:
    """「●加快产业升级」 above a paragraph, each time such a line comes and at least twice."""
    short = [i for i, line in enumerate(lines[:-1]) if line.text[0] in "•●○◆◇■□▲△★☆※◎▪►▶➢✦" and _BULLET.fullmatch(line.text)]
    above = [i for i in short if len(lines[i + 1].text) >= 30 and plain[i + 1] is None and not ITEM.match(lines[i + 1].text)]
    return above if len(above) >= 2 and len(above) == len(short) else []


def _short(lines: Sequence[Line]) -> list[int]:
    return [
        i
        for i, line in enumerate(lines[:-1])
        if len(line.text) < 44
        and line.text[-1] == "。"
        and _STANDALONE.fullmatch(line.text)
        and not SALUTATION.fullmatch(line.text)
    ]


def _leads_standalone(lines: Sequence[Line], plain: Sequence[NumberedLine | None]) -> bool:
    short = _short(lines)
    leading = [i for i in short if len(lines[i + 1].text) >= 100 and plain[i] is None]
    return len(leading) >= 4 and len(leading) >= 0.6 * len(short)


def _words_head(lines: Sequence[Line], plain: Sequence[NumberedLine | None]) -> bool:
    """Three times and more a few words between a closed paragraph and a long one, in a text that counts nothing."""
    if any(number and number.heading and number.rank <= ITEM_RANK for number in plain):
        return False
    heading = [
        i
        for i, line in enumerate(lines[1:-1], 1)
        if len(line.text) <= 24
        and lines[i - 1].text[-1] in "。！”"
        and lines[i + 1].text[-1] in "。！；"
        and len(lines[i - 1].text) >= 20
        and UNTITLED.fullmatch(line.text)
    ]
    return sum(len(lines[i + 1].text) >= 40 for i in heading) >= max(3, 0.6 * len(heading))


def _indents_mark_paragraphs(lines: Sequence[Line], plain: Sequence[NumberedLine | None]) -> bool:
    """A text whose lines break off inside sentences, or that lost its full stops, while indents open its paragraphs."""
    long = [i for i, line in enumerate(lines) if len(line.text) >= 15]
    indented = sum(lines[i].indented for i in long)
    if indented < 2 or not 0.15 * len(long) <= indented <= 0.85 * len(long):
        return False
    closed = sum(lines[i].text[-1] in CLOSED for i in long)
    if closed <= 0.5 * len(long):
        return True
    broken = sum(
        lines[i].text[-1] not in CLOSED and plain[i] is None and i + 1 < len(lines) and not lines[i + 1].indented
        for i in long
    )
    return broken >= 0.08 * len(long)


def _a_sentence_a_line(lines: Sequence[Line]) -> bool:
    """Most lines are one sentence each."""
    single = sum(len(line.text) < 200 and line.text[-1] in "。！？；;" and _ONE_SENTENCE.fullmatch(line.text) is not None for line in lines)
    return len(lines) >= 40 and single >= 0.6 * len(lines)


def numbers(lines: Sequence[Line], plain: Sequence[NumberedLine | None], habits: Habits) -> list[NumberedLine | None]:
    """Every line's number, with ranks as this text nests them."""
    found = list(plain)
    stated = _stated(lines, plain)
    for i, number in enumerate(found):
        if number is None:
            if lines[i].text[0].isdigit():
                found[i] = (_misread(lines[i], found, i) if habits.indented else None) or _before_a_figure(lines[i], plain, i)
        elif number.rank in stated or _assigned(lines, plain, i, number):
            found[i] = number._replace(heading=0)
        elif number.heading == 0 and _alone(lines, plain, habits.indented, i, number):
            found[i] = outline.numbered(lines[i].text, longest=85)
    if habits.parts:
        for i, number in enumerate(found):
            if number and number.heading and number.rank == 4:
                found[i] = number._replace(rank=0)
    return found


def _stated(lines: Sequence[Line], plain: Sequence[NumberedLine | None]) -> set[int]:
    """The styles whose numbers count statements: half of their first sentences and more are too long for headings."""
    openings: dict[int, list[int]] = {}
    for line, number in zip(lines, plain, strict=True):
        if number and number.rank >= 4:
            openings.setdefault(number.rank, []).append(outline.opening(line.text, number.mark))
    return {rank for rank, lengths in openings.items() if len(lengths) >= 4 and median(lengths) > outline.LONGEST}


_IN_CHARGE = re.compile(
    r"\s*[（(【\[]\s*(?:责任|牵头|配合|参与|落实|主办|承办|实施)?(?:单位|部门|处室|领导|主体|责任人)\s*[:：][^（()）【】]*"
    r"(?:[（(][^（()）]*[)）][^（()）【】]*)*[)）】\]]。?"
)
"""Who answers for an item, in brackets behind it."""


def _assigned(lines: Sequence[Line], plain: Sequence[NumberedLine | None], index: int, number: NumberedLine) -> bool:
    """Whether a line is one sentence and who answers for it, above the next number or nothing: an item, no heading."""
    if number.rank < ITEM_RANK or not number.heading or not _IN_CHARGE.fullmatch(lines[index].text, number.heading):
        return False
    return index + 1 == len(lines) or plain[index + 1] is not None


_LOST_DOT = re.compile(
    r"([0-9０-９]{1,2})[，,]?(?=[\u4e00-\u9fff])(?![年月日时点个万亿千百元项家人条次倍成届种])[^。；：]{6,30}$"
)


def _misread(line: Line, found: Sequence[NumberedLine | None], index: int) -> NumberedLine | None:
    """「6加强协作」, 「2，加强协作」 in a scan: a number whose dot was lost, next to the one that was just counted."""
    match = _LOST_DOT.match(line.text) if line.indented and line.text[0] in "0123456789０１２３４５６７８９" else None
    before = next((n for n in reversed(found[max(0, index - 60) : index]) if n), None)
    if match and before and before.rank in (6, 7) and before.ordinal == int(match.group(1)) - 1:
        return NumberedLine(before.rank, before.ordinal + 1, len(line.text), match.end(1))
    return None


_BEFORE_FIGURE = re.compile(r"([0-9]{1,2})[.．](?=[0-9])")


def _before_a_figure(line: Line, plain: Sequence[NumberedLine | None], index: int) -> NumberedLine | None:
    """「2.5亿元以上的项目……」 between 「1.」 and 「3.」: a number right before a figure, on an item of their list."""
    match = _BEFORE_FIGURE.match(line.text) if 0 < index < len(plain) - 1 else None
    before, after = (plain[index - 1], plain[index + 1]) if match else (None, None)
    if match and before and after and before.rank == after.rank == 7:
        ordinal = int(match.group(1))
        if before.ordinal == ordinal - 1 and after.ordinal == ordinal + 1:
            return NumberedLine(7, ordinal, 0, match.end())
    return None


def _parts_above_chapters(plain: Sequence[NumberedLine | None]) -> bool:
    """「一、」 to 「十、」 counted through once with chapters between them, or right below the first: parts."""
    chapters = [i for i, n in enumerate(plain) if n and n.heading and n.rank <= 3]
    parts = [i for i, n in enumerate(plain) if n and n.heading and n.rank == 4]
    counted = [n.ordinal for i in parts if (n := plain[i])]
    if counted != list(range(1, len(parts) + 1)) or not parts or not chapters or parts[0] > chapters[0]:
        return False
    if parts[0] + 1 == chapters[0]:
        return True
    if len(parts) < 3:
        return False
    parted = sum(any(a < c < b for c in chapters) for a, b in itertools.pairwise(parts))
    return parted >= 0.7 * (len(parts) - 1)


def _alone(
    lines: Sequence[Line], plain: Sequence[NumberedLine | None], indented: bool, index: int, number: NumberedLine
) -> bool:
    """A numbered sentence of up to 65 characters with a line to itself, above an unnumbered paragraph."""
    if index + 1 >= len(lines) or number.rank < 4:
        return False
    line, following = lines[index], lines[index + 1]
    return (
        len(line.text) <= 65
        and line.text[-1] not in "，,；;、：:"
        and not re.search(r"[。；;：:！？]", line.text[:-1])
        and plain[index + 1] is None
        and (len(following.text) >= 30 or (indented and not following.indented))
        and not ITEM.match(following.text)
        and (indented or number.rank <= 5)
    )


_CLOSES_NO_HEADING = tuple("。；;，,、：:！？!?")


def bold_headings(
    lines: Sequence[Line],
    plain: Sequence[NumberedLine | None],
    reasons: Sequence[str | None],
    bold: Iterable[Span],
) -> dict[int, float]:
    """Lines that are bold or centred as a whole and head the text below them, where the document uses them so: the
    line's index → its rank."""
    starts = {span.start: span.end for span in bold}
    if not starts:
        return {}
    set_apart = {i for i, line in enumerate(lines) if starts.get(line.span.start, -1) >= line.span.end and reasons[i] is None}
    short = [i for i in set_apart if plain[i] is None and len(lines[i].text) <= 40 and not lines[i].text.endswith(_CLOSES_NO_HEADING)]
    heading = [
        i
        for i in sorted(short)
        if i + 1 < len(lines) and reasons[i + 1] is None and (plain[i + 1] or (i + 1 not in set_apart and len(lines[i + 1].text) >= 15))
    ]
    numbered = any(n and n.heading and i in set_apart for i, n in enumerate(plain))
    if len(heading) < (1 if numbered else 2) or len(heading) < 0.6 * len(short):
        return {}
    return dict.fromkeys(heading, _rank_of_bold(heading, plain))


def _rank_of_bold(headings: Sequence[int], plain: Sequence[NumberedLine | None]) -> float:
    """Above the numbers that begin anew below such headings, innermost where they go on across them."""
    below = [n.rank for i in headings if (n := plain[i + 1]) and n.heading and n.ordinal == 1]
    if not below:
        return STANDALONE
    following = [next((n.ordinal for n in plain[i + 1 :] if n and n.rank == min(below)), 1) for i in headings]
    return min(below) - 0.5 if all(ordinal == 1 for ordinal in following) else STANDALONE
