"""The invented plan through Word's formats, new and old, and what stands in the way of reading them; the shares that
must come back are stated here."""

import io
import os
import random
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from corpus.errors import UnreadableFile
from corpus.formats import docx, libreoffice, read
from corpus.formats.compound import streams
from corpus.formats.libreoffice import converted, program
from corpus.model import Reading, Span
from corpus.structure.annotate import annotate
from tests.corpus import linlan
from tests.corpus.linlan_files import plain_docx, saved, styled_docx, xml

needs_libreoffice = pytest.mark.skipif(program() is None, reason="LibreOffice is not installed")
PARAGRAPHS, HEADINGS, CELLS = 0.95, 0.98, 0.95


def styled(reading: Reading, style: str) -> list[str]:
    return [hint.span.of(reading.text) for hint in reading.hints if hint.style == style]


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content, name)
    message = str(caught.value)
    assert message.startswith(f"{name}：") and "\n" not in message and "请" in message
    return message


def annotated(reading: Reading) -> list[tuple[int, str]]:
    sections = annotate(reading, Span(0, len(linlan.TITLE))).sections
    return [(s.level, s.span.of(reading.text)) for s in sections if s.kind == "heading"]


def check_plan(reading: Reading, headings: list[tuple[int, str]]) -> None:
    assert linlan.share(linlan.paragraphs(), linlan.lines_of(reading)) >= PARAGRAPHS
    assert linlan.share(linlan.headings(), headings) >= HEADINGS
    assert linlan.share(linlan.cells(), linlan.cells_of(reading)) >= CELLS
    assert styled(reading, "box") == ["\n".join(linlan.NOTE_BOX), "\n".join(linlan.BOX)]


@pytest.fixture(scope="module")
def styled_file() -> bytes:
    return styled_docx()


@pytest.fixture(scope="module")
def plain_file() -> bytes:
    return plain_docx()


@pytest.fixture(scope="module")
def old_file(styled_file: bytes) -> bytes:
    return converted(styled_file, "规划", ".docx", "doc", "")


# --- DOCX ---------------------------------------------------------------------------------------------------


def test_docx_with_styles_and_automatic_numbers(styled_file: bytes) -> None:
    reading = read(styled_file, "规划.docx")
    check_plan(reading, linlan.headings_of(reading))
    assert linlan.share(linlan.paragraphs(), linlan.lines_of(reading)) == 1
    assert styled(reading, "title") == [linlan.TITLE]
    assert [line.split("\t")[0] for line in styled(reading, "toc")] == [t for d, t in linlan.headings() if d == 1]


def test_docx_with_direct_formatting_only(plain_file: bytes) -> None:
    reading = read(plain_file, "规划.docx")
    check_plan(reading, annotated(reading))
    chapters = [heading for heading in linlan.headings() if heading[0] == 1]
    assert linlan.headings_of(reading) == chapters
    assert styled(reading, "bold") == [linlan.TITLE, *(text for depth, text in linlan.headings() if depth > 1)]


def one(*paragraphs: str) -> str:
    """The text of a document of these w:p and w:tbl elements."""
    from docx import Document

    document = Document()
    for markup in paragraphs:
        document.element.body.insert(-1, xml(markup))
    return read(saved(document), "a.docx").text


RUN = "<w:r><w:t>{}</w:t></w:r>"
DELETED = '<w:pPr><w:rPr><w:del w:id="1" w:author="甲"/></w:rPr></w:pPr>'


def test_docx_paragraphs_around_changes_notes_and_breaks() -> None:
    p = "<w:p>{}</w:p>".format
    assert one(p(DELETED + RUN.format("前半")), p(RUN.format("后半")), p(RUN.format("下段"))) == "前半后半\n下段"
    assert one(p(RUN.format("甲") + "<w:r><w:br/></w:r>" + RUN.format("乙"))) == "甲\n乙"
    assert one(p(RUN.format("甲") + '<w:r><w:br w:type="page"/></w:r>' + RUN.format("乙"))) == "甲乙"
    assert one(p(RUN.format("甲") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + RUN.format("乙"))) == "甲乙"
    section = '<w:pPr><w:sectPr><w:type w:val="continuous"/></w:sectPr></w:pPr>'
    assert one(p(section + RUN.format("甲")), p(RUN.format("乙"))) == "甲\n乙"


def test_a_table_headed_by_one_wide_cell_is_a_titled_box() -> None:
    from docx import Document

    document = Document()
    table = document.add_table(rows=3, cols=2)
    for r, row in enumerate((("专栏3　重点任务", ""), ("任务", "单位"), ("疏浚航道", "港务局"))):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    table.cell(0, 0).merge(table.cell(0, 1))
    reading = read(saved(document), "a.docx")
    assert reading.text.split("\n") == ["专栏3　重点任务", "任务 | 单位", "疏浚航道 | 港务局"]
    assert styled(reading, "box") == [reading.text] and styled(reading, "table-header") == ["任务 | 单位"]


def test_a_table_that_only_arranges_the_page_is_none() -> None:
    from docx import Document

    document = Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "栏"
    lines = [f"第{n}段写在排版用的表格里，仍是正文。" for n in range(8)]
    for line in lines:
        table.cell(0, 1).add_paragraph(line)
    reading = read(saved(document), "a.docx")
    assert reading.text.split("\n") == ["栏", *lines] and not styled(reading, "table")


def test_a_text_box_stands_once_below_its_paragraph() -> None:
    from docx import Document

    box = f"<w:txbxContent><w:p>{RUN.format('专栏4　说明')}</w:p><w:p>{RUN.format('框内的字。')}</w:p></w:txbxContent>"
    mc = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    both = f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>'
    document = Document()
    run = f"<w:r><mc:AlternateContent>{both}</mc:AlternateContent></w:r>"
    document.element.body.insert(-1, xml(f"<w:p {mc}>{RUN.format('段落前')}{run}{RUN.format('段落后')}</w:p>"))
    reading = read(saved(document), "a.docx")
    assert reading.text == "段落前段落后\n专栏4　说明\n框内的字。" and styled(reading, "box") == [
        "专栏4　说明\n框内的字。"
    ]


def test_a_web_page_inside_a_document_is_read() -> None:
    from docx import Document
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    document = Document()
    page = "<html><body><h2>一、总体要求</h2><p>页面里的正文。</p></body></html>".encode()
    part = Part(PackURI("/word/afchunk.htm"), "text/html", page, document.part.package)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    relation = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    identity = document.part.relate_to(part, kind)
    document.element.body.insert(0, xml(f'<w:altChunk {relation} r:id="{identity}"/>'))
    reading = read(saved(document), "a.docx")
    assert reading.text == "一、总体要求\n页面里的正文。" and linlan.headings_of(reading) == [(2, "一、总体要求")]


# --- through LibreOffice ------------------------------------------------------------------------------------


@needs_libreoffice
@pytest.mark.parametrize("name", ["规划.doc", "规划.wps", "规划.rtf"])
def test_doc_with_styles_round_trips_under_any_old_suffix(old_file: bytes, name: str) -> None:
    assert old_file.startswith(b"\xd0\xcf\x11\xe0")
    reading = read(old_file, name)
    check_plan(reading, linlan.headings_of(reading))
    assert styled(reading, "title") == [linlan.TITLE]


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["doc", "odt", "rtf"])
def test_direct_formatting_round_trips_through_old_formats(plain_file: bytes, suffix: str) -> None:
    reading = read(converted(plain_file, "规划", ".docx", suffix, ""), f"规划.{suffix}")
    check_plan(reading, annotated(reading))


@needs_libreoffice
def test_odt_with_styles_round_trips(styled_file: bytes) -> None:
    reading = read(converted(styled_file, "规划", ".docx", "odt", ""), "规划.odt")
    check_plan(reading, linlan.headings_of(reading))


RTF = r"""{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}{\*\listtable{\list\listtemplateid1
{\listlevel\levelnfc37\levelfollow2\levelstartat1{\leveltext\'03\'b5\'da\'00\'d5\'c2;}{\levelnumbers\'02;}}\listid1}}
{\*\listoverridetable{\listoverride\listid1\listoverridecount0\ls1}}
\pard\plain\s1\outlinelevel0\ls1\ilvl0{\f0 \'d7\'dc\'cc\'e5\'d2\'aa\'c7\'f3\par}\pard\plain{\f0 \u20020?\u28572?\par}}"""


@needs_libreoffice
def test_rtf_as_word_writes_it() -> None:
    reading = read(RTF.encode(), "规划.doc")
    assert reading.text == "第一章总体要求\n临澜" and linlan.headings_of(reading) == [(1, "第一章总体要求")]


@needs_libreoffice
def test_conversions_take_turns_across_threads_and_processes(old_file: bytes, tmp_path: Path) -> None:
    source = tmp_path / "规划.doc"
    source.write_bytes(old_file)
    script = (
        "import sys; from pathlib import Path; from corpus.formats import read; path = Path(sys.argv[1]); "
        "print(len(read(path.read_bytes(), path.name).text))"
    )
    root = Path(docx.__file__).parents[2]
    others = [
        subprocess.Popen([sys.executable, "-c", script, str(source)], cwd=root, stdout=subprocess.PIPE) for _ in "ab"
    ]
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(len(read(old_file, "规划.doc").text)))
    thread.start()
    thread.join()
    found += [int(other.communicate(timeout=120)[0]) for other in others]
    assert len(set(found)) == 1 and found[0] > 1000


# --- what needs no LibreOffice ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["规划.doc", "规划.wps", "规划.rtf", "规划.odt"])
def test_a_new_document_under_an_old_suffix(plain_file: bytes, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libreoffice, "program", lambda: None)
    assert read(plain_file, name) == read(plain_file, "规划.docx")


def test_pages_and_texts_under_an_old_suffix() -> None:
    page = "<html xmlns:w='urn:x'><body><p class=MsoNormal>网页存成的文档。</p></body></html>"
    assert read(page.encode("gbk"), "a.doc").text == "网页存成的文档。"
    assert read(page.encode("utf-16"), "a.doc").text == "网页存成的文档。"
    assert read("文本改名的文档。".encode("gbk"), "a.wps").text == "文本改名的文档。"
    assert "不是 Word" in refusal(bytes(range(1, 250)) * 3, "a.doc")


def test_without_libreoffice_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libreoffice, "program", lambda: None)
    message = refusal(RTF.encode(), "规划.rtf")
    assert "安装 LibreOffice" in message and "另存为 .docx" in message


@pytest.mark.skipif(sys.platform == "win32", reason="stands in for LibreOffice with a shell script")
def test_a_conversion_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in, child = tmp_path / "soffice", tmp_path / "child"
    stand_in.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {child}\nwait\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(libreoffice, "program", lambda: str(stand_in))
    monkeypatch.setattr(libreoffice, "SECONDS", 1)
    assert "没有完成" in refusal(RTF.encode(), "规划.rtf")
    time.sleep(0.2)
    state = Path(f"/proc/{child.read_text().strip()}/stat")
    assert not state.exists() or state.read_text().split()[2] in "ZX"
    stand_in.write_text("#!/bin/sh\nexit 0\n")
    assert "无法转换" in refusal(RTF.encode(), "规划.rtf")


@pytest.mark.skipif(sys.platform == "win32", reason="locks with fcntl")
def test_a_busy_converter_is_waited_for_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libreoffice, "program", lambda: os.devnull)
    monkeypatch.setattr(libreoffice, "WAIT", 0)
    with libreoffice._turn("另一个", ""):
        assert "等待" in refusal(RTF.encode(), "规划.rtf")


@needs_libreoffice
def test_locked_and_other_old_files_are_refused(old_file: bytes) -> None:
    words = streams(old_file)["WordDocument"]
    at = old_file.index(words[:64])
    locked = bytearray(old_file)
    locked[at + 11] |= 0x01
    assert "加密" in refusal(bytes(locked), "规划.doc")
    assert ".doc" in refusal(old_file, "规划.xls") and ".doc" in refusal(old_file, "规划.docx")
    assert "损坏" in refusal(old_file[:600], "规划.doc")


def test_packages_that_are_no_document_are_refused() -> None:
    def package(**parts: str) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as out:
            for name, content in parts.items():
                out.writestr(name.replace("__", "/").replace("manifest", "manifest.xml"), content)
        return stream.getvalue()

    odt = "application/vnd.oasis.opendocument.text"
    assert "压缩包" in refusal(package(a="甲"), "a.odt")
    assert "加密" in refusal(package(mimetype=odt, **{"META-INF__manifest": "<manifest:encryption-data/>"}), "a.odt")
    assert "损坏" in refusal(package(mimetype=odt)[:40], "a.odt")


def test_no_damage_raises_anything_else(styled_file: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are damaged, then packed anew: a checksum would hide the parser behind itself."""
    monkeypatch.setattr(libreoffice, "program", lambda: None)
    draw = random.Random(7)
    with zipfile.ZipFile(io.BytesIO(styled_file)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for _ in range(60):
        victim = draw.choice(["word/document.xml", "word/numbering.xml", "word/styles.xml", draw.choice([*parts])])
        changed = bytearray(parts[victim])
        for _ in range(draw.randint(1, 5)):
            at = draw.randrange(len(changed))
            changed[at : at + draw.randint(0, 12)] = draw.choice([b"", b"<", b'"', b"\xff", b"9999999999", b"w:tbl"])
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as out:
            for name, content in parts.items():
                out.writestr(name, bytes(changed) if name == victim else content)
        try:
            read(stream.getvalue(), draw.choice(["a.docx", "a.doc"]))
        except UnreadableFile as error:
            assert "\n" not in str(error)
