"""Spreadsheets written here and read back: every line, table and cell is compared; none is a real one."""

import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import UnreadableFile
from corpus.formats import read
from corpus.formats.libreoffice import converted, program
from corpus.formats.sheet_numbers import shown
from corpus.model import Reading

needs_libreoffice = pytest.mark.skipif(program() is None, reason="LibreOffice is not installed")


def workbook(write: Callable[[Any], None]) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        write(book)
    return stream.getvalue()


def styled(reading: Reading, style: str) -> list[str]:
    return [hint.span.of(reading.text) for hint in reading.hints if hint.style == style]


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content, name)
    message = str(caught.value)
    assert message.startswith(f"{name}：") and "\n" not in message and "请" in message
    return message


def plan(book: Any) -> None:
    """A plan's annex: a titled table with merged cells and formats, a second table below, a sheet more, one hidden."""
    sheet = book.add_worksheet("主要指标")
    percent, places, day = (book.add_format({"num_format": f}) for f in ("0.0%", "#,##0.00", 'yyyy"年"m"月"'))
    sheet.merge_range(0, 1, 0, 5, "临澜市海洋经济主要指标")
    sheet.write(1, 5, "单位：亿元")
    for column, name in enumerate(("类别", "指标", 2020, "2025年", "完成时间")):
        sheet.write(2, 1 + column, name)
    sheet.merge_range(3, 1, 4, 1, "海洋经济")
    sheet.write_row(3, 2, ["海洋生产总值", 1186.4])
    sheet.write(3, 4, 2290, places)
    sheet.write_datetime(3, 5, dt.datetime(2025, 12, 1), day)
    sheet.write_row(4, 2, ["新兴产业\n占比"])
    sheet.write(4, 3, 0.125, percent)
    sheet.write(4, 4, 0.2, percent)
    sheet.write_datetime(4, 5, dt.datetime(2025, 12, 1), day)
    sheet.write(5, 1, "注：按可比价计算。")
    sheet.write_row(8, 1, ["序号", "工程", "地点"])
    sheet.write_row(9, 1, [1, "红树林修复", "澜湾新区"])
    sheet.write_row(10, 1, [2.0, "渔港升级", "北屿县"])
    other = book.add_worksheet("Sheet2")
    other.merge_range(0, 0, 1, 0, "地区")
    other.merge_range(0, 1, 0, 2, "岸线长度（公里）")
    other.write_row(1, 1, ["2020年", "2025年"])
    other.write_row(2, 0, ["望潮区", 38.5, 40])
    hidden = book.add_worksheet("内部测算")
    hidden.write(0, 0, "不公开的数字")
    hidden.hide()


LINES = [
    "主要指标",
    "临澜市海洋经济主要指标",
    "单位：亿元",
    "类别 | 指标 | 2020 | 2025年 | 完成时间",
    "海洋经济 | 海洋生产总值 | 1186.4 | 2,290.00 | 2025年12月",
    " | 新兴产业 占比 | 12.5% | 20.0% | 2025年12月",
    "注：按可比价计算。",
    "序号 | 工程 | 地点",
    "1 | 红树林修复 | 澜湾新区",
    "2 | 渔港升级 | 北屿县",
    "地区 | 岸线长度（公里）",
    " | 2020年 | 2025年",
    "望潮区 | 38.5 | 40",
]


def check_plan(reading: Reading) -> None:
    assert reading.text.split("\n") == LINES
    assert styled(reading, "heading") == ["主要指标"]
    assert styled(reading, "table") == ["\n".join(LINES[3:6]), "\n".join(LINES[7:10]), "\n".join(LINES[10:])]
    assert styled(reading, "table-header") == [LINES[3], LINES[7], *LINES[10:12]]
    assert len(styled(reading, "cell")) == 5 * 3 + 3 * 3 + 2 + 3 + 3


@pytest.mark.parametrize("name", ["附表.xlsx", "附表.xls", "附表.et"])
def test_a_workbook_under_any_suffix(name: str) -> None:
    check_plan(read(workbook(plan), name))


@needs_libreoffice
@pytest.mark.parametrize("name", ["附表.xls", "附表.et"])
def test_an_old_workbook(name: str) -> None:
    old = converted(workbook(plan), "附表", ".xlsx", "xls", "")
    assert old.startswith(b"\xd0\xcf\x11\xe0")
    check_plan(read(old, name))
    assert "扩展名改为 .xls" in refusal(old, "附表.doc")


def test_an_old_workbook_without_libreoffice_is_refused_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.formats.libreoffice.program", lambda: None)
    xml = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
    assert "LibreOffice" in refusal(xml.encode(), "附表.xls") and ".xlsx" in refusal(xml.encode(), "附表.xls")


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (12.0, "", "12"), (0.1 + 0.2, "", "0.3"), (-3, "", "-3"), (123456789012.0, "", "123456789012"),
        (0.35, "0%", "35%"), (0.145, "0%", "15%"), (0.4, "0.0%;[Red]-0.0%", "40.0%"), (42.6, "0.0", "42.6"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"), (1234567, '#,##0,"千元"', "1,235千元"), (5, "000", "005"),
        (0, '0;-0;"—"', "—"), (2.0, "0.##", "2"), (12.5, '0.0"万吨"', "12.5万吨"), (100, "[$¥-804]#,##0.00", "¥100.00"),
        (-0.001, "0.0", "0.0"), (45000, "yyyy-mm-dd", "2023-03-15"), (True, "", "TRUE"), (" 甲\n乙 ", "", "甲 乙"),
        (dt.date(2025, 3, 5), "", "2025/3/5"), (dt.datetime(2025, 3, 5, 9, 30), "", "2025/3/5 9:30"),
        (dt.date(2025, 3, 5), 'yyyy"年"m"月"d"日";@', "2025年3月5日"), (dt.time(9, 5), "", "9:05"),
        (dt.date(2025, 3, 15), '[DBNum1][$-804]yyyy"年"m"月"d"日"', "二〇二五年三月十五日"),
        (dt.datetime(2025, 3, 5, 13, 5), "h:mm AM/PM", "1:05 PM"), (dt.timedelta(hours=26, minutes=5), "", "26:05:00"),
        (float("inf"), "0", ""), (1e300, "0.0", ""), (3.5, "[" * 300, "3.5"),
    ],
)  # fmt: skip
def test_values_read_as_excel_shows_them(value: Any, code: str, text: str) -> None:
    assert shown(value, code) == text


@settings(max_examples=300, deadline=None)
@given(st.floats() | st.integers(-(10**14), 10**14), st.text('0#?,.%;"\\_*[]@yY年mdhs/:-+eE$ Genral', max_size=24))
def test_any_format_gives_one_line(value: float, code: str) -> None:
    assert "\n" not in shown(value, code)


# --- CSV ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_csv_in_every_encoding_and_dialect(codec: str, delimiter: str) -> None:
    rows = [
        ["项目", "地点", "说明"],
        ["红树林修复", "澜湾新区", '"新种260公顷，\n修复110公顷"'],
        ["渔港升级", "北屿县"],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    reading = read(text.encode(codec), "工程.csv")
    assert reading.text.split("\n") == [
        "项目 | 地点 | 说明",
        "红树林修复 | 澜湾新区 | 新种260公顷， 修复110公顷",
        "渔港升级 | 北屿县",
    ]
    assert styled(reading, "table-header") == ["项目 | 地点 | 说明"]


def test_csv_titles_ragged_rows_and_the_sign_that_excel_writes() -> None:
    content = "sep=;\r\n临澜市重点工程;;\r\n工程;地点\r\n渔港;北屿县;多出一格\r\n\r\n注：以批复为准。;;\r\n"
    reading = read(content.encode("gbk"), "a.csv")
    assert reading.text.split("\n") == ["临澜市重点工程", "工程 | 地点", "渔港 | 北屿县 | 多出一格", "注：以批复为准。"]
    assert "表格" in refusal(bytes(range(1, 200)) * 4, "a.csv")


def test_a_web_page_and_columns_under_an_old_suffix() -> None:
    page = "<html><body><table><tr><td>工程</td><td>地点</td></tr><tr><td>渔港</td><td>北屿县</td></tr></table></body></html>"
    assert read(page.encode("gbk"), "导出.xls").text == "工程 | 地点\n渔港 | 北屿县"
    assert read("工程\t地点\n渔港\t北屿县\n".encode("gbk"), "导出.xls").text == "工程 | 地点\n渔港 | 北屿县"


# --- refusals -----------------------------------------------------------------------------------------------


def rezipped(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


def test_hostile_workbooks_are_refused() -> None:
    whole = workbook(plan)
    sheet = "xl/worksheets/sheet1.xml"
    assert "不完整" in refusal(whole[: len(whole) // 2], "a.xlsx")
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
    assert "实体" in refusal(rezipped(whole, sheet, lambda xml: entity + xml), "a.xlsx")
    assert "过大" in refusal(rezipped(whole, sheet, lambda xml: xml + bytes(60 << 20)), "a.xlsx")
    # A cell far away makes a dense grid of seventeen thousand million cells.
    far = rezipped(whole, sheet, lambda xml: xml.replace(b'<c r="C10"', b'<c r="XFD1048576"'))
    assert "过大" in refusal(far, "a.xlsx")
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "损坏" in refusal(locked, "a.xls")
    assert "压缩包" in refusal(_plain_zip(), "a.xlsx")


def test_a_workbook_that_would_end_the_process_ends_another() -> None:
    """calamine reserves room for as many strings as the table claims to hold."""
    whole = workbook(plan)
    greedy = rezipped(
        whole, "xl/sharedStrings.xml", lambda xml: xml.replace(b'niqueCount="', b'niqueCount="99999999999')
    )
    merged = rezipped(
        whole,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'mergeCells count="', b'mergeCells count="99999999999'),
    )
    for content in (greedy, merged):
        try:
            read(content, "a.xlsx")
        except UnreadableFile as error:
            assert "损坏" in str(error)


def _plain_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("a.txt", "甲")
    return stream.getvalue()


def test_no_damage_raises_anything_else() -> None:
    """Every damage but those to a part's checksum, which hide the parser: parts are damaged, then packed anew."""
    whole, draw = workbook(plan), random.Random(5)
    parts = zipfile.ZipFile(io.BytesIO(whole)).namelist()

    def damage(content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(changed))
            changed[at : at + draw.randint(0, 20)] = draw.choice([b"", b"<", b'"', b"\xff", b"99999999999", b"<c>"])
        return bytes(changed)

    for round_ in range(120):
        content = rezipped(whole, draw.choice(parts), damage) if round_ % 3 else damage(whole)
        try:
            read(content, "a.xlsx")
        except UnreadableFile as error:
            assert "\n" not in str(error)
