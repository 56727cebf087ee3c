"""The tab 批量: batches and answers as HTML by hand-made ones, and the tab run against a real API."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from ui import batch_rows
from ui.client import Api, ApiError, Json

Open = Callable[..., AppTest]
QUESTIONS = "序号,问题,地区,备注\n1,各区生态修复措施,,<b>急</b>\n2,生态修复,火星区,\n3,<script>alert(1)</script>量子计算机,,\n"
ROW: Json = {
    "no": 7, "row": 8, "label": "7", "question": "各区<i>养老</i>", "note": "", "status": "partly", "found": 2, "regions": 5, "passages": 4,
    "first": {"quote": "建设养老服务站。" * 30, "citation": "《题》第一节 <b> 第1段"}, "error": None,
}  # fmt: skip
BATCH = "0123456789abcdef"


def shown(page: AppTest) -> str:
    """The page's own HTML, without its style sheet."""
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


def button(page: AppTest, label: str) -> Any:
    return next(b for b in page.button if label in b.label)


def ended(address: str, batch: str) -> Json:
    until = time.monotonic() + 60
    while (found := httpx.get(f"{address}/v1/batches/{batch}", trust_env=False).json())["state"] in ("waiting", "running"):
        assert time.monotonic() < until
        time.sleep(0.05)
    return dict(found)


def test_a_row_tells_what_came_of_its_question() -> None:
    html = batch_rows.listed(BATCH, [ROW])
    assert f'<details class="ps-q" data-answer="{BATCH}:7">' in html and "2 / 5 个地区有" in html
    assert "各区&lt;i&gt;养老&lt;/i&gt;" in html and "《题》第一节 &lt;b&gt; 第1段" in html and "<i>" not in html
    assert "建设养老服务站。…</q>" in html and len(html) < 1000
    assert "各地区均未检索到" in batch_rows.listed(BATCH, [ROW | {"status": "not_found", "found": 0, "first": None}])
    assert ">未检索到<" in batch_rows.listed(BATCH, [ROW | {"status": "not_found", "found": None, "regions": None, "first": None}])


def test_what_has_no_answer_cannot_be_opened() -> None:
    failed = batch_rows.listed(BATCH, [ROW | {"status": "error", "regions": None, "first": None, "error": "没有找到地区「<火星>」。"}])
    waiting = batch_rows.listed(BATCH, [ROW | {"status": "waiting", "regions": None, "first": None}])
    assert "没有找到地区「&lt;火星&gt;」。" in failed and "未能回答" in failed and "尚未作答" in waiting
    assert "<details" not in failed + waiting


def test_counts_leave_out_what_none_came_to() -> None:
    batch = {"rows": [{"status": status} for status in ("answered", "error", "answered", "waiting")]}
    assert batch_rows.counts(batch) == {"all": 4, "answered": 2, "error": 1, "waiting": 1}


@pytest.mark.parametrize("wanted", ["", "x", f"{BATCH}:", f"{BATCH}:1:2", f"{BATCH}:99999", "f" * 16 + ":1", f"../{BATCH}:1", 5, None])
def test_a_reference_that_is_none_asks_nothing(wanted: Any) -> None:
    assert batch_rows.found(Api("http://127.0.0.1:9"), BATCH, [wanted]) == {}


def test_a_batch_from_file_to_answers(api: str, open_page: Open) -> None:
    page = open_page(api, tab="批量")
    assert "批量提问" in shown(page)
    button(page, "开始回答").click().run()
    assert "请先选择问题文件" in shown(page)
    page.file_uploader(key="batch-file").set_value([("清单.csv", QUESTIONS.encode(), "text/csv")])
    button(page, "开始回答").click().run()
    batch_id = "".join(page.query_params["batch"])
    batch = ended(api, batch_id)
    assert [row["status"] for row in batch["rows"]] == ["partly", "error", "not_found"]

    page = open_page(api, batch=batch_id)
    html = shown(page)
    assert "清单.csv" in html and "已完成" in html and "2 / 3 个地区有" in html and "没有找到地区「火星区」" in html
    assert "备注：&lt;b&gt;急&lt;/b&gt;" in html and "&lt;script&gt;alert(1)&lt;/script&gt;量子计算机" in html and "<script" not in html
    labels = [b.proto.label for b in page.get("download_button")]
    assert labels[:6] == ["Excel", "Word", "PDF", "CSV", "Markdown", "JSON"]

    answers = batch_rows.found(Api(api), batch_id, [f"{batch_id}:1", f"{batch_id}:2"])
    assert "<b>3</b> 个地区中 <b>2</b> 个有相关表述" in answers[f"{batch_id}:1"]
    assert 'id="q1-region-340202"' in answers[f"{batch_id}:1"] and 'href="#q1-region-340202"' in answers[f"{batch_id}:1"]
    assert "没有读到答案：第 2 题没有答案" in answers[f"{batch_id}:2"]

    button(page, "全部批次").click().run()
    assert "batch" not in page.query_params and button(page, "清单")
    button(page, "清单").click().run()
    button(page, "确定删除").click().run()
    assert "batch" not in page.query_params and not [b for b in page.button if "清单" in b.label]


def test_a_refused_file_says_why(api: str, open_page: Open) -> None:
    page = open_page(api, tab="批量")
    page.file_uploader(key="batch-file").set_value([("清单.csv", "问题,规划期\n水,很久\n".encode(), "text/csv")])
    button(page, "开始回答").click().run()
    assert "清单.csv 第 2 行：规划期“很久”看不懂" in shown(page) and "batch" not in page.query_params


def test_a_batch_that_is_gone_is_said_with_a_way_back(api: str, open_page: Open) -> None:
    page = open_page(api, batch=BATCH)
    assert f"没有编号为 {BATCH} 的一批问题" in shown(page)
    button(page, "返回").click().run()
    assert "batch" not in page.query_params and "批量提问" in shown(page)


def test_files_come_as_they_are_asked_for(api: str) -> None:
    client = Api(api)
    begun = client.begin_batch("清单.txt", "镜湖区生态修复".encode(), 2, "bm25")
    assert (ended(api, begun["id"])["mode"], begun["per_region"]) == ("bm25", 2)
    assert "湖岸" in client.batch_file(begun["id"], "csv").decode("utf-8-sig")
    assert client.batch_template().startswith(b"PK")
    assert begun["id"] in [batch["id"] for batch in client.batches()]
    assert client.resume_batch(begun["id"])["id"] == begun["id"]
    ended(api, begun["id"])
    client.remove_batch(begun["id"])
    with pytest.raises(ApiError, match="没有编号为"):
        client.batch(begun["id"])
