"""The sub-views 目标表 and 责任单位: their HTML from hand-made rows, and the page itself over a real API."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.running import api as api_over
from tests.ui.targets import growth, jin, tons
from ui import comparable, duties, sheet, targets
from ui.client import Api, ApiError, Json

Open = Callable[..., AppTest]
EVIL = "粮食<script>alert(1)</script>产量"
CITATION = tons("甲", 5)["citation"]
DUTY: Json = {
    "region": {"code": "990101", "name": "澜江省临澜市甲区<i>", "level": "县级"}, "measure": "修桥<b>", "lead": ["区<u>交通局"], "responsible": ["区水利局", "区财政局"],
    "support": [], "citation": CITATION,
}  # fmt: skip


def shown(page: AppTest) -> str:
    """The page's own HTML, without its style sheet."""
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


def group(page: AppTest, key: str) -> Any:
    return next(g for g in page.get("button_group") if (g.key or "").startswith(key))


# — rows to HTML ———————————————————————————————————————————————————————————————————————————————————————————


def test_a_target_is_cited_in_its_own_words_and_in_the_common_unit() -> None:
    html = targets.table(comparable.values([jin("甲", 840), jin("乙", 500), tons("丙", 513, comparator="以上", year=None)]))
    row = html.split("<tr>")[-1]
    assert '<th scope="row" data-v="990103">丙县<small>澜江省临澜市</small></th>' in row
    assert '<td data-label="目标" class=n><b>513万吨</b></td>' in row
    assert 'data-v="102.6" data-of="亿斤 level ">102.6 <small>亿斤</small></td>' in row
    assert '<td data-label="年份" class=n data-v=""></td>' in row and '<td data-label="口径" class=k>以上</td>' in row
    assert '<summary>《丙规划》第1段</summary><blockquote>到2030年，粮食产量达到<b class="key">513万吨</b>。</blockquote>' in row


def test_columns_that_would_be_empty_are_left_out() -> None:
    bare = targets.table(comparable.values([tons("甲", 5)]))
    assert "基期" not in bare and "性质" not in bare
    full = targets.table(comparable.values([tons("甲", 5, base={"value": 4.5, "unit": "万吨", "year": 2025}, nature="预期性"), tons("乙", 6)]))
    assert '<td data-label="基期" class=n><small>2025年</small> 4.5 <small>万吨</small></td>' in full
    assert '<td data-label="性质" data-v="预期性">预期性</td>' in full and '<td data-label="基期" class=n></td>' in full


def test_terms_say_growth_pace_and_comparator() -> None:
    rows = [growth("甲", 6, annual=True, comparator="左右"), growth("甲", 30), growth("甲", 5, year=2026, period="2026"), tons("乙", 3, annual=True)]
    html = targets.table(comparable.values(rows))
    for words in ("年均增长 · 左右", "累计增长", ">增长<", 'class=k></td>'):
        assert words in html


def test_hostile_words_are_shown_not_run() -> None:
    html = targets.table(comparable.values([tons("甲", 5, indicator=EVIL, text="<b>5</b>", nature="<i>", status="<u>")]))
    html += duties.table([DUTY], "<u>")
    for tag in ("<script", "<i>", "<u>", "<b>5", "<b>修"):
        assert tag not in html
    assert "粮食&lt;script&gt;" in html and "甲区&lt;i&gt;" in html and 'ps-draft">&lt;u&gt;' in html


def test_many_rows_are_capped_and_the_rest_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 2)
    html = targets.table(comparable.values([tons("甲", 1), tons("乙", 2), tons("丙", 3)]))
    assert html.count('<th scope="row"') == 2 and "另有 1 条未列出" in html


def test_coverage_names_the_silent_regions() -> None:
    reading = {"fan_out": "县级", "regions": [{"code": f"99010{i}", "name": f"澜江省临澜市{name}"} for i, name in ((1, "甲区"), (2, "乙区"), (9, "<己>县"))]}
    values = comparable.values([tons("甲", 1), tons("甲", 2), tons("乙", 2)])
    (one,) = comparable.indicators(values)
    html = targets.coverage(reading, values, one)
    assert "<b>3</b> 个县级地区中 <b>2</b> 个写明了“粮食产量”的目标" in html and "未检索到：&lt;己&gt;县" in html
    assert "<b>3</b> 条目标，涉及 <b>2</b> 个地区" in targets.coverage(reading | {"fan_out": None}, values, None)


def test_units_stand_by_role_and_the_asked_one_is_marked() -> None:
    html = duties.table([DUTY], "水利局")
    assert '<td data-label="责任" data-v="区水利局、区财政局">区<mark>水利局</mark>、区财政局</td>' in html
    assert '<td data-label="配合" data-v=""></td>' in html and "修桥&lt;b&gt;" in html


# — the page —————————————————————————————————————————————————————————————————————————————————————————————


@pytest.fixture(scope="module")
def sampled(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An API over the sample plans."""
    with api_over(Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("tables") / "库"))) as address:
        yield address


def test_targets_are_listed_grouped_and_drawn(sampled: str, open_page: Open) -> None:
    page = open_page(sampled, **{"compare": "目标表", "beside-q": "各区地区生产总值目标"})
    html = shown(page)
    assert "<b>9</b> 个县级地区中 <b>5</b> 个写明了“地区生产总值”的目标" in html and "茶溪县" in html.split("未检索到：")[1].split("</p>")[0]
    assert html.count('<th scope="row"') == 11 and 'data-v="单位地区生产总值能耗"' not in html
    (chart,) = page.get("vega_lite_chart")
    assert chart.proto.alt == "地区生产总值，2025年（亿元）：3 个地区"
    assert "另有 6 条单位不同、2 条年份不同，未画入图。" in html
    group(page, "chart-").set_value("slopes").run()
    (chart,) = page.get("vega_lite_chart")
    assert "ps-sheet" in shown(page)
    # 望澜区 alone has a growth for 2026 and one for the years to 2030.
    assert chart.proto.alt == "地区生产总值：2026年增长 → 到2030年年均增长（1 个地区）"
    group(page, "chart-").set_value("map").run()
    assert ["conicEqualArea" in chart.proto.spec for chart in page.get("vega_lite_chart")] == [True, True]
    group(page, "targets-of-").set_value(-1).run()
    html = shown(page)
    assert html.count('<th scope="row"') == 12 and 'data-v="单位地区生产总值能耗"' in html and not page.get("vega_lite_chart")


def test_targets_that_do_not_compare_are_listed_only(sampled: str, open_page: Open) -> None:
    page = open_page(sampled, **{"compare": "目标表", "beside-q": "各区养老床位目标"})
    html = shown(page)
    assert html.count('<th scope="row"') == 6 and not page.get("vega_lite_chart")
    group(page, "targets-of-").set_value(0).run()
    html = shown(page)
    assert html.count('<th scope="row"') == 1 and "不画图比较" in html and not page.get("vega_lite_chart")


def test_what_has_no_targets_says_so(sampled: str, open_page: Open) -> None:
    html = shown(open_page(sampled, **{"compare": "目标表", "beside-q": "各区火星移民目标"}))
    assert "没有读到写明数值的目标" in html and "ps-sheet" not in html


def test_who_is_in_charge_of_what(sampled: str, open_page: Open) -> None:
    page = open_page(sampled, **{"compare": "责任单位", "beside-q": "各区养老服务由谁负责"})
    html = shown(page)
    assert "县民政局" in html and '<td data-label="牵头" data-v="县民政局">县民政局</td>' in html and "《茶溪县" in html
    group(page, "duties-by").set_value("unit").run()
    assert "没有查到这个单位的任务" in shown(page)
    page.text_input(key="beside-q").set_value("民政局")
    page.button(key="beside-run").click().run()
    every = shown(page).count('<th scope="row"')
    group(page, "role-").set_value("lead").run()
    led = shown(page)
    assert 0 < led.count('<th scope="row"') < every and "<mark>民政局</mark>" in led


@pytest.mark.parametrize("unit", ["局", "局" * 61], ids=["short", "long"])
def test_a_name_too_short_or_too_long_is_not_looked_up(sampled: str, open_page: Open, unit: str) -> None:
    html = shown(open_page(sampled, **{"compare": "责任单位", "duties-by": "按单位", "beside-q": unit}))
    assert "请写一个单位的名称，2 到 60 个字" in html and "ps-sheet" not in html


def test_an_example_asks_its_question(sampled: str, open_page: Open) -> None:
    page = open_page(sampled, compare="目标表")
    page.button(key="table-example-targets-1").click().run()
    assert page.text_input(key="beside-q").value == "各区城镇新增就业目标" and "<b>9</b> 个县级地区中" in shown(page)


def test_the_question_stays_from_view_to_view(sampled: str, open_page: Open) -> None:
    page = open_page(sampled, **{"compare": "目标表", "beside-q": "各区森林覆盖率目标"})
    for view in ("changes", "matrix", "duties", "targets"):
        group(page, "compare").set_value(view).run()
    assert page.text_input(key="beside-q").value == "各区森林覆盖率目标" and "69.2%" in shown(page)


def test_files_come_from_the_api_and_bad_ones_are_refused_in_a_sentence(sampled: str) -> None:
    api = Api(sampled)
    draft = next(d["id"] for d in api.documents() if d["status"] != "正式")
    assert "69.2%" in api.export({"query": "各区森林覆盖率目标", "what": "targets"}, "csv").decode("utf-8-sig")
    assert "县民政局" in api.duties_file("民政局", "md").decode() and "草案" in api.changes_file(draft, "csv").decode("utf-8-sig")
    with pytest.raises(ApiError, match="不支持导出为「odt」"):
        api.changes_file(draft, "odt")
