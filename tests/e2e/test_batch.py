"""Batches in real Chromium over small plans: handed in, watched, read, taken up after a reload and a new server, exported,
removed; at both widths."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
import pytest

from tests.desk.questionnaire import SIXTY, sixty
from tests.ui import running

ROWS = "序号,问题,地区,备注\n甲,各区生态修复措施,,给办公室\n乙,镜湖区生态修复,,\n丙,生态修复,火星区,\n丁,<img src=x onerror=alert(1)>量子计算机,,\n"


def hand_in(tab: Any, name: str, content: bytes) -> None:
    tab.get_by_role("tab", name="批量").click()
    tab.locator(".st-key-batch-new input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    tab.locator("[data-testid=stFileChip], [data-testid=stFileUploaderFile]").first.wait_for()
    tab.get_by_role("button", name="开始回答").click()
    tab.locator(".ps-batch").wait_for()


def sideways(tab: Any) -> bool:
    """Whether the page itself scrolls sideways."""
    return bool(tab.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('[data-testid=stMain]'))"))


def batch_of(tab: Any) -> str:
    (found,) = parse_qs(urlparse(tab.url).query)["batch"]
    return found


@pytest.mark.parametrize("tab", [1280, 390], indirect=True)
def test_from_a_file_of_questions_to_a_file_of_answers(tab: Any, tmp_path: Path) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    tab.goto("/")
    hand_in(tab, "清单.csv", ROWS.encode("gb18030"))
    tab.locator(".st-key-batch-exports").wait_for()
    rows = tab.locator(".ps-q")
    expect(rows).to_have_count(4)
    assert rows.nth(0).locator(".ps-label").inner_text() == "2 / 3 个地区有" and "给办公室" in rows.nth(0).inner_text()
    assert "没有找到地区「火星区」" in rows.nth(2).inner_text() and "<img src=x onerror=alert(1)>量子计算机" in rows.nth(3).inner_text()

    # An answer is fetched when it is opened, by mouse or keyboard, and shown as in the tab 提问.
    rows.nth(0).locator("summary").first.click()
    rows.nth(0).locator(".ps-coverage").wait_for()
    assert rows.nth(0).locator("blockquote mark").first.inner_text() and rows.nth(1).locator("blockquote").count() == 0
    rows.nth(1).locator("summary").first.focus()
    tab.keyboard.press("Enter")
    rows.nth(1).locator(".ps-answer").wait_for()
    assert rows.nth(0).locator(".ps-coverage").count() == 1 and tab.locator(".ps-q img").count() == 0
    assert not sideways(tab)

    # What was found can be looked at and kept from here too.
    near = rows.nth(1).locator("details.ps-near").first
    near.locator("summary").click()
    near.locator("cite").first.wait_for()

    for label, suffix, sign in (("Excel", "xlsx", b"PK"), ("Word", "docx", b"PK"), ("PDF", "pdf", b"%PDF"), ("Markdown", "md", "# 清单".encode())):
        with tab.expect_download() as started:
            tab.locator(".st-key-batch-exports").get_by_role("button", name=label, exact=True).click()
        file = tmp_path / started.value.suggested_filename
        started.value.save_as(file)
        assert file.name == f"清单_答案.{suffix}" and file.read_bytes().startswith(sign)

    # The address names the batch: a reload, and a link, open it.
    link = tab.url
    tab.goto("about:blank")
    tab.goto(link)
    tab.locator(".ps-batch").wait_for()
    assert tab.get_by_role("tab", name="批量").get_attribute("aria-selected") == "true"
    tab.locator(".st-key-batch-list, .ps-questions").first.wait_for()
    tab.get_by_text("未能回答 1").click()
    expect(tab.locator(".ps-q")).to_have_count(1)

    tab.get_by_role("button", name="全部批次").click()
    kept = tab.locator(".st-key-batch-list button", has_text="清单.csv")
    kept.click()
    tab.get_by_role("button", name="删除这一批").click()
    tab.get_by_role("button", name="确定删除").click()
    tab.locator(".st-key-batch-new").wait_for()
    expect(kept).to_have_count(0)


def test_a_template_to_fill_in(tab: Any, tmp_path: Path) -> None:
    tab.goto("/")
    tab.get_by_role("tab", name="批量").click()
    with tab.expect_download() as started:
        tab.get_by_role("button", name="下载示例表").click()
    assert started.value.suggested_filename == "批量提问示例.xlsx"
    started.value.save_as(tmp_path / "示例.xlsx")
    hand_in(tab, "示例.xlsx", (tmp_path / "示例.xlsx").read_bytes())
    tab.locator(".st-key-batch-exports").wait_for()
    assert tab.locator(".ps-q").count() == 3


@pytest.fixture
def own_home(sample_home: Path, tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(sample_home, tmp_path / "库"))


def answers(url: str) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + 90
    while True:
        try:
            httpx.get(url, timeout=30, trust_env=False)
            return
        except httpx.TransportError:
            assert time.monotonic() < until
            time.sleep(0.2)


def test_stopped_killed_and_taken_up_again(browser: Any, own_home: Path) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    port, ui_port = running.free_port(), running.free_port()
    command, health = running.serve_command(own_home, port, ui_port), f"http://127.0.0.1:{port}/v1/health"
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=f"http://127.0.0.1:{ui_port}")
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    program = subprocess.Popen(command, cwd=running.ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        answers(health)
        answers(f"http://127.0.0.1:{ui_port}")
        tab.goto("/")
        hand_in(tab, "六十问.xlsx", sixty())
        batch = batch_of(tab)
        tab.get_by_role("button", name="停止", exact=True).click()
        tab.get_by_role("button", name="继续回答").wait_for()
        (log,) = own_home.glob("batches/*/answers.jsonl")
        stopped = log.read_bytes()
        assert 0 <= stopped.count(b"\n") - 1 < 60
        tab.get_by_role("button", name="继续回答").click()
        tab.get_by_role("button", name="停止", exact=True).wait_for()
        while log.read_bytes().count(b"\n") < stopped.count(b"\n") + 4:
            time.sleep(0.01)
    finally:
        # All of it at once, and nobody gets a word in.
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
    killed = log.read_bytes()
    killed = killed[: killed.rindex(b"\n") + 1]
    assert killed.startswith(stopped) and killed.count(b"\n") - 1 < 60
    with running.running(command, {}, health):
        tab.goto(f"/?batch={batch}")
        tab.get_by_role("button", name="继续回答").click()
        tab.locator(".ps-batch h2 small", has_text="已完成").wait_for()
        expect(tab.locator(".ps-q")).to_have_count(60)
        assert tab.locator(".ps-q .t > b").all_inner_texts() == SIXTY
        assert log.read_bytes().startswith(killed) and log.read_bytes().count(b"\n") == 61
    context.close()
