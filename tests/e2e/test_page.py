"""The page in real Chromium: ask, read, export, upload, find; at both widths, without a request to another host."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

QUESTION = "各区生态修复措施"


def opened(tab: Any, question: str = "") -> Any:
    tab.goto(f"/?q={quote(question)}" if question else "/")
    tab.wait_for_selector(".ps-results" if question else ".ps-guide")
    return tab


def section(tab: Any, region: str) -> Any:
    return tab.locator("section.ps-group").filter(has=tab.locator("h2", has_text=region))


def test_a_question_is_answered_region_by_region(tab: Any, tmp_path: Path) -> None:
    opened(tab)
    tab.get_by_role("button", name=QUESTION).click()
    tab.wait_for_selector(".ps-coverage")
    assert tab.locator(".ps-coverage > p").inner_text() == "3 个地区中 2 个有相关表述"
    assert "镜湖区" in section(tab, "镜湖区").inner_text()
    assert "生态修复" in section(tab, "镜湖区").locator("blockquote mark").all_inner_texts()
    assert section(tab, "鸠江区").locator(".ps-draft").first.inner_text() == "征求意见稿"
    silent = section(tab, "庐阳区")
    assert "未检索到" in silent.inner_text()
    assert not silent.locator("blockquote").is_visible()
    silent.locator("summary").first.click()
    assert silent.locator("blockquote").is_visible()
    why = section(tab, "镜湖区").locator(".ps-why").first
    why.locator("summary").click()
    assert "字词匹配" in why.inner_text() and "语义相近" in why.inner_text()
    assert unquote(tab.url).endswith(f"?q={QUESTION}")
    assert QUESTION in tab.title()
    picture = tab.screenshot(path=tmp_path / "page.png")
    assert len(picture) > 20_000


def test_text_of_a_plan_is_shown_not_run(tab: Any) -> None:
    opened(tab, QUESTION)
    assert '<script>alert("湖")</script>' in section(tab, "镜湖区").inner_text()
    assert tab.locator(".ps-results script").count() == 0


def test_typing_asks_and_a_link_restores(tab: Any) -> None:
    opened(tab)
    box = tab.get_by_label("问题", exact=True)
    box.fill("镜湖区生态修复")
    box.press("Enter")
    tab.wait_for_selector(".ps-answer")
    assert "相关原文" in tab.locator(".ps-flat").inner_text()
    link = tab.url
    tab.goto("about:blank")
    tab.goto(link)
    tab.wait_for_selector(".ps-answer")
    # The box is a script of its own, which may come after the results.
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(tab.get_by_label("问题", exact=True)).to_have_value("镜湖区生态修复")


def test_the_index_of_regions_leads_to_the_region(tab: Any) -> None:
    opened(tab, QUESTION)
    tab.locator(".ps-coverage nav a", has_text="鸠江区").click()
    tab.wait_for_function("location.hash === '#region-340207'")
    assert section(tab, "鸠江区").locator("h2").is_visible()
    assert tab.locator(".ps-coverage").count() == 1


@pytest.mark.parametrize(
    ("label", "suffix"),
    [("Word", "docx"), ("Excel", "xlsx"), ("PDF", "pdf"), ("CSV", "csv"), ("Markdown", "md"), ("JSON", "json"), ("JSON Lines", "jsonl"),
     ("GB/T 7714 引文", "txt"), ("BibTeX", "bib"), ("RIS", "ris")],
)  # fmt: skip
def test_every_export_downloads(tab: Any, tmp_path: Path, label: str, suffix: str) -> None:
    opened(tab, QUESTION)
    if label not in ("Word", "Excel", "PDF"):
        tab.locator(".st-key-exports").get_by_role("button", name="更多格式").click()
    with tab.expect_download() as started:
        tab.get_by_role("button", name=label, exact=True).click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert file.name == f"{QUESTION}.{suffix}"
    if suffix in ("csv", "md", "json", "jsonl"):
        assert "湖岸" in file.read_text("utf-8-sig")
    elif suffix in ("txt", "bib", "ris"):
        assert "鸠江区“十四五”生态环境保护规划" in file.read_text("utf-8-sig")
    elif suffix in ("docx", "pdf"):
        assert file.read_bytes()[:4] == {"docx": b"PK\x03\x04", "pdf": b"%PDF"}[suffix]
    if suffix != "xlsx":
        return
    calamine = pytest.importorskip("python_calamine")
    cells = [
        row
        for name in calamine.load_workbook(file).sheet_names
        for row in calamine.load_workbook(file).get_sheet_by_name(name).to_python()
    ]
    flat = [str(cell) for row in cells for cell in row]
    assert "未检索到" in flat and any("湖岸" in cell for cell in flat) and any("镜湖区" in cell for cell in flat)


@pytest.mark.parametrize("tab", [390], indirect=True)
def test_narrow_screens_need_no_sideways_scrolling(tab: Any, tmp_path: Path) -> None:
    opened(tab, QUESTION)
    for summary in tab.locator(".ps-results summary").all():
        if summary.is_visible():
            summary.click()
    assert tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    tab.screenshot(path=tmp_path / "narrow.png", full_page=True)
    tab.get_by_test_id("stExpandSidebarButton").click()
    tab.get_by_test_id("stSidebarUserContent").get_by_text("检索方式").wait_for()


def test_nothing_of_streamlit_is_left(tab: Any) -> None:
    opened(tab)
    tab.get_by_role("tab", name="语料").click()
    seen = tab.locator("body").inner_text()
    for word in ("Deploy", "Streamlit", "Drag and drop", "Browse files", "Limit ", "Press Enter"):
        assert word not in seen
    assert not tab.get_by_test_id("stMainMenu").is_visible()
