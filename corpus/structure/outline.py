"""Recognises headings by their numbering: one pattern per style, each with a specimen. Never decides nesting."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

_CN = r"[一二三四五六七八九十百零〇○]+"
_COUNT = r"(?:[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_NUM = rf"(?:{_CN}|[0-9０-９]+)"
# 「三、四线城市」, 「一、二期工程」: neighbours enumerated, not a number and its heading.
_NEIGHBOURS = "|".join(rf"(?<={a}、){b}" for a, b in pairwise("一二三四五六七八九"))
# 「第四章第一节所称……」, 「第三章、第四章……」: a sentence about parts of a text; 「第八章和谐社会」 is a heading.
_REFERS = rf"(?:\s*第\s*{_NUM}\s*[篇章节条款])*(?:[、，。的所至]|和(?![谐平美睦])|规定|明确)"
_NO_TIER = rf"(?!(?:{_NEIGHBOURS})(?:[线档季期环代等流层楼批轮]|年级|年内|个月))"


@dataclass(frozen=True, slots=True)
class Numbering:
    """A numbering style. `rank` orders styles from outermost (1) inwards; `specimen` matches this style only."""

    rank: int
    pattern: re.Pattern[str]
    specimen: str


def _style(rank: int, pattern: str, specimen: str) -> Numbering:
    return Numbering(rank, re.compile(pattern), specimen)


STYLES = (
    _style(
        1, rf"第\s*{_NUM}\s*(?:部分|篇(?![章幅文])|编(?![辑码制委队]))(?!{_REFERS})", "第一篇 指导原则和发展目标"
    ),
    _style(
        2,
        rf"第\s*{_NUM}\s*章(?!{_REFERS}|程|节(?![约能水俭]))",
        "第八章 完善治理体系，提高城市治理新水平",
    ),
    _style(3, rf"第\s*{_NUM}\s*节(?!{_REFERS}|[约能课])", "第三节 加强生态保护修复"),
    _style(4, rf"{_COUNT}\s*[、．](?!\s*[一二三四五六七八九十](?:[、产次类级]|[〇○](?!..年))){_NO_TIER}", "一、总体要求"),
    _style(5, rf"[（(]\s*{_COUNT}\s*[)）]", "（一）坚持党的全面领导。"),
    _style(6, r"[0-9０-９]{1,2}\s*、", "1、指导思想。"),
    _style(7, r"[0-9０-９]{1,2}\s*[.．](?![0-9０-９]*[%％])(?=\D|20[0-9]{2}年)", "29. 持续改善生态环境质量。"),
    _style(8, r"[（(]\s*[0-9０-９]{1,2}\s*[)）](?!.{0,12}[0-9]\s*号$)", "（1）完善机制。"),
    _style(9, r"[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮]", "①推进重点片区改造。"),
)

_BEGINNING_WITH = {
    opening: tuple(style for style in STYLES if style.rank in ranks)
    for openings, ranks in (
        ("第", (1, 2, 3)),
        ("一二三四五六七八九十", (4,)),
        ("（(", (5, 8)),
        ("0123456789０１２３４５６７８９", (6, 7)),
        ("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮", (9,)),
    )
    for opening in openings
}
"""What a number can begin with and the styles that do: most lines begin otherwise and are not looked at further."""

_BOX_NUMBER = r"(?:[0-9０-９]{1,2}(?:\s*[-—－.．]\s*[0-9０-９]{1,2})?|[一二三四五六七八九十]{1,3})"
BOX = re.compile(rf"[【\[［〖]?\s*专\s*栏\s*{_BOX_NUMBER}?\s*[】\]］〗]?\s*[:：]?")
BOX_SPECIMEN = "专栏24：生态环境修复工程"
GLOSSARY = re.compile(r"(?:附件\s*[0-9一二三四五]?\s*[:：]?\s*)?[^。，,；：:]{0,20}(?:名\s*词|术\s*语)\s*(?:解\s*释|注\s*释)$")
GLOSSARY_SPECIMEN = "名词解释"
APPENDIX = re.compile(r"附\s*[件录表]\s*[0-9０-９一二三四五六七八九十]{0,2}\s*[:：]?(?:\s*[^。，,]{0,30})?$")
APPENDIX_SPECIMEN = "附件1"



def titled_box(line: str) -> bool:
    """Whether a line opens a box: 「专栏3 重点工程」, 「专栏一：」, 「【专栏】」; a column in a newspaper is none."""
    box = BOX.match(line)
    if box is None or len(line) > 50 or "。" in line:
        return False
    mark = box.group()
    return mark[-1] in "：:】]］〗" or mark[-1].isspace() or box.end() == len(line) or bool(re.search(_BOX_NUMBER, mark))


def part(line: str) -> str | None:
    """The kind of part that a line opens, glossary or appendix, or None."""
    if GLOSSARY.fullmatch(line):
        return "glossary"
    return "appendix" if len(line) <= 30 and APPENDIX.fullmatch(line) else None


_FIRST_SENTENCE = re.compile(r"[^。！？!?；;]*[。！？!?]")
# Nouns with which a heading ends where the scrape lost the mark between heading and body.
_HEADING_NOUN = re.compile(
    r"^[^。，,、；;：:]{2,30}?(?:指导思想|基本原则|总体要求|主要目标|发展目标|奋斗目标|区域布局|空间布局|发展定位|发展路径"
    r"|远景目标|队伍建设|政治建设|社会广泛参与)(?![，,、])"
)
# … or a word with which the body then begins, after a heading of six characters or more.
_BODY_OPENS = re.compile(
    r"^[^。，,、；;：:]{6,24}?(?=(?:落实|围绕|坚持|贯彻|巩固|按照|紧扣|聚焦|立足|把|将)[^。]{2,}|(?<=事业|产业|建设|水平|能力|工作|体系|计划|行动)(?:以|加)|(?<=环境|事业|产业|建设|水平|能力|工作|体系|机制)(?:全力|着力|大力|深入|全面))"
)
# 「1.标准地：在出让前……的用地。」 is an item with a label, not a heading.
_DEFINITION = re.compile(r"[^。；;，,：:]{2,24}[：:]\s*[^。]{6,}")
# 「第一节推进西部大开发西部大开发要从实际出发」: a body run on to a chapter's title repeats its noun or opens anew.
_RUN_ON = re.compile(
    r"^[^。，,；;：:]{0,20}?(?P<noun>[^。，,；;：:]{3,10})(?=(?P=noun))"
    r"|^[^。，,；;：:]{0,12}?(?P<place>[^。，,；;：:]{2,8})[^。，,；;：:]{2,10}?(?=(?P=place)要|[\u4e00-\u9fff]{2}建设要)"
    r"|^[^。，,；;：:]{6,24}?(?=严格|充分|加快|加强|进一步|抓住|深化|积极|鼓励|更好|坚持|确立|大力|在(?!于)|按照|围绕|根据"
    r"|运用|遵循|通过|巩固|健全|建立|打破|着力|强化|重视|以(?!上|下|及|来)|(?<![主重需])要(?!求|素))"
)
_TRAILING_YEAR = re.compile(r"[0-9０-９]{4}\s*年$")


class NumberedLine(NamedTuple):
    """A line that begins with a number: its rank, its ordinal, how many of its characters are heading (0: the line is
    an item without a heading of its own), and how many are the number."""

    rank: int
    ordinal: int
    heading: int
    mark: int


LONGEST = 45
"""A first sentence of more characters is body and no heading, unless the text shows otherwise."""


def numbered(line: str, longest: int = LONGEST) -> NumberedLine | None:
    """Read a line's number and how far its heading reaches; None for an unnumbered line.

    `longest`: a first sentence of more characters is body, not heading.
    """
    if line[:1] not in _BEGINNING_WITH:
        return None
    for style in _BEGINNING_WITH[line[0]]:
        match = style.pattern.match(line)
        if match is None:
            continue
        ordinal = _ordinal(match.group())
        rest = line[match.end() :]
        if not rest.strip():
            # A bare 「第一节」 is a heading whose title stands on the next line; a bare 「1.」 is a list mark.
            return NumberedLine(style.rank, ordinal, match.end(), match.end()) if style.rank <= 3 else None
        heading = _heading_length(line, match.end(), style.rank, longest)
        return NumberedLine(style.rank, ordinal, heading, match.end())
    return None


def opening(line: str, mark: int) -> int:
    """How many characters the first sentence of a numbered line has behind its number, `mark` characters long."""
    sentence = _FIRST_SENTENCE.match(line)
    return (sentence.end() if sentence else len(line)) - mark


def _heading_length(line: str, mark: int, rank: int, longest: int) -> int:
    sentence = _FIRST_SENTENCE.match(line)
    end = sentence.end() if sentence else len(line)
    if rank >= 6 and sentence and _DEFINITION.match(line, mark):
        return 0
    if rank <= 3 and len(line) >= 40 and not line[mark : mark + 1].isspace():
        title = line[mark:].lstrip()
        if run_on := _RUN_ON.match(title):
            return len(line) - len(title) + run_on.end()
    if end - mark <= longest and (sentence or line[-1] not in "，,；;、"):
        if sentence or rank <= 5:
            return end
        # 「1.某工程」 without a full stop: a heading if the line is short, an item if it runs on.
        return end if end - mark <= longest - 15 and line[-1] not in "：:" else 0
    noun = _HEADING_NOUN.match(line[mark:]) if rank >= 4 else None
    if noun is None and rank >= 6 and len(line) >= 100:
        noun = _BODY_OPENS.match(line[mark:])
    if noun and not _TRAILING_YEAR.search(noun.group()):
        return mark + noun.end()
    return _before_gap(line, mark) if rank <= 3 else 0


def _before_gap(line: str, mark: int) -> int:
    """第X章 headings in scrapes may run into their body after white space."""
    title = line[mark:].lstrip()
    gap = re.match(r"[^\s。]{2,40}[\s\u3000]+", title)
    return len(line) - len(title) + len(gap.group().rstrip()) if gap else 0


_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}


def _ordinal(mark: str) -> int:
    """The number inside a mark such as 「第十二章」, 「（三）」, 「29.」 or 「①」."""
    circled = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮".find(mark[0])
    if circled >= 0:
        return circled + 1
    arabic = re.search(r"[0-9０-９]+", mark)
    if arabic:
        return int(arabic.group())
    chinese = re.search(_CN, mark)
    return chinese_number(chinese.group()) if chinese else 0


def chinese_number(word: str) -> int:
    """A number below 200 written in Chinese characters: 十二 → 12, 一百零三 → 103, 二〇 → 20."""
    if not any(unit in word for unit in "十百"):
        return int("".join(str(_DIGITS[c]) for c in word))
    total = digit = 0
    for character in word:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit
