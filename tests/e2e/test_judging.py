"""The judging page in a real browser: keys grade, grades outlive a reload, the saved file is what `eval add` reads."""

import json
from pathlib import Path

from corpus.model import Document, Passage, Span
from eval import judging
from eval.model import Item, Question

TEXT = "每月巡河三次。公布监督电话。\n种树三百亩。"
DOCUMENT = Document("d" * 64, ("/x/甲.txt",), TEXT, "甲县规划")
PASSAGES = [Passage(DOCUMENT.id, Span(0, 14), ("一、水",), 1, 1, 1), Passage(DOCUMENT.id, Span(15, 21), ("二、林",), 1, 1, 1)]


def test_keys_grade_and_the_file_comes_back(browser, tmp_path: Path):
    items = [Item(p.id, p.document, p.span) for p in PASSAGES]
    content = judging.page("mine", [(Question("q1", "多久巡一次河"), items)], {DOCUMENT.id: DOCUMENT}, {p.id: p for p in PASSAGES})
    file = tmp_path / "judge.html"
    file.write_text(content, "utf-8")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.keyboard.press("a")
    page.keyboard.press("2")
    page.reload()
    assert "已评 1 段" in page.inner_text("#at")
    page.keyboard.press("0")
    with page.expect_download() as download:
        page.click("#save")
    saved = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert not [url for url in asked if url.startswith("http")]
    page.close()
    assert [(g["grade"], g["spans"]) for g in saved["grades"]] == [(2, [[0, 7]]), (0, [])]
    (row,) = judging.merged([{"id": "q1", "query": "多久巡一次河"}], saved, "saved.json")
    assert row["nuggets"] == [{"document": DOCUMENT.id, "start": 0, "end": 7, "grade": 2}]
