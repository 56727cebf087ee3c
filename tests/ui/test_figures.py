"""Charts of targets: valid Vega-Lite with the values they are given, in the page's colours, labels that do not meet, no address."""

import itertools
import json
import math
import re

import altair
import pytest

from tests.ui.targets import REGIONS, growth, row, tons
from ui import comparable, figures, maps
from ui.client import Json
from ui.comparable import Measure


def measured(*rows: Json) -> Measure:
    return comparable.measures(comparable.values(rows))[0]


MEASURE = measured(
    tons("甲", 10, high=12.0, text="10—12万吨"), tons("乙", 30, comparator="以上", text="30万吨以上"), tons("丙", 20), tons("戊", 1)
)
PAIR = comparable.pairs(
    comparable.values([
        *(growth(name, low, year=2026, period="2026") for name, low in (("甲", 5), ("乙", 5), ("丙", 5), ("丁", 4), ("戊", 6))),
        *(growth(name, low, annual=True) for name, low in (("甲", 6), ("乙", 6), ("丙", 6), ("丁", 6.02), ("戊", 5))),
    ])
)[0]  # fmt: skip
SPECS = {
    "bars": figures.bars(MEASURE, "粮食产量"), "slopes": figures.slopes(PAIR, "地区生产总值"),
    "map": maps.bubbles(maps.mapped(MEASURE), MEASURE, "粮食产量"), "narrow map": maps.bubbles(maps.mapped(MEASURE), MEASURE, "粮食产量", maps.NARROW),
}  # fmt: skip


def rows_of(spec: figures.Spec) -> list[Json]:
    found: list[Json] = spec["data"]["values"]
    return found


@pytest.mark.parametrize("name", SPECS)
def test_a_chart_is_valid_whole_and_in_the_pages_own_colours(name: str) -> None:
    spec = SPECS[name]
    altair.Chart.from_dict(spec, validate=True)
    text = json.dumps(spec, ensure_ascii=False)
    assert not re.search(r"https?:|url", text)
    assert re.findall(r'"#[0-9a-f]{3,8}"', text) == [] and "var(--brand)" in text
    assert spec["usermeta"]["embedOptions"] == {"renderer": "svg", "actions": False}


def test_bars_are_sorted_and_hold_range_text_and_citation() -> None:
    rows = rows_of(SPECS["bars"])
    assert [(r["name"], r["low"], r["high"], r["about"]) for r in rows] == [
        ("乙区", 30.0, 30.0, True), ("丙县", 20.0, 20.0, False), ("甲区", 10.0, 12.0, False), ("戊县", 1.0, 1.0, False)
    ]  # fmt: skip
    assert rows[0]["told"] == "30万吨以上" and rows[0]["citation"] == "《乙规划》第1段" and rows[2]["told"] == "10—12万吨"
    x = SPECS["bars"]["layer"][0]["encoding"]["x"]
    assert x["title"] == "粮食产量，2030年（万吨）" and x["scale"]["domainMin"] == 0.0


def test_bars_of_a_fall_below_nothing_begin_at_nothing() -> None:
    spec = figures.bars(measured(tons("甲", -3), tons("乙", 5)), "增减")
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domainMin"] == -3.0 and spec["layer"][0]["encoding"]["x2"] == {"datum": 0}


def test_regions_of_one_name_are_told_apart() -> None:
    twin = REGIONS["甲"] | {"code": "990201", "name": "澜江省栗源市甲区"}
    rows = rows_of(figures.bars(measured(tons("甲", 1), tons("乙", 2), tons("甲", 3, at=twin)), "粮食产量"))
    assert [r["name"] for r in rows] == ["澜江省栗源市甲区", "乙区", "澜江省临澜市甲区"]


def test_only_the_greatest_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST", 2)
    assert [r["name"] for r in rows_of(figures.bars(MEASURE, "粮食产量"))] == ["乙区", "丙县"]


def test_slopes_join_equal_ways_and_say_which_way_they_go() -> None:
    rows = rows_of(SPECS["slopes"])
    ways: dict[tuple[int, str, str], list[tuple[str, float]]] = {(r["way"], r["turn"], r["regions"]): [] for r in rows}
    for r in rows:
        ways[r["way"], r["turn"], r["regions"]].append((r["at"], r["value"]))
    assert ways == {
        (0, "上升", "甲区、乙区、丙县"): [("2026年增长", 5.0), ("到2030年年均增长", 6.0)],
        (1, "上升", "丁县"): [("2026年增长", 4.0), ("到2030年年均增长", 6.02)],
        (2, "下降", "戊县"): [("2026年增长", 6.0), ("到2030年年均增长", 5.0)],
    }
    assert rows[0]["from"] == "5 %" and rows[0]["citation"] == "《甲规划》第1段；《乙规划》第1段 等 3 处"


def test_labels_of_slopes_do_not_meet() -> None:
    _, _, left, right = SPECS["slopes"]["layer"]
    assert [r["text"] for r in left["data"]["values"]] == ["5", "4", "6"]
    ends = right["data"]["values"]
    assert [r["text"] for r in ends] == ["6  甲区、乙区 等 3 个", "6.02  丁县", "5  戊县"]
    domain = SPECS["slopes"]["encoding"]["y"]["scale"]["domain"]
    pixels = SPECS["slopes"]["height"] / (domain[1] - domain[0])
    heights = sorted(r["value"] * pixels for r in ends)
    assert min(b - a for a, b in itertools.pairwise(heights)) >= 16.9


def test_a_map_shows_own_points_and_lone_borrowed_ones() -> None:
    shared = REGIONS["丙"]["place"]
    lodger = REGIONS["戊"] | {"place": shared}
    measure = measured(tons("甲", 1), tons("乙", 2), tons("丙", 3), tons("戊", 4, at=lodger), tons("丁", 5))
    assert [v.region for v in maps.mapped(measure)] == ["990101", "990102", "990104"]
    # 戊 has no point at all.
    assert [v.region for v in maps.mapped(MEASURE)] == ["990101", "990102", "990103"]


def test_circles_stand_at_their_points_with_their_values() -> None:
    rows = rows_of(SPECS["map"])
    assert [(r["name"], r["lon"], r["lat"], r["value"], r["own"]) for r in rows] == [
        ("乙区 30", 119.0, 31.0, 30.0, True), ("丙县 20", 116.0, 29.0, 20.0, False), ("甲区 10—12", 118.0, 30.0, 11.0, True)
    ]  # fmt: skip
    assert rows[1]["region"] == "澜江省临澜市丙县（按所属的市或省的位置画）"
    assert [r["name"] for r in rows_of(SPECS["narrow map"])] == ["乙区", "丙县", "甲区"]
    assert SPECS["map"]["projection"]["type"] == "conicEqualArea" and SPECS["narrow map"]["height"] < SPECS["map"]["height"]


def test_names_keep_off_circles_and_other_names() -> None:
    crowd = [REGIONS["甲"] | {"code": f"9902{i:02}", "name": f"澜江省临澜市第{i}县", "place": {"lon": 118 + i / 200, "lat": 30.0, "own": True}} for i in range(9)]
    crowd.append(REGIONS["乙"])
    measure = measured(*(tons("甲", 5, at=at) for at in crowd))
    rows = rows_of(maps.bubbles(maps.mapped(measure), measure, "粮食产量"))
    sides = {r["name"]: r["side"] for r in rows}
    assert sides["乙区 5"] == "right" and "" in sides.values() and len(set(sides.values())) > 2


def test_the_projection_is_the_one_that_the_browser_draws() -> None:
    # Snyder, Map Projections (1987), p. 291: Albers on the unit sphere, parallels 29.5° and 45.5°, origin 23° N 96° W,
    # point 35° N 75° W: x = 0.2952720, y = 0.2416774. Here the origin is the pole's, so y differs by that of 23°.
    lens = (-96.0, 29.5, 45.5)
    x, y = maps.projected(-75.0, 35.0, lens)
    _, origin = maps.projected(-96.0, 23.0, lens)
    assert math.isclose(x, 0.2952720, abs_tol=1e-6) and math.isclose(y - origin, 0.2416774, abs_tol=1e-6)


@pytest.mark.parametrize(("most", "steps"), [(1600.0, [200.0, 500.0, 1000.0]), (5.75, [1.0, 2.5, 5.0]), (0.03, [0.004, 0.01, 0.02])])
def test_a_legend_has_round_values(most: float, steps: list[float]) -> None:
    assert maps._steps(most) == pytest.approx(steps)


def test_a_map_of_nothing_but_noughts_is_drawn() -> None:
    measure = measured(*(row(name, "零", 0.0, "件") for name in ("甲", "乙", "丙")))
    altair.Chart.from_dict(maps.bubbles(maps.mapped(measure), measure, "事故"), validate=True)
    altair.Chart.from_dict(figures.bars(measure, "事故"), validate=True)
