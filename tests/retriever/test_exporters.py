"""Every export, read back by another library, holds what was found, and nothing in it is live."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from docx import Document as WordDocument
from lxml import etree
from python_calamine import CalamineWorkbook

from corpus.errors import PlanSeekError
from retriever.exporters import EXPORTERS, export, format_of
from retriever.exporters.csv import inert
from retriever.exporters.rows import COLUMNS, SOURCES
from retriever.model import Answer, Query
from retriever.paper import Paper, of_answer, of_batch
from retriever.search import Searcher
from retriever.wire import answer_json
from tests.retriever.papers import (
    CITY,
    EDITION,
    FORMULAS,
    HOSTILE,
    LABEL,
    MADE,
    SILENT,
    fan,
    fanned,
    flat,
    found,
    made_hit,
    paper,
)

MARKUP = ["<script>alert(1)</script>", "[甲](javascript:alert(1))", "![图](http://x.example/a.png)", "# 标题", "| a | b |",
          "**粗** _斜_ `码` ~~删~~", "&lt;b&gt;", "- 项", "+ 项", "1. 项", "> 引", "```"]  # fmt: skip


def csv_rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def book(content: bytes) -> dict[str, list[list[object]]]:
    opened = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def xlsx_rows(content: bytes) -> list[list[object]]:
    return book(content)["原文摘录"]


def told(content: bytes, name: str) -> str:
    """All that a reader of an export sees, line ends and spaces at wrapped lines aside."""
    if name == "xlsx":
        return "\n".join(str(cell) for rows in book(content).values() for row in rows for cell in row)
    if name == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(part) for part in ("word/document.xml", "word/footnotes.xml") if part in archive.namelist()]
        return "".join(text for part in parts for text in etree.fromstring(part).itertext())
    if name == "pdf":
        return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)).replace("\r\n", "")
    return content.decode("utf-8-sig")


def bare(text: str) -> str:
    """Text without what a format may not hold or may add: control characters, white space, backslashes."""
    return "".join(text.split()).translate(dict.fromkeys([*range(32), *range(0xFDD0, 0xFDF0), 0x5C, 0xFFFD, 0xFFFE, 0xFFFF]))


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_every_format_holds_what_a_reader_needs(name: str) -> None:
    shown = told(export(fan("恢复湿地410亩，", "矿山复绿。"), name), name)
    references = name in ("gbt7714", "bib", "ris")
    wanted = [LABEL] if references else ["各区生态修复", CITY.name, SILENT.name, "恢复湿地410亩，", "矿山复绿。", LABEL, "甲.txt"]
    for words in wanted:
        assert words in shown, words
    if name != "json":
        assert "/家/文件" not in shown and "不足以作答的段落" not in shown
    if name != "json" and not references:
        assert "未检索到" in shown


@pytest.mark.parametrize("name", sorted(EXPORTERS))
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_a_file_or_is_taken_for_a_command(name: str, text: str) -> None:
    hit = made_hit(f"甲{text}乙", title=text, file=f"/x/{text.replace('/', '')[:50]}", issuer=text, number=text, issued=text)
    shown = told(export(paper(fanned(hit, question=text + "问"), f"甲{text}乙"), name), name)
    assert "甲49乙" not in shown
    if name in ("docx", "xlsx", "md", "csv"):
        assert bare(f"甲{text}乙") in bare(shown)


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_nothing_found_is_still_a_file(name: str) -> None:
    shown = told(export(flat(), name), name)
    if name in ("docx", "pdf", "md", "xlsx"):
        assert "未检索到足以作答的原文" in shown and "生态修复" in shown


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_tables(name: str) -> None:
    table = csv_rows if name == "csv" else xlsx_rows
    head, first, second, silent = table(export(fan("恢复湿地。", "矿山复绿。"), name))
    assert tuple(head) == COLUMNS
    numbers = ["1", "5", "10"] if name == "csv" else [1, 5, 10]
    assert first == [
        "各区生态修复", CITY.name, "有相关表述", numbers[0], LABEL, "恢复湿地。", "沧浦区规划",
        "规划纲要", "2021-2025", "正式", "甲.txt", numbers[1], numbers[2],
    ]  # fmt: skip
    assert second[3] in ("2", 2) and second[5] == "矿山复绿。"
    assert silent == ["各区生态修复", SILENT.name, "未检索到", *[""] * 10]
    assert len(table(export(flat("恢复湿地。"), name))) == 2
    assert len(table(export(flat(), name))) == 1


def test_the_workbooks_sheets() -> None:
    sheets = book(export(paper(fanned(made_hit("先说别的。恢复湿地。")), "恢复湿地。"), "xlsx"))
    assert list(sheets) == ["原文摘录", "各地区结果", "来源", "说明"]
    assert sheets["各地区结果"] == [
        ["地区", "代码", "结果", "摘录数", "要点", "出处", "来源文件"],
        [CITY.name, "990102", "有相关表述", 1, "恢复湿地。", LABEL, "甲.txt"], [SILENT.name, "990103", "未检索到", 0, "", "", ""],
    ]  # fmt: skip
    assert sheets["来源"] == [
        list(SOURCES), [1, "沧浦区规划", "", "", "", "规划纲要", "2021-2025", "正式", CITY.name, "甲.txt", "d" * 64]
    ]  # fmt: skip
    assert ["生成日期", MADE] in sheets["说明"] and ["语料版本", EDITION] in sheets["说明"]
    assert list(book(export(flat(), "xlsx"))) == ["原文摘录", "说明"]


def test_a_workbook_is_ready_to_work_with() -> None:
    """Filters, a frozen head, wrapped text, links inside the workbook only."""
    with zipfile.ZipFile(io.BytesIO(export(fan("恢复湿地。"), "xlsx"))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
        assert '<autoFilter ref="A1:M3"/>' in sheet and 'ySplit="1"' in sheet and 'state="frozen"' in sheet
        assert "wrapText" in styles and '<hyperlink ref="K2" location="\'来源\'!A2"' in sheet
        assert not [name for name in archive.namelist() if name.endswith("sheet1.xml.rels")]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_in_csv(text: str) -> None:
    hit = made_hit(text, title=text, file=f"/x/{text.replace('/', '')}")
    _, row = csv_rows(export(paper(found(hit, question=text)), "csv"))
    for cell in row:
        assert not cell.lstrip(" ").startswith(tuple("=+-@\t\r＝＋－＠")), cell
    assert row[0] == "'" + text and row[5] == "'" + text and row[6] == "'" + text


def test_other_cells_stay_as_they_are() -> None:
    for cell in ("生态=修复", "", "3-5", "'=1", "“=”"):
        assert inert(cell) == cell


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_in_xlsx(text: str) -> None:
    content = export(paper(fanned(made_hit(f"甲。{text}"), question=text), text), "xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets and not any(b"<f>" in sheet or b"r:id" in sheet for sheet in sheets)
        assert not any("externalLink" in name for name in archive.namelist())
    _, row, _ = xlsx_rows(content)
    # XML turns a lone carriage return into a line feed; every other character comes back.
    assert str(row[5]).replace("\n", "\r").replace("_x000D_", "\r") == f"甲。{text}"
    assert str(row[0]).replace("\n", "\r").replace("_x000D_", "\r") == text


def test_a_cell_longer_than_excel_takes_is_cut_with_a_word_on_it() -> None:
    _, row = xlsx_rows(export(flat("长" * 40_000), "xlsx"))
    note = "（已截断，共 40000 字）"
    assert row[5] == "长" * (32_767 - len(note)) + note
    _, line = csv_rows(export(flat("长" * 40_000), "csv"))
    assert line[5] == "长" * 40_000


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_inert_in_markdown(text: str) -> None:
    hit = made_hit(text, title=text, file=f"/x/{text.replace('/', '')}")
    lines = export(paper(found(hit, question=text)), "md").decode().splitlines()
    said = "\n".join(lines)
    bare = said.replace("\\\\", "")
    for special in "`*_[]<#|~&":
        body = [line.lstrip("#> ").lstrip() for line in bare.splitlines()]
        for line in body:
            at = -1
            while (at := line.find(special, at + 1)) >= 0:
                assert at > 0 and line[at - 1] == "\\", (special, line)
    for line in lines:
        opening = line.lstrip("#> ") if line[:1] in "#>" else line
        assert not opening.startswith(("+ ", "1. 项", ">", "```")) and not opening.startswith("- 项"), line
    assert sum(line.startswith("# ") for line in lines) == 1


def test_a_question_of_several_lines_is_one_heading() -> None:
    lines = export(flat(question="生态\n\n# 修复"), "md").decode().splitlines()
    assert lines[0] == "# 生态 \\# 修复" and lines[2] == "未检索到足以作答的原文。"


def test_markdown_quotes_line_by_line() -> None:
    said = export(flat("第一行\n\n　第二行"), "md").decode()
    assert "> 第一行\n>\n> 第二行" in said
    assert "1. 《沧浦区规划》第三节 修复 第3—4段（甲.txt，第 5–14 字）" in said


def test_json_is_the_apis_object() -> None:
    for findings in (found(made_hit("甲"), made_hit("乙", 2)), fanned(made_hit("甲")), found()):
        answer = Answer(findings, "answered", ())
        content = export(of_answer(answer, MADE, EDITION), "json")
        assert json.loads(content) == json.loads(json.dumps(answer_json(answer)))


def test_json_lines_hold_a_passage_each() -> None:
    first, second, silent = map(json.loads, export(paper(fanned(made_hit("说。恢复湿地。"), made_hit("乙", 2)), "恢复湿地。"), "jsonl").splitlines())
    assert (first["query"], first["text"], first["citation"], first["rank"]) == ("各区生态修复", "说。恢复湿地。", LABEL, 1)
    assert first["marks"] == [{"start": 7, "end": 12}] and first["document"]["file"] == "甲.txt" and second["text"] == "乙"
    assert silent == {"query": "各区生态修复", "region": {"code": "990103", "name": SILENT.name, "level": "县级"}, "verdict": "未检索到"}


def test_many_questions_are_one_file_with_one_list_of_sources() -> None:
    batch = of_batch("两个问题", [fan("恢复湿地。"), paper(found(made_hit("矿山复绿。"), question="矿山"), "矿山复绿。")], MADE, EDITION)
    sheets = book(export(batch, "xlsx"))
    assert list(sheets) == ["原文摘录", "总览", "问题与地区", "各地区结果", "来源", "说明"]
    assert [row[0] for row in sheets["原文摘录"][1:]] == ["各区生态修复", "各区生态修复", "矿山"]
    assert sheets["总览"][1:] == [[1, "各区生态修复", "2 个县级地区中 1 个有相关表述。", 1], [2, "矿山", "有相关表述", 1]]
    assert sheets["问题与地区"] == [["问题", CITY.name, SILENT.name], ["各区生态修复", "有相关表述", "未检索到"]]
    assert len(sheets["来源"]) == 2
    headings = [p.text for p in WordDocument(io.BytesIO(export(batch, "docx"))).paragraphs if p.style.name == "Heading 1"]
    assert headings == ["一、总览", "二、各区生态修复", "三、矿山", "四、来源文件"]
    assert len(export(batch, "jsonl").splitlines()) == 3


def test_the_citation_is_the_same_string_everywhere(searcher: Searcher) -> None:
    answer = searcher.ask(Query("各区生态修复措施"))
    made = of_answer(answer, MADE, EDITION)
    labels = {quotation.label for quotation in made.quotations()}
    assert labels == {hit["citation"] for group in answer_json(answer)["groups"] for hit in group["hits"]}
    for name in ("xlsx", "csv", "jsonl", "gbt7714", "ris", "docx"):
        shown = told(export(made, name), name)
        assert all(label in shown for label in labels), name


def test_suffixes_name_formats() -> None:
    assert {exporter.suffix for exporter in EXPORTERS.values()} == {format_of(e.suffix) if e.suffix != "txt" else "txt" for e in EXPORTERS.values()}
    assert (format_of("txt"), format_of("exe"), format_of("")) == ("gbt7714", "exe", "")


def test_unknown_format() -> None:
    with pytest.raises(PlanSeekError, match="不支持导出为「exe」，可用：xlsx、docx"):
        export(flat("甲"), "exe")


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_offsets_slice_the_sources(name: str, searcher: Searcher, samples: Path) -> None:
    made: Paper = of_answer(searcher.ask(Query("各区生态修复措施")), MADE, EDITION)
    head, *rows = (csv_rows if name == "csv" else xlsx_rows)(export(made, name))
    checked = 0
    for row in (dict(zip(head, row, strict=True)) for row in rows):
        if str(row["来源文件"]).endswith(".txt"):
            text = (samples / str(row["来源文件"])).read_bytes().decode("utf-8-sig")
            assert text[int(float(str(row["起始字符"]))) : int(float(str(row["结束字符"])))] == row["原文"]
            checked += 1
    assert checked > 0
