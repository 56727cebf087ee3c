"""Exports a paper as a Word memo with footnoted citations, in our template or the user's own. Runs nothing that a text says."""

import io
import re
from functools import partial
from typing import Any, NamedTuple

from corpus.errors import PlanSeekError
from retriever.exporters import docx_footnotes, docx_guard
from retriever.exporters.bibliography import references
from retriever.exporters.characters import legal
from retriever.exporters.docx_template import TEXT_WIDTH, memo
from retriever.exporters.gbt7714 import entry
from retriever.exporters.printed import (
    Section,
    Shown,
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
)  # fmt: skip
from retriever.paper import Cell, Paper, Quotation, Table

_TABLE = ("\ufdd2", "\ufdd3")
_GUARD = "\ufdd4"
_OURS = re.compile("[\ufdd0-\ufdef]")
_UNDERSCORED = re.compile(r"([{}%#])_(?=[{}%#])")
"""docxtpl turns {_{ into {{ behind our backs: what a text says stays."""
_TWIPS_PER_MM = 1440 / 25.4
_TOGETHER = 600
"""Characters of a table's row that is kept on one page."""


def export(paper: Paper) -> bytes:
    return _filled(paper, memo())


def export_with(paper: Paper, template: bytes) -> bytes:
    """In the user's own template. Raises PlanSeekError where it is no template, or a bad one."""
    docx_guard.check(template)
    return _filled(paper, template)


def _filled(paper: Paper, template: bytes) -> bytes:
    context = _Context(paper)
    try:
        # Imported for its faults too: a damaged package raises errors of lxml and python-docx.
        document = _rendered(template, context.values)
        _finish(document, context)
        out = io.BytesIO()
        document.save(out)
    except PlanSeekError:
        raise
    except Exception as error:
        raise docx_guard.explained(error) from error
    return out.getvalue()


def _rendered(template: bytes, values: dict[str, Any]) -> Any:
    from docxtpl import DocxTemplate
    from lxml import etree

    class Strict(DocxTemplate):
        def fix_tables(self, xml: str) -> Any:
            # docxtpl mends broken markup by leaving words out.
            etree.fromstring(xml, etree.XMLParser(resolve_entities=False, huge_tree=True))
            return super().fix_tables(xml)

        def render_properties(self, context: dict[str, Any], jinja_env: Any = None) -> None:
            """They are set below: Word takes no more than 255 characters."""

    filled = Strict(io.BytesIO(template))
    filled.render(values, docx_guard.sandbox(), autoescape=True)
    properties = filled.docx.core_properties
    properties.title, properties.comments = values["title"][:255], values["edition"][:255]
    return filled.docx


def _finish(document: Any, context: "_Context") -> None:
    """What no template can say: footnotes, the widths of tables."""
    _lay_out(document, context.tables)
    docx_footnotes.write(document, context.notes)
    parts = [document.element.body]
    for section in document.sections:
        parts += [p._element for p in (section.header, section.footer, section.first_page_header, section.first_page_footer)]
    for root in parts:
        for text in root.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"):
            if text.text and _OURS.search(text.text):
                text.text = re.sub("[\ufdd0\ufdd2]\\d+[\ufdd1\ufdd3]|\ufdd4", "", text.text)


def _lay_out(document: Any, tables: list["_Layout"]) -> None:
    """Set each of our tables' column widths, and centre its narrow columns."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    for table in document.element.body.iter(qn("w:tbl")):
        match = re.search(f"{_TABLE[0]}(\\d+){_TABLE[1]}", "".join(t.text or "" for t in table.iter(qn("w:t"))))
        if match is None:
            continue
        layout = tables[int(match[1])]
        columns = [round(share * TEXT_WIDTH * _TWIPS_PER_MM) for share in layout.shares]
        table.tblPr.autofit = False
        for width in table.tblPr.findall(qn("w:tblW")):
            width.set(qn("w:w"), str(sum(columns)))
            width.set(qn("w:type"), "dxa")
        for column, width in zip(table.tblGrid.findall(qn("w:gridCol")), columns, strict=False):
            column.set(qn("w:w"), str(width))
        for row in table.findall(qn("w:tr")):
            if layout.whole and sum(len(t.text or "") for t in row.iter(qn("w:t"))) < _TOGETHER:
                row.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
            for cell, width, middle in zip(row.findall(qn("w:tc")), columns, layout.centred, strict=False):
                cell.width = round(width * 635)
                for paragraph in cell.findall(qn("w:p")) if middle else ():
                    paragraph.get_or_add_pPr().get_or_add_jc().val = 1


class _Layout(NamedTuple):
    """A table's columns, each with its share of the width and whether it is centred; whole: whether rows are kept on a page,
    which LibreOffice cannot do for rows with footnotes."""

    shares: list[float]
    centred: list[bool]
    whole: bool


class _Context:
    """A paper as a template's variables, with the notes and tables that they point to."""

    def __init__(self, paper: Paper) -> None:
        self.notes: list[str] = []
        self.tables: list[_Layout] = []
        shown, sources_heading = outline(paper)
        cited = [
            {"number": r.number, "reference": _safe(entry(r)), "file": _safe(s.file), "title": _safe(r.title), "issuer": _safe("、".join(r.authors)),
             "issued": _safe(r.issued), "kind": _safe(s.document.kind), "period": _safe(s.document.period or ""),
             "status": _safe(s.document.status)}
            for r, s in zip(references(paper), paper.sources(), strict=True)
        ]  # fmt: skip
        self.values: dict[str, Any] = {
            "title": _safe(_line(paper.title)), "made": _safe(paper.made), "edition": _safe(edition_line(paper)),
            "chapters": [self._chapter(chapter) for chapter in shown], "sources": cited, "sources_heading": sources_heading,
        }  # fmt: skip

    def _chapter(self, chapter: Shown) -> dict[str, Any]:
        return {
            "heading": _safe(_line(chapter.heading)), "summary": _safe(chapter.summary),
            "asked": [_safe(_line(told)) for told in chapter.asked],
            "sections": [self._section(section) for section in chapter.sections],
        }  # fmt: skip

    def _section(self, section: Section) -> dict[str, Any]:
        return {
            "level": section.level, "heading": _safe(_line(section.heading)), "lines": [_safe(told) for told in section.lines],
            "answers": [self._quotation(q) for q in section.answers],
            "quotations": [self._quotation(q, graded=section.graded) for q in section.quotations],
            "table": self._table(section.table) if section.table else None,
        }  # fmt: skip

    def _quotation(self, q: Quotation, *, graded: bool = False) -> dict[str, Any]:
        lines = self._lines(q, f"【{q.aspect}】" if q.aspect else "")
        return {
            "lines": lines, "text": _safe(_line(q.text)), "footnote": lines[-1]["footnote"], "citation": _safe(q.label), "file": _safe(q.file),
            "region": _safe(q.place), "verdict": _safe(q.verdict), "rank": q.rank, "note": _safe(q.note), "remark": _safe(_line(remark(q, graded=graded))),
        }  # fmt: skip

    def _lines(self, q: Quotation, lead: str = "", *, noted: bool = True) -> list[dict[str, Any]]:
        lines = [
            {"lead": "", "pieces": [{"text": _safe(piece), "marked": marked} for piece, marked in line], "footnote": ""}
            for line in paragraphs(q)
        ]
        lines[0]["lead"] = _safe(lead)
        if noted:
            self.notes.append(legal(_line(note_of(q))))
            lines[-1]["footnote"] = docx_footnotes.mark(len(self.notes) - 1)
        else:
            lines.append({"lead": "", "pieces": [{"text": _safe(_line(f"——{note_of(q)}")), "marked": False}], "footnote": ""})
        return lines

    def _table(self, table: Table) -> dict[str, Any]:
        columns = shown_columns(table)
        centred = [all(wide(words(row[i])) <= 12 for row in table.rows) for i in columns]
        tag = f"{_TABLE[0]}{len(self.tables)}{_TABLE[1]}"
        self.tables.append(_Layout(shares(table, columns), centred, not table.noted))
        head = [{"name": (tag if n == 0 else "") + _safe(table.columns[i])} for n, i in enumerate(columns)]
        return {"name": _safe(table.name), "columns": head, "rows": [[self._cell(row[i], noted=table.noted) for i in columns] for row in table.rows]}

    def _cell(self, cell: Cell, *, noted: bool) -> dict[str, Any]:
        if isinstance(cell, tuple) and cell:
            return {"lines": [line for q in cell for line in self._lines(q, noted=noted)]}
        text = "" if isinstance(cell, tuple) else text_of(cell)
        return {"lines": [{"lead": "", "pieces": [{"text": _safe(_line(text)), "marked": False}], "footnote": ""}]}


def _safe(text: str) -> str:
    """Text that is nothing but text to Word, to docxtpl and to us."""
    bare = _OURS.sub("\ufffd", legal(text)).replace("\r", "\n").replace("\t", " ")
    return _UNDERSCORED.sub(rf"\1{_GUARD}_", bare)


_line = partial(re.sub, r"\s+", " ")
