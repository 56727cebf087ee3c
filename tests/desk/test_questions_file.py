"""Files of questions: which column, which rows, which restrictions; every refusal names the row."""

import io
import zipfile

import pytest

from corpus.errors import PlanSeekError
from corpus.formats.libreoffice import converted
from desk.questions_file import Question, read_questions, template
from tests.desk.questionnaire import workbook

HEAD = ["编号", "提问", "地区", "文种", "规划期", "状态", "每区条数", "备注"]
ROWS = [
    ["2026年问题清单"],
    HEAD,
    ["甲-1", "各区生态修复措施", "沧浦区、云麓区", "规划纲要；专项规划", "十四五", "正式", 2, "=1+1"],
    [],
    ["甲-2", "今年民生实事", None, None, 2026, None, None, None],
    ["甲-3", None, "沧浦区"],
]
READ = (
    Question(1, 3, "各区生态修复措施", "甲-1", ("沧浦区", "云麓区"), ("规划纲要", "专项规划"), ("2021-2025",), ("正式",), 2, "=1+1"),
    Question(2, 5, "今年民生实事", "甲-2", periods=("2026",)),
)


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(PlanSeekError) as raised:
        read_questions(content, name)
    told = str(raised.value)
    assert told.startswith(name) and "\n" not in told
    return told


def asked(content: bytes, name: str) -> list[tuple[int, int, str, str]]:
    return [(q.number, q.row, q.label, q.text) for q in read_questions(content, name)]


def test_every_column_is_read_and_blank_lines_are_passed_over() -> None:
    assert read_questions(workbook(ROWS), "清单.xlsx") == READ


@pytest.mark.parametrize("name", ["清单.xls", "清单.et"])
def test_old_workbooks_say_the_same(name: str) -> None:
    try:
        old = converted(workbook(ROWS), "清单", ".xlsx", "xls", "")
    except PlanSeekError as error:
        pytest.skip(str(error))
    assert read_questions(old, name) == READ


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_separated_columns_in_both_encodings(codec: str, sign: str) -> None:
    lines = ["编号 提问 地区 每区条数".replace(" ", sign), f"甲{sign}各区养老服务{sign}沧浦区{sign}2", sign * 3, f"乙{sign}“托育”服务{sign}{sign}"]
    assert read_questions("\r\n".join(lines).encode(codec), "清单.csv") == (
        Question(1, 2, "各区养老服务", "甲", ("沧浦区",), per_region=2), Question(2, 4, "“托育”服务", "乙"),
    )  # fmt: skip


def test_a_cell_with_a_line_break_is_one_row() -> None:
    assert asked('问题\n"各区\n养老"\n托育\n'.encode(), "清单.csv") == [(1, 2, "", "各区 养老"), (2, 3, "", "托育")]


def test_without_a_name_the_first_column_of_words_is_asked() -> None:
    assert asked(workbook([[1, "各区养老服务", "急"], [2, "托育", "缓"]]), "a.xlsx") == [(1, 1, "", "各区养老服务"), (2, 2, "", "托育")]
    named = workbook([["序号", "想查的", "地区"], [1, "养老", "沧浦区"]], above=2)
    assert read_questions(named, "a.xlsx") == (Question(1, 4, "养老", "1", ("沧浦区",)),)


def test_the_sheet_with_the_column_is_found_behind_others() -> None:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.add_worksheet("说明").write_row(0, 0, ["请在第二张表填写"])
        book.add_worksheet("清单").write_column(0, 0, ["问题", "养老"])
    assert asked(stream.getvalue(), "a.xlsx") == [(1, 2, "", "养老")]


def test_a_line_each_with_numbers_and_bullets_taken_off() -> None:
    lines = "1. 各区养老\n\n2、托育\n（3） 招商\n- 4) 人才\n* 水利\n1.5倍的增长\n2026年重点工作\n# 交通"
    told = [
        (1, 1, "1", "各区养老"), (2, 3, "2", "托育"), (3, 4, "3", "招商"), (4, 5, "4", "人才"), (5, 6, "", "水利"), (6, 7, "", "1.5倍的增长"),
        (7, 8, "", "2026年重点工作"),
    ]  # fmt: skip
    assert asked(lines.encode(), "a.txt") == [*told, (8, 9, "", "# 交通")]
    assert asked(lines.encode("gb18030"), "a.md") == told


def test_the_template_reads_as_its_own_examples() -> None:
    questions = read_questions(template(), "示例.xlsx")
    assert [(q.label, q.text, q.kinds, q.periods, q.statuses, q.per_region) for q in questions] == [
        ("1", "各区生态修复措施", (), (), (), 3), ("2", "养老服务设施建设目标", ("规划纲要",), ("2021-2025",), (), None),
        ("3", "今年民生实事有哪些", ("政府工作报告",), (), ("正式",), None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["问题", "每区条数"], ["水", "多"]], "第 2 行：每区条数“多”"), ([["问题", "每区条数"], [], ["水", 51]], "第 3 行：每区条数“51”"),
        ([["问题", "规划期"], ["水", "很久以后"]], "第 2 行：规划期“很久以后”"), ([["问题"], *[["水"]] * 2001], "第 2002 行：问题超过 2000 个"),
        ([["问题"], ["水" * 2001]], "第 2 行：问题有 2001 个字"), ([["问题"], [], [" "]], "没有找到问题"), ([], "没有找到问题"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_row(rows: list[list[str | int]], told: str) -> None:
    assert told in refusal(workbook(rows), "清单.xlsx")


def test_files_that_are_none_of_these() -> None:
    whole = workbook([["问题"], ["水"]])
    assert "不支持" in refusal(b"x", "a.exe") and "不支持" in refusal(whole, "a.docx")
    assert "10 MB" in refusal(bytes((10 << 20) + 1), "a.xlsx")
    assert "不是 Excel" in refusal("问题\n水".encode(), "a.xlsx")
    assert "损坏" in refusal(whole[: len(whole) // 2], "a.xlsx")
    assert "编码" in refusal(b"\xff\xfe\x00\x01\x02", "a.txt") and "没有找到问题" in refusal(b"", "a.txt")
    assert "损坏" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls")


def test_a_sheet_that_claims_a_million_rows_is_not_laid_out() -> None:
    far = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["问题"], ["水"]]))) as package, zipfile.ZipFile(far, "w") as out:
        for part in package.namelist():
            content = package.read(part)
            out.writestr(part, content.replace(b'r="A2"', b'r="XFD1048576"').replace(b'r="2"', b'r="1048576"') if "sheet1" in part else content)
    assert "过大" in refusal(far.getvalue(), "a.xlsx")
