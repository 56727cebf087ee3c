"""The tab 语料 in real Chromium: files in while questions are answered, cells corrected and taken back, documents removed."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.ui import running

BOX, TITLE, MARKS, REGION, ROW, HEAD = 58, 330, 110, 170, 35, 36
"""Widths and heights of the table's columns and rows in pixels; MARKS stands only where something is corrected."""


@pytest.fixture(scope="module")
def address() -> str:
    return f"http://127.0.0.1:{running.free_port()}"


@pytest.fixture(scope="module")
def site(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site of its own: what is removed here would be missed elsewhere."""
    home, ui_port = tmp_path_factory.mktemp("home"), running.free_port()
    with running.running(running.serve_command(home, int(address.rsplit(":", 1)[1]), ui_port), {}, f"{address}/v1/health"):
        running.upload(address, running.write_plans(tmp_path_factory.mktemp("plans")))
        yield f"http://127.0.0.1:{ui_port}"


def listed(address: str) -> dict[str, Any]:
    """The documents by the first three characters of their files' names."""
    found = httpx.get(f"{address}/v1/documents", trust_env=False).json()["documents"]
    return {Path(document["file"]).name[:3]: document for document in found}


def until(true: Any) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def opened(tab: Any) -> Any:
    """The tab 语料; its table."""
    tab.goto("/")
    tab.get_by_role("tab", name="语料").click()
    table = tab.locator(".st-key-documents canvas").first
    table.wait_for()
    tab.get_by_text("磁盘占用").wait_for()
    table.scroll_into_view_if_needed()
    return table


def settled(tab: Any) -> None:
    """Wait for the page to have drawn what was asked of it."""
    tab.wait_for_function("!document.querySelector('[data-testid=stApp][data-test-script-state=running]')")
    tab.wait_for_timeout(400)


def at(table: Any, row: int, left: int) -> tuple[float, float]:
    """A point of the row's cell that begins at `left`."""
    box = table.bounding_box()
    return box["x"] + left + 40, box["y"] + HEAD + ROW * row + ROW / 2


def typed(tab: Any, table: Any, row: int, left: int, words: str) -> None:
    tab.mouse.dblclick(*at(table, row, left))
    box = tab.locator("#portal textarea, #portal input").first
    box.wait_for()
    box.press("Control+A")
    box.type(words)
    box.press("Enter")


def ticked(tab: Any, table: Any, *rows: int) -> None:
    for row in rows:
        box = table.bounding_box()
        tab.mouse.click(box["x"] + BOX / 2, box["y"] + HEAD + ROW * row + ROW / 2)
        settled(tab)


def test_cells_are_corrected_refused_with_reasons_and_taken_back(tab: Any, address: str) -> None:
    """The rows by region: 庐阳区 (340103), 镜湖区 (340202), 鸠江区 (340207)."""
    table = opened(tab)
    before = listed(address)
    typed(tab, table, 0, BOX, "庐阳区政府工作报告（2026年）")
    tab.get_by_role("button", name="保存更正（1 份）").wait_for()
    typed(tab, table, 1, BOX + TITLE, "鼓楼区")
    tab.get_by_role("button", name="保存更正（2 份）").click()
    tab.locator(".ps-note", has_text="有多个同名地区").wait_for()
    assert "镜湖区十四五规划纲要.txt）没有保存：地区「鼓楼区」有多个同名地区：江苏省南京市鼓楼区" in tab.locator(".ps-note").inner_text()
    until(lambda: listed(address)["庐阳区"]["title"] == "庐阳区政府工作报告（2026年）")
    assert listed(address)["镜湖区"] == before["镜湖区"]
    # What was refused still stands in the table, and can be mended there.
    tab.get_by_role("button", name="保存更正（1 份）").wait_for()
    settled(tab)
    typed(tab, table, 1, BOX + TITLE + MARKS, "芜湖市弋江区")
    settled(tab)
    tab.get_by_role("button", name="保存更正（1 份）").click()
    until(lambda: listed(address)["镜湖区"]["region"]["code"] == "340203")
    tab.get_by_role("button", name="保存更正").wait_for(state="hidden")
    ticked(tab, table, 0, 1)
    tab.get_by_role("button", name="还原更正（2 份）").click()
    told = tab.locator(".ps-confirm")
    told.wait_for()
    assert "标题：庐阳区政府工作报告（2026年） → 2026年庐阳区政府工作报告" in told.inner_text()
    assert "地区：安徽省芜湖市弋江区 → 安徽省芜湖市镜湖区" in told.inner_text()
    tab.get_by_role("button", name="确认还原").click()
    until(lambda: listed(address) == before)


def test_unsaved_corrections_outlive_another_choice_of_rows(tab: Any, address: str) -> None:
    table = opened(tab)
    typed(tab, table, 0, BOX, "改了还没存")
    tab.get_by_role("button", name="保存更正（1 份）").wait_for()
    wanted = tab.get_by_role("textbox", name="筛选文件")
    wanted.fill("鸠江")
    wanted.press("Enter")
    settled(tab)
    tab.get_by_role("button", name="保存更正（1 份）").wait_for()
    wanted.fill("")
    wanted.press("Enter")
    settled(tab)
    tab.get_by_role("button", name="放弃未保存的").click()
    tab.get_by_role("button", name="保存更正").wait_for(state="hidden")
    assert listed(address)["庐阳区"]["title"] == "2026年庐阳区政府工作报告"


def test_files_come_in_are_found_and_leave_again(tab: Any, address: str, tmp_path: Path) -> None:
    plan = tmp_path / "繁昌区湿地行动计划.txt"
    plan.write_text("繁昌区湿地保护行动计划\n\n一、重点任务\n\n建设红杨湿地。到2027年恢复红杨湿地90公顷，设置观鸟屋3处。\n", "utf-8")
    broken = tmp_path / "坏.pdf"
    broken.write_bytes(b"not a pdf")
    opened(tab)
    tab.locator(".st-key-files input[type=file]").set_input_files([plan, broken])
    tab.locator("[data-testid=stFileChip], [data-testid=stFileUploaderFile]").nth(1).wait_for()
    tab.get_by_role("button", name="入库", exact=True).click()
    report = tab.locator(".ps-report")
    report.wait_for()
    assert "新增 1 个，未能读入 1 个" in report.inner_text() and "坏.pdf" in report.inner_text()
    tab.goto(f"/?q={quote('红杨湿地恢复多少')}")
    tab.locator(".ps-hit", has_text="红杨湿地90公顷").first.wait_for()
    table = opened(tab)
    wanted = tab.get_by_role("textbox", name="筛选文件")
    wanted.fill("繁昌")
    wanted.press("Enter")
    settled(tab)
    ticked(tab, table, 0)
    tab.get_by_role("button", name="移除（1 份）").click()
    told = tab.locator(".ps-confirm")
    told.wait_for()
    assert "移除 1 份文件、1 段" in told.inner_text() and "繁昌区湿地行动计划.txt" in told.inner_text()
    tab.get_by_role("button", name="取消").click()
    told.wait_for(state="detached")
    settled(tab)
    ticked(tab, table, 0)
    tab.get_by_role("button", name="移除（1 份）").click()
    tab.get_by_role("button", name="确认移除").click()
    tab.locator(".ps-report", has_text="已移除 1 份文件、1 段").wait_for()
    assert "繁昌区" not in listed(address)


@pytest.mark.parametrize("tab", [390], indirect=True)
def test_the_table_can_be_used_on_a_narrow_screen(tab: Any, address: str) -> None:
    table = opened(tab)
    assert tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    typed(tab, table, 2, BOX, "窄屏上改的题")
    tab.get_by_role("button", name="保存更正（1 份）").click()
    until(lambda: listed(address)["鸠江区"]["title"] == "窄屏上改的题")
    tab.get_by_role("button", name="保存更正").wait_for(state="hidden")
    ticked(tab, table, 2)
    tab.get_by_role("button", name="还原更正（1 份）").click()
    tab.get_by_role("button", name="确认还原").click()
    until(lambda: listed(address)["鸠江区"]["edited"] == {})


def test_the_table_speaks_chinese(tab: Any) -> None:
    table = opened(tab)
    box = table.bounding_box()
    tab.mouse.move(box["x"] + BOX + 100, box["y"] + HEAD / 2)
    tab.mouse.click(box["x"] + BOX + TITLE - 16, box["y"] + HEAD / 2)
    menu = tab.get_by_test_id("stDataFrameColumnMenu")
    menu.wait_for()
    seen = [item for item in menu.get_by_role("menuitem").all() if item.is_visible()]
    assert [item.evaluate("e => getComputedStyle(e, '::after').content") for item in seen] == ['"由小到大"', '"由大到小"']
    assert {item.evaluate("e => getComputedStyle(e).fontSize") for item in seen} == {"0px"}
    assert not tab.get_by_test_id("stElementToolbar").first.is_visible()
