"""The tab 语料 run against a real API, and its parts by themselves: reports, disk use, corrections in the table."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from corpus import edits
from corpus.model import KINDS, STATUSES
from corpus.regions.places import LEVELS
from tests.ui import running
from ui import corrections, library, own_regions, working
from ui.client import Json

Open = Callable[..., AppTest]
REGION = {"code": "990102", "name": "澜江省临澜市沧浦区", "level": "县级"}


def document(**changes: object) -> Json:
    return {
        "id": "a" * 64, "title": "沧浦区规划", "file": "/x/甲.txt", "region": REGION | {"confidence": 0.9}, "kind": "规划纲要", "period": "2021-2025",
        "status": "正式", "issued": None, "number": None, "issuer": None, "passages": 7, "edited": {},
    } | changes  # fmt: skip


def shown(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


# — what became of jobs ——————————————————————————————————————————————————————————————————————————————————————————


def _file(name: str, status: str, **changes: object) -> Json:
    return {
        "file": f"/home/x/{name}", "id": "d", "status": status, "reason": None, "title": "题<i>", "region": REGION | {"confidence": 0.4},
        "kind": "规划纲要", "period": None, "passages": 12, "checks": [],
    } | changes  # fmt: skip


def test_a_report_counts_and_explains() -> None:
    refused = _file("坏.pdf", "refused", reason="坏.pdf：文件是空的", title=None, region=None, kind=None, passages=0)
    added = _file("好.txt", "added", checks=["地区「<b>弋江区</b>」依据不足，请核对"])
    told = library.report({"documents": [added, _file("旧.txt", "unchanged"), refused], "passages": 12, "seconds": 1.26})
    assert "新增 1 个，未变 1 个，未能读入 1 个" in told and "1.3 秒" in told and "旧.txt" not in told
    assert "<small>文件是空的</small>" in told and told.index("坏.pdf") < told.index("好.txt")
    assert "题&lt;i&gt;" in told and "沧浦区？" in told and "/home" not in told and "&lt;b&gt;弋江区" in told
    assert "<details>" not in told
    assert "<details>" in library.report({"documents": [added] * 13, "passages": 12, "seconds": 1.0})


def test_a_long_report_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MOST_ROWS", 3)
    told = library.report({"documents": [_file(f"{i}.txt", "added") for i in range(5)], "passages": 12, "seconds": 1.0})
    assert "另有 2 个文件未列出" in told and told.count("<tr>") == 3


def test_a_removal_tells_what_would_bring_files_back() -> None:
    gone = {"title": "甲", "passages": 7, "left": ["/x/甲<b>.txt"], "note": "……"}
    job = {"kind": "remove", "result": {"documents": [gone, gone | {"left": [], "note": None}]}}
    told = library.outcome(job)
    assert "已移除 2 份文件、14 段" in told and "其中 1 份的原文件还在原处（甲&lt;b&gt;.txt）" in told and "/x/" not in told


def test_disk_use_is_one_line_of_what_counts() -> None:
    sizes = {"store": 5_650_000, "index": 11_140_000, "uploads": 0, "cache": 7_800_000, "models": 8_400_000, "other": 205, "free": 74_300_000_000}
    assert "磁盘占用：语料 5.7 MB，索引 11.1 MB，缓存 7.8 MB，模型 8.4 MB；还可用 74.3 GB。" in library.usage(sizes)


@pytest.mark.parametrize(
    ("job", "line"),
    [
        ({"kind": "ingest", "state": "waiting", "stage": "", "done": 0, "total": 0, "seconds": 3.0}, "入库：在等前一项完成"),
        ({"kind": "ingest", "state": "running", "stage": "读取文件", "done": 2, "total": 60, "seconds": 75.4}, "入库：读取文件 2/60，已用 1 分 15 秒。"),
        ({"kind": "remove", "state": "running", "stage": "", "done": 0, "total": 0, "seconds": 0.4}, "移除：准备，已用 0 秒。"),
        ({"kind": "reread", "state": "running", "stage": "写入索引", "done": 0, "total": 1, "seconds": 9.0}, "重新读入：写入索引，已用 9 秒。"),
    ],
)
def test_where_a_job_stands_is_one_line(job: Json, line: str) -> None:
    assert working.told(job).startswith(line)


# — corrections in the table —————————————————————————————————————————————————————————————————————————————————————


def test_the_words_of_the_page_are_those_of_the_corpus() -> None:
    assert (corrections.KINDS, corrections.STATUSES, corrections.FIELDS) == (KINDS, STATUSES, edits.FIELDS)
    assert set(own_regions.LEVELS) < set(LEVELS)


def test_documents_are_found_by_every_word_and_stay_in_place() -> None:
    many = [document(id=str(i), title=f"第{i}份", file=f"/x/{9 - i}.txt") for i in range(5)]
    assert [d["title"] for d in library.matching(many, "第3份 临澜")] == ["第3份"]
    assert library.matching(many, "茶溪") == []
    assert [d["id"] for d in library.ordered(many)] == ["4", "3", "2", "1", "0"]
    many[2]["title"] = "改过的题"
    assert [d["id"] for d in library.ordered(many)] == ["4", "3", "2", "1", "0"]


def test_a_document_is_a_row() -> None:
    assert corrections.row(document(edited={"region": "澜江省临澜市", "issued": None})) == {
        "选": False, "标题": "沧浦区规划", "地区": "澜江省临澜市沧浦区", "文种": "规划纲要", "规划期": "2021-2025", "状态": "正式", "日期": "", "文号": "",
        "发文机关": "", "段数": 7, "已更正": "地区、日期", "文件": "甲.txt",
    }  # fmt: skip
    assert corrections.row(document(region=None))["地区"] == ""


def test_only_cells_that_differ_are_corrections() -> None:
    two = [document(), document(id="b" * 64)]
    rows = [corrections.row(two[0]), corrections.with_pending(two[1], {"title": "以前改的"})]
    assert corrections.pending(two, rows, {}) == {"b" * 64: {"title": "以前改的"}}
    edited: dict[int, dict[str, Any]] = {0: {"选": True, "规划期": None, "文种": "专项规划"}, 1: {"标题": "沧浦区规划 "}}
    assert corrections.pending(two, rows, edited) == {"a" * 64: {"period": "", "kind": "专项规划"}}
    assert corrections.chosen(two, edited) == [two[0]]


def test_writing_again_what_was_read_takes_a_correction_back() -> None:
    one = document(edited={"title": "读出的题", "issued": None})
    asked = corrections.request(one["id"], {"title": "读出的题", "issued": "", "region": "", "kind": "通知"}, {one["id"]: one})
    assert asked == {"id": one["id"], "title": None, "issued": None, "region": "", "kind": "通知"}


# — the tab ——————————————————————————————————————————————————————————————————————————————————————————————————————


def sent(page: AppTest, *files: tuple[str, bytes]) -> str:
    """The page after an upload has been taken in."""
    page.file_uploader(key="files").set_value([(name, content, "text/plain") for name, content in files])
    next(b for b in page.button if b.label == "入库").click().run()
    until = time.monotonic() + 60
    while "ps-report" not in shown(page):
        assert time.monotonic() < until, shown(page)
        time.sleep(0.1)
        page.run()
    return shown(page)


def test_an_upload_is_reported_file_by_file(tmp_path: Path, open_page: Open) -> None:
    with running.api(tmp_path / "home") as address:
        page = open_page(address, tab="语料")
        plan = "2026年栖霞区政府工作报告\n\n一、重点工作\n\n修复滨江湿地300亩。\n".encode()
        html = sent(page, ("栖霞.txt", plan), ("空.txt", b""))
        assert "新增 1 个，未能读入 1 个" in html and "文件是空的" in html and "政府工作报告" in html
        assert page.text_input(key="q").value == ""
        assert httpx.get(f"{address}/v1/documents", trust_env=False).json()["total"] == 1
        # Whoever comes later sees only the first line of it.
        assert "<details><summary><b>新增 1 个，未能读入 1 个</b>" in shown(open_page(address, tab="语料"))


def test_the_corpus_is_listed_and_narrowed(api: str, open_page: Open) -> None:
    page = open_page(api, tab="语料")
    rows = lambda: sorted(row["文件"] for row in page.session_state["documents-rows"])  # noqa: E731
    assert "3 份文件" in shown(page) and "磁盘占用：" in shown(page)
    assert rows() == ["庐阳区2026年政府工作报告.txt", "镜湖区十四五规划纲要.txt", "鸠江区生态环境保护规划.txt"]
    page.text_input(key="wanted").set_value("庐阳").run()
    assert rows() == ["庐阳区2026年政府工作报告.txt"]
    page.text_input(key="wanted").set_value("<b>没有").run()
    assert "没有与“&lt;b&gt;没有”相符的文件" in shown(page) and not page.get("data_editor")


def test_many_documents_are_shown_by_pages(api: str, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MOST_ROWS", 2)
    page = open_page(api, tab="语料")
    rows = lambda: [row["文件"] for row in page.session_state["documents-rows"]]  # noqa: E731
    pages = page.selectbox(key="documents-from")
    assert pages.options == ["第 1–2 份，共 3 份", "第 3–3 份，共 3 份"]
    assert rows() == ["庐阳区2026年政府工作报告.txt", "镜湖区十四五规划纲要.txt"]
    pages.set_value(2).run()
    assert rows() == ["鸠江区生态环境保护规划.txt"]


def test_a_region_is_added_with_a_code_of_its_own_and_taken_back(tmp_path: Path, open_page: Open) -> None:
    with running.api(tmp_path / "home") as address:
        running.upload(address, running.write_plans(tmp_path / "plans")[:1])
        page = open_page(address, tab="语料")
        next(b for b in page.button if b.label == "增加").click().run()
        assert "请填写名称" in shown(page)
        page.text_input(key="region-name").set_value("芜湖<经开区")
        page.text_input(key="region-parent").set_value("芜湖市")
        page.text_input(key="region-aliases").set_value("经开区，开发区")
        next(b for b in page.button if b.label == "增加").click().run()
        html = shown(page)
        assert "已增加“芜湖&lt;经开区”" in html and "340200K01" in html and "经开区、开发区" in html
        page.text_input(key="region-name").set_value("三山经开区")
        page.text_input(key="region-parent").set_value("鼓楼区")
        next(b for b in page.button if b.label == "增加").click().run()
        assert "上级地区「鼓楼区」有多个" in shown(page)
        page.selectbox(key="region-gone").set_value("340200K01").run()
        page.button(key="remove-region").click().run()
        assert "已删除“安徽省芜湖市芜湖&lt;经开区”" in shown(page) and "340200K01" not in shown(page)
