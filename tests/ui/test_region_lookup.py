"""Regions looked up on the page: with their documents, without any, and what lies in them; against a real API."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from ui import region_lookup

Open = Callable[..., AppTest]


def shown(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.startswith("<style"))


def looked_up(page: AppTest, wanted: str) -> str:
    page.text_input(key="region-wanted").set_value(wanted).run()
    html = shown(page)
    return html[html.index('class="ps-regions"') :] if 'class="ps-regions"' in html else html


def test_regions_are_found_by_name_and_code_with_their_documents(api: str, open_page: Open) -> None:
    page = open_page(api, tab="语料")
    assert "3 个地区有文件" in shown(page)
    assert "<b>鸠江区</b><small>安徽省芜湖市</small>" in shown(page)
    by_name = looked_up(page, "镜湖区")
    assert "<b>镜湖区</b>" in by_name and "340202" in by_name and "?doc=" in by_name and ">芜湖市镜湖区国民经济和社会发展第十四个五年规划" in by_name
    assert "鸠江区" not in by_name.split("磁盘占用")[0].split("自设地区")[0]
    assert "<b>鸠江区</b>" in looked_up(page, "340207")


def test_a_region_tells_which_of_those_in_it_have_nothing(api: str, open_page: Open) -> None:
    page = open_page(api, tab="语料")
    html = looked_up(page, "芜湖市")
    assert "<i>没有文件</i>" in html
    line = html[html.index("芜湖市下面") :].split("</p>")[0]
    assert "2 个有文件" in line and "弋江区" in line and "镜湖区" not in line and "鸠江区" not in line
    assert "都没有“&lt;b&gt;火星”" in looked_up(page, "<b>火星")


def test_names_are_never_markup() -> None:
    region = {"code": "1<", "name": "甲省乙<b>市", "level": "地级", "documents": 0}
    html = region_lookup.table([region], {})
    assert "乙&lt;b&gt;市" in html and "1&lt;" in html and "<b>市" not in html
