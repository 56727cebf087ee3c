"""What is handed on: every quotation a slice with its citation, every table with its cells, whatever the file."""

from dataclasses import replace

import pytest

from corpus.errors import PlanSeekError
from corpus.model import Document, Span
from corpus.targets.model import Target
from retriever.changes import Change
from retriever.exporters import export
from retriever.exporters.printed import outline, shown_columns
from retriever.model import Citation, Query
from retriever.paper import (
    FOUND,
    NOT_FOUND,
    WHATS,
    Kept,
    Paper,
    Quotation,
    edition_of,
    of_basket,
    of_batch,
    of_changes,
    of_duties,
    of_targets,
)
from retriever.service import Service
from retriever.tables import DutyRow, TargetRow
from settings import Settings
from tests.retriever.papers import CITY, EDITION, LABEL, MADE, SILENT, fan, fanned, flat, found, made_hit, paper


@pytest.fixture(scope="module")
def service(sample_home) -> Service:  # type: ignore[no-untyped-def]
    return Service(Settings(home=sample_home))


def cited(text: str, quote: str, title: str = "沧浦区规划", letter: str = "e") -> Citation:
    document = Document(letter * 64, (f"/家/{letter}.txt",), text, title, CITY, "规划纲要", "2021-2025", "正式")
    start = text.index(quote)
    return Citation(document, (), 1, Span(start, start + len(quote)), quote, f"《{title}》第1段")


def test_an_answer_region_by_region() -> None:
    made = paper(fanned(made_hit("先说别的。恢复湿地。又说。")), "恢复湿地。")
    (chapter,) = made.chapters
    city, silent = chapter.parts
    assert (city.heading, city.verdict, silent.verdict, silent.quotations) == (CITY.name, FOUND, NOT_FOUND, ())
    (quotation,) = city.quotations
    assert quotation.pieces() == (("先说别的。", False), ("恢复湿地。", True), ("又说。", False))
    assert (quotation.label, quotation.place, quotation.file, quotation.rank) == (LABEL, CITY.name, "甲.txt", 1)
    assert silent.nearest is not None and silent.nearest.text == "不足以作答的段落"
    (table,) = chapter.tables
    (told, other) = table.rows
    point = told[4]
    assert told[:4] == (CITY.name, "990102", FOUND, 1) and isinstance(point, tuple) and point[0].text == "恢复湿地。"
    assert other == (SILENT.name, "990103", NOT_FOUND, 0, None)


def test_a_single_fact_first_says_what_answers() -> None:
    made = paper(found(made_hit("到2025年恢复湿地410亩。"), made_hit("矿山复绿。", 2)), "恢复湿地410亩。")
    assert [(s.level, s.heading, len(s.answers), len(s.quotations)) for s in outline(made)[0][0].sections] == [
        (1, "一、回答", 1, 0), (1, "二、原文摘录", 0, 2)
    ]  # fmt: skip
    assert outline(made)[1] == "三、来源文件"
    near = flat("别的段落")
    assert [s.heading for s in outline(near)[0][0].sections] == ["一、相近段落"] and "以下只是相近的段落" in near.chapters[0].summary


@pytest.mark.parametrize("marks", [(), (Span(0, 99),), (Span(7, 9), Span(5, 8)), (Span(1, 3),), (Span(6, 6),)])
def test_pieces_are_the_text(marks: tuple[Span, ...]) -> None:
    quotation = Quotation(Document("a" * 64, (), "零一二三四五六七八九", "题"), Span(5, 9), LABEL, marks=marks)
    assert "".join(piece for piece, _ in quotation.pieces()) == "五六七八"
    marked = "".join(piece for piece, set_off in quotation.pieces() if set_off)
    assert marked == "".join(c for i, c in enumerate("五六七八", 5) if any(m.start <= i < m.end for m in marks))


def test_targets_keep_their_figures() -> None:
    text = "到2025年，森林覆盖率达到22.5%以上。"
    at = text.index("22.5")
    target = Target(Span(at, at + 7), Span(0, len(text)), "森林覆盖率", None, 22.5, 22.5, "%", "level", "indicator", 2025, comparator="以上", base=20.0)
    made = of_targets("森林覆盖率", fanned().interpretation, [TargetRow(CITY, target, (22.5, "%"), cited(text, text))], MADE, EDITION)
    ((table,),) = [chapter.tables for chapter in made.chapters]
    *cells, quotations = table.rows[0]
    assert cells == [CITY.name, "森林覆盖率", "22.5%以上", 22.5, None, "%", 2025, None, 20.0, None, None]
    assert isinstance(quotations, tuple) and ("22.5%以上", True) in quotations[0].pieces()
    assert [table.columns[i] for i in shown_columns(table)] == ["地区", "指标", "目标", "年份", "原文"]
    head, row = export(made, "csv").decode("utf-8-sig").splitlines()
    assert head.endswith('"原文","出处","来源文件"') and f'"22.5%以上","22.5","","%","2025","","20.0","","","{text}","《沧浦区规划》第1段","e.txt"' in row
    assert made.raw["rows"][0]["value"] == 22.5


def test_duties() -> None:
    row = DutyRow(CITY, "清淤", ("区水务局",), ("区财政局", "区住建局"), (), cited("清淤由区水务局牵头。", "区水务局牵头"))
    made = of_duties("区水务局", None, [row], MADE, EDITION)
    assert made.chapters[0].tables[0].rows[0][:5] == (CITY.name, "清淤", "区水务局", "区财政局、区住建局", "")
    assert made.chapters[0].asked == ("单位：区水务局",) and made.chapters[0].summary == "共 1 项任务。"
    assert of_duties("区水务局", None, [], MADE, EDITION).chapters[0].summary.startswith(NOT_FOUND)


def test_changes_set_off_the_words_that_changed() -> None:
    before, after = cited("湿地三百亩。", "湿地三百亩。", "草案", "a"), cited("湿地五百亩。", "湿地五百亩。", "规划", "b")
    words = (("equal", "湿地", "湿地"), ("replace", "三", "五"), ("equal", "百亩。", "百亩。"))
    made = of_changes(before.document, after.document, [Change(before, after, words), Change(None, after)], MADE, EDITION)
    (old, new), alone = made.chapters[0].tables[0].rows[0][1:], made.chapters[0].tables[0].rows[1]
    assert isinstance(old, tuple) and old[0].pieces() == (("湿地", False), ("三", True), ("百亩。", False))
    assert isinstance(new, tuple) and new[0].pieces() == (("湿地", False), ("五", True), ("百亩。", False))
    assert alone[:2] == ("新增", None) and made.title == "《规划》对草案的改动"
    assert "湿地五百亩。\n——《规划》第1段" in export(made, "csv").decode("utf-8-sig")


def test_a_basket_goes_question_by_question() -> None:
    kept = [Kept("湿地", "可用", CITY, cited("恢复湿地。", "恢复湿地。")), Kept("矿山", "", None, cited("矿山复绿。", "矿山复绿。")),
            Kept("湿地", "", SILENT, cited("再恢复。", "再恢复。"), "3月1日")]  # fmt: skip
    made = of_basket("生态材料", kept, MADE, EDITION)
    assert [(part.heading, [q.text for q in part.quotations]) for part in made.chapters[0].parts] == [
        ("湿地", ["恢复湿地。", "再恢复。"]), ("矿山", ["矿山复绿。"])
    ]  # fmt: skip
    head, first, second, _ = (line.split(",") for line in export(made, "csv").decode("utf-8-sig").splitlines())
    assert head[-2:] == ['"备注"', '"收录时间"'] and first[0] == '"湿地"' and first[-2:] == ['"可用"', '""'] and second[-1] == '"3月1日"'
    assert [item["note"] for item in made.raw["items"]] == ["可用", "", ""]
    assert "备注：可用" in export(made, "md").decode()


def test_a_batch_numbers_its_sources_once() -> None:
    other = paper(found(replace(made_hit("乙。"), document=replace(made_hit("乙。").document, id="f" * 64))))
    made = of_batch("批量", [fan("甲。"), other, fan("丙。")], MADE, EDITION)
    assert [(source.number, source.document.id[0]) for source in made.sources()] == [(1, "d"), (2, "f")]
    assert [chapter.heading for chapter in outline(made)[0]] == ["", "二、各区生态修复", "三、生态修复", "四、各区生态修复"]
    assert len(made.raw["answers"]) == 3


@pytest.mark.parametrize("what", WHATS)
def test_what_is_found_is_quoted_exactly(service: Service, what: str) -> None:
    question = {"passages": "各区生态修复措施", "matrix": "各区", "targets": "各区养老床位目标", "duties": "生态修复由谁负责"}[what]
    made: Paper = service.paper(Query(question), what, ("养老", "托育") if what == "matrix" else ())
    quotations = list(made.quotations())
    assert quotations
    with_text = service.store()
    try:
        for quotation in quotations:
            document = with_text.document(quotation.document.id)
            assert document is not None and quotation.text == quotation.span.of(document.text)
            assert quotation.label.startswith("《") and "/" not in quotation.file
    finally:
        with_text.close()
    assert made.edition.startswith("索引 ") and f"{len(service.searcher.corpus().passages)} 段" in made.edition


def test_a_matrix_stands_side_by_side(service: Service) -> None:
    made = service.paper(Query("各区"), "matrix", ("养老", "托育"))
    full, short = made.chapters[0].tables
    assert full.columns == short.columns == ("地区", "养老", "托育") and len(full.rows) == len(short.rows) == 9
    for told, counted in zip(full.rows, short.rows, strict=True):
        for cell, words in zip(told[1:], counted[1:], strict=True):
            assert words == (f"{len(cell)} 段" if isinstance(cell, tuple) else NOT_FOUND)
    assert {q.aspect for q in made.quotations()} == {"养老", "托育"}
    head, *rows = export(made, "csv").decode("utf-8-sig").split("\r\n")
    assert head == '"地区","养老","托育"' and len(rows) == 10


def test_what_cannot_be_exported(service: Service) -> None:
    with pytest.raises(PlanSeekError, match="不能导出「foo」，可用：passages、matrix、targets、duties"):
        service.export(Query("生态"), "csv", "foo")


def test_the_edition_names_the_index_in_short(service: Service) -> None:
    from index.generations import Manifest

    manifest = Manifest("0123456789abcdef", 567, "jieba-search-3/187aaedff8e3", "bundled-e94412c658f8")
    assert edition_of(manifest) == "索引 01234567（567 段；分词 jieba-search-3；模型 bundled-e94412c658f8）"
