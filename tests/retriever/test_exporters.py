"""Every export, read back by another library, holds what was found, and nothing in it is live."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from corpus.errors import PlanSeekError
from corpus.model import Document, Passage, Region, Span
from retriever.exporters import EXPORTERS, export
from retriever.exporters.csv import inert
from retriever.exporters.rows import COLUMNS
from retriever.model import Asked, Findings, Group, Hit, Interpretation, Query
from retriever.search import Searcher
from retriever.wire import findings_json

CITY = Region("990102", "澜江省临澜市沧浦区", "县级", "990100")
SILENT = Region("990103", "澜江省临澜市墨池区", "县级", "990100")
FORMULAS = ["=1+1", "＝cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＋1", "－1", "＠x", " =1+1", '="a"&"b"',
            "=HYPERLINK(\"http://x.example\",\"y\")"]  # fmt: skip
MARKUP = ["<script>alert(1)</script>", "[甲](javascript:alert(1))", "![图](http://x.example/a.png)", "# 标题", "| a | b |",
          "**粗** _斜_ `码` ~~删~~", "&lt;b&gt;", "- 项", "+ 项", "1. 项", "> 引", "```"]  # fmt: skip


def made_hit(text: str, rank: int = 1, title: str = "沧浦区规划", file: str = "/家/文件/甲.txt") -> Hit:
    document = Document("d" * 64, (file,), "序" * 5 + text, title, CITY, "规划纲要", "2021-2025", "正式")
    passage = Passage(document.id, Span(5, 5 + len(text)), ("第三节 修复",), 1, 3, 4, CITY)
    return Hit(passage, document, text, 1.5, rank, 0.9)


def flat(*texts: str, question: str = "生态修复") -> Findings:
    hits = tuple(made_hit(text, rank) for rank, text in enumerate(texts, 1))
    return Findings(Query(question), Interpretation(question), hits, (), Asked({}))


def fanned(*texts: str) -> Findings:
    findings = flat(*texts, question="各区生态修复")
    understood = Interpretation("生态修复", (CITY, SILENT), "县级")
    rejected = made_hit("不足以作答的段落")
    groups = (Group(CITY, "found", findings.hits), Group(SILENT, "not_found", (), rejected))
    return replace(findings, interpretation=understood, groups=groups)


def csv_rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_rows(content: bytes, sheet: int = 0) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_every_format_holds_what_a_reader_needs(name: str) -> None:
    content = export(fanned("恢复湿地410亩，", "矿山复绿。"), name)
    if name == "xlsx":
        text = "\n".join(str(cell) for sheet in (0, 1) for row in xlsx_rows(content, sheet) for cell in row)
    else:
        text = content.decode("utf-8-sig")
    for wanted in (
        "各区生态修复",
        CITY.name,
        SILENT.name,
        "恢复湿地410亩，",
        "矿山复绿。",
        "《沧浦区规划》第三节 修复 第3—4段",
        "甲.txt",
    ):
        assert wanted in text, wanted
    if name != "json":
        assert "未检索到" in text and "/家/文件" not in text and "不足以作答的段落" not in text


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_tables(name: str) -> None:
    table = csv_rows if name == "csv" else xlsx_rows
    head, first, second, silent = table(export(fanned("恢复湿地。", "矿山复绿。"), name))
    assert tuple(head) == COLUMNS
    numbers = ["1", "5", "10"] if name == "csv" else [1, 5, 10]
    assert first == [
        "各区生态修复", CITY.name, "有相关表述", numbers[0], "《沧浦区规划》第三节 修复 第3—4段", "恢复湿地。", "沧浦区规划",
        "规划纲要", "2021-2025", "正式", "甲.txt", numbers[1], numbers[2],
    ]  # fmt: skip
    assert second[3] in ("2", 2) and second[5] == "矿山复绿。"
    assert silent == ["各区生态修复", SILENT.name, "未检索到", *[""] * 10]
    assert len(table(export(flat("恢复湿地。"), name))) == 2
    assert len(table(export(flat(), name))) == 1


def test_the_workbooks_overview() -> None:
    assert xlsx_rows(export(fanned("恢复湿地。"), "xlsx"), 1) == [
        ["地区", "代码", "结果", "摘录数"], [CITY.name, "990102", "有相关表述", 1], [SILENT.name, "990103", "未检索到", 0]
    ]  # fmt: skip
    assert CalamineWorkbook.from_filelike(io.BytesIO(export(flat("x"), "xlsx"))).sheet_names == ["原文摘录"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_in_csv(text: str) -> None:
    findings = flat(text, question=text)
    findings = replace(findings, hits=(made_hit(text, title=text, file=f"/x/{text.replace('/', '')}"),))
    _, row = csv_rows(export(findings, "csv"))
    for cell in row:
        assert not cell.lstrip(" ").startswith(tuple("=+-@\t\r＝＋－＠")), cell
    assert row[0] == "'" + text and row[5] == "'" + text and row[6] == "'" + text


def test_other_cells_stay_as_they_are() -> None:
    for cell in ("生态=修复", "", "3-5", 7, "'=1", "“=”"):
        assert inert(cell) == cell


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_in_xlsx(text: str) -> None:
    content = export(flat(text, question=text), "xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets and not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
        assert not any("externalLink" in name for name in archive.namelist())
    _, row = xlsx_rows(content)
    # XML turns a lone carriage return into a line feed; every other character comes back.
    assert str(row[5]).replace("\n", "\r").replace("_x000D_", "\r") == text


def test_a_cell_longer_than_excel_takes_is_cut_not_lost() -> None:
    _, row = xlsx_rows(export(flat("长" * 40_000), "xlsx"))
    assert row[5] == "长" * 32_767
    _, line = csv_rows(export(flat("长" * 40_000), "csv"))
    assert line[5] == "长" * 40_000


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_inert_in_markdown(text: str) -> None:
    findings = replace(flat(question=text), hits=(made_hit(text, title=text, file=f"/x/{text.replace('/', '')}"),))
    lines = export(findings, "md").decode().splitlines()
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
        assert not opening.startswith(("- ", "+ ", "1. 项", ">", "```")), line
    assert sum(line.startswith("# ") for line in lines) == 1


def test_a_question_of_several_lines_is_one_heading() -> None:
    lines = export(flat(question="生态\n\n# 修复"), "md").decode().splitlines()
    assert lines[0] == "# 生态 \\# 修复" and lines[2] == "未检索到相关表述。"


def test_markdown_quotes_line_by_line() -> None:
    said = export(flat("第一行\n\n　第二行"), "md").decode()
    assert "> 第一行\n>\n> 第二行" in said
    assert "1. 《沧浦区规划》第三节 修复 第3—4段（甲.txt，第 5–14 字）" in said


def test_json_is_the_apis_object() -> None:
    for findings in (flat("甲", "乙"), fanned("甲"), flat()):
        assert json.loads(export(findings, "json")) == json.loads(json.dumps(findings_json(findings)))


def test_unknown_format() -> None:
    with pytest.raises(PlanSeekError, match="不支持导出为「exe」，可用：xlsx、csv"):
        export(flat("甲"), "exe")


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_offsets_slice_the_sources(name: str, searcher: Searcher, samples: Path) -> None:
    findings = searcher.search(Query("各区生态修复措施"))
    head, *rows = (csv_rows if name == "csv" else xlsx_rows)(export(findings, name))
    checked = 0
    for row in (dict(zip(head, row, strict=True)) for row in rows):
        if str(row["来源文件"]).endswith(".txt"):
            text = (samples / str(row["来源文件"])).read_bytes().decode("utf-8-sig")
            assert text[int(float(str(row["起始字符"]))) : int(float(str(row["结束字符"])))] == row["原文"]
            checked += 1
    assert checked > 0
