"""`planseek export` as a user runs it: what, in which format, in whose template."""

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document as WordDocument
from python_calamine import CalamineWorkbook

from tests.conftest import Command


@pytest.mark.parametrize(
    ("name", "begins"),
    [("x.docx", b"PK"), ("x.pdf", b"%PDF-"), ("x.jsonl", b"{"), ("x.txt", "\ufeff[1] ".encode()), ("x.bib", b"@misc{"), ("x.ris", b"TY  - ")],
)
def test_the_suffix_says_the_format(planseek: Command, sample_home: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    ran = planseek("export", "各区生态修复措施", "-o", tmp_path / name, home=sample_home)
    assert (ran.code, ran.out, ran.err) == (0, "", f"已导出：{tmp_path / name}\n")
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("question", "words", "sheet"),
    [
        ("各区", ("--what", "matrix", "--column", "养老", "--column", "托育"), "对照表"),
        ("各区养老床位目标", ("--what", "targets"), "目标"),
        ("生态修复由谁负责", ("--what", "duties"), "责任单位"),
    ],
)
def test_what(planseek: Command, sample_home: Path, tmp_path: Path, question: str, words: tuple[str, ...], sheet: str) -> None:
    assert planseek("export", question, *words, "-o", tmp_path / "x.xlsx", home=sample_home).code == 0
    book = CalamineWorkbook.from_path(tmp_path / "x.xlsx")
    assert book.sheet_names[0] == sheet and len(book.get_sheet_by_index(0).to_python()) > 1


def test_own_template(planseek: Command, sample_home: Path, tmp_path: Path) -> None:
    document = WordDocument()
    document.add_paragraph("某局　{{ title }}（{{ sources|length }} 份）")
    document.save(str(tmp_path / "模板.docx"))
    ran = planseek("export", "沧浦区生态修复", "--template", tmp_path / "模板.docx", "-o", tmp_path / "x.docx", home=sample_home)
    assert ran.code == 0
    (shown,) = WordDocument(io.BytesIO((tmp_path / "x.docx").read_bytes())).paragraphs
    assert shown.text == "某局　沧浦区生态修复（2 份）"


def test_refusals(planseek: Command, sample_home: Path, tmp_path: Path) -> None:
    empty = tmp_path / "空.docx"
    with zipfile.ZipFile(empty, "w"):
        pass
    out = ("-o", tmp_path / "x.docx")
    for words, told in (
        ((*out, "--template", tmp_path / "无.docx"), "无法读取模板"), ((*out, "--template", empty), "不是 Word 文件"),
        ((*out, "--what", "foo"), "不能导出「foo」"), ((*out, "--what", "matrix"), "没有可以并排的列"),
        (("-o", tmp_path / "x.csv", "--template", empty), "模板只用于导出 Word"),
    ):  # fmt: skip
        assert told in planseek("export", "生态", *words, home=sample_home).refused()
    assert [file.name for file in tmp_path.iterdir()] == ["空.docx"]
