"""Charts of targets as Vega-Lite specifications: bars by region, ways between two years, a map of points. Computes no value and
asks no other host: what they show is in them."""

import re
from collections.abc import Sequence
from typing import Any

from ui.comparable import Measure, Move, Pair, Value
from ui.regions import name_parts

Spec = dict[str, Any]

MOST = 60
"""Regions in one chart."""
_ROW = 26
_HEIGHT = 420
_LINE = 17
"""Pixels of a bar with its gap, of a slope chart, of a line of text."""

# The colours are those of style.css by name: an SVG drawn once follows the page from light to dark.
_INK, _SOFT, MUTE, LINES, PAPER, BRAND, _RUST = (
    f"var(--{name})" for name in ("ink", "soft", "mute", "line", "paper", "brand", "rust")
)
_FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
_CONFIG: Spec = {
    "font": _FONT, "background": "transparent", "view": {"stroke": None},
    "axis": {
        "labelColor": _SOFT, "titleColor": MUTE, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "titlePadding": 10,
        "gridColor": LINES, "domain": False, "ticks": False, "labelLimit": 130, "labelPadding": 8,
    },
    "legend": {"labelColor": _SOFT, "titleColor": MUTE, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
    "text": {"fill": _INK, "fontSize": 12},
}  # fmt: skip
TOLD = [
    {"field": "region", "title": "地区"}, {"field": "indicator", "title": "指标"}, {"field": "told", "title": "目标"},
    {"field": "citation", "title": "出处"},
]  # fmt: skip


def bars(measure: Measure, label: str) -> Spec:
    """A bar a region, the greatest first; a range goes on paler, and ends in a ring where the text says 左右, 以上 …"""
    ordered = sorted(measure.values, key=lambda v: (-v.middle, v.region))[:MOST]
    names = names_of(ordered)
    rows = [
        told(v) | {"name": names[v.region], "low": v.low, "high": v.high, "about": v.row["comparator"] is not None and v.low == v.high}
        for v in ordered
    ]
    most = max([0.0, *(v.high for v in ordered)])
    words = 24 + 12 * max((len(row["told"]) for row in rows), default=0)
    y = {"field": "name", "type": "nominal", "sort": [names[v.region] for v in ordered], "title": None}
    x: Spec = {
        "field": "low", "type": "quantitative", "title": f"{label}，{measure.label}", "axis": {"tickCount": 6, "format": ",.6~g"},
        # Room for the words behind the longest bar, however narrow the page is.
        "scale": {"domainMin": min([0.0, *(v.low for v in ordered)]), "domainMax": {"expr": f"{most or 1.0} * width / max(width - {words}, width / 3)"}, "nice": False},
    }  # fmt: skip
    thick = {"type": "bar", "height": 14, "fill": BRAND, "cornerRadiusEnd": 2}
    layers: list[Spec] = [
        {"mark": thick, "encoding": {"x": x, "x2": {"datum": 0}}},
        {"mark": thick | {"fillOpacity": 0.35}, "transform": [{"filter": "datum.high > datum.low"}], "encoding": {"x": x, "x2": {"field": "high"}}},
        {"mark": {"type": "point", "size": 60, "filled": True, "fill": PAPER, "stroke": BRAND, "strokeWidth": 2, "opacity": 1},
         "transform": [{"filter": "datum.about"}], "encoding": {"x": x}},
        {"mark": {"type": "text", "align": "left", "dx": 9}, "encoding": {"x": x | {"field": "high"}, "text": {"field": "told"}}},
    ]  # fmt: skip
    shared = {"y": y, "tooltip": TOLD}
    return spec(rows, len(rows) * _ROW, {"encoding": shared, "layer": layers})


def slopes(pair: Pair, label: str) -> Spec:
    """A line for every way from one figure to the other, with the regions that go it; a range counts as its middle."""
    ways: dict[tuple[float, float], list[Move]] = {}
    for move in pair.moves:
        ways.setdefault((move.start, move.end), []).append(move)
    ends = [value for way in ways for value in way]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    domain = [low - room, high + room]
    height = min(900, max(_HEIGHT if len(ways) > 3 else 240, len(ways) * _LINE + 60))
    gap = _LINE * (domain[1] - domain[0]) / height
    rows = []
    for i, (way, moves) in enumerate(ways.items()):
        turn = "上升" if way[1] > way[0] else "下降" if way[1] < way[0] else "不变"
        rows += [{"way": i, "turn": turn, "at": pair.ends[side], "value": way[side]} | _went(moves, pair) for side in (0, 1)]
    x = {"field": "at", "type": "ordinal", "sort": list(pair.ends), "scale": {"padding": 1}, "title": None,
         "axis": {"orient": "top", "labelAngle": 0, "labelColor": _INK, "labelFontSize": 13, "grid": True, "labelLimit": 160}}  # fmt: skip
    y = {"field": "value", "type": "quantitative", "axis": None, "scale": {"domain": domain, "nice": False}}
    colour = {
        "field": "turn", "type": "nominal", "scale": {"domain": ["上升", "不变", "下降"], "range": [BRAND, MUTE, _RUST]},
        "legend": {"orient": "bottom", "title": f"{label}（{pair.unit}）", "symbolType": "stroke", "symbolStrokeWidth": 2},
    }  # fmt: skip
    pointed = [{"field": "regions", "title": "地区"}, {"field": "indicator", "title": "指标"}, {"field": "from", "title": pair.ends[0]},
            {"field": "to", "title": pair.ends[1]}, {"field": "citation", "title": "出处"}]  # fmt: skip
    shared_encoding = {"x": x, "y": y, "tooltip": pointed}
    layers: list[Spec] = [
        {"mark": {"type": "line", "strokeWidth": 2, "strokeOpacity": 0.85}, "encoding": {"detail": {"field": "way"}, "color": colour}},
        {"mark": {"type": "point", "filled": True, "size": 55, "opacity": 1}, "encoding": {"color": colour}},
        *(_words(pair, side, gap) for side in (0, 1)),
    ]  # fmt: skip
    return spec(rows, height, {"encoding": shared_encoding, "layer": layers})


def _words(pair: Pair, side: int, gap: float) -> Spec:
    """The labels of one end: every figure once, on the right with the regions that come to it."""
    at: dict[tuple[float, str], list[Move]] = {}
    for move in pair.moves:
        at.setdefault(((move.start, move.end)[side], move.told[side]), []).append(move)
    heights = _spread([value for value, _ in at], gap)
    rows = [
        {"at": pair.ends[side], "value": height, "text": f"{told}  {_several(moves)}" if side else told} | _went(moves, pair)
        for height, ((_, told), moves) in zip(heights, at.items(), strict=True)
    ]
    mark = {"type": "text", "align": "left", "dx": 11} if side else {"type": "text", "align": "right", "dx": -11}
    return {"mark": mark, "data": {"values": rows}, "encoding": {"text": {"field": "text"}}}


def spec(rows: list[Spec], height: int, parts: Spec) -> Spec:
    return {
        "data": {"values": rows}, "height": height, "autosize": {"type": "fit-x", "contains": "padding"}, "padding": {"left": 4, "right": 4, "top": 6, "bottom": 10},
        "config": _CONFIG, "usermeta": {"embedOptions": {"renderer": "svg", "actions": False}},
    } | parts  # fmt: skip


def told(value: Value) -> Spec:
    """What a mark says when it is pointed at."""
    row = value.row
    return {
        "region": row["region"]["name"], "indicator": row["indicator"], "told": " ".join(str(row["text"]).split()),
        "citation": row["citation"]["citation"],
    }  # fmt: skip


def _went(moves: list[Move], pair: Pair) -> Spec:
    cited = dict.fromkeys(move.value.row["citation"]["citation"] for move in moves)
    more = f" 等 {len(cited)} 处" if len(cited) > 2 else ""
    return {
        "regions": "、".join(own_name(move.value) for move in moves), "indicator": moves[0].value.row["indicator"],
        "from": f"{moves[0].told[0]} {pair.unit}", "to": f"{moves[0].told[1]} {pair.unit}", "citation": "；".join(list(cited)[:2]) + more,
    }  # fmt: skip


def names_of(values: Sequence[Value]) -> dict[str, str]:
    """Each region's own name, or its full one where two would share it."""
    own = {v.region: own_name(v) for v in values}
    shared = [name for name in own.values() if list(own.values()).count(name) > 1]
    return {v.region: v.row["region"]["name"] if own[v.region] in shared else own[v.region] for v in values}


def own_name(value: Value) -> str:
    return name_parts(value.row["region"]["name"])[1]


def short_name(value: Value, name: str) -> str:
    """A province as it is called on maps: 内蒙古, 广东."""
    return re.sub(r"(?:维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$", "", name) if value.row["region"]["level"] == "省级" else name


def _several(moves: list[Move]) -> str:
    names = [short_name(move.value, own_name(move.value)) for move in moves]
    return "、".join(names[:2]) + (f" 等 {len(names)} 个" if len(names) > 2 else "")


def _spread(values: list[float], gap: float) -> list[float]:
    """The places of labels as near to their values as a gap between them allows; equal values share a place only on the left."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    placed = [0.0] * len(values)
    # Runs of labels that touch are set about the middle of their values.
    runs: list[list[int]] = []
    for i in order:
        runs.append([i])
        while len(runs) > 1 and _first(runs[-1], values, gap) < _first(runs[-2], values, gap) + gap * len(runs[-2]):
            last = runs.pop()
            runs[-1] += last
    for run in runs:
        start = _first(run, values, gap)
        for place, i in enumerate(run):
            placed[i] = start + gap * place
    return placed


def _first(run: list[int], values: list[float], gap: float) -> float:
    return sum(values[i] for i in run) / len(run) - gap * (len(run) - 1) / 2
