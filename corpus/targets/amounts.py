"""Brings amounts to base units so that regions can be compared and sorted. Never guesses at a unit it does not know."""

_TIMES = (("万亿", 10.0**12), ("千亿", 10.0**11), ("百亿", 10.0**10), ("千万", 10.0**7), ("百万", 10.0**6), ("十万", 10.0**5),
          ("亿", 10.0**8), ("万", 10.0**4), ("千", 10.0**3), ("百", 10.0**2))  # fmt: skip
_EQUAL = {
    "斤": (0.5, "公斤"), "千克": (1.0, "公斤"), "克": (0.001, "公斤"), "吨": (1000.0, "公斤"), "公斤": (1.0, "公斤"),
    "公顷": (15.0, "亩"), "平方公里": (1_000_000.0, "平方米"), "平方千米": (1_000_000.0, "平方米"), "㎡": (1.0, "平方米"),
    "m²": (1.0, "平方米"), "平米": (1.0, "平方米"), "km²": (1_000_000.0, "平方米"), "m³": (1.0, "立方米"),
    "千米": (1.0, "公里"), "km": (1.0, "公里"), "米": (0.001, "公里"), "兆瓦": (1000.0, "千瓦"), "MW": (1000.0, "千瓦"),
    "GW": (1_000_000.0, "千瓦"), "吉瓦": (1_000_000.0, "千瓦"), "kW": (1.0, "千瓦"), "度": (1.0, "千瓦时"),
    "kWh": (1.0, "千瓦时"), "兆瓦时": (1000.0, "千瓦时"), "MWh": (1000.0, "千瓦时"), "百分点": (1.0, "个百分点"),
    "标煤": (1000.0, "公斤标准煤"), "吨标准煤": (1000.0, "公斤标准煤"), "吨标煤": (1000.0, "公斤标准煤"),
}  # fmt: skip
"""Units and what they are in their base unit; a hectare is 15亩, land measured in square metres stays in them."""
_WHOLE = frozenset(("千克", "千米", "千瓦", "千瓦时", "百分点"))


def amount(value: float, unit: str) -> tuple[float, str]:
    """A value in its base unit: (3, 亿元) → (3e8, 元); (2, 亿斤) → (1e8, 公斤); an unknown unit stays as it is."""
    unit = unit.strip().replace("％", "%")
    top, slash, below = unit.partition("/")
    for word, times in _TIMES:
        if top.startswith(word) and len(top) > len(word) and top not in _WHOLE:
            value, top = value * times, top[len(word) :]
            break
    if not slash:
        factor, base = _EQUAL.get(top, (1.0, top))
        return value * factor, base
    return value, f"{top}/{below}"
