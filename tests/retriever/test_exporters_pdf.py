"""The PDF memo: text that can be copied, bookmarks, embedded fonts or the built-in one; no text in it is markup."""

from collections.abc import Iterator

import pypdfium2
import pytest

from retriever.exporters import export, pdf_fonts
from retriever.exporters.printed import chinese, shares
from retriever.model import Query
from retriever.paper import Table, of_answer
from retriever.search import Searcher
from tests.retriever.papers import (
    CITY,
    EDITION,
    FORMULAS,
    HOSTILE,
    LABEL,
    MADE,
    SILENT,
    fanned,
    flat,
    found,
    made_hit,
    paper,
)


def pages(content: bytes) -> list[str]:
    return ["".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(content)]


@pytest.fixture(params=["fonts of this machine", "no font at all"])
def fonts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "no font at all":
        monkeypatch.setattr(pdf_fonts, "_installed", dict)
    pdf_fonts.faces.cache_clear()
    yield request.param
    pdf_fonts.faces.cache_clear()


def test_the_memo_can_be_read_and_copied(fonts: str) -> None:
    content = export(paper(fanned(made_hit("先说别的。恢复湿地410亩。"), made_hit("矿山\n复绿。", 2)), "恢复湿地410亩。"), "pdf")
    (shown,) = pages(content)
    order = [
        "各区生态修复", f"规划原文摘编{MADE}", "2个县级地区中1个有相关表述。", "一、各地区结果", CITY.name, "恢复湿地410亩。[1]",
        f"[1]{''.join(LABEL.split())}（甲.txt，第10–19字）", "二、原文摘录", f"（一）{CITY.name}", "先说别的。恢复湿地410亩。[2]", "复绿。[3]",
        f"[2]{''.join(LABEL.split())}（甲.txt，第5–19字）", "三、未检索到相关表述的地区", SILENT.name, "四、来源文件", "[1]沧浦区规划[Z].", f"生成日期：{MADE}",
    ]  # fmt: skip
    at = 0
    for words in order:
        assert (at := shown.find(words, at)) >= 0, words


def test_headings_are_bookmarks() -> None:
    document = pypdfium2.PdfDocument(export(paper(fanned(made_hit("恢复湿地。")), "恢复湿地。"), "pdf"))
    told = [(mark.level, mark.get_title()) for mark in document.get_toc()]
    assert told == [
        (0, "一、各地区结果"), (0, "二、原文摘录"), (1, f"（一）{CITY.name}"), (0, "三、未检索到相关表述的地区"), (0, "四、来源文件")
    ]  # fmt: skip
    assert document.get_metadata_value("Title") == "各区生态修复"


def test_fonts_are_embedded_where_the_machine_has_one(fonts: str) -> None:
    content = export(flat("恢复湿地。"), "pdf")
    embedded = fonts != "no font at all" and bool(pdf_fonts.faces().covered) and pdf_fonts.faces().names["fang"] != pdf_fonts.BUILT_IN
    assert (b"/FontFile2" in content) == embedded and (b"/STSong-Light" in content) >= (not embedded)


def test_what_a_font_lacks_is_set_in_another() -> None:
    own = pdf_fonts.Faces({"fang": "甲"}, {"甲": frozenset(map(ord, "规划")), "乙": frozenset(map(ord, "A→"))})
    assert own.dressed("规A→<划〈", "fang") == '规<font name="乙">A→</font><font name="STSong-Light">&lt;</font>划<font name="STSong-Light">〈</font>'


def test_nothing_that_a_text_says_is_done(fonts: str) -> None:
    hits = [made_hit(text, i, title=text) for i, text in enumerate([*HOSTILE, *FORMULAS], 1)]
    content = export(paper(fanned(*hits, question="<b>问</b>{{ 7*7 }}")), "pdf")
    shown = "".join(pages(content))
    assert "<b>问</b>{{7*7}}" in shown and "<fontcolor='red'>x</font>" in shown and b"/URI" not in content and b"/JavaScript" not in content
    assert all("".join(text.split()) in shown for text in ("{{ title.__class__ }}", "=1+1", "长" * 500))


def test_a_cell_longer_than_a_page_is_split(fonts: str) -> None:
    shown = pages(export(paper(fanned(made_hit("长" * 9000 + "完。")), "长" * 9000 + "完。"), "pdf"))
    assert len(shown) > 3 and sum(page.count("长") for page in shown) == 18_000


def test_every_quotation_of_the_samples_is_there(searcher: Searcher, fonts: str) -> None:
    made = of_answer(searcher.ask(Query("各区生态修复措施")), MADE, EDITION)
    notes = "".join(pages(export(made, "pdf")))
    for quotation in made.quotations():
        assert "".join(quotation.text.split())[:20] in notes and "".join(quotation.label.split())[:20] in notes


def test_numbers_of_headings() -> None:
    assert [chinese(n) for n in (1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 999)] == [
        "一", "十", "十一", "二十", "二十一", "一百", "一百零一", "一百一十", "一百一十一", "一百二十", "九百九十九"
    ]  # fmt: skip


def test_columns_share_a_page() -> None:
    """A column of years keeps its line, a long text has what is left."""
    table = Table("目标", ("年份", "原文"), (("2026", "长" * 300),))
    assert [round(share * 86) for share in shares(table, [0, 1])] == [8, 78]
    assert sum(shares(Table("表", tuple("甲乙丙丁"), (("字" * 90,) * 4,)), [0, 1, 2, 3])) == pytest.approx(1)


def test_a_question_without_passages() -> None:
    (shown,) = pages(export(paper(found()), "pdf"))
    assert "未检索到足以作答的原文。" in shown
