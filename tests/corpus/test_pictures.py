"""Pictures of pages: the words that a span's boxes frame are its words, whatever the page is like; of a file that has moved or
changed there is none."""

import hashlib
import io
import re
import zipfile
from pathlib import Path

import pytest

from corpus import formats
from corpus.errors import PlanSeekError, Unknown
from corpus.formats.pdf import PDFIUM
from corpus.layout import boxes
from corpus.model import Document, Span
from corpus.pictures import Pictures, found
from tests.corpus.test_archives import packed
from tests.corpus.test_pdf import LINES, SENTENCE, drawn

SAMPLES = Path(__file__).parents[2] / "corpus" / "samples"
PDF = SAMPLES / "05_云麓区生态环境保护十四五专项规划.pdf"
WIDTH = 900


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures()


def document(content: bytes, *files: str) -> Document:
    reading = formats.read(content, "规划.pdf")
    return Document(
        hashlib.sha256(content).hexdigest(), files, reading.text, "规划", pages=reading.pages, runs=reading.runs
    )


def opened(picture: bytes):  # type: ignore[no-untyped-def]
    """As an array of rows, columns and colours."""
    import numpy as np
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def words_in(content: bytes, page: int, left: float, top: float, right: float, bottom: float) -> str:
    """What PDFium reads in a rectangle given in parts of the page from its upper left corner."""
    import pypdfium2 as pdfium

    with PDFIUM:
        opened_file = pdfium.PdfDocument(content)
        leaf = opened_file[page - 1]
        width, height = leaf.get_size()
        words = leaf.get_textpage().get_text_bounded(left * width, (1 - bottom) * height, right * width, (1 - top) * height)
        opened_file.close()
    return str(words)


def plain(words: str) -> str:
    return re.sub(r"\s+", "", words)


def test_the_boxes_of_a_span_frame_its_words_on_the_picture(pictures: Pictures) -> None:
    content = PDF.read_bytes()
    own = document(content, PDF.as_posix())
    sentences = [m.span() for m in re.finditer(r"[^。\n]{20,}。", own.text)][::7]
    assert len(sentences) > 5
    for start, end in sentences:
        spots = boxes(own.runs, Span(start, end))
        assert plain("".join(words_in(content, b.page, b.left, b.top, b.right, b.bottom) for b in spots)) == plain(own.text[start:end])
        picture = opened(pictures.page(own, spots[0].page, WIDTH))
        height, width = picture.shape[:2]
        assert width == WIDTH
        spot = spots[0]
        ink = picture[int(spot.top * height) : int(spot.bottom * height), int(spot.left * width) : int(spot.right * width)] < 128
        assert ink.any(axis=(0, 2)).mean() > 0.5, "hardly a word where the frame is"


@pytest.mark.parametrize(
    ("rotate", "crop"), [(0, None), (90, None), (180, None), (270, None), (0, (50, 300, 500, 750)), (90, (50, 300, 500, 750))]
)
def test_turned_and_cropped_pages_are_framed_where_the_words_are(
    pictures: Pictures, tmp_path: Path, rotate: int, crop: tuple[int, int, int, int] | None
) -> None:
    """A page drawn with a sentence and without it differs inside the sentence's boxes and nowhere else."""
    import numpy as np

    planted = (12.0, 72.0, 700.0 - 24 * 4, SENTENCE)
    both = []
    for name, lines in (("with", [*LINES[:4], planted, *LINES[5:]]), ("without", [*LINES[:4], *LINES[5:]])):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(drawn(lines, rotate, crop))
        own = document(file.read_bytes(), file.as_posix())
        both.append((own, opened(pictures.page(own, 1, WIDTH)).astype(int)))
    own, picture = both[0]
    changed = (abs(picture - both[1][1]) > 60).any(axis=2)
    start = own.text.index(SENTENCE)
    height, width = changed.shape
    covered = np.zeros_like(changed)
    for b in boxes(own.runs, Span(start, start + len(SENTENCE))):
        covered[max(0, int(b.top * height) - 4) : int(b.bottom * height) + 5, max(0, int(b.left * width) - 4) : int(b.right * width) + 5] = True
    assert changed.any() and not (changed & ~covered).any() and covered.mean() < 0.1


def test_a_member_of_an_archive_in_an_archive_is_drawn(pictures: Pictures, tmp_path: Path) -> None:
    content = PDF.read_bytes()
    (tmp_path / "外.zip").write_bytes(packed(("内.zip", packed(("规划/a.pdf", content), method=zipfile.ZIP_STORED))))
    own = document(content, (tmp_path / "外.zip" / "内.zip" / "规划" / "a.pdf").as_posix())
    (there,) = found(own.files)
    assert (there.path, there.member) == (tmp_path / "外.zip", "内.zip/规划/a.pdf")
    other = document(content, PDF.as_posix())
    assert pictures.page(own, 2, WIDTH) == Pictures().page(other, 2, WIDTH)


def test_a_second_file_of_the_same_bytes_stands_in(tmp_path: Path) -> None:
    own = document(PDF.read_bytes(), (tmp_path / "gone.pdf").as_posix(), PDF.as_posix())
    assert opened(Pictures().page(own, 1, 400)).shape[1] == 400


def test_no_picture_of_a_file_that_moved_or_changed(tmp_path: Path) -> None:
    pictures = Pictures()
    file = tmp_path / "a.pdf"
    own = document(PDF.read_bytes(), file.as_posix())
    with pytest.raises(Unknown, match="已经不在导入时的位置"):
        pictures.page(own, 1, WIDTH)
    file.write_bytes(drawn(LINES))
    with pytest.raises(Unknown, match="导入之后改动过"):
        pictures.page(own, 1, WIDTH)
    file.write_bytes(PDF.read_bytes())
    assert opened(pictures.page(own, 1, WIDTH)).shape[1] == WIDTH


@pytest.mark.parametrize(("files", "page", "words"), [
    (("/x/a.docx",), 1, "没有页面图"), ((), 1, "没有页面图"), ((PDF.as_posix(),), 0, "没有第 0 页"), ((PDF.as_posix(),), 10, "只有 9 页，没有第 10 页"),
])  # fmt: skip
def test_what_has_no_such_page_is_unknown(files: tuple[str, ...], page: int, words: str) -> None:
    with pytest.raises(Unknown, match=words):
        Pictures().page(Document("d" * 64, files, "种树。", "规划", pages=(0,) * 9), page, WIDTH)


def test_a_damaged_file_is_refused_in_one_line(pictures: Pictures, tmp_path: Path) -> None:
    content = b"%PDF-1.7 nothing else"
    (tmp_path / "坏.pdf").write_bytes(content)
    own = Document(hashlib.sha256(content).hexdigest(), ((tmp_path / "坏.pdf").as_posix(),), "种树。", "规划", pages=(0,))
    with pytest.raises(PlanSeekError, match=r"坏\.pdf：第 1 页没有画出来") as refused:
        pictures.page(own, 1, WIDTH)
    assert not isinstance(refused.value, Unknown) and "\n" not in str(refused.value)


def test_a_huge_page_is_drawn_smaller(pictures: Pictures, tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    file = tmp_path / "长.pdf"
    canvas = Canvas(str(file), pagesize=(200, 14_000))
    canvas.drawString(20, 13_900, "A long, long page of one line only.")
    canvas.save()
    own = document(file.read_bytes(), file.as_posix())
    height, width = opened(pictures.page(own, 1, 2000)).shape[:2]
    assert height <= 16_383 and abs(height / width - 70) < 0.5


def test_pictures_are_pages_too_upright_and_on_white(pictures: Pictures, tmp_path: Path) -> None:
    from PIL import Image

    file = tmp_path / "扫描.png"
    scan = Image.new("RGBA", (600, 300), (0, 0, 0, 0))
    scan.paste((200, 0, 0, 255), (0, 0, 300, 300))
    scan.save(file)
    photo = tmp_path / "照片.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # Held on its side: a quarter turn clockwise puts it upright.
    Image.new("RGB", (800, 400), "navy").save(photo, exif=exif)
    pages = tmp_path / "几页.tif"
    Image.new("L", (500, 700), 0).save(pages, save_all=True, append_images=[Image.new("L", (500, 700), 255)])
    shown = {}
    for name, page in ((file, 1), (photo, 1), (pages, 2)):
        own = Document(hashlib.sha256(name.read_bytes()).hexdigest(), (name.as_posix(),), "种树。", "规划", pages=(0, 0))
        shown[name] = opened(pictures.page(own, page, 400))
    assert shown[file].shape == (200, 400, 3)
    assert shown[file][100, 100] == pytest.approx([200, 0, 0], abs=12) and shown[file][100, 300] == pytest.approx([255] * 3, abs=6)
    assert shown[photo].shape == (800, 400, 3)
    assert shown[pages].min() > 245
