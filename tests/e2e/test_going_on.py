"""Going on from an answer, in real Chromium over the sample plans: take a reading back, follow up, look around, compare."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.ui import running

QUESTION = "各区生态修复措施，借鉴上海经验"


@pytest.fixture(scope="module")
def site(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page that `planseek serve` starts over the sample plans."""
    home = Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("going-on") / "库"))
    port, ui_port = running.free_port(), running.free_port()
    with running.running(running.serve_command(home, port, ui_port), {}, f"http://127.0.0.1:{port}/v1/health"):
        yield f"http://127.0.0.1:{ui_port}"


def sideways(tab: Any) -> bool:
    """Whether the page itself scrolls sideways."""
    return bool(tab.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('[data-testid=stMain]'))"))


@pytest.mark.parametrize("tab", [1280, 390], indirect=True)
def test_from_an_answer_on(tab: Any) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    tab.goto(f"/?q={quote(QUESTION)}")
    tab.wait_for_selector(".ps-coverage")
    assert "仅提到：上海市" in tab.locator(".ps-aside").inner_text()

    # Taken back by keyboard, restored by click; the address says so.
    each = tab.get_by_role("button", name="逐个 县级地区，共 9 个")
    each.focus()
    each.press("Enter")
    tab.get_by_role("button", name="不作限定 各区").wait_for()
    expect(tab.locator(".ps-coverage")).to_have_count(0)
    assert "literal=各区" in unquote(tab.url)
    tab.reload()
    tab.get_by_role("button", name="不作限定 各区").click()
    tab.wait_for_selector(".ps-coverage")
    assert "literal" not in tab.url

    # Neighbours come when they are opened, by mouse or keyboard, and others stay closed.
    near = tab.locator("details.ps-near")
    assert near.count() > 2 and tab.locator(".ps-beside").count() == 0
    near.nth(0).locator("summary").click()
    near.nth(0).locator(".ps-beside cite").first.wait_for()
    near.nth(1).locator("summary").focus()
    tab.keyboard.press("Enter")
    near.nth(1).locator(".ps-beside cite").first.wait_for()
    assert near.nth(0).locator(".ps-beside").count() >= 1 and near.nth(2).locator(".ps-beside").count() == 0

    # A follow-up keeps the topic and starts at the head of the page; the question before asks again.
    box = tab.get_by_role("textbox", name="接着问")
    box.fill("那云麓区呢？")
    box.press("Enter")
    tab.wait_for_selector(".ps-flat")
    assert "生态修复措施" in tab.locator(".ps-chip", has_text="主题").inner_text()
    assert f"previous={QUESTION}" in unquote(tab.url)
    tab.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop === 0")
    assert not sideways(tab)
    tab.locator(".st-key-trail-list").get_by_role("button").first.click()
    tab.wait_for_selector(".ps-coverage")
    assert "previous" not in tab.url


@pytest.mark.parametrize("tab", [1280, 390], indirect=True)
def test_regions_and_topics_side_by_side(tab: Any) -> None:
    tab.goto("/")
    tab.get_by_role("tab", name="对比").click()
    tab.get_by_role("textbox", name="要对比的问题").fill("各区有哪些措施")
    tab.get_by_role("textbox", name="并排的列").fill("养老、生态修复、招商引资")
    tab.keyboard.press("Enter")
    grid = tab.locator(".ps-grid")
    grid.wait_for()
    assert "beside-columns=养老、生态修复、招商引资" in unquote(tab.url)
    # All three in one frame: the page may still be settling below and above.
    outer, head, side = grid.evaluate(
        """e => new Promise(done => {
          e.scrollTop = 400; e.scrollLeft = 300;
          requestAnimationFrame(() => requestAnimationFrame(() => done(
            [e, e.querySelectorAll('thead th')[0], e.querySelectorAll('tbody th')[4]].map(x => x.getBoundingClientRect().toJSON()))));
        })"""
    )
    assert abs(head["y"] - outer["y"]) < 2 and abs(head["x"] - outer["x"]) < 2 and abs(side["x"] - outer["x"]) < 2
    summary = grid.locator("summary").nth(2)
    summary.focus()
    tab.keyboard.press("Enter")
    assert grid.locator("details[open] blockquote").first.is_visible()
    assert not sideways(tab)


def test_a_draft_beside_its_final_version(tab: Any) -> None:
    tab.goto("/")
    tab.get_by_role("tab", name="对比").click()
    tab.get_by_role("radio", name="草案改动").click()
    drafts = tab.get_by_role("combobox", name="草案")
    drafts.focus()
    drafts.press("ArrowDown")
    tab.get_by_role("option").first.click()
    changes = tab.locator(".ps-changes")
    changes.wait_for()
    assert changes.locator("li.reworded del").count() and changes.locator("li.reworded ins").count()
    assert "（征求意见稿）" in changes.locator("li.reworded cite").first.inner_text()


def test_a_label_from_the_address_is_no_markdown(tab: Any) -> None:
    tab.goto(f"/?q={quote('生态修复')}&literal={quote('a![x](http://planseek.invalid/p.png) *b*')}")
    told = tab.locator("[class*=st-key-chip-off]").get_by_role("button")
    told.wait_for()
    asked = "a![x](http://planseek.invalid/p.png) *b*"
    assert asked in told.inner_text().replace("\u2060", "")
    told.hover()
    hint = tab.get_by_test_id("stTooltipContent")
    hint.wait_for()
    assert asked in hint.inner_text().replace("\u2060", "")
    assert tab.locator(":is(.st-key-understood, [data-testid=stTooltipContent]) :is(img, em, a)").count() == 0
