"""What of a table of targets may share a chart: names, units, years and paces that fit, and what is left out."""

import pytest

from tests.ui.targets import growth, jin, row, tons
from ui import comparable
from ui.client import Json
from ui.comparable import Indicator


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("全省地区生产总值", "地区生产总值"), ("全市生产总值", "地区生产总值"), ("GDP", "地区生产总值"), ("地区生产总值按", "地区生产总值"),
        ("地区生产总值年均增速", "地区生产总值"), ("建议“十五五”时期地区生产总值增速目标设定为", "地区生产总值"), ("地区生产总值增长目标", "地区生产总值"),
        ("人均GDP", "人均地区生产总值"), ("单位生产总值能耗", "单位地区生产总值能耗"), ("规上工业增加值增速", "规模以上工业增加值"), ("粮食总产量", "粮食产量"),
        ("新增城镇就业", "城镇新增就业"), ("2030年森林覆盖率", "森林覆盖率"),
        # What only looks like a prefix or a suffix stays.
        ("全民健身场地", "全民健身场地"), ("全域旅游收入", "全域旅游收入"), ("增长", "增长"), ("常住人口", "常住人口"), ("城市副中心地区生产总值", "城市副中心地区生产总值"),
    ],
)  # fmt: skip
def test_an_indicator_has_one_name(name: str, one: str) -> None:
    assert comparable.indicator(name) == one


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.0, "5"), (4.5, "4.5"), (1234567.891, "1,234,567.89"), (1600.0, "1,600"), (0.0, "0"), (0.0123, "0.0123"), (102.6, "102.6"), (-3.0, "-3"),
     (100.0, "100"), (0.1, "0.1")],
)  # fmt: skip
def test_numbers_are_short_and_exact(value: float, text: str) -> None:
    assert comparable.number(value) == text


def test_units_are_brought_to_the_one_that_most_rows_use() -> None:
    found = comparable.values([jin("甲", 840), jin("乙", 500), tons("丙", 513)])
    assert [(v.low, v.unit) for v in found] == [(840.0, "亿斤"), (500.0, "亿斤"), (102.6, "亿斤")]
    assert [v.shown for v in found] == ["840", "500", "102.6"]


def test_a_range_keeps_both_ends_and_other_dimensions_their_own_unit() -> None:
    ranged, other = comparable.values([tons("甲", 10, high=12.0), row("乙", "5亩", 5, "亩")])
    assert (ranged.low, ranged.high, ranged.middle, ranged.shown) == (10.0, 12.0, 11.0, "10—12")
    assert (other.low, other.unit) == (5.0, "亩")


def test_nothing_grows_from_nothing_to_scale_by() -> None:
    zero, ten = comparable.values([row("甲", "零增长", 0, "％", dimension="%"), row("乙", "10%", 10, "%")])
    assert (zero.low, ten.low, zero.unit) == (0.0, 10.0, "%")


def paces(**other: object) -> str:
    return comparable.values([growth("甲", 6, **other)])[0].pace


def test_one_year_and_all_years_are_told_apart() -> None:
    assert paces(annual=True, year=2030) == "年度"
    assert paces(period="2026", year=2026) == "年度"
    assert paces(period="2026", year=None) == "年度"
    assert paces(period="2026", year=2030) == "累计"
    assert paces(period="2026-2030", year=2030) == "累计"
    assert paces(period=None) == "不明"
    assert comparable.values([tons("甲", 5)])[0].pace == ""


def grouped(*rows: Json, topic: str = "") -> list[Indicator]:
    return comparable.indicators(comparable.values(rows), topic)


def test_the_indicator_that_is_asked_for_comes_before_the_frequent_one() -> None:
    rows = [growth("甲", 5), growth("乙", 6), growth("丙", 7), row("甲", "3%", 3, "%", indicator="单位生产总值能耗", change="decrease")]
    assert [i.label for i in grouped(*rows)] == ["地区生产总值", "单位生产总值能耗"]
    assert grouped(*rows, topic="单位地区生产总值能耗目标")[0].label == "单位生产总值能耗"
    assert [i.label for i in grouped(*rows, topic="地区生产总值目标")] == ["地区生产总值", "单位生产总值能耗"]


def test_a_measure_has_one_year_one_unit_one_sense_and_a_region_once() -> None:
    rows = [
        growth("甲", 5, year=2026, period="2026"), growth("乙", 6, year=2026, period="2026"), growth("乙", 6.5, year=2026, period="2026"),
        growth("甲", 5, year=2030, annual=True), row("丙", "30亿元", 30, "亿元", 1e8, "元", indicator="地区生产总值"),
        growth("丙", 40, year=2030), growth(None, 9, year=2026, period="2026"),
    ]  # fmt: skip
    values = comparable.values(rows)
    first, *others = comparable.measures(values, ["2026"])
    assert first.label == "2026年增长（%）"
    assert [(v.region, v.low) for v in first.values] == [("990101", 5.0), ("990102", 6.0)]
    assert sorted(m.label for m in others) == ["2030年（亿元）", "到2030年年均增长（%）", "到2030年累计增长（%）"]
    told = comparable.left_out(values, first)
    assert told.startswith("另有 ") and told.endswith("，未画入图。")
    for part in ("1 条单位不同", "1 条口径不同", "1 条年份不同", "1 条是同一地区的另一处表述", "1 条没有地区"):
        assert part in told
    assert comparable.left_out(first.values, first) == ""


def test_the_asked_year_comes_first_then_what_most_regions_have() -> None:
    values = comparable.values([tons("甲", 1, year=2026), tons("甲", 2), tons("乙", 3)])
    assert [m.year for m in comparable.measures(values)] == [2030, 2026]
    assert [m.year for m in comparable.measures(values, ["2026"])] == [2026, 2030]


def test_a_final_text_comes_before_its_draft() -> None:
    drafted, final = tons("甲", 1, status="征求意见稿"), tons("甲", 2)
    assert [v.low for v in comparable.measures(comparable.values([drafted, final]))[0].values] == [2.0]


def test_new_work_is_not_called_new_twice() -> None:
    values = comparable.values([row("甲", "5万人", 5, "万人", change="new", indicator="城镇新增就业", year=2026, period="2026")])
    assert comparable.measures(values)[0].label == "2026年（万人）"


def test_years_of_one_pace_make_a_pair() -> None:
    rows = [growth("甲", 5, year=2026, period="2026"), growth("甲", 6, high=6.5, year=2030, annual=True), growth("乙", 5, year=2026, period="2026"),
            growth("乙", 30, year=2030)]  # fmt: skip
    (pair,) = comparable.pairs(comparable.values(rows))
    assert pair.label == "2026年增长 → 到2030年年均增长（1 个地区）" and pair.unit == "%"
    (move,) = pair.moves
    assert (move.start, move.end, move.told) == (5.0, 6.25, ("5", "6—6.5"))


def test_a_start_makes_a_pair_with_its_goal_in_the_goals_unit() -> None:
    base = {"value": 2.0, "unit": "万吨", "year": 2025}
    rows = [jin("甲", 6), jin("丙", 7), jin("乙", 5, base=base), tons("丁", 9)]
    (pair,) = comparable.pairs(comparable.values(rows))
    assert pair.label == "2025年 → 2030年目标（1 个地区）" and pair.unit == "亿斤"
    assert [(m.start, m.end) for m in pair.moves] == [(0.4, 5.0)]


def test_starts_of_several_years_are_called_a_base_and_those_in_other_terms_are_left() -> None:
    rows = [tons("甲", 9, base={"value": 8.0, "unit": "万吨", "year": 2024}), tons("乙", 9, base={"value": 7.0, "unit": "万吨", "year": 2025}),
            tons("丙", 9, base={"value": 7.0, "unit": "车皮", "year": 2025}), growth("丁", 1, base={"value": 80.0, "unit": "%", "year": 2025})]  # fmt: skip
    (pair,) = comparable.pairs(comparable.values(rows))
    assert pair.ends == ("基期", "2030年目标") and [m.value.region for m in pair.moves] == ["990101", "990102"]
