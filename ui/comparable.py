"""What of a table of targets may share a chart: one indicator under its several names, values in one unit, years of one kind.
Draws nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ui.client import Json

SENSES = {"level": "", "growth": "增长", "decrease": "下降", "new": "新增"}
NEAR = 0.9
"""Share of the best likeness to the question that an indicator needs to be shown first for its many rows."""

_AHEAD = re.compile(
    r"^(?:建议|预期|力争|确保|实现|争取|全[国省市区县州盟旗](?![民域场])|[我本][省市区县州盟旗](?![民域场])|到?(?:19|20)\d\d年|十[一二三四五六]五(?:时期|期间|末)?|的)+"
)
_BEHIND = re.compile(
    r"(?:的|年均|平均|同比|累计|增速|增幅|增长速度|增长率?|(?:预期|增长|增速)?目标(?:设定为|值|为)?|设定为|按|达到?|约|预计|预期)+$"
)
_SAME = ((re.compile("(?:地区|国内)?(?:生产总值|GDP)"), "地区生产总值"), (re.compile("规上"), "规模以上"), (re.compile("总产量"), "产量"),
         (re.compile("社零总额|社会消费品零售额"), "社会消费品零售总额"), (re.compile("新增城镇就业"), "城镇新增就业"))  # fmt: skip
"""Names that plans use for one and the same indicator."""


@dataclass(frozen=True, slots=True)
class Value:
    """A target ready to be drawn; low, high and base are in `unit`. pace: 年度, 累计 or 不明 for what grows or is added, empty
    for a level. base: only of a level, for a start in other terms than the goal would be compared with it."""

    row: Json
    name: str
    sense: str
    pace: str
    year: int | None
    low: float
    high: float
    unit: str
    base: float | None

    @property
    def region(self) -> str:
        return str((self.row["region"] or {}).get("code", ""))

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def shown(self) -> str:
        """The value or its range as digits, without the unit."""
        return number(self.low) if self.high == self.low else f"{number(self.low)}—{number(self.high)}"


@dataclass(frozen=True, slots=True)
class Indicator:
    """All targets of one indicator; label: the name that most of them use."""

    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """Values that stand on one scale, one a region. label: year, sense and unit in words."""

    label: str
    year: int | None
    unit: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A region's way from one figure to another, on one scale."""

    start: float
    end: float
    told: tuple[str, str]
    value: Value


@dataclass(frozen=True, slots=True)
class Pair:
    """Two points in time with the regions that have a figure at both."""

    label: str
    ends: tuple[str, str]
    unit: str
    moves: tuple[Move, ...]


def number(value: float) -> str:
    """At most two decimals, three significant digits for what is small, thousands set off."""
    text = f"{value:,.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.3g}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def indicator(name: str) -> str:
    """The one name of an indicator: without whose it is, by when, and how much it grows."""
    bare = re.sub(r"[\s“”\"《》]+", "", name)
    bare = _AHEAD.sub("", bare) or bare
    short = _BEHIND.sub("", bare)
    bare = short if len(short) > 1 else bare
    for pattern, one in _SAME:
        bare = pattern.sub(one, bare)
    return bare


def values(rows: Iterable[Json]) -> list[Value]:
    """The rows in their order, those of one indicator in the unit that most of them are written in."""
    rows = list(rows)
    factors = {(row["unit"], row["amount"]["unit"]): row["amount"]["value"] / row["value"] for row in rows if row["value"]}
    written: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        written.setdefault((indicator(row["indicator"]), row["amount"]["unit"]), Counter())[row["unit"]] += 1
    found = []
    for row in rows:
        name, dimension = indicator(row["indicator"]), row["amount"]["unit"]
        unit = written[name, dimension].most_common(1)[0][0]
        scale = factors.get((row["unit"], dimension), 1.0) / factors.get((unit, dimension), 1.0)
        found.append(
            Value(
                row, name, row["change"], _pace(row), row["year"], _rounded(row["value"] * scale), _rounded(row["high"] * scale),
                unit.replace("％", "%"), _base(row, dimension, unit, factors),
            )
        )  # fmt: skip
    return found


def indicators(found: Iterable[Value], topic: str = "") -> list[Indicator]:
    """By indicator: first the one with most rows among those that are named much like the topic, then by their rows."""
    by_name: dict[str, list[Value]] = {}
    for value in found:
        by_name.setdefault(value.name, []).append(value)
    like = {name: _likeness(indicator(topic), name) for name in by_name}
    enough = NEAR * max(like.values(), default=0.0)
    ordered = sorted(by_name, key=lambda name: (like[name] < enough, -len(by_name[name]), -like[name]))
    return [Indicator(_label(by_name[name]), tuple(by_name[name])) for name in ordered]


def measures(found: Iterable[Value], asked: Sequence[str] = ()) -> list[Measure]:
    """What can be drawn of an indicator, the asked years (2026) first, then what most regions have."""
    groups: dict[tuple[str, str, str, int | None], dict[str, Value]] = {}
    for value in found:
        if value.region:
            _keep(value, groups.setdefault((value.sense, value.pace, value.unit, value.year), {}))
    made = [Measure(_measure(list(group.values())), year, unit, tuple(group.values())) for (_, _, unit, year), group in groups.items()]
    return sorted(made, key=lambda measure: (str(measure.year) not in asked, -len(measure.values)))


def left_out(found: Iterable[Value], measure: Measure) -> str:
    """How many of an indicator's values are not drawn, and why; empty where all are."""
    drawn, first = {id(value.row) for value in measure.values}, measure.values[0]
    counts: Counter[str] = Counter()
    for value in found:
        if id(value.row) in drawn:
            continue
        if not value.region:
            counts["没有地区"] += 1
        elif value.unit != first.unit:
            counts["单位不同"] += 1
        elif (value.sense, value.pace) != (first.sense, first.pace):
            counts["口径不同"] += 1
        elif value.year != first.year:
            counts["年份不同"] += 1
        else:
            counts["是同一地区的另一处表述"] += 1
    return f"另有 {'、'.join(f'{count} 条{why}' for why, count in counts.most_common())}，未画入图。" if counts else ""


def pairs(found: Iterable[Value]) -> list[Pair]:
    """Starts with their goals, and years with later years; those with most regions first."""
    by_scale: dict[tuple[str, str, str], dict[int, dict[str, Value]]] = {}
    starts: dict[tuple[str, int | None], dict[str, Value]] = {}
    for value in found:
        if not value.region:
            continue
        if value.year is not None:
            _keep(value, by_scale.setdefault((value.sense, value.pace, value.unit), {}).setdefault(value.year, {}))
        if value.base is not None:
            _keep(value, starts.setdefault((value.unit, value.year), {}))
    made = [_from_start(list(group.values())) for group in starts.values()]
    for years in by_scale.values():
        for first in sorted(years):
            for last in sorted(year for year in years if year > first):
                common = [region for region in years[first] if region in years[last]]
                if common:
                    made.append(_between([(years[first][region], years[last][region]) for region in common]))
    return sorted(made, key=lambda pair: -len(pair.moves))


def _pace(row: Json) -> str:
    """Whether a growth or an addition is one year's or that of all years to the goal: the two stand on no common scale."""
    if row["change"] == "level":
        return ""
    period, year = row["citation"]["document"]["period"], row["year"]
    if row["annual"] or (period and period == str(year or period) and "-" not in period):
        return "年度"
    return "累计" if period else "不明"


def _base(row: Json, dimension: str, unit: str, factors: dict[tuple[str, str], float]) -> float | None:
    base = row["base"]
    if base is None or row["change"] != "level":
        return None
    written = base["unit"] or row["unit"]
    scale = factors.get((written, dimension), 1.0 if written == row["unit"] else None)
    return None if scale is None else _rounded(base["value"] * scale / factors.get((unit, dimension), 1.0))


def _rounded(value: float) -> float:
    """Without the last digits that a change of units leaves behind."""
    return float(f"{value:.12g}")


def _likeness(one: str, other: str) -> float:
    """Dice's coefficient of the character pairs of two names."""
    first, second = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    return 2 * len(first & second) / max(1, len(first) + len(second))


def _label(found: Sequence[Value]) -> str:
    names = Counter(" ".join(str(value.row["indicator"]).split()) for value in found)
    return found[0].name if found[0].name in names else names.most_common(1)[0][0]


def _keep(value: Value, group: dict[str, Value]) -> None:
    """One value a region: the first, but a final text's before a draft's."""
    kept = group.setdefault(value.region, value)
    if _draft(kept) and not _draft(value):
        group[value.region] = value


def _draft(value: Value) -> bool:
    return bool(value.row["citation"]["document"]["status"] != "正式")


def _measure(found: Sequence[Value]) -> str:
    first = found[0]
    sense = "" if first.sense == "new" and "新增" in first.name else SENSES[first.sense]
    ahead = first.pace == "年度" and any(value.row["annual"] for value in found)
    pace = "累计" if first.pace == "累计" else "年均" if ahead else ""
    year = f"{'到' if pace else ''}{first.year}年" if first.year else "未写年份"
    words = f"{year}{pace}{sense}" if sense else f"{year}{'，' if pace else ''}{pace}"
    return f"{words}（{first.unit}）" if first.unit else words


def _from_start(found: list[Value]) -> Pair:
    years = {value.row["base"]["year"] for value in found}
    start = f"{min(years)}年" if len(years) == 1 and None not in years else "基期"
    end = f"{found[0].year}年目标" if found[0].year else "目标"
    moves = [Move(v.base, v.middle, (number(v.base), v.shown), v) for v in found if v.base is not None]
    return _pair(start, end, found[0].unit, moves)


def _between(found: list[tuple[Value, Value]]) -> Pair:
    moves = [Move(first.middle, last.middle, (first.shown, last.shown), last) for first, last in found]
    ends = []
    for side in zip(*found, strict=True):
        ends.append(_measure(list(side)).partition("（")[0])
    return _pair(ends[0], ends[1], found[0][0].unit, moves)


def _pair(start: str, end: str, unit: str, moves: list[Move]) -> Pair:
    return Pair(f"{start} → {end}（{len(moves)} 个地区）", (start, end), unit, tuple(moves))
