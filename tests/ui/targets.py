"""Rows of a table of targets as the API gives them, made by hand for tests of what is drawn of them."""

from typing import Any

from ui.client import Json

REGIONS: dict[str, Json] = {
    "甲": {"code": "990101", "name": "澜江省临澜市甲区", "level": "县级", "place": {"lon": 118.0, "lat": 30.0, "own": True}},
    "乙": {"code": "990102", "name": "澜江省临澜市乙区", "level": "县级", "place": {"lon": 119.0, "lat": 31.0, "own": True}},
    "丙": {"code": "990103", "name": "澜江省临澜市丙县", "level": "县级", "place": {"lon": 116.0, "lat": 29.0, "own": False}},
    "丁": {"code": "990104", "name": "澜江省临澜市丁县", "level": "县级", "place": {"lon": 117.5, "lat": 30.6, "own": False}},
    "戊": {"code": "990105", "name": "澜江省临澜市戊县", "level": "县级", "place": None},
}


def row(region: str | None, text: str, low: float, unit: str, /, base_units: float = 1.0, dimension: str = "", **other: Any) -> Json:
    """A target. base_units: what one of its unit is in its base unit, whose name is `dimension` (the unit itself where empty)."""
    text = str(other.pop("text", text))
    quote = f"到2030年，粮食产量达到{text}。"
    place = other.pop("at", REGIONS[region] if region else None)
    found: Json = {
        "region": place, "indicator": "粮食产量", "kind": "indicator", "value": low, "high": low, "unit": unit, "change": "level",
        "year": 2030, "annual": False, "comparator": None, "base": None, "nature": None, "text": text,
        "amount": {"value": low * base_units, "unit": dimension or unit}, "span": {"start": 100 + quote.index(text), "end": 100 + quote.index(text) + len(text)},
        "citation": {
            "document": {"id": "d", "status": "正式", "period": "2026-2030", "kind": "规划纲要"}, "span": {"start": 100, "end": 100 + len(quote)},
            "quote": quote, "citation": f"《{region}规划》第1段",
        },
    }  # fmt: skip
    document = {key: other.pop(key) for key in ("period", "status") if key in other}
    found["citation"]["document"] |= document
    return found | other


def tons(region: str, low: float, **other: Any) -> Json:
    return row(region, f"{low:g}万吨", low, "万吨", 1e7, "公斤", **other)


def jin(region: str, low: float, **other: Any) -> Json:
    return row(region, f"{low:g}亿斤", low, "亿斤", 5e7, "公斤", **other)


def growth(region: str | None, low: float, **other: Any) -> Json:
    return row(region, f"{low:g}%", low, "%", change="growth", indicator="地区生产总值", **other)
