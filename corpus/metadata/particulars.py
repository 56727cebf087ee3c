"""Reads dates, document numbers, names of public bodies and labelled lines. Never judges which of them is a document's
own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.model import Span
from corpus.structure import outline
from corpus.structure.lines import Line

_YMD = r"((?:1\s?9|2\s?0)\s?[0-9]\s?[0-9])\s*{0}\s*([01]?\s?[0-9])\s*{1}\s*([0-3]?\s?[0-9])"
DATE = re.compile(
    _YMD.format("年", "月")
    + r"\s*日|"
    + _YMD.format("[-./]", "[-./]")
    + r"(?![0-9])|(二[〇○零Ｏ][一二三四五六七八九〇○零Ｏ]{2})\s*年\s*([一二三四五六七八九十]{1,2})\s*月\s*([一二三四五六七八九十]{1,3})\s*日"
)
MONTH = r"(?:20[0-9]{2}|二[〇○零][一二三四五六七八九〇○零]{2})\s*年\s*[0-9一二三四五六七八九十]{1,3}\s*月"
NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,14}\s*[〔\[（(【﹝［]\s*(?:19|20)[0-9]{2}\s*[〕\])）】﹞］]\s*(?:第\s*)?[0-9]{1,4}\s*号"
    r"|[\u4e00-\u9fff]{1,14}令\s*第?\s*[0-9]{1,4}\s*号"
)
ORGAN = (
    r"(?:(?:中共|中国共产党)[\u4e00-\u9fff]{1,20}(?:委员会|[省市区县州盟旗镇乡]委)(?:办公[室厅])?|国务院(?:办公厅)?|中共中央(?:办公厅)?|[\u4e00-\u9fff]{2,24}?"
    r"(?:人民政府|委员会|管委会|办事处|政府(?:办(?!公|事))?|[局厅部院署处会组]|(?<=[区县市省州])(?:委(?!员|办)|办(?!公|事))|[改革]委(?!员)|建委|卫健委|国资委|中心)(?:办公[室厅]|党组)?)"
)
ORGANS = re.compile(rf"{ORGAN}(?:[、\s　]+{ORGAN})*")


@dataclass(frozen=True, slots=True)
class Found:
    """A value read from a text, where, and how sure it is."""

    value: str
    span: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Label:
    """A word before a colon that names a field; `weight`: how sure its value is; `specimen` matches this label only."""

    field: str
    pattern: re.Pattern[str]
    weight: float
    specimen: str


def _label(field: str, words: str, weight: float, specimen: str) -> Label:
    # The value stands behind a colon or in the next cell of the same row.
    return Label(field, re.compile(rf"[【\[]?\s*(?:{words})\s*[】\]]?\s*(?:[:：]\s*[|｜\t]?|[|｜\t])\s*"), weight, specimen)


LABELS = (
    _label("issued", r"(?:成\s*文|发\s*文|印\s*发|签\s*发)\s*(?:日\s*期|时\s*间)", 0.95, "成文日期：2023年7月20日"),
    _label("page", r"(?<![止束效施议集开])(?:发\s*布|公\s*开|发\s*表|更\s*新)?\s*(?:日\s*期|时\s*间)", 0.65, "发布时间：2021-07-14 17:22"),
    _label("comment", r"征\s*集\s*(?:时\s*间|日\s*期)|征求意见时间|起止时间", 0.5, "征集时间：2018-01-08 至 2018-01-15"),
    _label("number", r"(?:发\s*文\s*)?(?:字|文)\s*号|发文文号|文件编号", 0.97, "发文字号：弋政〔2023〕9号"),
    _label("issuer", r"(?:发\s*文|制\s*发|印\s*发)\s*(?:机\s*关|单\s*位|机\s*构|部\s*门)", 0.92, "发文机关：某县人民政府"),
    _label("publisher", r"(?:发\s*布|公\s*开)\s*(?:机\s*构|单\s*位|机\s*关)|公\s*开\s*主\s*体|征\s*集\s*单\s*位", 0.66, "发布机构：某县人民政府办公室"),
    _label("validity", r"有\s*效\s*性|(?:文件)?效\s*力(?:状\s*态)?|是\s*否\s*有\s*效", 0.9, "有效性：废止"),
)  # fmt: skip


def date_at(match: re.Match[str], confidence: float, offset: int = 0) -> Found | None:
    """A match of DATE as an ISO date; None for one that no calendar has. `offset`: where the searched words begin."""
    parts = [re.sub(r"\s", "", g) for g in match.groups() if g]
    if parts[0].isdigit():
        year, month, day = (int(part) for part in parts)
    else:
        year, month, day = (outline.chinese_number(part.replace("Ｏ", "〇")) for part in parts)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return Found(f"{year:04d}-{month:02d}-{day:02d}", Span(match.start() + offset, match.end() + offset), confidence)


def found_at(match: re.Match[str], confidence: float, offset: int, group: int | str = 0) -> Found:
    """A match as a value without white space, several bodies parted by 、."""
    value = match.group(group)
    joined = re.sub(r"[\s、]+", "、", value) if len(value) > 3 and NUMBER.fullmatch(value) is None else value
    joined = re.sub(r"\s", "", joined)
    return Found(joined, Span(match.start(group) + offset, match.end(group) + offset), confidence)


def labelled(lines: list[Line]) -> Iterator[tuple[str, Found]]:
    """Values behind a label on its line, on the line below where the label stands alone."""
    for number, line in enumerate(lines):
        if len(line.text) > 160:
            continue
        for label in LABELS:
            match = label.pattern.match(line.text) or (
                label.pattern.search(line.text) if label.field in ("page", "issued", "number") else None
            )
            if match is None or (label.field == "page" and "征" in line.text[: match.end()]):
                continue
            rest, offset = line.text[match.end() :], line.span.start + match.end()
            if not rest and number + 1 < len(lines):
                rest, offset = lines[number + 1].text, lines[number + 1].span.start
            if found := _value(label, rest, offset):
                yield label.field, found
                break


def _value(label: Label, rest: str, offset: int) -> Found | None:
    if label.field in ("issued", "page", "comment"):
        date = DATE.search(rest[:30])
        return date_at(date, label.weight, offset) if date else None
    if label.field == "number":
        number = NUMBER.match(rest)
        return found_at(number, label.weight, offset) if number else None
    if label.field == "validity":
        word = re.match(r"[\u4e00-\u9fff]{1,6}", rest)
        return found_at(word, label.weight, offset) if word else None
    organ = ORGANS.match(rest)
    return found_at(organ, label.weight, offset) if organ else None
