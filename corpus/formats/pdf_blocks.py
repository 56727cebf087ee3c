"""What a document is made of once its lines are read on: paragraphs, tables and boxes; it never decides where one
ends."""

import re
from dataclasses import dataclass

from corpus.formats.pdf_lines import Line

HANGING = re.compile(r"[，。、；：？！”’）》】〕,.;:!?)]$")
TERMINAL = re.compile(r"[。！？；：…!?;:][”’）》」\"')]*$")
# What the next line opens with: would it still have fitted behind the last? An opening bracket and a word of
# letters or figures do not break, and a closing mark never opens a line.
_FIRST_WORD = re.compile(r"[（《“‘【〔(]*(?:[A-Za-z0-9.,%％+\-/]+|.)[，。、；：？！”’）》】〕)％%]*")


@dataclass(slots=True)
class Paragraph:
    """Lines that read on; `offsets` are where in the text each of them begins."""

    text: str
    page: int
    size: float
    bold: bool
    lines: list[Line]
    offsets: list[int]


@dataclass(slots=True)
class Table:
    """A ruled table, over several pages or one: its rows, each with a cell (None: empty) per column."""

    page: int
    columns: list[float]
    rows: list[list[Paragraph | None]]
    headers: int
    widths: list[list[float]]


@dataclass(slots=True)
class Box:
    """A framed stretch of text, over several pages or one; `parts` are the lines of each page's frame."""

    page: int
    left: float
    right: float
    parts: list[list[Line]]
    blocks: "list[Paragraph | Table | Box]"


Block = Paragraph | Table | Box


@dataclass(slots=True)
class Page:
    """A page's lines in reading order, and the width and height of the frame in which they are read."""

    lines: list[Line]
    width: float
    height: float


def opened(line: Line) -> Paragraph:
    return Paragraph(line.text, line.page, line.size, line.bold, [line], [0])


def first_word(line: Line) -> float:
    """The width of what the line opens with that does not break."""
    found = _FIRST_WORD.match(line.text)
    word = found.group() if found else line.text[:1]
    return sum(0.5 if char.isascii() else 1.0 for char in word) * line.size


def _last_letters(text: str) -> str:
    found = re.search(r"[A-Za-z]+$", text)
    return found.group() if found else ""


def _first_letters(text: str) -> str:
    found = re.match(r"[A-Za-z]+", text)
    return found.group() if found else ""


def extend(paragraph: Paragraph, line: Line, between: str = "", words: frozenset[str] = frozenset()) -> None:
    """Read on with a line; `between` stands where the text does not run on of itself, and a word broken between the
    lines is whole again if it is one of `words`."""
    above = paragraph.lines[-1]
    head, tail = _last_letters(above.text), _first_letters(line.text)
    # Letters and figures on both sides are two words; Chinese reads on without a space.
    glue = " " if above.text[-1:].isascii() and line.text[:1].isascii() and line.text[:1].isalnum() else between
    if above.text.endswith("-") or (above.text[-1:].isdigit() and line.text[:1].isdigit()):
        glue = between
    if glue == " " and head and tail and head + tail in words:
        glue = ""
    paragraph.text += glue
    paragraph.offsets.append(len(paragraph.text))
    paragraph.text += line.text
    paragraph.bold = paragraph.bold and line.bold
    paragraph.lines.append(line)
