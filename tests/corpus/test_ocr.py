"""Scanned pages and pictures of pages: words, places and notes come back; what cannot be read is refused in one line."""

import io
import logging
import struct
import zlib
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from benchmarks.ocr import FONTS, errors, folded, scans
from corpus.errors import UnreadableFile
from corpus.formats import ocr, read

pytest.importorskip("rapidocr", reason="the extra planseek[ocr] is not installed")
pytestmark = pytest.mark.skipif(not FONTS.is_dir(), reason="Noto CJK fonts are not installed")

TEXTS = [
    "临澜市弋江区加快补齐排水管网短板，新建改造雨污管线27公里，到2030年完成率达到87%以上。",
    "支持盱眙县与鄄城县共建产业园区，引进重点项目53个，由市发展改革委（市能源局）会同有关部门逐年分解任务。",
    "在亳州市谯城区推进岸线整治和湿地修复，落实“一河一长”责任制；恢复滨水绿地12公顷。",
]


@cache
def scan() -> Any:
    (page,) = scans(TEXTS, Random(3))
    return page[: page.shape[0] // 3]


def encoded(array: Any, kind: str, **options: object) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(array[:, :, ::-1]).save(stream, kind, **options)
    return stream.getvalue()


def pdf_with(array: Any, words: str | None) -> bytes:
    """Two pages: words of a text layer, and a scan that covers the page."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(595, 842))
    if words:
        for number in range(10):
            canvas.drawString(72, 700 - 20 * number, f"{words} {number}.")
        canvas.showPage()
    canvas.drawImage(
        ImageReader(Image.fromarray(array)),
        0,
        842 - 595 * array.shape[0] / array.shape[1],
        595,
        595 * array.shape[0] / array.shape[1],
    )
    canvas.save()
    return stream.getvalue()


def test_a_scanned_page_among_others_is_recognised_and_named(capfd: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    page = scan()
    reading = read(pdf_with(page, "Words of a text layer in line"), "规划.pdf")
    assert reading.notes == ("第 2 页由 OCR 识别，请核对",)
    assert len(reading.pages) == 2 and reading.text.startswith("Words of a text layer in line 0.")
    found = reading.text[reading.pages[1] :]
    expected = folded("".join(TEXTS))
    assert errors(expected, folded(found)) <= 0.01 * len(expected)
    # Indents are kept: every paragraph is one line.
    assert [folded(line) for line in found.split("\n")] == [folded(text) for text in TEXTS]
    for name in ("弋江区", "盱眙县", "鄄城县", "谯城区"):
        start = reading.text.index(name)
        runs = [run for run in reading.runs if run.span.start < start + 3 and start < run.span.end]
        assert {run.page for run in runs} == {2}
        # A box around each character holds ink; in the order of the text.
        height, width = 842 * page.shape[1] / 595, page.shape[1]
        for offset in range(start, start + 3):
            (run,) = (run for run in runs if run.span.start <= offset < run.span.end)
            left, right = (run.edges[offset - run.span.start + step] * width for step in (0, 1))
            own = page[int(run.top * height) : int(run.bottom * height), int(left) : int(right), 0]
            assert 20 < right - left < 50 and np.mean(own < 128) > 0.05
    spans = [run.span for run in reading.runs]
    assert spans == sorted(spans) and all(a.end <= b.start for a, b in pairwise(spans))
    out = capfd.readouterr()
    assert out.out == "" and out.err == ""


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("BMP", "bmp")])
def test_pictures(kind: str, suffix: str) -> None:
    (line,) = scans(["临澜市弋江区湿地修复。"], Random(1))
    reading = read(encoded(line[: line.shape[0] // 8], kind), f"页.{suffix}")
    assert reading.text == "临澜市弋江区湿地修复。" and reading.notes == ("第 1 页由 OCR 识别，请核对",)


def test_a_tiff_of_several_pages_and_a_turned_picture() -> None:
    import numpy as np
    from PIL import Image

    texts = ["临澜市弋江区湿地修复工程稳步推进。", "北坡林场新增造林面积十二公顷以上。"]
    strips = [scans([text], Random(1))[0] for text in texts]
    strips = [strip[: strip.shape[0] // 4] for strip in strips]
    first, second = Image.fromarray(strips[0]), Image.fromarray(np.ascontiguousarray(np.rot90(strips[1])))
    stream = io.BytesIO()
    first.save(stream, "TIFF", save_all=True, append_images=[second])
    reading = read(stream.getvalue(), "页.tiff")
    assert reading.text.split("\n") == texts
    assert len(reading.pages) == 2
    turned = [run for run in reading.runs if run.page == 2]
    assert all(run.bottom - run.top < 0.1 for run in turned) and len(turned) > 10


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content, name)
    message = str(caught.value)
    assert message.startswith(f"{name}：") and "\n" not in message
    return message


def test_pictures_that_cannot_be_read_are_refused() -> None:
    import numpy as np

    blank = np.full((300, 400, 3), 255, np.uint8)
    assert "没有识别出文字" in refusal(encoded(blank, "PNG"), "白.png")
    assert "损坏" in refusal(encoded(scan(), "JPEG")[:400], "断.jpg")
    assert "扩展名" in refusal(b"%PDF-1.7\n", "名.jpg")
    # A header that promises a picture of 2.5 billion pixels in a few bytes.
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    )
    assert "百万像素" in refusal(b"\x89PNG\r\n\x1a\n" + chunks, "弹.png")


def test_without_the_extra_the_rest_is_read_and_the_pages_left_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> ocr.Recogniser:
        raise ocr.OcrAbsent(f"识别扫描件需要 OCR 组件，请运行 {ocr.INSTALL} 后重新导入")

    monkeypatch.setattr("corpus.formats.pdf.recogniser", absent)
    monkeypatch.setattr("corpus.formats.image.recogniser", absent)
    page = scan()
    reading = read(pdf_with(page, "Words of a text layer in line"), "规划.pdf")
    (note,) = reading.notes
    assert note.startswith("第 2 页") and "planseek[ocr]" in note
    assert "planseek[ocr]" in refusal(pdf_with(page, None), "规划.pdf")
    assert "planseek[ocr]" in refusal(encoded(page, "PNG"), "页.png")


def test_an_absent_package_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "find_spec", lambda name: None)
    with pytest.raises(ocr.OcrAbsent, match="planseek"):
        ocr.Recogniser()
    assert logging.getLogger("RapidOCR").level == logging.CRITICAL


def test_page_numbers() -> None:
    assert ocr.page_numbers([2]) == "第 3 页"
    assert ocr.page_numbers([2, 4]) == "第 3、5 页"
    assert ocr.page_numbers([0, 1, 2, 6, 7]) == "第 1–3、7、8 页"
