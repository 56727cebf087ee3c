"""A document's text as the tab 原文 sets it: blocks in their order, numbers as cited, the cited words marked, nothing unescaped."""

import re

from ui import original_text
from ui.client import Json

TEXT = """首页 > 规划
茶溪县<b>规划</b>
第一章 总则
修好山，[1]种好树。
挖好塘。
专栏1 <x>工程
筑坝三座。
第二章 指标
名称\t2025年
林地 & 草地\t58%
水面\t
页脚 © 某网"""


def at(words: str) -> dict[str, int]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words)}


def section(kind: str, words: str, level: int = 0, heading: str | None = None) -> Json:
    return {"kind": kind, "level": level, "heading": words if heading is None else heading} | at(words)


DOCUMENT: Json = {
    "text": TEXT,
    "document": {"title": {"span": at("茶溪县<b>规划</b>")}},
    "sections": [
        section("boilerplate", "首页 > 规划", heading="面包屑<导航>"), section("heading", "第一章 总则", 1),
        section("boilerplate", "[1]", heading="标记"), section("box", "专栏1 <x>工程\n筑坝三座。", 2, "专栏1 <x>工程"),
        section("heading", "第二章 指标", 1), section("table", "名称\t2025年\n林地 & 草地\t58%\n水面\t"),
        section("boilerplate", "页脚 © 某网", heading="网站页脚"),
    ],
    "tables": [at("名称\t2025年\n林地 & 草地\t58%\n水面\t") | {
        "columns": ["名称", "2025年"], "rows": [["林地 & 草地", "58%"], ["水面", ""]],
    }],
    "passages": [at("修好山，[1]种好树。\n挖好塘。"), at("筑坝三座。"), at("林地 & 草地\t58%\n水面")],
}  # fmt: skip
NUMBERED: Json = {
    "paragraphs": [
        at("修好山，[1]种好树。") | {"first": 1, "last": 1}, at("挖好塘。") | {"first": 2, "last": 3},
        at("筑坝三座。") | {"first": 1, "last": 1}, at("林地 & 草地\t58%") | {"first": 1, "last": 1}, at("水面") | {"first": 2, "last": 2},
    ],
    "pages": [],
}  # fmt: skip
WHOLE = (0, len(TEXT))


def article(cited: tuple[int, int] | None = None, pages: tuple[int, ...] = (), document: Json = DOCUMENT) -> str:
    numbered = NUMBERED | {"pages": list(pages)}
    return original_text.article(document, numbered, (0, len(document["text"])), cited, lambda page: f"?page={page}")


def words(html: str) -> str:
    """What a reader sees of it, reasons and page signs left out."""
    seen = re.sub(r"<i>.*?</i>", "", html)
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", seen)).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_every_word_of_the_text_stands_there_in_its_order():
    assert words(article()) == re.sub(r"\s+", "", TEXT)


def test_each_block_is_set_as_what_it_is():
    html = article()
    start = at("第一章 总则")["start"]
    assert f'<h3 id="at-{start}">第一章 总则</h3>' in html
    assert '<p class="title">茶溪县&lt;b&gt;规划&lt;/b&gt;</p>' in html
    assert '<p class="ps-out"><i>面包屑&lt;导航&gt;</i>首页 &gt; 规划</p>' in html
    assert '<p data-n="1">修好山，<s class="ps-out">[1]</s>种好树。</p><p data-n="2—3">挖好塘。</p>' in html
    box = at("专栏1 <x>工程")["start"]
    assert f'<section class="ps-box" id="at-{box}"><h6>专栏1 &lt;x&gt;工程</h6><p data-n="1">筑坝三座。</p></section>' in html
    assert '<tr><td class="n"></td><th>名称</th><th>2025年</th></tr>' in html
    assert '<tr><td class="n" data-n="1"></td><td>林地 &amp; 草地</td><td>58%</td></tr>' in html
    assert '<tr><td class="n" data-n="2"></td><td>水面</td><td></td></tr>' in html


def test_a_cited_span_is_marked_wherever_it_runs():
    start, end = at("种好树。")["start"], at("筑坝")["end"]
    html = article((start, end))
    assert re.findall(r"<mark(?: id=cited)?>(.*?)</mark>", html) == ["种好树。", "挖好塘。", "专栏1 &lt;x&gt;工程", "筑坝"]
    assert html.count("id=cited") == 1 and "<mark id=cited>种好树。</mark>" in html


def test_a_cited_cell_is_marked_in_its_column():
    span = at("58%")
    assert "<td><mark id=cited>58%</mark></td>" in article((span["start"], span["end"]))


def test_pages_are_told_where_they_begin():
    html = article(pages=(0, at("种好树")["start"], at("第二章")["start"], at("第二章")["start"]))
    assert '<s class="ps-out">[1]</s><span class="ps-page"><a href="?page=2"' in html
    assert re.search(r'<p class="ps-page"><a href="\?page=4"[^>]*></a></p><h3', html)
    assert "?page=1" not in html and "?page=3" not in html


def test_the_outline_leads_to_headings_and_boxes():
    html = original_text.outline(DOCUMENT, WHOLE)
    for heading, level in (("第一章 总则", 1), ("专栏1 <x>工程", 2), ("第二章 指标", 1)):
        shown = heading.replace("<", "&lt;").replace(">", "&gt;")
        assert f'<li style="--level:{level}"><a href="#at-{at(heading)["start"]}">{shown}</a></li>' in html
    assert html.count("<li") == 3
    assert original_text.outline(DOCUMENT | {"sections": []}, WHOLE) == ""


def test_a_very_long_document_is_set_in_parts_that_begin_at_headings(monkeypatch):
    monkeypatch.setattr(original_text, "PART", 40)
    parts = original_text.parts(DOCUMENT)
    assert parts[0][0] == 0 and parts[-1][1] == len(TEXT) and len(parts) > 1
    assert [a for a, _ in parts[1:]] == [b for _, b in parts[:-1]]
    starts = {s["start"] for s in (*DOCUMENT["sections"], *DOCUMENT["passages"])}
    assert {a for a, _ in parts[1:]} <= starts
    html = "".join(original_text.article(DOCUMENT, NUMBERED, part, None, lambda page: "") for part in parts)
    assert words(html) == re.sub(r"\s+", "", TEXT)
    assert "".join(original_text.outline(DOCUMENT, part) for part in parts).count("<li") == 3


def test_a_text_without_anything_recognised_is_shown_as_it_is():
    text = "种树。<script>\n挖塘。\n"
    bare = DOCUMENT | {"text": text, "sections": [], "tables": [], "passages": [], "document": {"title": {"span": None}}}
    html = original_text.article(bare, {"paragraphs": [], "pages": []}, (0, len(text)), None, lambda page: "")
    assert html == '<article class="ps-text" lang="zh-CN"><p>种树。&lt;script&gt;\n挖塘。</p></article>'
    assert original_text.parts(bare) == [(0, len(text))]
