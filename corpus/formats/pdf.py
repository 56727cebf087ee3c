"""PDF: text layers read as they are, scanned pages by OCR where that is installed; it never guesses at a page that
neither can read."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from corpus.errors import UnreadableFile
from corpus.formats.ocr import INSTALL, OcrAbsent, page_numbers, recogniser
from corpus.formats.pdf_blocks import Page
from corpus.formats.pdf_chars import View, chars, inside, shown, upright
from corpus.formats.pdf_layout import reading
from corpus.formats.pdf_lines import Line, in_order, lines
from corpus.formats.pdf_rules import rules
from corpus.formats.pdf_tables import fill, grids
from corpus.model import Reading

PAGES_LIMIT = 5000
PIXELS_LIMIT = 16_000_000
"""The largest picture that a page is rendered to; a page too big for it at SCAN_DPI is rendered coarser."""

SOURCE_PIXELS_LIMIT = 200_000_000
"""The most pixels that a page's own pictures may have for it to be rendered: they are decoded whole."""

SCAN_DPI = 200

_SPARSE = 10
_COVERED = 0.3
_OUTLINES = 50
_GARBLED = 0.3

# Fonts without a character table give private codes in place of words.
_LOST = re.compile("[\ue000-\uf8ff\ufffd]")

# PDFium keeps global state and is not safe to enter from two threads.
PDFIUM = threading.Lock()


def read(content: bytes, name: str) -> Reading:
    """The document's paragraphs, one a line; see pdf_layout.reading for pages, hints and what is left out.

    Pages without a usable text layer are read by OCR, if the extra is installed, and named in the notes. Raises
    UnreadableFile for encrypted and damaged files and for those of which nothing can be read.
    """
    with _opened(content, name) as document:
        with PDFIUM:
            found = [_page(document, number) for number in range(len(document))]
        notes = _recognise(document, found, name)
    pages = [page for page, _ in found]
    if not any(line.text or line.grid for page in pages for line in page.lines):
        raise UnreadableFile(
            f"{name}：扫描件或图片 PDF，没有文字层，也没有识别出文字；请换用更清晰的扫描件，或改用 Word 文档导入"
        )
    return reading(pages, notes)


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[Any]:
    import pypdfium2 as pdfium

    try:
        with PDFIUM:
            document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadableFile(f"{name}：PDF 已加密，请取消密码后另存，再导入") from error
        raise UnreadableFile(f"{name}：PDF 文件不完整或已损坏，请重新下载或另存后再导入") from error
    try:
        count = len(document)
        if not count:
            raise UnreadableFile(f"{name}：PDF 里一页也没有，请重新下载或另存后再导入")
        if count > PAGES_LIMIT:
            raise UnreadableFile(f"{name}：PDF 有 {count} 页，超过 {PAGES_LIMIT} 页的上限，请拆分后再导入")
        yield document
    finally:
        with PDFIUM:
            document.close()


def _page(document: Any, number: int) -> tuple[Page, str]:
    """A page as its text layer has it, and why that will not do: scan, garbled, huge; else nothing."""
    import pypdfium2 as pdfium

    try:
        page = document[number]
    except pdfium.PdfiumError:
        # One damaged page among others; viewers show it blank.
        return Page([], 1.0, 1.0), ""
    textpage = page.get_textpage()
    try:
        source = shown(page)
        by_turn = chars(textpage, source)
        main = next(iter(by_turn), 0)
        frame = upright(source.width, source.height, main)
        width, height = (source.height, source.width) if main % 2 else (source.width, source.height)
        drawn = rules(page, inside(source, frame), width, height)
        count = sum(map(len, by_turn.values()))
        lost = sum(len(_LOST.findall("".join(char.text for char in own))) for own in by_turn.values())
        if lost > _GARBLED * count:
            return Page([], width, height), "garbled"
        if count < _SPARSE and (drawn.covered > _COVERED or (not count and drawn.drawn >= _OUTLINES)):
            return Page([], width, height), "scan" if drawn.pixels <= SOURCE_PIXELS_LIMIT else "huge"
        found: list[Line] = []
        for turn, own in by_turn.items():
            if turn == main:
                found += in_order(lines(fill(grids(drawn, width, height), own), number, frame))
            else:
                view = upright(source.width, source.height, turn)
                found += [_set_in(line, inside(view, frame)) for line in in_order(lines(own, number, view))]
        return Page(found, width, height), ""
    finally:
        textpage.close()
        page.close()


def _set_in(line: Line, view: View) -> Line:
    """A line read at another turn, at its place among the page's."""
    line.left, line.base, line.right, _ = view.box(line.left, line.low, line.right, line.high)
    return line


def _recognise(document: Any, found: list[tuple[Page, str]], name: str) -> list[str]:
    """Read the pages whose text layer will not do by OCR, in place; what the user should check."""
    wanted = [number for number, (_, reason) in enumerate(found) if reason in ("scan", "garbled")]
    huge = [number for number, (_, reason) in enumerate(found) if reason == "huge"]
    notes = [f"{page_numbers(huge)}的图片过大，未读入；请降低扫描分辨率后重新导入"] if huge else []
    if not wanted:
        return notes
    try:
        reader = recogniser()
    except OcrAbsent as error:
        if not any(page.lines for page, _ in found):
            if any(reason == "garbled" for _, reason in found):
                raise UnreadableFile(
                    f"{name}：PDF 的字体缺少文字编码，提取出来是乱码；请另存为 Word，或运行 {INSTALL} 后重新导入"
                ) from error
            raise UnreadableFile(f"{name}：扫描件或图片 PDF，没有文字层；{error}") from error
        return [*notes, f"{page_numbers(wanted)}是扫描图片或乱码，未读入；{error}"]
    read_pages = []
    for number in wanted:
        picture, width, height = _picture(document, number)
        page = reader.page(picture, number, width, height)
        if page.lines:
            read_pages.append(number)
            found[number] = page, ""
    if read_pages:
        notes.append(f"{page_numbers(read_pages)}由 OCR 识别，请核对")
    return notes


def _picture(document: Any, number: int) -> tuple[Any, float, float]:
    """The page as shown, as an array of blue, green and red bytes, and its width and height in points."""
    with PDFIUM:
        page = document[number]
        try:
            width, height = page.get_size()
            scale = min(SCAN_DPI / 72, (PIXELS_LIMIT / max(width * height, 1.0)) ** 0.5)
            bitmap = page.render(scale=scale)
            try:
                return bitmap.to_numpy()[:, :, :3].copy(), width, height
            finally:
                bitmap.close()
        finally:
            page.close()
