"""Charts as SVG: lines over logarithmic axes, and bars. Reads no results and knows no words of its own."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_WIDTH, _HEIGHT = 720, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 110
_BESIDE = 0.02
_COLOURS = ("#1d4e58", "#b4541f", "#5c7f2b", "#7a4d8c", "#8a6d1d", "#2f6db3")
_FONT = "font-family='Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif'"


class Series(NamedTuple):
    """A line: its name, and (x, y) points, all above 0."""

    name: str
    points: Sequence[tuple[float, float]]


def lines(title: str, across: str, up: str, series: Sequence[Series]) -> str:
    """A chart of lines with both axes logarithmic; series without points are left out."""
    series = [line for line in series if line.points]
    every = [point for line in series for point in line.points]
    left, right = _ends([x for x, _ in every])
    low, high = _ends([y for _, y in every])
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return (_LEFT + wide * (math.log10(x) - left) / (right - left), _TOP + tall * (high - math.log10(y)) / (high - low))

    drawn = [_text(_LEFT, 24, title, size=15), _text(12, _TOP - 8, up)]
    for power in range(left, right + 1):
        x, _ = place(10**power, 10**low)
        drawn += [_rule(x, _TOP, x, _TOP + tall), _text(x, _TOP + tall + 18, f"{10**power:,}" + (f" {across}" if power == right else ""), "end" if power == right else "middle")]
    for power in range(low, high + 1):
        _, y = place(10**left, 10**power)
        drawn += [_rule(_LEFT, y, _LEFT + wide, y), _text(_LEFT - 8, y + 4, f"{10.0**power:,g}", "end")]
    for number, line in enumerate(series):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [place(x, y) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        drawn.append(f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>")
        drawn += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{colour}'/>" for x, y in places]
        row, column = divmod(number, 2)
        x, y = _LEFT + column * wide / 2, _TOP + tall + 44 + 22 * row
        drawn += [f"<rect x='{x:.0f}' y='{y - 10:.0f}' width='12' height='12' fill='{colour}'/>", _text(x + 18, y, line.name)]
    return _svg(_HEIGHT, drawn)


def bars(title: str, up: str, values: Sequence[tuple[str, float, bool]]) -> str:
    """Lying bars over a logarithmic axis: (name, value above 0, whether it is our own)."""
    low, high = _ends([value for _, value, _ in values])
    start, step = 250, 26
    wide = _WIDTH - start - 80
    drawn = [_text(20, 24, f"{title}（{up}，对数坐标）", size=15)]
    for power in range(low, high + 1):
        x = start + wide * (power - low) / (high - low)
        drawn += [_rule(x, _TOP, x, _TOP + step * len(values)), _text(x, _TOP + step * len(values) + 18, f"{10.0**power:,g}", "middle")]
    for row, (name, value, own) in enumerate(values):
        y = _TOP + step * row
        length = max(1.0, wide * (math.log10(value) - low) / (high - low))
        drawn += [
            _text(start - 8, y + 17, name, "end"),
            f"<rect x='{start}' y='{y + 4}' width='{length:.1f}' height='18' fill='{_COLOURS[0 if own else 1]}'/>",
            _text(start + length + 6, y + 17, f"{value:,.3g}"),
        ]
    return _svg(_TOP + step * len(values) + 36, drawn)


def _ends(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around positive values, at least one apart."""
    # 10,008 passages do not ask for another power of ten.
    low = math.floor(math.log10(min(values, default=1)) + _BESIDE)
    return low, max(low + 1, math.ceil(math.log10(max(values, default=10)) - _BESIDE))


def _text(x: float, y: float, words: str, anchor: str = "start", size: int = 12) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' text-anchor='{anchor}' fill='#1c2326'>{escape(words)}</text>"


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f"<line x1='{x:.1f}' y1='{y:.1f}' x2='{to_x:.1f}' y2='{to_y:.1f}' stroke='#dcdbd4'/>"


def _svg(height: int, drawn: Sequence[str]) -> str:
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height}' width='{_WIDTH}' height='{height}' {_FONT}>"
    return "\n".join((head, f"<rect width='{_WIDTH}' height='{height}' fill='#ffffff'/>", *drawn, "</svg>")) + "\n"
