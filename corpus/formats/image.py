"""Pictures of pages (PNG, JPEG, TIFF, BMP) read by OCR, each picture of a file one page; it never opens one that would
not fit into memory."""

import io
import warnings
from collections.abc import Iterator
from typing import Any

from corpus.errors import UnreadableFile
from corpus.formats.ocr import OcrAbsent, page_numbers, recogniser
from corpus.formats.pdf_layout import reading
from corpus.model import Reading

PIXELS_LIMIT = 120_000_000
"""The largest picture that is decoded, in pixels."""

PAGES_LIMIT = 500
READ_PIXELS = 16_000_000
"""A picture bigger than this is made smaller before it is read."""

# A picture does not say how big its paper is: the short side is taken for A4's, in points.
_PAPER = 595.0


def read(content: bytes, name: str) -> Reading:
    """The paragraphs of the pictures; see pdf_layout.reading. A note asks the user to check them.

    Raises UnreadableFile for damaged and oversized pictures, for those without legible words, and where the extra
    that reads pictures is not installed.
    """
    try:
        reader = recogniser()
    except OcrAbsent as error:
        raise UnreadableFile(f"{name}：这是图片，{error}") from error
    pages = []
    for number, (picture, width, height) in enumerate(_pictures(content, name)):
        pages.append(reader.page(picture, number, width, height))
    legible = [number for number, page in enumerate(pages) if page.lines]
    if not legible:
        raise UnreadableFile(f"{name}：图片里没有识别出文字，请换用更清晰的扫描件，或改用 Word 文档导入")
    return reading(pages, [f"{page_numbers(legible)}由 OCR 识别，请核对"])


def _pictures(content: bytes, name: str) -> Iterator[tuple[Any, float, float]]:
    """Each picture as an array of blue, green and red bytes, with the width and height of its page in points."""
    import numpy as np
    from PIL import Image, ImageOps, ImageSequence

    try:
        with warnings.catch_warnings():
            # Pillow only warns of some oversized pictures; they are refused by their header below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content))
    except Image.DecompressionBombError as error:
        raise _too_big(name) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadableFile(f"{name}：图片不完整或已损坏，请重新扫描或另存后再导入") from error
    with image:
        frames = _frame_count(image, name)
        if frames > PAGES_LIMIT:
            raise UnreadableFile(f"{name}：图片有 {frames} 页，超过 {PAGES_LIMIT} 页的上限，请拆分后再导入")
        try:
            for frame in ImageSequence.Iterator(image):
                if frame.width * frame.height > PIXELS_LIMIT:
                    raise _too_big(name)
                shrink = (READ_PIXELS / (frame.width * frame.height)) ** 0.5
                own = frame
                if shrink < 1:
                    own.draft("RGB", (int(frame.width * shrink), int(frame.height * shrink)))
                own = _on_white(ImageOps.exif_transpose(own))
                if shrink < 1:
                    own = own.resize((max(1, int(own.width * shrink)), max(1, int(own.height * shrink))))
                scale = _PAPER / min(own.size)
                yield np.asarray(own)[:, :, ::-1].copy(), own.width * scale, own.height * scale
        except (OSError, SyntaxError, ValueError) as error:
            raise UnreadableFile(f"{name}：图片不完整或已损坏，请重新扫描或另存后再导入") from error


def _frame_count(image: Any, name: str) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadableFile(f"{name}：图片不完整或已损坏，请重新扫描或另存后再导入") from error


def _on_white(image: Any) -> Any:
    """In three colours; what is transparent stands on white paper."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    if image.mode.startswith("I;16") or image.mode == "I":
        # 16 bits a pixel: Pillow would cut them off instead of scaling.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def _too_big(name: str) -> UnreadableFile:
    million = PIXELS_LIMIT // 1_000_000
    return UnreadableFile(f"{name}：图片超过 {million} 百万像素的上限，请降低扫描分辨率（200–300 dpi 即可）后再导入")
