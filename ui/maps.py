"""A map of targets as a Vega-Lite specification: circles over a bare grid of degrees. Holds no border and asks for no tiles."""

import math
from collections.abc import Sequence

from ui.comparable import Measure, Value
from ui.figures import BRAND, LINES, MOST, MUTE, PAPER, TOLD, Spec, names_of, short_name, spec, told

Lens = tuple[float, float, float]
"""A projection's middle meridian and its two standard parallels, in degrees."""

WIDE, NARROW = 800, 330
"""Pixels across that a map is laid out for: which of the two it has, only the browser knows."""
_RADIUS = 12.0
"""Pixels of the greatest circle."""
_BESIDE = {"right": ("left", 1, 0), "left": ("right", -1, 0), "below": ("center", 0, 1), "above": ("center", 0, -1)}
"""The side of a circle that its name stands on: the name's alignment, and the way it is moved."""


def mapped(measure: Measure) -> tuple[Value, ...]:
    """The values that a map can show: regions with a point of their own, and those that are alone at the point of what they
    lie in."""
    found = [v for v in measure.values if v.row["region"]["place"]]
    at = [_point(v) for v in found]
    return tuple(v for v, point in zip(found, at, strict=True) if v.row["region"]["place"]["own"] or at.count(point) == 1)


def bubbles(values: Sequence[Value], measure: Measure, label: str, across: int = WIDE) -> Spec:
    """A circle a region where it lies, its area the value; conic equal-area projection over a bare grid of degrees."""
    ordered = sorted(values, key=lambda v: -v.middle)[:MOST]
    most = max([0.0, *(v.middle for v in ordered)]) or 1.0
    step, extent = _grid([_point(v) for v in ordered])
    lens = _lens(extent)
    wide, high = _span(extent, lens)
    height = round(min(560.0 if len(ordered) > 12 else 400.0, max(200.0, across * high / wide)))
    rows = _rows(ordered, most, lens, min(across / wide, height / high), 12 if across == WIDE else 10)
    place = {"longitude": {"field": "lon", "type": "quantitative"}, "latitude": {"field": "lat", "type": "quantitative"}}
    size = {
        "field": "value", "type": "quantitative", "scale": {"type": "linear", "domain": [0, most], "range": [0, math.pi * _RADIUS**2]},
        "legend": {"title": f"{label}，{measure.label}", "orient": "bottom", "values": _steps(most), "symbolFillColor": BRAND,
                   "symbolStrokeColor": BRAND, "format": ",.4~g", "titleLimit": across - 40},
    }  # fmt: skip
    circle: Spec = {"type": "circle", "stroke": BRAND, "strokeWidth": 1.5, "opacity": 1}
    shown = place | {"size": size, "tooltip": TOLD}
    layers: list[Spec] = [
        {"data": {"graticule": {"step": [step, step], "extent": extent}}, "mark": {"type": "geoshape", "filled": False, "stroke": LINES}},
        {"data": {"values": _degrees(step, extent)}, "mark": {"type": "text", "fill": MUTE, "fontSize": 10, "align": "left", "dx": 3, "dy": -6},
         "encoding": place | {"text": {"field": "name"}}},
        {"mark": circle | {"fill": BRAND, "fillOpacity": 0.55}, "transform": [{"filter": "datum.own"}], "encoding": shown},
        {"mark": circle | {"fill": PAPER, "strokeDash": [3, 2]}, "transform": [{"filter": "!datum.own"}], "encoding": shown},
    ]  # fmt: skip
    font, radius = 12 if across == WIDE else 10, f"{_RADIUS} * sqrt(datum.value / {most})"
    for side, (align, dx, dy) in _BESIDE.items():
        mark = {"type": "text", "align": align, "fontSize": font, "dx": {"expr": f"{dx} * (3 + {radius})"}, "dy": {"expr": f"{dy} * ({font / 2 + 2} + {radius})"}}
        layers.append({"mark": mark, "transform": [{"filter": f"datum.side === '{side}'"}], "encoding": place | {"text": {"field": "name"}}})
    projection = {"type": "conicEqualArea", "rotate": [-lens[0], 0, 0], "parallels": list(lens[1:])}
    return spec(rows, height, {"projection": projection, "layer": layers})


def _rows(ordered: Sequence[Value], most: float, lens: Lens, scale: float, font: int) -> list[Spec]:
    """What is drawn of each region, and the side that its name stands on. scale: pixels a unit of the projection."""
    names = names_of(ordered)
    rows = []
    for v in ordered:
        lon, lat = _point(v)
        own, name = v.row["region"]["place"]["own"], short_name(v, names[v.region])
        row = told(v) | {"lon": lon, "lat": lat, "value": max(v.middle, 0.0), "own": own, "name": f"{name} {v.shown}" if font > 10 else name}
        rows.append(row if own else row | {"region": f"{row['region']}（按所属的市或省的位置画）"})
    flat = [projected(*_point(v), lens) for v in ordered]
    sizes = [_RADIUS * math.sqrt(row["value"] / most) for row in rows]
    sides = _sides([(x * scale, -y * scale) for x, y in flat], sizes, [row["name"] for row in rows], font)
    return [row | {"side": side} for row, side in zip(rows, sides, strict=True)]


def _point(value: Value) -> tuple[float, float]:
    place = value.row["region"]["place"]
    return float(place["lon"]), float(place["lat"])


def _grid(points: Sequence[tuple[float, float]]) -> tuple[float, list[list[float]]]:
    """The step of a grid in degrees and its corners, with room for names around the outermost points."""
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    wide = max(max(lons) - min(lons), max(lats) - min(lats), 0.25)
    step = next(step for step in (10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1) if wide > 2.2 * step or step == 0.1)
    room = wide * 0.08
    low = [min(lons) - room, min(lats) - room]
    high = [max(lons) + room, max(lats) + room]
    return step, [low, high]


def _degrees(step: float, extent: list[list[float]]) -> list[Spec]:
    """The names of the grid's lines, where they come in from the south and the west."""
    (west, south), (east, north) = extent
    lons = [step * i for i in range(math.ceil(west / step), math.floor(east / step) + 1)]
    lats = [step * i for i in range(math.ceil(south / step), math.floor(north / step) + 1)]
    return [{"lon": lon, "lat": south, "name": f"东经{lon:g}°"} for lon in lons] + [{"lon": west, "lat": lat, "name": f"北纬{lat:g}°"} for lat in lats]


def _steps(most: float) -> list[float]:
    """Round values for a legend of sizes, up to the greatest."""
    step = 10.0 ** math.floor(math.log10(most))
    top = next(factor * step for factor in (5.0, 2.0, 1.0) if factor * step <= most)
    return [top / 5, top / 2, top]


def _lens(extent: list[list[float]]) -> Lens:
    """The meridian through the middle, and parallels a sixth of the height from either edge, between which shapes keep best."""
    (west, south), (east, north) = extent
    sixth = (north - south) / 6
    return (west + east) / 2, south + sixth, north - sixth


def projected(lon: float, lat: float, lens: Lens) -> tuple[float, float]:
    """Albers' equal-area conic projection of the sphere of radius 1, its origin the pole (Snyder, Map Projections, 1987, 14-1 to
    14-6), as the browser draws it: to know which names would meet."""
    south, north = (math.sin(math.radians(parallel)) for parallel in lens[1:])
    n = (south + north) / 2 or 1e-9
    c = 1 - south * south + 2 * n * south
    radius = math.sqrt(max(c - 2 * n * math.sin(math.radians(lat)), 0.0)) / n
    angle = n * math.radians(lon - lens[0])
    return radius * math.sin(angle), -radius * math.cos(angle)


def _span(extent: list[list[float]], lens: Lens) -> tuple[float, float]:
    (west, south), (east, north) = extent
    edge = [projected(west + (east - west) * i / 8, lat, lens) for i in range(9) for lat in (south, north)]
    return max(x for x, _ in edge) - min(x for x, _ in edge) or 1.0, max(y for _, y in edge) - min(y for _, y in edge) or 1.0


def _sides(points: list[tuple[float, float]], sizes: list[float], names: list[str], font: int) -> list[str]:
    """For each name the side of its circle where it meets no circle and no name before it; empty where there is none."""
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(points, sizes, strict=True)]
    found = []
    for i, ((x, y), r, name) in enumerate(zip(points, sizes, names, strict=True)):
        # Latin letters and digits are about half as wide as a character.
        wide, high = font * sum(0.6 if c.isascii() else 1.0 for c in name) + 2, font + 2
        boxes = {
            "right": (x + r + 3, y - high / 2, x + r + 3 + wide, y + high / 2), "left": (x - r - 3 - wide, y - high / 2, x - r - 3, y + high / 2),
            "below": (x - wide / 2, y + r + 2, x + wide / 2, y + r + 2 + high), "above": (x - wide / 2, y - r - 2 - high, x + wide / 2, y - r - 2),
        }  # fmt: skip
        side = next((s for s, box in boxes.items() if not any(_meet(box, t) for j, t in enumerate(taken) if j != i)), "")
        if side:
            taken.append(boxes[side])
        found.append(side)
    return found


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


