"""What a user may correct of a document: how a value is understood, and what the document is with it. Writes nothing."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from corpus.errors import PlanSeekError
from corpus.model import KINDS, STATUSES, Document, Evidence
from corpus.regions.places import Gazetteer

Edits = Mapping[str, str | None]
"""Field → the value that holds instead of the one read (a region's code; None: there is none)."""

FIELDS = {
    "title": "标题", "region": "地区", "kind": "文种", "period": "规划期", "status": "状态", "issued": "日期", "number": "文号",
    "issuer": "发文机关",
}  # fmt: skip
"""The fields that can be corrected, with the words for them."""

SOURCE = "edited"
"""The source that the evidence of a corrected field names."""

_NEEDED = ("title", "kind", "status")
_LONGEST = 200
_DASHES = re.compile(r"\s*(?:[-—–~－～]{1,2}|至|到)\s*")
_PERIOD = re.compile(r"((?:19|20)[0-9]{2})(?:-((?:19|20)[0-9]{2}))?")
_DATE = re.compile(r"((?:18|19|20)[0-9]{2})(?:[-年/.]([0-9]{1,2})(?:[-月/.]([0-9]{1,2}))?)?[年月日]?")


def checked(field: str, value: str, gazetteer: Gazetteer) -> str | None:
    """A value as it is kept: a region as its code, a date in ISO; an empty one is None. Raises PlanSeekError with what
    would be right."""
    if field not in FIELDS:
        raise PlanSeekError(f"没有可更正的栏目「{field}」。可用：{'、'.join(FIELDS)}。")
    value = " ".join(value.split())
    if not value:
        if field in _NEEDED:
            raise PlanSeekError(f"{FIELDS[field]}不能为空。")
        return None
    if field == "region":
        return region_code(value, gazetteer)
    if field in _VOCABULARIES:
        return of_vocabulary(field, value)
    if field == "period":
        return _period(value)
    if field == "issued":
        return _day(value)
    if len(value) > _LONGEST or not value.isprintable():
        raise PlanSeekError(f"{FIELDS[field]}须在 {_LONGEST} 字以内，且不含控制字符。")
    return value


def region_code(value: str, gazetteer: Gazetteer, where: str = "") -> str:
    """The code of the one region of a name or code. Raises PlanSeekError, `where` before what is at fault."""
    codes = gazetteer.named(value)
    if not codes:
        raise PlanSeekError(f"{where}地区「{value}」不在行政区划表内。请改用全称、代码，或在 regions.csv 中补充。")
    if len(codes) > 1:
        names = "、".join(gazetteer.full_name(code) for code in codes[:5])
        raise PlanSeekError(f"{where}地区「{value}」有多个同名地区：{names}。请写全称或代码。")
    return codes[0]


_VOCABULARIES = {"kind": KINDS, "status": STATUSES}


def of_vocabulary(field: str, value: str, where: str = "") -> str:
    """A kind or status that there is. Raises PlanSeekError, `where` before what is at fault."""
    known = _VOCABULARIES[field]
    if value not in known:
        raise PlanSeekError(f"{where}{FIELDS[field]}「{value}」无法识别，可用：{'、'.join(known)}。")
    return value


def _period(value: str) -> str:
    found = _PERIOD.fullmatch(_DASHES.sub("-", value.replace("年", "")))
    if found is None or (found[2] and found[2] <= found[1]):
        raise PlanSeekError(f"规划期「{value}」无法识别。请写作 2021-2025 或 2026。")
    return found[0]


def _day(value: str) -> str:
    found = _DATE.fullmatch(value.replace(" ", ""))
    if found is not None:
        year, month, day = found.groups()
        with contextlib.suppress(ValueError):
            whole = date(int(year), int(month or 1), int(day or 1)).isoformat()
            return whole[: 10 if day else 7 if month else 4]
    raise PlanSeekError(f"日期「{value}」无法识别。请写作 2021-03-05、2021-03 或 2021。")


def applied(document: Document, edits: Edits, gazetteer: Gazetteer) -> Document:
    """The document as its user corrected it; what is corrected outranks metadata.csv and what was read."""
    if not edits:
        return document
    values: dict[str, object] = dict(edits)
    if code := edits.get("region"):
        values["region"] = gazetteer.region(code) if code in gazetteer.places else None
    evidence = dict(document.evidence) | {field: Evidence(None, 1.0, SOURCE) for field in edits}
    return replace(document, evidence=evidence, **values)  # type: ignore[arg-type]
