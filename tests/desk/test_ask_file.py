"""`planseek ask --file`: formats, exit codes, one JSON object, an interruption without loss, refusals."""

import csv
import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.desk.questionnaire import SIXTY, sixty, workbook

ROWS = [
    ["序号", "问题", "地区", "备注"], ["A1", "各区生态修复措施", None, "=1+1"], ["A2", "生态修复", "沧浦区", "给办公室"], ["A3", "生态修复", "火星区"],
    ["A4", "月球基地氦三开采"],
]  # fmt: skip
Words = Callable[[Path, Path], list[str | Path]]
"""The words of a command from the file of questions and a folder."""

NEEDS_LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals and limits of Linux")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "清单.xlsx"
    file.write_bytes(workbook(ROWS))
    return file


def sheet(path: Path, name: str) -> list[list[object]]:
    from python_calamine import load_workbook

    rows: list[list[object]] = load_workbook(path).get_sheet_by_name(name).to_python()
    return rows


def test_a_workbook_of_answers(planseek: Command, home: Path, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "答案.xlsx"
    ran = planseek("ask", "--file", file, "-o", out, "--per-region", "2", home=home)
    assert ran.code == 0 and ran.err == ""
    assert ran.out.splitlines()[0].startswith("4 题：有答案 1，部分地区有 1，未检索到 1，未能回答 1")
    assert "第 4 行「生态修复」：没有找到地区「火星区」" in ran.out and ran.out.endswith(f"已写入：{out}\n")
    from python_calamine import load_workbook

    names = load_workbook(out).sheet_names
    assert names[0] == "概览" and {"原文摘录", "来源"} <= set(names)
    head, *rows = sheet(out, "概览")
    assert head == ["序号", "问题", "结果", "有表述地区数", "地区总数", "摘录数", "说明", "备注", "首条原文", "出处", "来源文件"]
    assert [row[0] for row in rows] == ["A1", "A2", "A3", "A4"] and [row[2] for row in rows] == ["部分地区有", "有答案", "未能回答", "未检索到"]
    assert rows[0][7] == "=1+1" and rows[1][7] == "给办公室" and "火星区" in str(rows[2][6])
    answer = planseek("ask", "生态修复", "--region", "沧浦区", "--per-region", "2", "--json", home=home).json
    first = answer["statements"][0]["citations"][0]
    assert (rows[1][8], rows[1][9]) == (first["quote"].strip(), first["citation"])
    quotes = {row[5] for row in sheet(out, "原文摘录")[1:] if row[0] == "生态修复"}
    assert quotes == {hit["text"] for hit in answer["hits"]}


def test_a_row_a_question_in_csv(planseek: Command, home: Path, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "答案.csv"
    assert planseek("ask", "--file", file, "-o", out, home=home).code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"), newline="")))
    assert {row["问题"] for row in rows} == {row[1] for row in ROWS[1:]}
    assert any(row["结果"].startswith("未能回答：没有找到地区") for row in rows)


def test_one_json_object_with_a_row_a_question(planseek: Command, home: Path, file: Path, tmp_path: Path) -> None:
    ran = planseek("ask", "--file", file, "--json", home=home)
    told = ran.json
    assert (ran.code, ran.err, told["total"], told["done"], told["output"], told["name"]) == (0, "", 4, 4, None, "清单.xlsx")
    assert [(row["no"], row["label"], row["row"], row["status"]) for row in told["rows"]] == [
        (1, "A1", 2, "partly"), (2, "A2", 3, "answered"), (3, "A3", 4, "error"), (4, "A4", 5, "not_found")
    ]  # fmt: skip
    out = tmp_path / "答案.json"
    assert planseek("ask", "--file", file, "-o", out, "--json", home=home).json["output"] == str(out)
    written = json.loads(out.read_text("utf-8"))
    assert [row["answer"] and row["answer"]["status"] for row in written["rows"]] == ["partly", "answered", None, "not_found"]


def test_a_chapter_a_question_in_word(planseek: Command, home: Path, file: Path, tmp_path: Path) -> None:
    from docx import Document

    out = tmp_path / "答案.docx"
    assert planseek("ask", "--file", file, "-o", out, home=home).code == 0
    paragraphs = [paragraph.text for paragraph in Document(str(out)).paragraphs]
    text = "\n".join(paragraphs)
    for question in ("各区生态修复措施", "月球基地氦三开采"):
        assert any(paragraph.endswith(question) for paragraph in paragraphs)
    assert "备注：给办公室" in text and "未能回答：没有找到地区「火星区」" in text
    assert Document(str(out)).tables[0].rows[1].cells[0].text == "A1"


def test_only_where_every_question_fails_it_is_a_failure(planseek: Command, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "清单.csv"
    file.write_text("问题,地区\n水,火星区\n山,土星区\n", "utf-8")
    assert planseek("ask", "--file", file, "--json", home=home).code == 1
    file.write_text("问题,地区\n水,火星区\n山,\n", "utf-8")
    assert planseek("ask", "--file", file, "--json", home=home).code == 0


@NEEDS_LINUX
def test_an_interruption_says_how_to_go_on(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "六十问.xlsx"
    file.write_bytes(sixty())
    command = [Path(sys.executable).with_name("planseek"), "ask", "--file", file, "--json", "--home", home]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 100
    while not any(path.read_bytes().count(b"\n") > 3 for path in home.glob("batches/*/answers.jsonl")):
        assert program.poll() is None and time.monotonic() < until
        time.sleep(0.005)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    (log,) = home.glob("batches/*/answers.jsonl")
    done = log.read_bytes().count(b"\n") - 1
    assert (program.returncode, out) == (130, b"") and 3 <= done < 60
    assert err.decode() == f"已停下：60 题里答了 {done} 题，都已保存。再运行同一条命令，就从下一题接着答。\n"
    again = subprocess.run(command, capture_output=True, check=True)
    assert [row["question"] for row in json.loads(again.stdout)["rows"]] == SIXTY and log.read_bytes().count(b"\n") == 61


@NEEDS_LINUX
def test_a_full_disk_is_told_and_costs_nothing(planseek: Command, home: Path, file: Path) -> None:
    def little_room() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (34_000, 34_000))

    planseek("search", "生态", home=home)  # Its lexicon is laid out once, in a larger file.
    line = planseek("ask", "--file", file, "--json", home=home, preexec_fn=little_room).refused()
    assert "无法写入" in line and "已有的答案没有丢失" in line
    assert planseek("ask", "--file", file, "--json", home=home).json["done"] == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (lambda file, folder: [], "缺少「问题」或 --file"), (lambda file, folder: ["水", "-o", folder / "x.docx"], "planseek export"),
        (lambda file, folder: ["--file", file], "没有说明答案写到哪里"),
        (lambda file, folder: ["--file", file, "-o", folder / "x.exe"], "不支持写成「.exe」"),
        (lambda file, folder: ["--file", file, "-o", folder / "没有" / "x.docx"], "不存在"),
        (lambda file, folder: ["--file", folder / "没有.xlsx", "--json"], "无法读取"),
        (lambda file, folder: ["水", "--file", file, "--json"], "批量提问只能再加"),
        (lambda file, folder: ["--file", file, "--region", "沧浦区", "--json"], "同名栏里"),
        (lambda file, folder: ["--file", file, "--per-region", "0", "--json"], "1 到 50"),
        (lambda file, folder: ["--file", file, "--mode", "x", "--json"], "检索方式「x」无法识别"),
    ],
)  # fmt: skip
def test_refusals_are_one_line(planseek: Command, home: Path, file: Path, tmp_path: Path, words: Words, told: str) -> None:
    assert told in planseek("ask", *words(file, tmp_path), home=home).refused()
    assert not (home / "batches").exists()


def test_without_a_corpus_it_is_told_what_to_run(planseek: Command, file: Path, tmp_path: Path) -> None:
    assert "planseek ingest" in planseek("ask", "--file", file, "--json", home=tmp_path / "空").refused()
