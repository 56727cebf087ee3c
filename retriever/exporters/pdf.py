"""Exports a paper as a PDF memo: the same as the Word one, with numbered notes below each section. Runs nothing that a text
says."""

import io
from typing import TYPE_CHECKING, Any

from retriever.exporters.bibliography import references
from retriever.exporters.characters import legal, line
from retriever.exporters.gbt7714 import entry
from retriever.exporters.pdf_fonts import Faces, faces
from retriever.exporters.printed import (
    Section,
    edition_line,
    note_of,
    outline,
    paragraphs,
    remark,
    shares,
    shown_columns,
    text_of,
    wide,
    words,
)
from retriever.paper import Cell, Paper, Quotation, Table

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable

_TOP, _BOTTOM, _LEFT, _RIGHT = 37.0, 35.0, 28.0, 26.0
"""Millimetres, as official documents are set (GB/T 9704)."""

_MARKED = "#8C2F16"
_BEGINS_NO_LINE = "，：；！？》〉”’〕…％"
_LEAST, _PAGE_HEIGHT = 110, 637
"""Points that a heading needs below it on its page, and between the margins."""

# Style → role of the font, points, points of a line, before and after, first-line indent in characters, alignment.
_STYLES: dict[str, tuple[str, float, float, float, float, int, str]] = {
    "title": ("hei", 20, 30, 0, 6, 0, "center"),
    "made": ("kai", 12, 18, 0, 14, 0, "center"),
    "heading 1": ("hei", 15, 24, 12, 5, 0, "left"),
    "heading 2": ("kai", 14, 22, 9, 4, 0, "left"),
    "heading 3": ("hei", 12, 20, 6, 3, 0, "left"),
    "body": ("fang", 13, 23, 0, 2, 2, "left"),
    "asked": ("fang", 11, 18, 0, 0, 2, "left"),
    "quote": ("kai", 12, 21, 0, 2, 2, "left"),
    "remark": ("song", 9.5, 14, 0, 4, 2, "left"),
    "note": ("song", 9, 13, 0, 1, 0, "left"),
    "cell": ("song", 9.5, 14, 0, 0, 0, "left"),
    "middle": ("song", 9.5, 14, 0, 0, 0, "center"),
    "head": ("hei", 9.5, 14, 0, 0, 0, "center"),
    "source": ("fang", 10.5, 17, 0, 3, 0, "left"),
    "edition": ("song", 8.5, 13, 14, 0, 0, "left"),
}


def export(paper: Paper) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, paragraph

    # reportlab's list of what begins no line is Japanese.
    paragraph.ALL_CANNOT_START += "".join(c for c in _BEGINS_NO_LINE if c not in paragraph.ALL_CANNOT_START)

    class Memo(BaseDocTemplate):
        def afterFlowable(self, flowable: Any) -> None:  # noqa: N802
            if heading := getattr(flowable, "heading", None):
                level, words_of, key = heading
                self.canv.bookmarkPage(key)
                self.canv.addOutlineEntry(words_of, key, level=level - 1, closed=level > 1)

    faces_ = faces()
    out = io.BytesIO()
    document = Memo(
        out, pagesize=A4, topMargin=_TOP * mm, bottomMargin=_BOTTOM * mm, leftMargin=_LEFT * mm, rightMargin=_RIGHT * mm,
        title=legal(line(paper.title)), subject=legal(edition_line(paper)), author="规划问答 PlanSeek", creator="PlanSeek", lang="zh-CN",
    )  # fmt: skip
    frame = Frame(document.leftMargin, document.bottomMargin, document.width, document.height, 0, 0, 0, 0)

    def numbered_page(canvas: Any, shown: Any) -> None:
        canvas.setFont("Times-Roman", 12)
        canvas.drawCentredString(A4[0] / 2, 22 * mm, f"\u2014 {shown.page} \u2014")

    document.addPageTemplates(PageTemplate("page", frame, onPage=numbered_page))
    document.build(_Story(faces_, document.width).of(paper))
    return out.getvalue()


class _Story:
    """The flowables of a paper, its notes counted through."""

    def __init__(self, own: Faces, width: float) -> None:
        self._faces, self._width = own, width
        self._styles = {name: _style(name, own) for name in _STYLES}
        self._notes: list[str] = []
        self._counted = 0
        self._headings = 0

    def of(self, paper: Paper) -> "list[Flowable]":
        story = [self._line(paper.title, "title"), self._line(f"规划原文摘编　{paper.made}", "made")]
        chapters, sources_heading = outline(paper)
        for chapter in chapters:
            if chapter.heading:
                story += self._heading(chapter.heading, 1)
            if chapter.summary:
                story.append(self._line(chapter.summary, "body"))
            story += [self._line(told, "asked") for told in chapter.asked]
            for section in chapter.sections:
                story += self._section(section)
        if cited := references(paper):
            story += self._heading(sources_heading, 1)
            for reference, source in zip(cited, paper.sources(), strict=True):
                story.append(self._line(f"[{reference.number}] {entry(reference)}（文件：{source.file}）", "source"))
        story.append(self._line(edition_line(paper), "edition"))
        return story

    def _section(self, section: Section) -> "list[Flowable]":
        from reportlab.platypus import KeepTogether

        story = self._heading(section.heading, section.level)
        for answer in section.answers:
            story += self._quotation(answer, "body", plain=True)
        if section.table:
            story += self._table(section.table)
        for quotation in section.quotations:
            story += self._quotation(quotation, "quote")
            if told := remark(quotation, graded=section.graded):
                story.append(self._line(told, "remark"))
        story += [self._line(told, "asked") for told in section.lines]
        if self._notes:
            first, *further = (self._line(note, "note") for note in self._notes)
            story += [KeepTogether([_rule(self._width), first]), *further]
            self._notes.clear()
        return story

    def _quotation(self, quotation: Quotation, style: str, *, plain: bool = False) -> "list[Flowable]":
        lead = f"【{quotation.aspect}】" if quotation.aspect else ""
        return [self._paragraph(words_of, style) for words_of in self._lines(quotation, style, lead, plain=plain)]

    def _lines(
        self, quotation: Quotation, style: str, lead: str = "", *, plain: bool = False, noted: bool = True
    ) -> list[str]:
        """A quotation's paragraphs as markup, the last with the number of its note, or the note itself."""
        role = _STYLES[style][0]
        lines = []
        for pieces in paragraphs(quotation):
            shown = [(self._faces.dressed(piece, role), marked and not plain) for piece, marked in pieces]
            lines.append("".join(f'<font color="{_MARKED}">{piece}</font>' if marked else piece for piece, marked in shown))
        lines[0] = self._faces.dressed(lead, role) + lines[0]
        if not noted:
            return [*lines, self._faces.dressed(line(f"——{note_of(quotation)}"), role)]
        self._counted += 1
        self._notes.append(f"[{self._counted}] {note_of(quotation)}")
        lines[-1] += f'<super><font name="Times-Roman">[{self._counted}]</font></super>'
        return lines

    def _table(self, table: Table) -> "list[Flowable]":
        from reportlab.platypus import LongTable, Spacer

        columns = shown_columns(table)
        centred = {i for i in columns if all(wide(words(row[i])) <= 12 for row in table.rows)}
        cells: list[list[Any]] = [[self._line(table.columns[i], "head") for i in columns]]
        for row in table.rows:
            cells.append([self._cell(row[i], "middle" if i in centred else "cell", noted=table.noted) for i in columns])
        widths = [share * self._width for share in shares(table, columns)]
        # A row that no page takes has to be split; to allow it for all splits those that another page would take.
        tall = any(
            sum(p.wrap(width - 12, _PAGE_HEIGHT)[1] for p in cell) > _PAGE_HEIGHT - _LEAST
            for row in cells[1:] for cell, width in zip(row, widths, strict=True)
        )  # fmt: skip
        shown = LongTable(cells, colWidths=widths, repeatRows=1, splitByRow=1, splitInRow=int(tall))
        shown.setStyle(
            [("GRID", (0, 0), (-1, -1), 0.4, "#7A8794"), ("BACKGROUND", (0, 0), (-1, 0), "#EEF1F5"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        )
        return [shown, Spacer(1, 6)]

    def _cell(self, cell: Cell, style: str, *, noted: bool) -> "list[Flowable]":
        if isinstance(cell, tuple):
            return [self._paragraph(words_of, style) for q in cell for words_of in self._lines(q, style, noted=noted)]
        return [self._line(text_of(cell), style)]

    def _heading(self, text: str, level: int) -> "list[Flowable]":
        from reportlab.platypus import CondPageBreak

        paragraph = self._line(text, f"heading {level}")
        self._headings += 1
        paragraph.heading = (level, legal(line(text)), f"heading-{self._headings}")
        # A heading that is kept with a long table would take it to the next page.
        return [CondPageBreak(_LEAST), paragraph]

    def _line(self, text: str, style: str) -> "Flowable":
        return self._paragraph(self._faces.dressed(line(text), _STYLES[style][0]), style)

    def _paragraph(self, markup: str, style: str) -> "Flowable":
        from reportlab.platypus import Paragraph

        return Paragraph(markup, self._styles[style])


def _style(name: str, own: Faces) -> "ParagraphStyle":
    from reportlab.lib.styles import ParagraphStyle

    role, size, leading, before, after, indent, aligned = _STYLES[name]
    return ParagraphStyle(
        name, fontName=own.names[role], fontSize=size, leading=leading, spaceBefore=before, spaceAfter=after,
        firstLineIndent=indent * size, alignment={"left": 0, "center": 1}[aligned], wordWrap="CJK",
    )  # fmt: skip


def _rule(width: float) -> "Flowable":
    from reportlab.platypus import HRFlowable

    return HRFlowable(width / 4, 0.5, color="#555555", hAlign="LEFT", spaceBefore=6, spaceAfter=3)
