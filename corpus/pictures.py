"""Pictures of a document's pages, drawn in a process of their own from the file that it was read from. Keeps no file and
never draws one whose bytes have changed."""

import hashlib
import io
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus import archives, formats
from corpus.errors import PlanSeekError, Unknown, UnreadableFile
from corpus.formats import image as image_reader
from corpus.formats.pdf import PDFIUM, PIXELS_LIMIT
from corpus.intake import load
from corpus.model import Document
from corpus.tray import Found
from corpus.workers import Workers

NARROWEST, WIDEST = 400, 2000
"""The widths of a picture, in pixels."""

MEDIA_TYPE = "image/webp"
SECONDS = 20.0
"""How long a page may take to draw, its file's reading included."""

_KEPT = 64
_QUALITY = 82
_LONGEST = 16_383
"""The most pixels of a side of a WebP picture."""
_DRAWN = ("pdf", "image")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page to draw: the file, its document's id, the page from 1, and the picture's width in pixels."""

    file: Found
    document: str
    page: int
    width: int


class Pictures:
    """Draws pages on demand and keeps the last of them. Safe to share between threads; draws one page at a time."""

    def __init__(self) -> None:
        self._workers = Workers(1)
        self._drawing = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()

    def page(self, document: Document, page: int, width: int) -> bytes:
        """Page `page` (from 1) as WebP, `width` pixels wide (fewer where it would be too high).

        Raises Unknown where there is no such page or the file is not there any more as it was read; PlanSeekError where
        the page cannot be drawn.
        """
        name = document.files[0].rsplit("/", 1)[-1] if document.files else document.title
        if not document.pages or formats.READERS.get(formats.suffix_of(name)) not in _DRAWN:
            raise Unknown(f"{name}：这种格式没有页面图；只有 PDF 和图片才有。请看文字。")
        if not 1 <= page <= len(document.pages):
            raise Unknown(f"{name} 只有 {len(document.pages)} 页，没有第 {page} 页。")
        key = (document.id, page, width)
        with self._drawing:
            if key not in self._kept:
                self._kept[key] = self._drawn(document, page, width)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def _drawn(self, document: Document, page: int, width: int) -> bytes:
        failure = ""
        for file in found(document.files):
            (outcome,) = self._workers.run(_draw, [[_Asked(file, document.id, page, width)]], lambda _: SECONDS)
            if isinstance(outcome.result, bytes):
                return outcome.result
            failure = outcome.result or f"{file.name}：第 {page} 页太复杂，没有画出来。请打开原文件查看。"
            if outcome.result != _CHANGED:
                raise PlanSeekError(failure)
        raise Unknown(failure or _GONE)


_GONE = "原文件已经不在导入时的位置，看不了页面图。请把它放回原处，或重新导入。"
_CHANGED = "原文件在导入之后改动过，与语料里的文字不是同一份，看不了页面图。请重新导入。"


def found(files: Sequence[str]) -> list[Found]:
    """Those of a document's files (see Document.files) that are still where they were, members of archives included."""
    there = []
    for name in files:
        path = Path(name)
        if path.is_file():
            there.append(Found(path))
            continue
        archive = next((above for above in path.parents if archives.is_archive(above.name) and above.is_file()), None)
        if archive:
            there.append(Found(archive, member=path.relative_to(archive).as_posix()))
    return there


def _draw(asked: _Asked) -> bytes | str:
    """The picture, or a Chinese sentence on why there is none; runs in a worker, where nothing may be raised."""
    try:
        stat = asked.file.path.stat()
        content = _content(asked.file.path, asked.file.member, stat.st_mtime_ns, stat.st_size)
        if hashlib.sha256(content).hexdigest() != asked.document:
            return _CHANGED
        if formats.READERS[formats.suffix_of(asked.file.name)] == "pdf":
            image = _pdf_page(content, asked.page, asked.width)
        else:
            image = _frame(content, asked.file.name, asked.page, asked.width)
        return _encoded(image, asked.width)
    except UnreadableFile as error:
        return str(error)
    except Exception as error:
        return f"{asked.file.name}：第 {asked.page} 页没有画出来（{type(error).__name__}）。请打开原文件查看。"


@lru_cache(maxsize=1)
def _content(path: Path, member: str | None, modified: int, size: int) -> bytes:
    """The file's bytes; the last one is kept, for whoever looks at a page looks at the next."""
    return load(Found(path, member=member))


def _pdf_page(content: bytes, number: int, width: int) -> Any:
    import pypdfium2 as pdfium

    with PDFIUM, closing(pdfium.PdfDocument(content)) as document, closing(document[number - 1]) as page:
        wide, high = page.get_size()
        scale = min(width / max(wide, 1.0), (PIXELS_LIMIT / max(wide * high, 1.0)) ** 0.5)
        with closing(page.render(scale=scale)) as bitmap:
            return bitmap.to_pil().convert("RGB")


def _frame(content: bytes, name: str, number: int, width: int) -> Any:
    """One picture of a file of pictures, upright, on white."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(content)) as image:
        image.seek(number - 1)
        if image.width * image.height > image_reader.PIXELS_LIMIT:
            raise UnreadableFile(f"{name}：第 {number} 页的图片太大，没有画出来。请打开原文件查看。")
        image.draft("RGB", (width, width))
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):
            # 16 bits a pixel: Pillow would cut them off instead of scaling.
            upright = upright.convert("I").point(lambda value: value / 256).convert("L")
        paper = Image.new("RGB", upright.size, "white")
        paper.paste(upright, mask=upright.convert("RGBA") if upright.has_transparency_data else None)
        return paper


def _encoded(image: Any, width: int) -> bytes:
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))))
    if max(image.size) > _LONGEST:
        image.thumbnail((_LONGEST, _LONGEST))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()
