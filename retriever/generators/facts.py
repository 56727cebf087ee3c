"""Finds numbers with their units, dates, five-year plans and foreign words in a text, however they are written. Judges
nothing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from index.embedders.folding import folded

_CIRCLED = re.compile(r"[①-⑳⑴-⒇⒈-⒛]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))", re.ASCII)
_SPACE = re.compile(r"(?<![0-9a-z.])[^\S\n]+|[^\S\n]+(?![0-9a-z])")
_DATE_SIGNS = re.compile(r"(?<!\d)((?:19|20)\d\d)([-./])(\d{1,2})\2(\d{1,2})(?!\d)", re.ASCII)

_UNITS = (
    "立方米/秒", "吨标准煤", "平方公里", "平方千米", "平方米", "立方米", "个百分点", "百分点", "千瓦时", "公里", "千米", "厘米", "毫米", "微克",
    "毫克", "公斤", "千克", "公顷", "千瓦", "兆瓦", "美元", "欧元", "人次", "个月", "小时", "分钟", "年度", "km2", "m2", "m3", "km", "ha", "kg",
    *"%‰米克吨亩度元人名位户个项件家所座条处张床辆台套次场期批种类年月日号天秒岁倍成级只头株棵艘架支门部本篇字层栋幢间队片块轮",
)  # fmt: skip
_SAME = {
    "千米": "公里", "km": "公里", "平方千米": "平方公里", "km2": "平方公里", "m2": "平方米", "m3": "立方米", "ha": "公顷", "千克": "公斤",
    "kg": "公斤", "百分点": "个百分点", "名": "人", "位": "人", "项": "个", "件": "个", "年度": "年", "号": "日",
}  # fmt: skip
"""Units that mean the same; 项目12个 and 12项 count the same things."""

_UNIT = (
    rf"(?:[余多 ]?(?P<unit>{'|'.join(re.escape(unit) + (r'(?![a-z0-9])' if unit.isascii() and unit.isalnum() else '') for unit in _UNITS)})"
    r"|(?![a-z0-9]))"
)
_SCALE = r"(?P<scale>万亿|[十百千]亿|[十百千]万|亿|万|[百千](?![瓦米克分家姓]))?"
_ARABIC = re.compile(rf"(?<![a-z0-9.])(?<![a-z]-)(?P<value>\d+(?:\.\d+)?)[余多]?{_SCALE}{_UNIT}", re.ASCII)
_SHARE = re.compile(
    r"(?P<of>百分之|千分之)(?P<value>[零〇一二三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?|\d+(?:\.\d+)?)",
    re.ASCII,
)
_CHINESE = re.compile(
    rf"(?P<value>[一二三四五六七八九两十][零〇一二三四五六七八九十百千万亿两]*(?:点[零〇一二三四五六七八九]+)?)[余多]?(?P<scale>){_UNIT}"
)
_DAY = re.compile(r"(?<!\d)(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号])?", re.ASCII)
_PLAN = re.compile(
    r"(?<![一二三四五六七八九百])十[一二三四五六七八九]五(?![十百千万亿年月日个项条亩人户家])|第?(?P<long>十[一二三四五六七八九])个五年"
)
_FOREIGN = re.compile(r"[a-z0-9.\-+/]*[a-z][a-z0-9.\-+]*")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_MOST_DIGITS = 20
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}


@dataclass(frozen=True, slots=True)
class Fact:
    """What stands at [start, end) of a plain text: `value` with its `unit`, each in one writing. unit: 年月日 for a date
    (value 2027-6, 2027-6-30 or -6-30), 规划 for a five-year plan, 外文 for a foreign word, else as written or empty."""

    start: int
    end: int
    value: str
    unit: str


def plain(text: str) -> str:
    """A text in which what may be written in two ways is written in one: NFKC, small letters, simplified, no emphasis, no
    separators of thousands, no spaces but between foreign words and figures. Only for comparing."""
    text = _SPACE.sub("", folded(_THOUSANDS.sub("", _CIRCLED.sub("", text))).translate(_EMPHASIS))
    return _DATE_SIGNS.sub(lambda m: f"{m[1]}年{int(m[3])}月{int(m[4])}日", text)


_EMPHASIS = str.maketrans("", "", "*`#")


def facts(text: str) -> list[Fact]:
    """The facts of a plain text from left to right; a date gives its year, and each of its parts that can stand alone."""
    found: list[Fact] = []

    def take(pattern: re.Pattern[str], read: Callable[[re.Match[str]], Iterator[tuple[str, str]]]) -> None:
        nonlocal text
        for match in pattern.finditer(text):
            new = [Fact(match.start(), match.end(), *fact) for fact in read(match)]
            if new:
                found.extend(new)
                text = text[: match.start()] + "\0" * (match.end() - match.start()) + text[match.end() :]

    take(_PLAN, lambda m: iter([((m["long"] + "五") if m["long"] else m.group(), "规划")]))
    take(_DAY, _day)
    take(_SHARE, lambda m: iter([(_written(m["value"]), "%" if m["of"] == "百分之" else "‰")]))
    take(_ARABIC, _number)
    take(_CHINESE, _chinese)
    take(_FOREIGN, lambda m: iter([(m.group().strip(".-+/"), "外文")]))
    return sorted(found, key=lambda fact: (fact.start, fact.end))


def _day(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    year, month, day = (str(int(part)) if part else "" for part in match.group("year", "month", "day"))
    if not 1 <= int(month) <= 12:
        return
    if year:
        yield year, "年"
        yield f"{year}-{month}", "年月日"
    if day:
        yield f"-{month}-{day}", "年月日"
        if year:
            yield f"{year}-{month}-{day}", "年月日"
    elif not year:
        yield month, "月"


def _number(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    value = Decimal(match["value"])
    for scale in match["scale"] or "":
        value *= _SCALES[scale]
    unit = match["unit"] or _next(match)
    yield _shown(value), _SAME.get(unit, unit)


def _next(match: re.Match[str]) -> str:
    """Of a number without a known unit the character behind it, where it is a Chinese one: 9架次, 3镇."""
    behind = match.string[match.end() : match.end() + 1]
    return behind if "\u4e00" <= behind <= "\u9fff" and behind not in "至到和与及以的为是在比或、" else ""


def _chinese(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    """三农 and 四好 are words: a single digit counts with a unit only."""
    word, unit = match["value"], match["unit"] or ""
    value = chinese_value(word)
    if value is None or (len(word) == 1 and not unit):
        return
    yield _shown(value), _SAME.get(unit, unit)


def chinese_value(word: str) -> Decimal | None:
    """A number in Chinese characters: 三百二十 → 320, 一万二千 → 12000, 二〇二七 → 2027, 三点五 → 3.5; None for 一二三
    and for what is too long to be a number."""
    whole, point, fraction = word.partition("点")
    if len(whole) > _MOST_DIGITS:
        return None
    if not any(c in _SCALES for c in whole):
        if len(whole) > 1 and len(whole) != 4 and not set(whole) & set("零〇"):
            return None
        value = int("".join(str(_DIGITS[c]) for c in whole) or "0")
    else:
        value = section = digit = 0
        for character in whole:
            if character == "亿":
                value, section, digit = (value + section + digit or 1) * _SCALES[character], 0, 0
            elif character == "万":
                value, section, digit = value + (section + digit or 1) * _SCALES[character], 0, 0
            elif character in _SCALES:
                section += (digit or 1) * _SCALES[character]
                digit = 0
            else:
                digit = _DIGITS[character]
        value += section + digit
    parts = "".join(str(_DIGITS[c]) for c in fraction)
    return Decimal(f"{value}.{parts}") if point and parts else Decimal(value)


def _written(number: str) -> str:
    value = Decimal(number) if number.isascii() else chinese_value(number)
    return _shown(value) if value is not None else number


def _shown(value: Decimal) -> str:
    return format(value.normalize(), "f")
