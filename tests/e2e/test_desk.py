"""Collecting, judging, saving and the keyboard in real Chromium: buttons inside the results, the basket, the box's own list."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.ui import running
from ui.client import Api

QUESTION = "各区生态修复措施"
WIDTHS = pytest.mark.parametrize("tab", [1280, 390], indirect=True)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Api]]:
    """The page of this module's own `planseek serve`, and its API."""
    home, port, ui_port = tmp_path_factory.mktemp("desk"), running.free_port(), running.free_port()
    with running.running(running.serve_command(home, port, ui_port), {}, f"http://127.0.0.1:{port}/v1/health"):
        running.upload(f"http://127.0.0.1:{port}", running.write_plans(tmp_path_factory.mktemp("plans")))
        yield f"http://127.0.0.1:{ui_port}", Api(f"http://127.0.0.1:{port}")


@pytest.fixture(scope="module")
def site(addresses: tuple[str, Api]) -> str:
    return addresses[0]


@pytest.fixture
def api(addresses: tuple[str, Api]) -> Iterator[Api]:
    """The API, its desk empty before and after."""
    client = addresses[1]
    yield client
    for one in client.baskets():
        client.remove_basket(one["id"])
    for one in client.saved():
        client.remove_saved(one["id"])


def opened(tab: Any, question: str = QUESTION) -> Any:
    """The page with a question's answer, listening."""
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(f"/?q={quote(question)}" if question else "/")
    tab.wait_for_selector(".ps-results" if question else ".ps-suggest")
    tab.wait_for_function("document.documentElement.style.colorScheme !== ''")
    return tab


def until(tab: Any, what: str, **values: Any) -> None:
    tab.wait_for_function(what, **values)


def clipboard(tab: Any) -> str:
    return str(tab.evaluate("navigator.clipboard.readText()"))


def hit(tab: Any, words: str) -> Any:
    return tab.locator(".ps-hit", has_text=words).first


def pressed(tab: Any, words: str) -> list[str]:
    found = hit(tab, words).locator("[aria-pressed=true]")
    return [button.get_attribute("data-act") for button in found.all()]


@WIDTHS
def test_a_passage_is_copied_with_its_citation(tab: Any, api: Api) -> None:
    opened(tab)
    hit(tab, "修复江滩湿地").get_by_role("button", name="复制引文和出处").click()
    assert tab.locator(".ps-toast").inner_text() == "已复制引文和出处"
    quote_, label = clipboard(tab).split("\n——")
    assert "采取退田还湿、清理淤泥等措施，修复江滩湿地800亩" in quote_ and label.startswith("《鸠江区“十四五”生态环境保护规划（征求意见稿）》")


def test_without_a_clipboard_of_its_own_the_browser_copies_the_old_way(tab: Any, api: Api) -> None:
    tab.add_init_script("Object.defineProperty(window, 'isSecureContext', { get: () => false })")
    opened(tab)
    hit(tab, "修复江滩湿地").get_by_role("button", name="复制引文和出处").click()
    assert tab.locator(".ps-toast").inner_text() == "已复制引文和出处" and "江滩湿地800亩" in clipboard(tab)


@WIDTHS
def test_passages_are_collected_noted_ordered_and_taken_out(tab: Any, api: Api) -> None:
    opened(tab)
    for words in ("修复湖岸12公里", "江滩湿地800亩", "采石宕口"):
        hit(tab, words).get_by_role("button", name="收进资料夹").click()
    tab.get_by_role("button", name="资料夹 3").wait_for()
    tab.reload()
    tab.wait_for_selector("[data-act=keep][aria-pressed=true]")
    assert pressed(tab, "江滩湿地800亩") == ["keep"]

    tab.get_by_role("button", name="资料夹 3").click()
    items = tab.locator(".ps-kept")
    items.nth(2).wait_for()
    dialog = tab.get_by_role("dialog")
    items.nth(0).get_by_role("textbox", name="备注").fill("放进第二部分")
    items.nth(0).get_by_role("button", name="下移一位").click()
    until(tab, "document.querySelectorAll('.ps-kept textarea')[1]?.value === '放进第二部分'")
    (basket,) = api.baskets()
    kept = api.basket(basket["id"])["items"]
    assert [item["note"] for item in kept] == ["", "放进第二部分", ""] and "湖岸12公里" in kept[1]["quote"]

    # A note that is being written outlives what is done to another item.
    items.nth(2).get_by_role("textbox", name="备注").press_sequentially("写到一半")
    items.nth(0).get_by_role("button", name="从资料夹移出").click()
    until(tab, "document.querySelectorAll('.ps-kept').length === 2")
    until(tab, "document.querySelectorAll('.ps-kept textarea')[1].value === '写到一半'")
    assert tab.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('[role=dialog]'))")
    with tab.expect_download() as started:
        dialog.get_by_role("button", name="Word").click()
    assert started.value.suggested_filename == "我的资料夹.docx"
    tab.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    tab.get_by_role("button", name="资料夹 2").wait_for()


def test_baskets_have_names(tab: Any, api: Api) -> None:
    opened(tab)
    hit(tab, "修复湖岸12公里").get_by_role("button", name="收进资料夹").click()
    tab.get_by_role("button", name="资料夹 1").click()
    tab.locator(".ps-kept").wait_for()
    tab.get_by_role("button", name="新建、改名、删除").click()
    tab.get_by_role("textbox", name="名称").fill("第二份材料")
    tab.get_by_role("textbox", name="名称").press("Tab")
    tab.get_by_role("button", name="新建", exact=True).click()
    tab.locator(".ps-basket", has_text="还没有收下原文").wait_for()
    assert [b["name"] for b in api.baskets()] == ["第二份材料", "我的资料夹"]
    tab.keyboard.press("Escape")
    tab.locator(".ps-basket").wait_for(state="detached")
    # The marks on the passages are those of the basket at hand.
    until(tab, "!document.querySelector('.ps-hit [data-act=keep][aria-pressed=true]')")


@WIDTHS
def test_judgements_are_kept_at_once_and_can_be_taken_back(tab: Any, api: Api) -> None:
    opened(tab)
    for mark in ("有用", "区域不对"):
        hit(tab, "江滩湿地800亩").get_by_role("button", name=f"评价：{mark}").click()
    until(tab, "document.querySelector('.ps-toast')?.textContent.includes('区域不对')")
    assert pressed(tab, "江滩湿地800亩") == ["wrong-region"]
    assert [mark["mark"] for mark in api.judged(QUESTION)] == ["区域不对"]
    tab.reload()
    tab.wait_for_selector("[data-act=wrong-region][aria-pressed=true]")
    hit(tab, "江滩湿地800亩").get_by_role("button", name="评价：区域不对").click()
    until(tab, "document.querySelector('.ps-toast')?.textContent === '已收回评价'")
    assert api.judged(QUESTION) == [] and pressed(tab, "江滩湿地800亩") == []


def test_the_keyboard_reaches_all(tab: Any, api: Api) -> None:
    opened(tab)
    here = "[...document.querySelectorAll('.ps-hit')].filter(e => e.checkVisibility()).indexOf(document.activeElement)"
    tab.keyboard.press("j")
    until(tab, f"{here} === 0")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    until(tab, f"{here} === 2")
    tab.keyboard.press("k")
    until(tab, f"{here} === 1")
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("c")
    assert clipboard(tab).split("\n")[0] in tab.locator(".ps-hit:focus").inner_text()
    tab.keyboard.press("b")
    tab.get_by_role("button", name="资料夹 1").wait_for()
    tab.keyboard.press("b")
    until(tab, "document.querySelector('.ps-toast')?.textContent === '已移出资料夹'")
    tab.keyboard.press("?")
    sheet = tab.get_by_role("dialog", name="快捷键")
    assert "复制引文和出处" in sheet.inner_text()
    tab.keyboard.press("Escape")
    sheet.wait_for(state="detached")

    # While one types, letters are letters.
    tab.keyboard.press("/")
    box = tab.get_by_label("问题", exact=True)
    until(tab, "document.activeElement.getAttribute('aria-label') === '问题'")
    tab.keyboard.type("bjck?/")
    assert box.input_value() == "bjck?/" and api.basket(api.baskets()[0]["id"])["items"] == []


def test_one_click_asks(tab: Any, api: Api) -> None:
    opened(tab, "")
    tab.get_by_label("问题", exact=True).fill(QUESTION)
    tab.get_by_role("button", name="检索", exact=True).click()
    tab.wait_for_selector(".ps-coverage")
    assert unquote(tab.url).endswith(f"?q={QUESTION}")


def test_chips_write_the_question_and_the_box_completes_it(tab: Any, api: Api) -> None:
    opened(tab, "")
    box = tab.get_by_label("问题", exact=True)
    tab.locator(".ps-suggest").get_by_role("button", name="鸠江区").click()
    tab.locator(".ps-suggest").get_by_role("button", name="生态修复").click()
    assert box.input_value() == "鸠江区生态修复"
    box.fill("各区生态")
    options = tab.locator("#ps-words option").evaluate_all("all => all.map(option => option.value)")
    assert "各区生态修复" in options and all(value.startswith("各区生态") for value in options)
    box.fill("鸠江区生态修复")
    tab.get_by_role("button", name="检索", exact=True).click()
    tab.wait_for_selector(".ps-flat")
    assert "退田还湿" in tab.locator(".ps-results").inner_text()


def test_a_question_is_saved_and_asked_again(tab: Any, api: Api) -> None:
    opened(tab)
    tab.get_by_role("button", name="保存这个问题").click()
    tab.get_by_role("textbox", name="名称").fill("生态修复月报")
    tab.get_by_role("textbox", name="名称").press("Tab")
    tab.get_by_role("button", name="保存", exact=True).click()
    tab.get_by_text("已保存“生态修复月报”").wait_for()
    opened(tab, "")
    tab.get_by_role("button", name="保存的问题").click()
    tab.get_by_role("button", name="生态修复月报").click()
    tab.wait_for_selector(".ps-coverage")
    tab.get_by_text("没有变化").wait_for()
    assert unquote(tab.url).endswith(f"?q={QUESTION}")


def test_a_passage_opens_in_its_document_and_back_leads_to_it(tab: Any, api: Api) -> None:
    opened(tab)
    link = hit(tab, "江滩湿地800亩").get_by_role("link", name="在文件里看原文")
    assert link.get_attribute("href").startswith("?doc=")
    link.click()
    tab.locator("#cited", has_text="江滩湿地800亩").wait_for()
    assert "&doc=" in tab.url and unquote(tab.url).split("&")[0].endswith(f"?q={QUESTION}")
    tab.go_back()
    hit(tab, "江滩湿地800亩").wait_for()
    assert "doc=" not in tab.url
