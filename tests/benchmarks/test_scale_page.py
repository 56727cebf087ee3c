"""What is made of results at scale: fits, tables, charts, the page's marks."""

import xml.etree.ElementTree as ET

import pytest

from benchmarks import scale_page
from benchmarks.charts import Series, bars, lines
from benchmarks.scale_asking import percentile, spread
from benchmarks.scale_page import filled, ratio, slope, table
from corpus.errors import PlanSeekError


def result(passages: int, seconds: float, p95: float = 1.0) -> dict[str, object]:
    return {"passages": passages, "build": {"wall_s": seconds}, "asking": {"fan-out": {"wall_ms": {"p95": p95}}}}


def test_the_slope_is_the_exponent_of_growth():
    assert slope([(10, 3), (100, 30), (1000, 300)]) == pytest.approx(1)
    assert slope([(10, 5), (1000, 50)]) == pytest.approx(0.5)
    assert slope([(10, 5)]) is None
    assert slope([(10, 5), (100, 0)]) is None


def test_the_table_shows_sizes_in_order_goals_and_growth():
    rows = table({"sizes": {"1000000": result(1_000_000, 4000, 120), "10000": result(10_000, 40, 12)}}).splitlines()
    assert rows[0] == "|  | 10,000 段 | 1,000,000 段 | 百万段的目标 | 增长指数 |"
    assert "| 从零导入，秒 | 40.0 | 4000.0 | ≤ 3600 ✗ | 1.00 |" in rows
    assert "| 逐区问题 p95，毫秒 | 12.0 | 120.0 | ≤ 150 ✓ | 0.50 |" in rows
    assert "| 磁盘，MB |  |  | — |  |" in rows


def test_figures_from_a_busy_machine_are_marked():
    sizes = {str(size): result(size, 1) | {"load": load, "day": "2026-01-02", "code": "abc"} for size, load in ((10, [0.0, 0.1]), (20, [0.0, 0.9]))}
    rows = table({"sizes": sizes}).splitlines()
    assert rows[2:4] == ["| 测于 | 2026-01-02 abc | 2026-01-02 abc |  |  |", "| 别的程序占用的核 | 10% | 90% ⚠ |  |  |"]


def test_no_goal_is_met_or_missed_below_a_million_passages():
    assert "| 从零导入，秒 | 40.0 | ≤ 3600 |  |" in table({"sizes": {"10000": result(10_000, 40)}})


def test_percentiles_are_values_that_were_measured():
    assert percentile([float(n) for n in range(1, 21)], 0.95) == 19
    assert percentile([5.0], 0.95) == 5
    assert spread([1, 2, 3, 40]) == {"p50": 2.5, "p95": 40}


def test_a_ratio_has_two_figures():
    assert [ratio(*pair) for pair in ((250, 1), (25, 10), (1, 8), (1, 0))] == ["250×", "2.5×", "0.12×", "—"]


def test_charts_are_sound_svg_and_names_are_escaped():
    drawn = ET.fromstring(lines("甲<乙>", "段", "秒", [Series("一&二", [(10, 1), (1000, 100)]), Series("空", [])]))
    words = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"甲<乙>", "一&二", "1,000 段"} <= set(words)
    assert "空" not in words
    # The straight line of y = x / 10 from one corner of the plot to the other.
    (line,) = drawn.iter("{http://www.w3.org/2000/svg}polyline")
    assert line.get("points") == "70.0,270.0 700.0,40.0"
    rows = ET.fromstring(bars("比", "毫秒", [("我们", 1.0, True), ("别的", 100.0, False)])).iter("{http://www.w3.org/2000/svg}rect")
    assert [float(bar.get("width") or 0) for bar in rows][1:] == [1.0, 390.0]


def test_the_page_is_filled_between_its_marks_only(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("前\n<!-- scale: python -m benchmarks.scale -->\n旧\n<!-- /scale -->\n后\n", "utf-8")
    for _ in range(2):
        filled(page, "scale", "新\n")
        assert page.read_text("utf-8") == "前\n<!-- scale: python -m benchmarks.scale -->\n\n新\n\n<!-- /scale -->\n后\n"
    with pytest.raises(PlanSeekError, match="应各有一行"):
        filled(page, "peers", "新")


@pytest.mark.parametrize("mark", ["scale", "peers"])
def test_the_page_that_ships_has_its_marks(mark, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(scale_page.PAGE.read_text("utf-8"), "utf-8")
    filled(page, mark, "新")
    assert f"<!-- {mark}: python -m benchmarks.{mark} -->\n\n新\n<!-- /{mark} -->" in page.read_text("utf-8")
