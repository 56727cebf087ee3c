"""A user's own questions and judgements: from a sheet and from the judging page into a set, and nothing broken gets in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import PlanSeekError
from corpus.model import Document, Span
from eval import judging, own
from eval.ground import over_home
from eval.model import Nugget, Question
from eval.pool import pooled
from eval.questions import read_set, rows_of, sets_in
from retriever.service import Service
from settings import Settings

DOCUMENTS = (
    Document("a" * 64, ("/x/甲.txt",), "一、水\n全面推行河长制，\n每月巡河三次。", "甲县规划"),
    Document("b" * 64, ("/x/乙.txt",), "一、水\n全面推行河长制。", "乙县规划"),
)


def sheet(folder: Path, *rows: str, encoding: str = "utf-8") -> Path:
    file = folder / "题.csv"
    file.write_text("\n".join(("问题,文件,原文,类别,等级", *rows)), encoding)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_answers_are_found_word_by_word(tmp_path: Path, encoding: str):
    rows = own.read_sheet(sheet(tmp_path, "巡河几次,甲,河长制，每月巡河,口语,1", "巡河几次,甲,一、水,,", "有动物园吗,,,,", encoding=encoding))
    made = own.questions_of(rows, DOCUMENTS)
    assert [(q["id"], q["query"], q["kind"], q["answerable"]) for q in made] == [
        ("own001", "巡河几次", "口语", True), ("own002", "有动物园吗", "own", False),
    ]  # fmt: skip
    text = DOCUMENTS[0].text
    assert [text[n["start"] : n["end"]] for n in made[0]["nuggets"]] == ["河长制，\n每月巡河", "一、水"]
    assert [n["grade"] for n in made[0]["nuggets"]] == [1, 2]


def test_a_sheet_of_excel_reads_alike(tmp_path: Path):
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "题.xlsx")
    page = book.add_worksheet()
    for number, row in enumerate((["问题", "原文"], ["巡河几次", "每月巡河三次"])):
        page.write_row(number, 0, row)
    book.close()
    assert own.read_sheet(tmp_path / "题.xlsx") == [{"query": "巡河几次", "quote": "每月巡河三次"}]


@pytest.mark.parametrize(
    ("row", "says"),
    [(",甲,河长制,,", "第 2 行的「问题」是空的"), ("问,甲,湖长制,,", "找不到"), ("问,,全面推行河长制,,", "2 份文件"), ("问,丙,河长制,,", "找不到")],
)
def test_what_cannot_be_placed_is_said(tmp_path: Path, row: str, says: str):
    with pytest.raises(PlanSeekError, match=says):
        own.questions_of(own.read_sheet(sheet(tmp_path, row)), DOCUMENTS)


def test_a_sheet_that_is_none_is_said(tmp_path: Path):
    (tmp_path / "x.csv").write_text("甲,乙\n1,2\n", "utf-8")
    (tmp_path / "x.xlsx").write_bytes(b"PK no sheet")
    for name, says in (("x.csv", "没有「问题」一列"), ("x.xlsx", "无法读取"), ("absent.csv", "无法读取")):
        with pytest.raises(PlanSeekError, match=says):
            own.read_sheet(tmp_path / name)


def test_new_rows_join_a_set_and_replace_the_same_question():
    known = [{"id": "own001", "query": "甲"}, {"id": "c1", "query": "乙"}]
    rows = own.together(known, [{"id": "own001", "query": "乙", "kind": "k"}, {"id": "own002", "query": "丙"}])
    assert [(r["id"], r["query"]) for r in rows] == [("own001", "甲"), ("c1", "乙"), ("own002", "丙")]
    assert rows[1]["kind"] == "k"


def test_a_homes_own_set_is_read_before_one_that_ships(tmp_path: Path):
    own.write_set(tmp_path / "sets" / "mine", [{"id": "own001", "query": "水", "kind": "own", "split": "dev", "nuggets": []}])
    assert sets_in("mine", tmp_path) == tmp_path / "sets" and sets_in("plans", tmp_path) is None
    assert [q.query for q in read_set("mine", "all", sets_in("mine", tmp_path)).questions] == ["水"]
    assert rows_of("nothing", tmp_path) == [] and len(rows_of("sample", tmp_path)) > 100


@pytest.fixture(scope="module")
def pool(sample_home: Path) -> tuple[str, dict[str, Any]]:
    ground = over_home(Service(Settings(home=sample_home)))
    question = Question("q1", "养老床位有多少", nuggets=(Nugget("x" * 64, Span(0, 1)),))
    found = pooled([question], ground, ["bm25", "dense"], 3)
    html = judging.page("mine", found, ground.corpus.documents, {p.id: p for p in ground.corpus.passages})
    match = re.search(r"const content = (\{.*\});\n", html)
    assert match
    return html, json.loads(match.group(1))


def test_the_page_holds_all_and_needs_no_host(pool):
    html, content = pool
    assert content["set"] == "mine" and len(content["questions"][0]["passages"]) >= 3
    assert "http" not in html.replace("\\u003c", "<").split("const content")[0] and html.count("<script") == 1
    for passage in content["questions"][0]["passages"]:
        assert passage["sentences"] and all(a < b and words for a, b, words in passage["sentences"])


def test_a_text_cannot_end_the_pages_script(sample_home: Path):
    document = Document("c" * 64, ("/x",), "好</script><script>alert(1)</script>。", "题")
    from corpus.model import Passage
    from eval.model import Item

    passage = Passage(document.id, Span(0, len(document.text)), (), 0, 1, 1)
    item = Item(passage.id, document.id, passage.span)
    html = judging.page("x", [(Question("q", "问"), [item])], {document.id: document}, {passage.id: passage})
    assert html.count("</script>") == 1 and "alert(1)" in html


def test_grades_become_nuggets(pool):
    rows = [{"id": "q1", "query": "问", "nuggets": [
        {"document": "d", "start": 10, "end": 20, "grade": 2}, {"document": "d", "start": 90, "end": 99, "grade": 1}]}]  # fmt: skip
    grades = [
        {"question": "q1", "document": "d", "grade": 0, "passage": [0, 50], "spans": []},
        {"question": "q1", "document": "d", "grade": 2, "passage": [60, 80], "spans": [[62, 70]]},
        {"question": "q1", "document": "d", "grade": 1, "passage": [100, 120], "spans": []},
    ]
    (row,) = judging.merged(rows, {"grades": grades}, "f.json")
    assert [(n["start"], n["end"], n["grade"]) for n in row["nuggets"]] == [(62, 70, 2), (90, 99, 1), (100, 120, 1)]
    assert row["answerable"] is True
    for broken in ({}, {"grades": [{"question": "q9"}]}, {"grades": [grades[1] | {"grade": 7}]}, {"grades": [grades[1] | {"spans": [[9, 3]]}]}):
        with pytest.raises(PlanSeekError, match="评判页"):
            judging.merged(rows, broken, "f.json")


def test_marks_on_the_page_become_a_question(tmp_path: Path):
    first = own.marked([], "河怎么管", [("d" * 64, Span(0, 20), "有用"), ("e" * 64, Span(5, 9), "区域不对")])
    (row,) = first
    assert (row["id"], row["query"], row["answerable"]) == ("own001", "河怎么管", True)
    assert row["nuggets"] == [{"document": "d" * 64, "start": 0, "end": 20, "grade": 2}]
    assert row["rejected"] == [{"document": "e" * 64, "start": 5, "end": 9, "why": "区域不对"}]
    (again,) = own.marked(first, "河怎么管", [("d" * 64, Span(0, 20), "无用"), ("e" * 64, Span(5, 9), "有用")])
    assert [n["document"][0] for n in again["nuggets"]] == ["e"] and [n["why"] for n in again["rejected"]] == ["无用"]
    own.write_set(tmp_path / "sets" / "mine", [again])
    assert read_set("mine", "all", tmp_path / "sets").questions[0].nuggets == (Nugget("e" * 64, Span(5, 9), 2),)
    with pytest.raises(PlanSeekError, match="不认识"):
        own.marked([], "河怎么管", [("d" * 64, Span(0, 20), "很好")])


def test_a_mark_is_taken_back_and_a_question_of_a_sheet_stays():
    place = ("d" * 64, Span(0, 20))
    rows = own.marked([], "河怎么管", [(*place, "有用")])
    assert own.marks_of(rows, "河怎么管") == {("d" * 64, 0, 20): "有用"} and own.marks_of(rows, "山怎么管") == {}
    assert own.marked(rows, "河怎么管", [("d" * 64, Span(0, 19), own.UNSAID)]) == rows
    assert own.marked(rows, "河怎么管", [(*place, own.UNSAID)]) == []
    sheet = [{"id": "own001", "query": "没有答案", "kind": "own", "split": "dev", "answerable": False, "nuggets": []}]
    assert own.marked(sheet, "没有答案", [(*place, own.UNSAID)]) == sheet
