"""PDFs as several programs write them: paragraphs, headings, tables and boxes come back, every character is where the
page shows it, and what cannot be read is refused in one line."""

import difflib
import io
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from corpus.errors import UnreadableFile
from corpus.formats import read
from corpus.model import Reading, Run
from tests.corpus import writers

PLAN = writers.plan()
A4 = (595, 842)


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


WRITERS = [
    pytest.param(lambda folder: writers.reportlab_pdf(PLAN), id="reportlab"),
    pytest.param(lambda folder: writers.fpdf_pdf(PLAN), id="fpdf2"),
    pytest.param(lambda folder: writers.weasyprint_pdf(PLAN), id="weasyprint"),
    pytest.param(lambda folder: writers.chromium_pdf(PLAN, folder), id="chromium", marks=needs("chromium")),
    pytest.param(lambda folder: writers.libreoffice_pdf(PLAN, folder), id="libreoffice", marks=needs("soffice")),
    pytest.param(lambda folder: writers.libreoffice_odt_pdf(PLAN, folder), id="odt", marks=needs("soffice")),
]


def styled(reading: Reading, *styles: str) -> list[str]:
    return [hint.span.of(reading.text) for hint in reading.hints if hint.style in styles]


def assert_placed(reading: Reading) -> None:
    """Runs follow one another, lie on their pages, and leave out only what the reader set between lines and cells."""
    placed = [False] * len(reading.text)
    end = 0
    for run in reading.runs:
        assert end <= run.span.start < run.span.end <= len(reading.text)
        assert len(run.edges) == run.span.end - run.span.start + 1
        assert list(run.edges) == sorted(run.edges) and run.edges[0] >= 0 and run.edges[-1] <= 1
        assert 0 <= run.top < run.bottom <= 1
        assert 1 <= run.page <= len(reading.pages)
        placed[run.span.start : run.span.end] = [True] * (run.span.end - run.span.start)
        end = run.span.end
    assert {char for char, found in zip(reading.text, placed, strict=True) if not found} <= set("\n |")
    assert list(reading.pages) == sorted(reading.pages)


@pytest.mark.parametrize("write", WRITERS)
def test_round_trip(write: Callable[[Path], bytes], tmp_path: Path) -> None:
    for font in (writers.CJK_FONT,):
        if not font.exists():
            pytest.skip(f"{font} is not installed")
    reading = read(write(tmp_path), "规划.pdf")
    found = reading.text.split("\n")
    paragraphs = PLAN.paragraphs()
    assert sum(text in found for text in paragraphs) >= 0.95 * len(paragraphs)
    assert styled(reading, "title", "heading") == PLAN.of("title", "h1", "h2")
    levels = {hint.span.of(reading.text): hint.level for hint in reading.hints if hint.style == "heading"}
    assert {levels[text] for text in PLAN.of("h1")} == {1} and {levels[text] for text in PLAN.of("h2")} == {2}
    cells = [cell for table in PLAN.tables() for row in table for cell in row]
    same = difflib.SequenceMatcher(None, cells, styled(reading, "cell"), autojunk=False).get_matching_blocks()
    assert sum(block.size for block in same) >= 0.95 * len(cells)
    assert len(styled(reading, "table")) == 2
    assert styled(reading, "table-header") == [" | ".join(table[0]) for table in PLAN.tables()]
    (box,) = styled(reading, "box")
    assert box.startswith("专栏1") and box.count("\n") == 3
    assert writers.HEAD not in reading.text
    assert_placed(reading)


def drawn(
    runs: list[tuple[float, float, float, str]], rotate: int = 0, crop: tuple[int, int, int, int] | None = None
) -> bytes:
    """One page of lines (size, x, y, text), perhaps turned or cropped."""
    import pypdfium2 as pdfium
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for size, x, y, text in runs:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y, text)
    canvas.save()
    document = pdfium.PdfDocument(stream.getvalue())
    document[0].set_rotation(rotate)
    if crop:
        document[0].set_cropbox(*crop)
    turned = io.BytesIO()
    document.save(turned)
    document.close()
    return turned.getvalue()


SENTENCE = "Restore 12 km of lakeshore jointly."
LINES = [(12.0, 72.0, 700.0 - 24 * number, "Other words stand in this line of the page.") for number in range(8)]


@pytest.mark.parametrize(
    ("rotate", "crop"),
    [(0, None), (90, None), (180, None), (270, None), (0, (50, 300, 500, 750)), (90, (50, 300, 500, 750))],
)
def test_a_sentences_ink_lies_in_its_boxes(rotate: int, crop: tuple[int, int, int, int] | None) -> None:
    """A page drawn with the sentence and without it differs inside the sentence's boxes and nowhere else."""
    import numpy as np

    planted = (12.0, 72.0, 700.0 - 24 * 4, SENTENCE)
    lines = [*LINES[:4], planted, *LINES[5:]]
    content = drawn(lines, rotate, crop)
    with_it, without = picture(content), picture(drawn([line for line in lines if line is not planted], rotate, crop))
    ink = (with_it != without).any(axis=2)
    reading = read(content, "转.pdf")
    assert_placed(reading)
    start = reading.text.index(SENTENCE)
    runs = [run for run in reading.runs if start <= run.span.start < start + len(SENTENCE)]
    height, width = ink.shape
    covered = np.zeros_like(ink)
    for run in runs:
        covered[band(run.top, run.bottom, height), band(run.edges[0], run.edges[-1], width)] = True
    assert ink.any() and not (ink & ~covered).any()
    others = (picture(drawn([line for line in lines if line is not planted], rotate, crop)) < 128).any(axis=2)
    assert not (others & covered).any()
    # Each character's own ink lies in its own box.
    widest = max(runs, key=lambda run: len(run.edges))
    if len(widest.edges) > 2:
        gaps = [b - a for a, b in pairwise(widest.edges)]
        assert min(gaps) > 0


def band(low: float, high: float, size: int) -> slice:
    return slice(max(0, int(low * size) - 1), int(high * size) + 2)


def picture(content: bytes):  # type: ignore[no-untyped-def]
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(content)
    page = document[0]
    array = page.render(scale=2).to_numpy().copy()
    page.close()
    document.close()
    return array


def run_at(reading: Reading, offset: int) -> Run:
    return next(run for run in reading.runs if run.span.start <= offset < run.span.end)


def test_a_cells_characters_are_where_its_column_is() -> None:
    reading = read(writers.reportlab_pdf(PLAN), "表.pdf")
    cells = [hint.span for hint in reading.hints if hint.style == "cell"]
    columns: dict[int, list[float]] = {}
    for number, span in enumerate(cells[: 5 * 8]):
        columns.setdefault(number % 5, []).append(run_at(reading, span.start).edges[0])
    lefts = [places for _, places in sorted(columns.items())]
    assert all(max(places) - min(places) < 0.02 for places in lefts)
    assert [max(places) for places in lefts] == sorted(max(places) for places in lefts)


def test_two_columns_under_a_title_across() -> None:
    runs = [(18.0, 150.0, 790.0, "Title across both of the columns here")]
    for column, x in (("left", 72.0), ("right", 320.0)):
        runs += [
            (11.0, x + (0 if number % 3 else 22), 750.0 - 18 * number, f"{column} words of line {number} going on to")
            for number in range(12)
        ]
    text = read(drawn(runs), "栏.pdf").text
    assert text.index("left words of line 11") < text.index("right words of line 0")
    assert text.startswith("Title across")


def test_footnotes_come_after_the_paragraph_that_runs_over() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for page in range(2):
        canvas.setFont("STSong-Light", 12)
        for number in range(20):
            first = number % 5 == 0 and not (page and not number)
            canvas.drawString(96 if first else 72, 700 - 24 * number, "临澜" * (18 if first else 19))
        if not page:
            canvas.setFont("STSong-Light", 9)
            canvas.drawString(72, 120, "①临澜指数按上年价格计算。")
        canvas.showPage()
    canvas.save()
    found = read(stream.getvalue(), "注.pdf").text.split("\n")
    note = found.index("①临澜指数按上年价格计算。")
    assert found[note - 1] == "临澜" * (18 + 19 * 9) and found[note + 1] == "临澜" * (18 + 19 * 4)


def test_a_table_that_runs_over_pages_is_one_table() -> None:
    reading = read(writers.reportlab_pdf(PLAN), "表.pdf")
    tables = [hint.span for hint in reading.hints if hint.style == "table"]
    rows = [hint.span for hint in reading.hints if hint.style == "row"]
    second = [span for span in rows if tables[1].start <= span.start < tables[1].end]
    assert len(second) == len(PLAN.tables()[1])
    assert any(tables[1].start < start < tables[1].end for start in reading.pages)


# --- what cannot be read ------------------------------------------------------------------------------------


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content, "规划.pdf")
    message = str(caught.value)
    assert message.startswith("规划.pdf：") and "\n" not in message
    return message


def test_no_pages_and_truncated_files_are_refused_or_read() -> None:
    whole = writers.reportlab_pdf(PLAN)
    for share in (0.1, 0.5, 0.9):
        try:
            read(whole[: int(len(whole) * share)], "规划.pdf")
        except UnreadableFile as error:
            assert "规划.pdf：" in str(error)
    empty = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    assert "一页也没有" in refusal(empty) or "损坏" in refusal(empty)


def test_a_huge_page_is_read_without_a_huge_picture() -> None:
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(14400, 14400))
    canvas.setFont("Helvetica", 400)
    canvas.drawString(500, 9000, SENTENCE)
    canvas.save()
    reading = read(stream.getvalue(), "大.pdf")
    assert reading.text == SENTENCE
    assert_placed(reading)


def test_a_watermark_across_the_page_is_left_out() -> None:
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for size, x, y, text in LINES:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y, text)
    canvas.translate(200, 400)
    canvas.rotate(45)
    canvas.drawString(0, 0, "DRAFT")
    canvas.save()
    assert "DRAFT" not in read(stream.getvalue(), "水印.pdf").text


def test_thousands_of_lines_drawn_are_no_table() -> None:
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for number in range(3000):
        canvas.line(10 + number % 500, 10, 10 + number % 500, 300)
        canvas.line(10, 10 + number % 290, 500, 10 + number % 290)
    canvas.drawString(72, 700, SENTENCE)
    canvas.save()
    reading = read(stream.getvalue(), "图.pdf")
    assert reading.text == SENTENCE and not styled(reading, "table")
