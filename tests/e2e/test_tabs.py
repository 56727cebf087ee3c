"""Tabs and the size of the letters in real Chromium: what the address and the browser keep, and that only what is open is drawn."""

from typing import Any
from urllib.parse import quote, unquote

import pytest

QUESTION = "各区生态修复措施"


def opened(tab: Any) -> str:
    return str(tab.locator("[data-testid=stTabs] [role=tab][aria-selected=true]").inner_text())


def test_a_tab_is_drawn_when_it_is_opened_and_the_address_names_it(tab: Any) -> None:
    tab.goto(f"/?q={quote(QUESTION)}&status={quote('征求意见稿')}")
    tab.wait_for_selector(".ps-coverage")
    tab.locator(".ps-acts").first.wait_for(state="attached")
    assert tab.locator(".ps-usage, .st-key-batch-new, .st-key-compare, .st-key-eval-set").count() == 0
    tab.get_by_role("tab", name="语料").click()
    tab.locator(".ps-usage").wait_for()
    assert "tab=语料" in unquote(tab.url) and QUESTION in unquote(tab.url)
    # A link of it opens the same tab with the question and its filters beside.
    link = tab.url
    tab.goto("about:blank")
    tab.goto(link)
    tab.locator(".ps-usage").wait_for()
    tab.get_by_role("tab", name="提问").click()
    tab.wait_for_selector(".ps-coverage")
    assert "共 3 个" in tab.locator(".st-key-understood").inner_text()
    assert tab.locator(".ps-coverage > p").inner_text() == "3 个地区中 1 个有相关表述"
    tab.go_back()
    tab.locator(".ps-usage").wait_for()
    assert opened(tab) == "语料"


def test_what_is_typed_in_a_tab_outlives_a_look_at_another(tab: Any) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    tab.goto(f"/?tab={quote('对比')}")
    tab.get_by_role("radio", name="责任单位").click()
    box = tab.get_by_label("想查的措施")
    box.fill("镜湖区湖岸生态修复由谁负责")
    tab.get_by_role("button", name="查责任单位").click()
    tab.locator(".ps-sheet").wait_for()
    tab.get_by_role("tab", name="语料").click()
    tab.locator(".ps-usage").wait_for()
    tab.get_by_role("tab", name="对比").click()
    tab.locator(".ps-sheet").wait_for()
    expect(box).to_have_value("镜湖区湖岸生态修复由谁负责")


@pytest.mark.parametrize("tab", [1280, 390], indirect=True)
def test_large_letters_are_kept_by_the_browser_and_fit(tab: Any) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('.ps-hit blockquote')).fontSize)"
    tab.goto(f"/?q={quote(QUESTION)}")
    tab.wait_for_selector(".ps-coverage")
    before = tab.evaluate(size)
    switch = tab.get_by_role("button", name="大字")
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    assert tab.evaluate(size) == pytest.approx(1.2 * before, abs=0.1) and switch.get_attribute("aria-pressed") == "true"
    address = tab.url
    tab.goto("about:blank")
    tab.goto(address)
    tab.wait_for_selector(".ps-coverage")
    tab.wait_for_function("document.documentElement.hasAttribute('data-large')")
    assert tab.evaluate(size) == pytest.approx(1.2 * before, abs=0.1)
    assert not tab.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('[data-testid=stMain]'))")
    switch.click()
    assert tab.evaluate(size) == pytest.approx(before, abs=0.1)
