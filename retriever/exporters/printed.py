"""What every text (Word, PDF, Markdown) shows alike: its headings, which columns, how a number is written, which regions are
silent."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from retriever.paper import FOUND, NEAR, Cell, Chapter, Paper, Quotation, Table

ANSWER = "回答"
NOTHING = "未检索到相关表述的地区"
SOURCES = "来源文件"
_SHORT, _LONG, _ACROSS = 12, 120, 86
"""Half-width characters: of a column that is kept on one line, of one that gets no wider, of a page's width in a table."""
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered heading (level from 1) with what stands below it; a heading of parts has nothing of its own. graded: whether
    merely near passages stand among better ones."""

    level: int
    heading: str
    answers: tuple[Quotation, ...] = ()
    table: Table | None = None
    quotations: tuple[Quotation, ...] = ()
    lines: tuple[str, ...] = ()
    graded: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A chapter as it is printed: without a heading where it is the only one."""

    heading: str
    summary: str
    asked: tuple[str, ...]
    sections: tuple[Section, ...]


def outline(paper: Paper) -> tuple[list[Shown], str]:
    """A paper's chapters as they are printed, tables over all of them first, and the heading of the list of sources."""
    over = [table for table in paper.overviews if table.printed]
    shown = [Shown("", "", (), (Section(1, numbered(1, i, table.name), table=table),)) for i, table in enumerate(over, 1)]
    if len(paper.chapters) == 1 and not over:
        (chapter,) = paper.chapters
        own = tuple(sections(chapter, 1))
        shown.append(Shown("", chapter.summary, chapter.asked, own))
        return shown, numbered(1, sum(section.level == 1 for section in own) + 1, SOURCES)
    for i, chapter in enumerate(paper.chapters, len(over) + 1):
        shown.append(Shown(numbered(1, i, chapter.question), chapter.summary, chapter.asked, tuple(sections(chapter, 2))))
    return shown, numbered(1, len(shown) + 1, SOURCES)


def sections(chapter: Chapter, level: int) -> Iterator[Section]:
    """A chapter's sections from a level of headings down."""
    count = 0

    def headed(words: str) -> str:
        nonlocal count
        count += 1
        return numbered(level, count, words)

    if chapter.answers:
        yield Section(level, headed(ANSWER), answers=chapter.answers)
    for table in chapter.tables:
        if table.printed and table.rows:
            yield Section(level, headed(table.name), table=table)
    told = [part for part in chapter.parts if part.quotations and part.region]
    for part in chapter.parts:
        if part.quotations and part.region is None:
            yield Section(level, headed(part.heading), quotations=part.quotations, graded=part.verdict == FOUND)
    if told:
        yield Section(level, headed("原文摘录"))
        for i, part in enumerate(told, 1):
            yield Section(level + 1, numbered(level + 1, i, part.heading), quotations=part.quotations, graded=part.verdict == FOUND)
    if without := silent(chapter):
        yield Section(level, headed(NOTHING), lines=tuple(without))


def numbered(level: int, number: int, words: str) -> str:
    """A heading as official documents number them: 一、, （一）, 1."""
    mark = f"{chinese(number)}、" if level == 1 else f"（{chinese(number)}）" if level == 2 else f"{number}. "
    return mark + words


def chinese(number: int) -> str:
    """1–999 in Chinese characters."""
    if number < 10:
        return _DIGITS[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
    hundreds, rest = divmod(number, 100)
    below = "" if not rest else "零" + _DIGITS[rest] if rest < 10 else ("一" if rest < 20 else "") + chinese(rest)
    return _DIGITS[hundreds] + "百" + below


def edition_line(paper: Paper) -> str:
    """When a paper was made and from what."""
    return "；".join(filter(None, (f"生成日期：{paper.made}" if paper.made else "", paper.edition)))


def remark(quotation: Quotation, *, graded: bool) -> str:
    """What is to be said of a quotation beside its citation; empty for most."""
    also = f"相同表述另见 {len(quotation.also)} 个地区：{'、'.join(quotation.also)}" if quotation.also else ""
    note = f"备注：{quotation.note}" if quotation.note else ""
    near = "相近段落，把握不足" if graded and quotation.verdict == NEAR else ""
    return "；".join(filter(None, (near, also, note, f"收录于 {quotation.added}" if quotation.added else "")))


def note_of(quotation: Quotation) -> str:
    """What a footnote says: the citation, and where to find it in the file."""
    where = f"{quotation.file}，" if quotation.file else ""
    return f"{quotation.label}（{where}第 {quotation.span.start}–{quotation.span.end} 字）"


def shown_columns(table: Table) -> list[int]:
    """The columns that a page has room for and that hold anything."""
    return [
        i for i, name in enumerate(table.columns)
        if name not in table.wide and (i == 0 or not table.rows or any(row[i] not in (None, "", ()) for row in table.rows))
    ]  # fmt: skip


def shares(table: Table, columns: list[int]) -> list[float]:
    """Each shown column's part of the width (sum 1): a short one on one line, what is left by the words of the others."""
    lengths = [sorted(wide(text) for text in (table.columns[i], *(words(row[i]) for row in table.rows))) for i in columns]
    fixed = [own[-1] + 4.0 if own[-1] <= _SHORT else 0.0 for own in lengths]
    usual = [min(own[len(own) * 4 // 5], _LONG) for own in lengths]
    asked = [0.0 if width else length + 3 if length <= 2 * _SHORT else length**0.75 + 5 for width, length in zip(fixed, usual, strict=True)]
    scale = max(0.5, (_ACROSS - sum(fixed)) / sum(asked)) if any(asked) else 1.0
    widths = [one + scale * other for one, other in zip(fixed, asked, strict=True)]
    return [width / sum(widths) for width in widths]


def text_of(cell: str | int | float | None) -> str:
    """A cell's words; a number without a useless fraction."""
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return "" if cell is None else str(cell)


def words(cell: Cell) -> str:
    """All that a reader sees of a cell."""
    return "".join(quotation.text for quotation in cell) if isinstance(cell, tuple) else text_of(cell)


def wide(text: str) -> int:
    """Columns that a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def paragraphs(quotation: Quotation) -> list[list[tuple[str, bool]]]:
    """A quotation's lines that are not empty, each as its pieces; white space at their ends is the page's, not the text's."""
    lines: list[list[tuple[str, bool]]] = [[]]
    for piece, marked in quotation.pieces():
        first, *further = piece.splitlines() if not piece.endswith(("\n", "\r")) else [*piece.splitlines(), ""]
        lines[-1].append((first, marked))
        lines += [[(line, marked)] for line in further]
    return [line for line in lines if any(piece.strip() for piece, _ in line)] or [[("", False)]]


def silent(chapter: Chapter) -> list[str]:
    """The parts without a quotation, a line each, with what came nearest."""
    return [
        part.heading + (f"（最接近但不足以作答：{part.nearest.label}）" if part.nearest else "")
        for part in chapter.parts
        if not part.quotations
    ]
