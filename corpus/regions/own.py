"""Regions that users add, checked before they are kept, and the table of all regions to look in. Writes nothing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from corpus.errors import PlanSeekError
from corpus.regions.place_rows import DATE
from corpus.regions.places import LEVELS, Gazetteer, Place

_CODE = re.compile(r"[0-9A-Za-z-]{2,20}")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A region with its full name; `own`: a user added it; `documents`: how many are of it."""

    place: Place
    name: str
    own: bool
    documents: int


def checked_place(row: Mapping[str, str | float | None], gazetteer: Gazetteer) -> Place:
    """A row with the columns of regions.csv as a place. Raises PlanSeekError with what would be right."""
    code, name, level, parent = (str(row.get(key) or "").strip() for key in ("code", "name", "level", "parent"))
    aliases = tuple(dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[|;；、]", str(row.get("aliases") or ""))))))
    if not _CODE.fullmatch(code):
        raise PlanSeekError(f"代码「{code}」有误：请用 2–20 位数字或字母，例如 340200K1。")
    if code in gazetteer.places:
        raise PlanSeekError(f"代码 {code} 已是「{gazetteer.full_name(code)}」的代码。请换一个代码。")
    for word in (name, *aliases):
        if not 2 <= len(word) <= _LONGEST or not word.isprintable():
            raise PlanSeekError(f"名称「{word}」有误：名称和别名须为 2–{_LONGEST} 个字。")
    if level not in LEVELS:
        raise PlanSeekError(f"级别「{level}」有误，可用：{'、'.join(LEVELS)}。")
    return Place(
        code, name, level, _parent(parent, level, gazetteer), aliases, _degrees(row.get("lon"), "经度", 180),
        _degrees(row.get("lat"), "纬度", 90), _year(row.get("from")), _year(row.get("to")),
    )  # fmt: skip


def _parent(name: str, level: str, gazetteer: Gazetteer) -> str | None:
    if not name:
        return None
    codes = gazetteer.named(name)
    if len(codes) != 1:
        names = "、".join(gazetteer.full_name(code) for code in codes[:5])
        raise PlanSeekError(f"上级地区「{name}」" + (f"有多个：{names}。请写全称或代码。" if codes else "不在行政区划表内。请写全称或代码。"))
    outer = gazetteer.places[codes[0]]
    if LEVELS.index(outer.level) >= LEVELS.index(level):
        raise PlanSeekError(f"上级地区「{gazetteer.full_name(outer.code)}」是{outer.level}，不能管辖{level}的地区。请检查级别。")
    return outer.code


def _degrees(value: str | float | None, what: str, most: int) -> float | None:
    if value is None or value == "":
        return None
    try:
        degrees = float(value)
    except ValueError:
        degrees = 1e9
    if not -most <= degrees <= most:
        raise PlanSeekError(f"{what}「{value}」有误：请写作十进制度数，如 118.35。")
    return degrees


def _year(value: str | float | None) -> str | None:
    written = str(value or "").strip()
    if written and not DATE.fullmatch(written):
        raise PlanSeekError(f"日期「{written}」有误：起止日期请写作 2009 或 2009-07-01。")
    return written or None


def rows(gazetteer: Gazetteer, own: Iterable[str], counts: Mapping[str, int], wanted: str = "") -> list[Row]:
    """The regions whose name, alias or code holds `wanted` or that it names; without it those of one's own and those with
    documents. One's own come first, then those with most documents, then by code. `counts`: documents by region's code."""
    mine = set(own)
    wanted = wanted.strip()
    named = set(gazetteer.named(wanted)) if wanted else mine | counts.keys()
    found = [
        Row(place, gazetteer.full_name(code), code in mine, counts.get(code, 0))
        for code, place in gazetteer.places.items()
        if code in named or (wanted and (wanted in code or any(wanted in word for word in (place.name, *place.aliases))))
    ]
    return sorted(found, key=lambda row: (row.place.code not in named, not row.own, -row.documents, row.place.code))
