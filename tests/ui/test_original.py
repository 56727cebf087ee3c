"""The tab 原文 run against a real API: what the address opens, what can be chosen, what cannot be found."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from tests.ui import running
from tests.ui.test_page import shown
from ui import original, original_place
from ui.original_place import Place

Open = Callable[..., AppTest]
SAMPLES = running.ROOT / "corpus" / "samples"


@pytest.fixture(scope="module")
def samples_api(sample_home: Path) -> Iterator[str]:
    with running.api(sample_home) as address:
        yield address


def document(address: str, name: str) -> str:
    documents = httpx.get(f"{address}/v1/documents", trust_env=False).json()["documents"]
    return str(next(d["id"] for d in documents if name in d["file"]))


def place(address: str, name: str, number: int) -> dict[str, str]:
    """The address of a sample's passage."""
    found = document(address, name)
    passage = httpx.get(f"{address}/v1/documents/{found}", trust_env=False).json()["passages"][number]
    return {"doc": found, "from": str(passage["start"]), "to": str(passage["end"])}


def test_nothing_is_opened_before_a_document_is_chosen(api: str, open_page: Open) -> None:
    page = open_page(api, tab="原文")
    assert "ps-text" not in shown(page) and page.selectbox(key="original-document").value is None
    (name,) = [option for option in page.selectbox(key="original-document").options if "庐阳" in option]
    assert name == "2026年庐阳区政府工作报告 · 安徽省合肥市庐阳区 · 庐阳区2026年政府工作报告.txt"
    page.selectbox(key="original-document").select(name).run()
    html = shown(page)
    assert '<p data-n="1">' in html and "办好民生实事" in html and "返回提问" in html
    assert page.query_params["doc"] in (document(api, "庐阳"), [document(api, "庐阳")])


def test_a_cited_slice_is_marked_and_can_be_copied(api: str, open_page: Open) -> None:
    cited = place(api, "镜湖", 0)
    html = shown(open_page(api, q="镜湖区生态修复", **cited))
    assert "<mark id=cited>实施湖岸生态修复。" in html
    assert f'data-ref="{cited["doc"]}:{cited["from"]}:{cited["to"]}"' in html and 'data-act="copy"' in html
    assert "第一章 建设美丽城区 第一节 加强生态修复 第1段</cite>" in html
    assert "<script" not in html and "&lt;script&gt;" in html


def test_the_address_decides_over_what_was_chosen(api: str, open_page: Open) -> None:
    page = open_page(api, doc=document(api, "镜湖"))
    page.query_params["doc"] = document(api, "鸠江")
    page.run()
    assert page.selectbox(key="original-document").value == document(api, "鸠江")
    assert "修复江滩湿地800亩" in shown(page).split("ps-text")[1]


@pytest.mark.parametrize("wrong", [{"doc": "0" * 64}, {"doc": "0" * 64, "from": "1", "to": "5", "page": "2"}])
def test_an_unknown_document_is_said(api: str, open_page: Open, wrong: dict[str, str]) -> None:
    html = shown(open_page(api, **wrong))
    assert "没有打开原文" in html and "没有编号为 000" in html and "ps-text" not in html


def test_a_slice_beyond_the_text_is_said(api: str, open_page: Open) -> None:
    html = shown(open_page(api, doc=document(api, "镜湖"), **{"from": "1", "to": "99999999"}))
    assert "没有打开原文" in html and "没有从 1 到 99999999 的一段" in html


@pytest.mark.parametrize("wrong", [
    {"doc": "<script>"}, {"doc": "../x"}, {"doc": ""}, {"doc": "0" * 65}, {"from": "3", "to": "5"}
])  # fmt: skip
def test_what_names_no_document_opens_none(api: str, open_page: Open, wrong: dict[str, str]) -> None:
    html = shown(open_page(api, **wrong))
    assert "没有打开原文" not in html and "ps-text" not in html and "<script" not in html


@pytest.mark.parametrize("more", [{"from": "x", "to": "5"}, {"from": "9", "to": "3"}, {"page": "-1"}, {"page": "0"}, {"to": "5"}])
def test_a_slice_that_is_none_leaves_the_document(api: str, open_page: Open, more: dict[str, str]) -> None:
    html = shown(open_page(api, doc=document(api, "镜湖"), **more))
    assert "ps-text" in html and "<mark id=cited>" not in html and "ps-cited" not in html


def test_pages_are_turned_and_left_again(samples_api: str, open_page: Open) -> None:
    cited = place(samples_api, "05_", 20)
    page = open_page(samples_api, q="青桐水库", **cited)
    assert "ps-leaf" not in shown(page)
    page.segmented_control(key="original-view").set_value("原页").run()
    html = shown(page)
    assert "ps-leaf" in html and 'class="ps-spot" id=cited' in html and "ps-text" not in html
    here = page.number_input(key="original-page").value
    assert page.query_params["page"] in (str(here), [str(here)])
    page.button(key="original-after").click().run()
    assert page.number_input(key="original-page").value == here + 1
    html = shown(page)
    assert "ps-spot" not in html and f">第 {here} 页</a>" in html
    page.number_input(key="original-page").set_value(1).run()
    assert page.button(key="original-before").disabled and 'alt="第 1 页"' in shown(page)
    page.segmented_control(key="original-view").set_value("文字").run()
    assert "page" not in page.query_params and "<mark id=cited>" in shown(page)


def test_a_page_beyond_the_last_is_the_last(samples_api: str, open_page: Open) -> None:
    page = open_page(samples_api, doc=document(samples_api, "05_"), page="500")
    assert page.number_input(key="original-page").value == 9 and page.button(key="original-after").disabled


def test_a_part_leads_to_the_part_before_it_and_a_draft_to_its_final_version(samples_api: str, open_page: Open) -> None:
    html = shown(open_page(samples_api, q="养老", doc=document(samples_api, "08_")))
    assert f"doc={document(samples_api, '07_')}" in html and "接着<a" in html
    html = shown(open_page(samples_api, doc=document(samples_api, "03_")))
    assert f"正式稿：<a href=\"?doc={document(samples_api, '04_')}\"" in html


def test_addresses_keep_the_question_and_the_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    class Params(dict[str, list[str]]):
        get_all = dict.__getitem__

    params = Params({"q": ["生态 & 修复"], "kind": ["规划纲要", "通知"], "doc": ["x"], "from": ["1"], "to": ["2"], "page": ["7"]})
    monkeypatch.setattr(original_place.st, "query_params", params)
    address = original_place.link(Place("abc", (3, 9)))
    assert parse_qs(address[1:]) == {"q": ["生态 & 修复"], "kind": ["规划纲要", "通知"], "doc": ["abc"], "from": ["3"], "to": ["9"]}
    assert parse_qs(original_place.link(Place("abc", None, 4))[1:])["page"] == ["4"]


def test_frames_are_placed_in_parts_of_the_page() -> None:
    boxes = [
        {"page": 2, "left": 0.1, "top": 0.25, "right": 0.6, "bottom": 0.3}, {"page": 2, "left": 0.1, "top": 0.3, "right": 0.2, "bottom": 0.35},
        {"page": 3, "left": 0, "top": 0, "right": 1, "bottom": 1},
    ]  # fmt: skip
    html = original.leaf("AAAA", boxes, 2, Place("abc", (1, 5), 2))
    assert '<span class="ps-spot" id=cited style="left:10.000%;top:25.000%;width:50.000%;height:5.000%"></span>' in html
    assert html.count("ps-spot") == 2 and "引文还在<a" in html and "page=3" in html and ">第 3 页</a>" in html
    assert "引文在<a" in original.leaf("AAAA", boxes, 1, Place("abc", (1, 5), 1))
