"""The sub-views of 对比 in real Chromium over the sample plans: targets with their charts, units in charge, files, the address."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.ui import running

HOSTILE = {
    "望澜区碧道建设行动计划.txt": "望澜区碧道建设行动计划（2026—2030年）\n\n一、主要目标\n\n到2030年，<img/src=x>城市滨水碧道建成里程达到30公里以上。\n",
    "云麓区碧道建设行动计划.txt": "云麓区碧道建设行动计划（2026—2030年）\n\n一、主要目标\n\n到2030年，<img/src=x>城市滨水碧道建成里程由2025年的10公里增加到2万米。\n",
}
DARK_INK, LIGHT_INK = "rgb(230, 233, 232)", "rgb(28, 35, 38)"


@pytest.fixture(scope="module")
def site(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page that `planseek serve` starts over the sample plans and two hostile ones."""
    home = Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("comparing") / "库"))
    port, ui_port = running.free_port(), running.free_port()
    files = []
    for name, text in HOSTILE.items():
        files.append(home.parent / name)
        files[-1].write_text(text, "utf-8")
    with running.running(running.serve_command(home, port, ui_port), {}, f"http://127.0.0.1:{port}/v1/health"):
        running.upload(f"http://127.0.0.1:{port}", files)
        yield f"http://127.0.0.1:{ui_port}"


def opened(tab: Any, view: str, question: str = "", **more: str) -> Any:
    rest = "".join(f"&{key}={quote(value)}" for key, value in ({"beside-q": question} | more).items() if value)
    tab.goto(f"/?compare={quote(view)}{rest}")
    beside = tab.get_by_role("tab", name="对比")
    beside.click()
    return tab


def chart(tab: Any) -> Any:
    """The drawn chart that can be seen."""
    found = tab.locator("[class*=st-key-figure-] svg.marks").filter(visible=True)
    found.first.wait_for()
    assert found.count() == 1
    return found


def words(drawn: Any) -> list[str]:
    return [word for word in drawn.locator("text").all_text_contents() if word]


def sideways(tab: Any) -> bool:
    """Whether the page itself scrolls sideways."""
    return bool(tab.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('[data-testid=stMain]'))"))


@pytest.mark.parametrize("tab", [1280, 390], indirect=True)
def test_targets_are_drawn_three_ways_and_listed_with_their_quotations(tab: Any, tmp_path: Path) -> None:
    opened(tab, "目标表", "各区森林覆盖率目标")
    told = words(chart(tab))
    assert {"东屏县", "云麓区", "栗源市", "76.5%以上", "69.2%", "63%", "森林覆盖率，2025年（%）"} <= set(told)
    assert [word for word in told if word in ("76.5%以上", "69.2%", "63%")] == ["76.5%以上", "69.2%", "63%"]
    quoted = tab.locator(".ps-sheet tbody tr", has_text="云麓区")
    quoted.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert quoted.locator("blockquote .key").inner_text() == "69.2%"
    assert not sideways(tab)

    tab.get_by_role("radio", name="变化图").click()
    tab.wait_for_function("[...document.querySelectorAll('svg.marks text')].some((t) => t.textContent === '上升')")
    assert {"基期", "2025年目标", "68.4", "61.2", "69.2  云麓区", "63  栗源市"} <= set(words(chart(tab)))
    assert tab.locator(".ps-sheet tbody tr").count() == 3

    tab.get_by_role("radio", name="位置图").click()
    tab.get_by_text("不表示行政界线").filter(visible=True).wait_for()
    narrow = tab.viewport_size["width"] < 700
    assert ({"东屏县", "云麓区"} if narrow else {"东屏县 76.5", "云麓区 69.2"}) <= set(words(chart(tab)))
    assert not sideways(tab)
    # Chart and page are told apart by no menu of Vega's.
    assert tab.locator(".vega-actions, [title='Click to view actions']").count() == 0


def test_a_mark_tells_its_citation_when_it_is_pointed_at(tab: Any) -> None:
    opened(tab, "目标表", "各区森林覆盖率目标")
    chart(tab).locator("[aria-roledescription=bar]").first.hover()
    tip = tab.locator("#vg-tooltip-element")
    tip.wait_for()
    for word in ("地区", "澜江省临澜市东屏县", "76.5%以上", "出处", "《东屏县"):
        assert word in tip.inner_text()


def test_charts_follow_the_page_from_light_to_dark(tab: Any) -> None:
    opened(tab, "目标表", "各区森林覆盖率目标")
    label = chart(tab).locator("text", has_text="69.2%")
    fill = "e => getComputedStyle(e).fill"
    assert label.evaluate(fill) == LIGHT_INK
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function(f"(e => e && getComputedStyle(e).fill === '{DARK_INK}')([...document.querySelectorAll('svg.marks text')].find((t) => t.textContent === '69.2%'))")


def test_heads_sort_the_rows_by_value_within_a_unit(tab: Any) -> None:
    opened(tab, "目标表", "各区地区生产总值目标")
    cells = tab.locator(".ps-sheet tbody td[data-label=折算值]")
    cells.first.wait_for()
    first = cells.all_inner_texts()
    tab.wait_for_function("window.psSort !== undefined")
    head = tab.get_by_role("button", name="折算值")
    head.click()
    up = cells.all_inner_texts()
    assert up != first and sorted(up) == sorted(first)
    shares = [float(text.split()[0]) for text in up if text.endswith("%")]
    sums = [float(text.split()[0]) for text in up if text.endswith("亿元")]
    assert sums == sorted(sums) == [150.0, 260.0, 380.0, 400.0, 880.0] and [text.endswith("%") for text in up] == [True] * len(shares) + [False] * 5
    head.press("Enter")
    assert tab.locator("th[aria-sort=descending]").inner_text().startswith("折算值")
    assert next(text for text in cells.all_inner_texts() if text.endswith("亿元")).startswith("880")
    assert tab.locator("th[aria-sort]").count() == 1


def test_a_hostile_indicator_is_words_in_table_chart_and_tip(tab: Any) -> None:
    opened(tab, "目标表", "各区城市滨水碧道建成里程目标")
    drawn = chart(tab)
    name = "<img/src=x>城市滨水碧道建成里程"
    assert f"{name}，2030年（万米）" in words(drawn) and {"30公里以上", "2万米"} <= set(words(drawn))
    # 30 kilometres are drawn as 3 of the unit that stands first, beside 2.
    assert [text.split()[0] for text in tab.locator(".ps-sheet tbody td[data-label=折算值]").all_inner_texts()] == ["2", "3"]
    drawn.locator("[aria-roledescription=bar]").first.hover()
    tip = tab.locator("#vg-tooltip-element")
    tip.wait_for()
    assert name in tip.inner_text()
    assert tab.locator(".ps-sheet img, #vg-tooltip-element img, svg.marks img, svg.marks image").count() == 0


def test_units_in_charge_by_measure_and_by_name(tab: Any) -> None:
    opened(tab, "责任单位")
    tab.get_by_role("button", name="各区招商引资牵头单位").click()
    tab.locator(".ps-sheet tbody tr").first.wait_for()
    tab.get_by_role("radio", name="按单位").click()
    tab.get_by_role("textbox", name="单位名称").fill("民政局")
    tab.keyboard.press("Enter")
    tab.locator(".ps-sheet mark", has_text="民政局").first.wait_for()
    assert "duties-by=按单位" in unquote(tab.url) and "beside-q=民政局" in unquote(tab.url)
    link = tab.url
    tab.goto("about:blank")
    tab.goto(link)
    tab.get_by_role("tab", name="对比").click()
    tab.locator(".ps-sheet mark", has_text="民政局").first.wait_for()


@pytest.mark.parametrize(("label", "suffix"), [("Excel", "xlsx"), ("Word", "docx"), ("CSV", "csv"), ("Markdown", "md"), ("JSON", "json")])
def test_a_table_downloads_in_every_format(tab: Any, tmp_path: Path, label: str, suffix: str) -> None:
    opened(tab, "目标表", "各区森林覆盖率目标")
    tab.locator(".ps-sheet").wait_for()
    with tab.expect_download() as started:
        tab.locator(".st-key-table-exports").get_by_role("button", name=label, exact=True).click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert file.name == f"各区森林覆盖率目标.{suffix}"
    if suffix in ("csv", "md", "json"):
        assert "69.2%" in file.read_text("utf-8-sig")
    else:
        assert file.read_bytes().startswith(b"PK")


def downloaded(tab: Any, tmp_path: Path) -> str:
    with tab.expect_download() as started:
        tab.locator(".st-key-table-exports").get_by_role("button", name="Markdown").click()
    started.value.save_as(tmp_path / "file.md")
    return (tmp_path / "file.md").read_text("utf-8")


def test_matrix_and_changes_download_too(tab: Any, tmp_path: Path) -> None:
    opened(tab, "并排对比", "各区有哪些措施", **{"beside-columns": "养老、生态修复"})
    tab.locator(".ps-matrix").wait_for()
    assert "并排的主题：养老、生态修复" in downloaded(tab, tmp_path)
    tab.get_by_role("radio", name="草案改动").click()
    box = tab.get_by_role("combobox", name="草案")
    box.focus()
    box.press("ArrowDown")
    tab.get_by_role("option").first.click()
    tab.locator(".ps-changes").wait_for()
    assert "对草案的改动" in downloaded(tab, tmp_path)
    # The chosen draft is in the address as well.
    assert "draft=" in tab.url and "compare=草案改动" in unquote(tab.url)
