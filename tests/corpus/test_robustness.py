"""Files that are damaged, hostile or no text at all: each costs one line, and nothing else of an ingest."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import robustness
from corpus import intake
from corpus.errors import UnreadableFile
from corpus.regions.places import Gazetteer
from corpus.tray import Found
from index.ingest import ingest
from index.segments import Makers

GAZETTEER = Gazetteer()
GOOD = "禾川县林业发展规划\n\n一、总则\n2027年前完成造林300亩，抚育中幼林40亩，林业站逐村验收，结果在村务公开栏公示。\n"


def test_a_hundred_damaged_files_are_read_or_refused():
    """The slow check of two thousand is `python -m benchmarks.robustness`."""
    result = robustness.run(110, seed=7)
    assert result["failures"] == []
    assert set(result["outcomes"]) == {"read", "refused"}


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder of one sound file among others that are not."""
    folder = tmp_path / "来件"
    folder.mkdir()
    (folder / "好.txt").write_text(GOOD, "utf-8")
    (folder / "空.txt").write_bytes(b"")
    (folder / "空白.docx").write_bytes(b"")
    (folder / "假.pdf").write_text(GOOD, "utf-8")
    (folder / "图.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    (folder / "程序.docx").write_bytes(b"MZ" + bytes(2000))
    (folder / "无后缀").write_text(GOOD, "utf-8")
    with (folder / "大.txt").open("wb") as file:
        file.truncate(200 << 20)
    _encrypted_pdf(folder / "加密.pdf")
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("零.txt", bytes(400 << 20))
    (folder / "炸弹.zip").write_bytes(whole.getvalue())
    (folder / "半.zip").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with zipfile.ZipFile(folder / "炸弹.docx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("_rels/.rels", "<Relationships/>")
        package.writestr("word/document.xml", b" " * (300 << 20))
    (folder / "套").mkdir()
    (folder / "套" / "回").symlink_to(folder, target_is_directory=True)
    (folder / "自").symlink_to(folder / "自")
    return folder


def _encrypted_pdf(path: Path) -> None:
    from reportlab.lib import pdfencrypt
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), encrypt=pdfencrypt.StandardEncryption("secret", ownerPassword="other"))
    canvas.drawString(72, 700, "plan")
    canvas.save()


def test_each_gets_its_line(hostile: Path, tmp_path: Path, makers: Makers):
    report = ingest([hostile], tmp_path / "库", makers)
    reasons = {Path(file.file).name: file.reason for file in report.files}
    assert {name for name, reason in reasons.items() if reason is None} == {"好.txt"} and report.succeeded
    refused = {name: reason for name, reason in reasons.items() if reason is not None}
    assert all("\n" not in reason and ("请" in reason) for reason in refused.values()), refused
    expected = {
        "空.txt": "空", "空白.docx": "空", "假.pdf": "不是 .pdf", "图.txt": "PNG", "程序.docx": "程序", "无后缀": "不支持",
        "大.txt": "上限", "加密.pdf": "加密", "半.zip": "不完整", "炸弹.docx": "过大",
    }  # fmt: skip
    assert {name: word for name, word in expected.items() if word not in refused[name]} == {}
    assert any("零.txt" in name for name in refused) or "炸弹.zip" in refused


lines = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(["一、总体要求", "（一）修路。", "1.种树", "第一章 总则", "专栏1 重点工程", "序号", "项目", "1", "2", "目录", "各位代表：",
                         "名词解释", "附件1", "表1 指标", "| 甲 | 乙 |", "|---|---|", "来源：某报", "——改水。完成改水三百户。", "\u2028", "\x00"]),
        st.sampled_from([GOOD, "坚持修山治水，完成造林300亩，抚育中幼林40亩，林业站逐村验收。" * 3]),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines, st.sampled_from(["\n", "\r\n", "\r", "\n\n", "　　"]))
def test_any_text_is_cut_into_slices_that_nest_and_never_overlap(parts: list[str], glue: str):
    text = glue.join(parts)
    try:
        content = text.encode()
    except UnicodeEncodeError:
        return  # lone surrogates are in no file
    try:
        document, passages = intake.read_document(content, Found(Path("/tmp/a.txt")), GAZETTEER)
    except UnreadableFile as error:
        assert "\n" not in str(error)
        return
    end = 0
    for passage in passages:
        assert end <= passage.span.start < passage.span.end <= len(document.text)
        end = passage.span.end
        assert 1 <= passage.paragraph <= passage.last_paragraph and passage.headings <= len(passage.trail)
    stack: list[int] = []
    for section in document.sections:
        assert 0 <= section.span.start < section.span.end <= len(document.text)
        while stack and stack[-1] <= section.span.start:
            stack.pop()
        assert not stack or section.span.end <= stack[-1], "sections nest"
        stack.append(section.span.end)
    barred = [s.span for s in document.sections if s.kind in ("heading", "boilerplate", "appendix", "glossary")]
    for passage in passages:
        assert not any(b.start < passage.span.end and passage.span.start < b.end for b in barred)
    for table in document.tables:
        cells = [cell for row in (table.columns, *table.rows) for cell in row]
        assert all(table.span.start <= c.start <= c.end <= table.span.end for c in cells) or not table.columns
    again = intake.read_document(content, Found(Path("/tmp/a.txt")), GAZETTEER)
    assert again == (document, passages)
