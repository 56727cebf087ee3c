"""Spreadsheets (XLSX, XLS, ET, CSV): each sheet's titles and tables in order, numbers and dates as Excel shows them;
hidden sheets, charts, comments and formulas never enter the text."""

import csv
import re
import struct
from collections.abc import Iterable, Sequence
from io import StringIO

from corpus.errors import UnreadableFile
from corpus.formats import html, sheet_layout, sheet_tables
from corpus.formats.composer import Composer
from corpus.formats.compound import streams
from corpus.formats.docx_package import check
from corpus.formats.encodings import decode
from corpus.formats.libreoffice import converted
from corpus.formats.sheet_layout import Layout
from corpus.formats.sheet_numbers import shown
from corpus.formats.sheet_values import Broken, Locked, Sheet, sheets
from corpus.formats.signatures import signature
from corpus.model import Reading

ADVICE = "在 Excel 或 WPS 中打开并另存为 .xlsx 后再导入"
ROWS_LIMIT = 100_000
COLUMNS_LIMIT = 1_000
CELLS_LIMIT = 2_000_000

_LOCKED = "表格已加密，请在 Excel 或 WPS 中取消密码后另存，再导入"
_BROKEN = f"表格文件不完整或已损坏，请重新下载，或{ADVICE}"
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|table)\b", re.IGNORECASE)
_SHEET_XML = (b"urn:schemas-microsoft-com:office:spreadsheet", b"<office:document")
_HEAD = 4096
_UNNAMED = re.compile(r"(?:sheet|工作表|表)\s*[0-9一二三]*\s*(?:[(（]\d+[)）])?", re.IGNORECASE)
_DELIMITERS = ",\t;|，"
_SNIFFED = 200


def read(content: bytes, name: str) -> Reading:
    """The sheets' text: a heading with the sheet's name (where it has one and not Sheet1), then its lines and tables.

    Hints: heading (level 1), table and its parts (see Composer.table). Raises UnreadableFile.
    """
    kind = signature(content)
    if kind == "OLE":
        return _old(content, name)
    if kind == "ZIP":
        return _package(content, name)
    if kind == "MHTML":
        return html.read(content, name)
    if not name.lower().endswith(".csv"):
        # Much that ends in .xls was written by a web page: HTML, XML, or columns parted by tabs.
        if any(mark in content[:_HEAD] for mark in _SHEET_XML):
            return _package(converted(content, name, ".xml", "xlsx", ADVICE), name)
        if _PAGE.search(content[:_HEAD]):
            return html.read(content, name)
    return _separated(content, name)


def _package(content: bytes, name: str) -> Reading:
    names = check(content, name, "Excel 表格")
    if "xl/workbook.xml" not in {part.lower() for part in names}:
        raise UnreadableFile(f"{name}：内容不是 Excel 表格（可能是 Word 文档或其他格式），请确认扩展名，或{ADVICE}")
    layouts = sheet_layout.of_package(content)
    _check_sizes(layouts, name)
    try:
        return _workbook(*sheets(content), layouts)
    except Locked as error:
        raise UnreadableFile(f"{name}：{_LOCKED}") from error
    except Broken as error:
        raise UnreadableFile(f"{name}：{_BROKEN}") from error


def _old(content: bytes, name: str) -> Reading:
    try:
        found = streams(content)
    except (ValueError, struct.error) as error:
        raise UnreadableFile(f"{name}：文件不完整或已损坏，请重新下载，或{ADVICE}") from error
    if "EncryptedPackage" in found:
        raise UnreadableFile(f"{name}：{_LOCKED}")
    if "WordDocument" in found:
        raise UnreadableFile(f"{name}：内容是文字文档而不是表格，请把扩展名改为 .doc 后再导入")
    if "Workbook" in found:
        layouts = sheet_layout.of_workbook(found["Workbook"], name)
        _check_sizes(layouts, name)
        try:
            return _workbook(*sheets(content), layouts)
        except Locked as error:
            raise UnreadableFile(f"{name}：{_LOCKED}") from error
        except Broken:
            pass  # LibreOffice reads more kinds of old workbooks, and mends some
    return _package(converted(content, name, ".xls", "xlsx", ADVICE), name)


def _workbook(count: int, found: Iterable[Sheet], layouts: list[Layout]) -> Reading:
    if count != len(layouts):
        raise Broken("sheets and their layouts do not match")
    composer = Composer()
    for sheet in found:
        codes = layouts[sheet.number].codes
        rows = [
            [shown(value, codes.get((row, column), "")) for column, value in enumerate(line)]
            for row, line in enumerate(sheet.rows)
        ]
        _sheet(composer, sheet.name, rows, sheet.merges)
    return composer.reading()


def _sheet(composer: Composer, title: str, rows: sheet_tables.Grid, merges: Sequence[sheet_tables.Merge]) -> None:
    if not any(any(row) for row in rows):
        return
    title = " ".join(title.split())
    if title and not _UNNAMED.fullmatch(title):
        composer.hint(composer.line(title), "heading", 1)
    sheet_tables.write(composer, rows, merges)


def _check_sizes(layouts: list[Layout], name: str) -> None:
    """calamine holds a sheet as a dense grid up to its last cell: look where that is before it does."""
    for layout in layouts:
        _check_size(layout.rows, layout.columns, name)
    if sum(layout.rows * layout.columns for layout in layouts) > CELLS_LIMIT:
        _check_size(ROWS_LIMIT + 1, 1, name)


def _check_size(rows: int, columns: int, name: str) -> None:
    if rows > ROWS_LIMIT or columns > COLUMNS_LIMIT or rows * columns > CELLS_LIMIT:
        raise UnreadableFile(
            f"{name}：表格过大（超过 {ROWS_LIMIT} 行、{COLUMNS_LIMIT} 列或 {CELLS_LIMIT // 10_000} 万格），"
            "请删去多余的行列或拆分后再导入"
        )


def _separated(content: bytes, name: str) -> Reading:
    text = decode(content)
    if text is None:
        raise UnreadableFile(f"{name}：不是可读的表格（编码不是 UTF-8 或 GB18030，或其实是二进制文件），请{ADVICE}")
    named = re.match(r"sep=(.)\r?\n", text)
    if named is not None:
        text = text[named.end() :]
    rows = _rows(text, named.group(1) if named is not None else _delimiter(text), name)
    composer = Composer()
    sheet_tables.write(composer, rows)
    return composer.reading()


def _rows(text: str, delimiter: str, name: str) -> sheet_tables.Grid:
    rows: sheet_tables.Grid = []
    cells = columns = 0
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            rows.append([" ".join(cell.split()) for cell in row])
            cells, columns = cells + len(row), max(columns, len(row))
            if len(rows) > ROWS_LIMIT or columns > COLUMNS_LIMIT or cells > CELLS_LIMIT:
                _check_size(ROWS_LIMIT + 1, columns, name)
    except csv.Error as error:
        raise UnreadableFile(f"{name}：表格的引号不成对或有过长的单元格，无法分列，请{ADVICE}") from error
    return rows


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines into most columns of the same count; a comma where none does."""
    head = "\n".join(text.splitlines()[:_SNIFFED])
    best, sign = 0.0, ","
    for candidate in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(StringIO(head, newline=""), delimiter=candidate) if any(row)]
        except csv.Error:
            continue
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        common = max(set(wide), key=lambda width: (wide.count(width), width))
        score = wide.count(common) / len(widths) * min(common, 20) ** 0.5
        if score > best:
            best, sign = score, candidate
    return sign
