"""What a workbook says of its cells besides their values: number formats, and how far each sheet reaches; it reads no
value."""

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from corpus.errors import UnreadableFile
from corpus.formats.sheet_numbers import BUILT_IN

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

# BIFF8 records ([MS-XLS] 2.3): those of a cell with a value begin with row, column and format.
_BOUND_SHEET, _FORMAT, _XF, _LOCK, _BOF, _EOF = 0x85, 0x41E, 0xE0, 0x2F, 0x809, 0x0A
_CELLS = {0x203, 0x27E, 0xFD, 0x204, 0xD6, 0x06, 0x205}
_MANY = 0xBD


@dataclass(slots=True)
class Layout:
    """One sheet: (row, column) from 0 → number format, General left out; rows and columns in use, from A1."""

    codes: dict[tuple[int, int], str] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0

    def add(self, row: int, column: int, code: str) -> None:
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if code:
            self.codes[row, column] = code


def of_package(content: bytes) -> list[Layout]:
    """The sheets of an XLSX in workbook order. The package must have been checked for bombs and entities."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        names = {name.lower(): name for name in package.namelist()}
        relations = _tree(package, names.get("xl/_rels/workbook.xml.rels"))
        targets = {r.get("Id"): r.get("Target") or "" for r in relations} if relations is not None else {}
        workbook = _tree(package, names.get("xl/workbook.xml"))
        if workbook is None:
            return []
        codes = _style_codes(_tree(package, names.get("xl/styles.xml")))
        layouts = []
        for sheet in workbook.iter():
            if _local(sheet.tag) != "sheet":
                continue
            target = targets.get(sheet.get(_RELATION), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            part = names.get(path.lower())
            layout = Layout()
            if part is not None and "chartsheet" not in path:
                with package.open(part) as stream:
                    _scan(stream, layout, codes)
            layouts.append(layout)
        return layouts


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _tree(package: zipfile.ZipFile, part: str | None) -> ElementTree.Element | None:
    return ElementTree.fromstring(package.read(part)) if part is not None else None


def _style_codes(styles: ElementTree.Element | None) -> list[str]:
    if styles is None:
        return []
    own: dict[int, str] = {}
    codes: list[str] = []
    for element in styles:
        if _local(element.tag) == "numFmts":
            own |= {_integer(f.get("numFmtId")): f.get("formatCode") or "" for f in element}
        elif _local(element.tag) == "cellXfs":
            codes = [_code(_integer(xf.get("numFmtId")), own) for xf in element if _local(xf.tag) == "xf"]
    return codes


def _code(identity: int, own: dict[int, str]) -> str:
    code = own.get(identity, BUILT_IN.get(identity, ""))
    return "" if code.lower() in ("general", "@") else code


def _integer(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 9 else 0


def _scan(stream: IO[bytes], layout: Layout, codes: list[str]) -> None:
    """Note each cell of a sheet that holds a value; rows and cells may leave out where they stand."""
    row = column = -1
    cell = (-1, -1, 0)

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, cell
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            column = _column(found.group(1)) if found else column + 1
            cell = (int(found.group(2)) - 1 if found else row, column, _integer(attributes.get("s")))
        elif tag in ("v", "is"):
            at, across, style = cell
            layout.add(at, across, codes[style] if style < len(codes) else "")
        elif tag == "row":
            row, column = (_integer(attributes.get("r")) or row + 2) - 1, -1

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.ParseFile(stream)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def of_workbook(stream: bytes, name: str) -> list[Layout]:
    """The sheets of an XLS (BIFF8), from its Workbook stream. Raises UnreadableFile for a locked workbook."""
    formats: dict[int, str] = {}
    kinds: list[int] = []
    starts: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == _LOCK:
            raise UnreadableFile(f"{name}：表格已加密，请在 Excel 或 WPS 中取消密码后另存，再导入")
        if kind == _FORMAT and len(body) >= 5:
            identity, count, wide = struct.unpack_from("<HHB", body)
            text = body[5 : 5 + count * (2 if wide & 1 else 1)]
            formats[identity] = text.decode("utf-16-le" if wide & 1 else "latin-1", "replace")
        elif kind == _XF and len(body) >= 4:
            kinds.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _BOUND_SHEET and len(body) >= 4:
            starts.append(struct.unpack_from("<I", body)[0])
    codes = [_code(kind, formats) for kind in kinds]
    layouts = []
    for start in starts:
        layout = Layout()
        for kind, body in _records(stream, start):
            if kind in _CELLS and len(body) >= 6:
                row, column, style = struct.unpack_from("<HHH", body)
                layout.add(row, column, codes[style] if style < len(codes) else "")
            elif kind == _MANY and len(body) >= 12:
                row, first = struct.unpack_from("<HH", body)
                for index in range((len(body) - 6) // 6):
                    style = struct.unpack_from("<H", body, 4 + 6 * index)[0]
                    layout.add(row, first + index, codes[style] if style < len(codes) else "")
        layouts.append(layout)
    return layouts


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, from its BOF to its EOF; charts inside a sheet are passed through."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + size]
        if depth <= 0:
            return
        at += 4 + size
