"""The page run against a real API: what it shows for questions, filters, an empty corpus and failures."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.running import free_port
from ui import client

Open = Callable[..., AppTest]
QUESTION = "各区生态修复措施"


def shown(page: AppTest) -> str:
    """The page's own HTML, without its style sheet."""
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


def section(html: str, region: str) -> str:
    return next(part for part in html.split("<section ") if f"<h2>{region}</h2>" in part)


def test_groups_by_region(api: str, open_page: Open) -> None:
    html = shown(open_page(api, q=QUESTION))
    assert "<b>3</b> 个地区中 <b>2</b> 个有相关表述" in html
    assert html.count("<section ") == 3
    found = section(html, "镜湖区")
    assert "<mark>生态修复</mark>" in found
    assert "《芜湖市镜湖区国民经济和社会发展第十四个五年规划和2035年远景目标纲要》" in found
    assert "为什么命中" in found and "字词匹配" in found and "语义相近" in found
    assert "镜湖区十四五规划纲要.txt" in found
    assert 'ps-draft">征求意见稿' in section(html, "鸠江区")
    silent = section(html, "庐阳区")
    assert "未检索到" in silent and "最接近但不足以作答" in silent


def test_text_of_a_plan_is_never_markup(api: str, open_page: Open) -> None:
    html = shown(open_page(api, q=QUESTION))
    assert "&lt;script&gt;alert(&quot;湖&quot;)&lt;/script&gt;" in html
    assert "<script" not in html
    asked = shown(open_page(api, q="<img src=x onerror=alert(1)>的生态修复"))
    assert "<img" not in asked and "&lt;img" in asked


def test_one_region_is_answered_with_its_sentences(api: str, open_page: Open) -> None:
    html = shown(open_page(api, q="镜湖区生态修复"))
    assert "直接回答" in html and "<q>" in html and "相关原文" in html
    assert "鸠江区生态环境保护规划.txt" not in html.split("ps-table")[0]


def test_silence_is_said(api: str, open_page: Open) -> None:
    html = shown(open_page(api, q="量子计算机"))
    assert "未检索到" in html and "没有足以直接作答的原文" in html and "直接回答" not in html


def test_filters_of_the_address_hold(api: str, open_page: Open) -> None:
    page = open_page(api, q=QUESTION, status="征求意见稿")
    assert page.multiselect(key="status").value == ["征求意见稿"]
    html = shown(page)
    assert "<b>3</b> 个地区中 <b>1</b> 个有相关表述" in html
    next(b for b in page.button if b.label == "清除筛选").click().run()
    assert page.multiselect(key="status").value == []
    assert "<b>3</b> 个地区中 <b>2</b> 个有相关表述" in shown(page)


def test_filters_offer_what_the_corpus_has(api: str, open_page: Open) -> None:
    page = open_page(api)
    assert page.multiselect(key="region").options == ["安徽省合肥市庐阳区", "安徽省芜湖市镜湖区", "安徽省芜湖市鸠江区"]
    assert page.multiselect(key="period").options == ["2021-2025", "2026"]
    assert set(page.multiselect(key="status").options) == {"征求意见稿", "正式"}


def test_example_asks_and_goes_into_the_address(api: str, open_page: Open) -> None:
    page = open_page(api)
    assert "ps-results" not in shown(page)
    next(b for b in page.button if b.label == QUESTION).click().run()
    assert page.text_input(key="q").value == QUESTION
    assert page.query_params["q"] in (QUESTION, [QUESTION])
    assert "ps-coverage" in shown(page)


def test_exports_are_offered_with_results_only(api: str, open_page: Open) -> None:
    def offered(page: AppTest) -> list[str]:
        return [b.proto.label for b in page.get("download_button") if (b.key or "").startswith("export-")]

    assert offered(open_page(api)) == []
    found = ["Word", "Excel", "PDF", "CSV", "Markdown", "JSON", "JSON Lines", "GB/T 7714 引文", "BibTeX", "RIS"]
    assert offered(open_page(api, q=QUESTION)) == found


@pytest.mark.parametrize(("question", "sentence"), [("   ", "问题是空的"), ("长" * 1500, "1500 个字")])
def test_bad_question_is_answered_with_advice(api: str, open_page: Open, question: str, sentence: str) -> None:
    html = shown(open_page(api, q=question))
    assert sentence in html and "ps-results" not in html


def test_nothing_ingested_yet(empty_api: str, open_page: Open) -> None:
    page = open_page(empty_api, q=QUESTION)
    html = shown(page)
    assert "先放入规划文本" in html and "还没有文件" in html
    assert not page.text_input and [b.label for b in page.button] == ["入库"]
    page.button[0].click().run()
    assert "请先选择文件" in shown(page)


def test_api_not_running(monkeypatch: pytest.MonkeyPatch, open_page: Open) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.0)
    page = open_page(f"http://127.0.0.1:{free_port()}", q=QUESTION)
    html = shown(page)
    assert "连不上检索服务" in html and "planseek serve" in html
    assert [b.label for b in page.button] == ["重试"]


def test_fault_of_the_page_shows_no_traceback(api: str, monkeypatch: pytest.MonkeyPatch, open_page: Open) -> None:
    def broken(self: client.Api, question: client.Json) -> client.Json:
        return {"query": 1}

    monkeypatch.setattr(client.Api, "ask", broken)
    html = shown(open_page(api, q=QUESTION))
    assert "页面出错" in html and "KeyError" not in html
