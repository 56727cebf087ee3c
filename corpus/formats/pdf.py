"""PDF with a text layer: paragraphs over lines and pages, bigger and bold lines as hints. Running heads and
page numbers never enter the text; scanned pages are never guessed at."""

import threading
from collections import Counter
from typing import Any

from corpus.errors import UnreadableFile
from corpus.formats.composer import Composer
from corpus.formats.pdf_lines import Line, lines
from corpus.formats.pdf_paragraphs import Paragraph, join, without_running_lines
from corpus.model import Reading, Span

PAGES_LIMIT = 5000

_HEADING_LENGTH = 60
_TITLE_LENGTH = 120
_BIGGER = 1.0
_SPARSE = 10
_GARBLED = 0.3

# PDFium keeps global state and is not safe to enter from two threads.
_PDFIUM = threading.Lock()


def read(content: bytes, name: str) -> Reading:
    """The document's paragraphs, one a line; `pages` holds the offset at which each page's text begins.

    A paragraph that runs over a page's end stays one, and the next page's start lies inside it. Left out:
    running heads, page numbers. Hints: title (the biggest lines of page 1), heading (bigger lines, level by
    rank of size; then bold ones). Raises UnreadableFile for encrypted, damaged and scanned files.
    """
    with _PDFIUM:
        pages, sizes, pictures = _pages(content, name)
    characters = sum(len(line.text) for found in pages for line in found)
    if not characters or (pictures >= len(pages) and characters < _SPARSE * len(pages)):
        raise UnreadableFile(
            f"{name}：扫描件或图片 PDF，没有文字层，暂不支持；请用 OCR 软件识别成 Word 或可检索的 PDF 后导入"
        )
    _check_garbled(pages, characters, name)
    kept = without_running_lines(pages, [height for _, height in sizes])
    body = _body_size(kept)
    paragraphs = join(kept, body, [width for width, _ in sizes])
    return _compose(paragraphs, body, len(pages))


def _pages(content: bytes, name: str) -> tuple[list[list[Line]], list[tuple[float, float]], int]:
    """Every page's lines, its width and height in points, and how many pages hold a picture."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadableFile(f"{name}：PDF 已加密，请取消密码后另存，再导入") from error
        raise UnreadableFile(f"{name}：PDF 文件不完整或已损坏，请重新下载或另存后再导入") from error
    try:
        if len(document) > PAGES_LIMIT:
            raise UnreadableFile(f"{name}：PDF 有 {len(document)} 页，超过 {PAGES_LIMIT} 页的上限，请拆分后再导入")
        pages, sizes, pictures = [], [], 0
        for number in range(len(document)):
            page = document[number]
            textpage = page.get_textpage()
            pages.append(lines(textpage, number))
            sizes.append(page.get_size())
            if not pages[-1]:
                pictures += _has_picture(page)
            textpage.close()
            page.close()
        return pages, sizes, pictures
    finally:
        document.close()


def _has_picture(page: Any) -> bool:
    import pypdfium2.raw as pdfium

    return next(iter(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)), None) is not None


def _check_garbled(pages: list[list[Line]], characters: int, name: str) -> None:
    """Fonts without a character table give private codes in place of words."""
    lost = sum(
        1 for found in pages for line in found for char in line.text if "\ue000" <= char <= "\uf8ff" or char == "\ufffd"
    )
    if lost > _GARBLED * characters:
        raise UnreadableFile(
            f"{name}：PDF 的字体缺少文字编码，提取出来是乱码；请另存为 Word，或用 OCR 软件识别后再导入"
        )


def _body_size(pages: list[list[Line]]) -> float:
    """The size in which most characters are set."""
    counts: Counter[float] = Counter()
    for found in pages:
        for line in found:
            counts[line.size] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 10.0


def _compose(paragraphs: list[Paragraph], body: float, page_count: int) -> Reading:
    composer = Composer()
    starts: dict[int, int] = {}
    title = _title_size(paragraphs, body)
    ranks = _ranks(paragraphs, body, title)
    titles: list[Span] = []
    for paragraph in paragraphs:
        span = composer.line(paragraph.text)
        starts.setdefault(paragraph.page, span.start)
        for offset, page in paragraph.starts:
            starts.setdefault(page, span.start + offset)
        if _is_title(paragraph, title) and (not titles or titles[-1].end + 1 == span.start):
            titles.append(span)
        elif (level := _level(paragraph, body, ranks)) is not None:
            composer.hint(span, "heading", level)
    if titles:
        composer.hint(Span(titles[0].start, titles[-1].end), "title")
    pages = []
    following = composer.end
    for page in range(page_count - 1, -1, -1):
        # A page without text begins where the next text does.
        following = starts.get(page, following)
        pages.append(following)
    return composer.reading(tuple(reversed(pages)))


def _title_size(paragraphs: list[Paragraph], body: float) -> float | None:
    first = [p.size for p in paragraphs if p.page == 0 and len(p.text) <= _TITLE_LENGTH]
    biggest = max(first, default=body)
    return biggest if biggest >= body + _BIGGER else None


def _is_title(paragraph: Paragraph, size: float | None) -> bool:
    return paragraph.page == 0 and paragraph.size == size and len(paragraph.text) <= _TITLE_LENGTH


def _ranks(paragraphs: list[Paragraph], body: float, title: float | None) -> dict[float, int]:
    """Size → heading level, 1 for the biggest; the title's own size takes a level only if later lines use
    it."""
    sizes = {
        p.size
        for p in paragraphs
        if p.size >= body + _BIGGER and len(p.text) <= _HEADING_LENGTH and not _is_title(p, title)
    }
    return {size: level for level, size in enumerate(sorted(sizes, reverse=True), start=1)}


def _level(paragraph: Paragraph, body: float, ranks: dict[float, int]) -> int | None:
    if len(paragraph.text) > _HEADING_LENGTH:
        return None
    if paragraph.size in ranks:
        return ranks[paragraph.size]
    if paragraph.bold and abs(paragraph.size - body) < _BIGGER:
        return len(ranks) + 1
    return None
