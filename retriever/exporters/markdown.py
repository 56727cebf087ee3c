"""Exports a paper as Markdown to paste into a document."""

import re

from retriever.exporters.bibliography import references
from retriever.exporters.characters import line
from retriever.exporters.gbt7714 import entry
from retriever.exporters.printed import NOTHING, edition_line, shown_columns, silent, text_of
from retriever.paper import Cell, Chapter, Paper, Quotation, Table

_SPECIAL = str.maketrans({c: "\\" + c for c in "\\`*_[]<>#|~&"})
# A line that begins so is an item of a list, a rule or the underline of a heading.
_OPENING = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")


def export(paper: Paper) -> bytes:
    lines = [f"# {_plain(paper.title)}", ""]
    for overview in paper.overviews:
        lines += _table(overview)
    alone = len(paper.chapters) == 1
    for chapter in paper.chapters:
        if not alone:
            lines += [f"## {_plain(chapter.question)}", ""]
        lines += _chapter(chapter, "##" if alone else "###")
    if paper.sources():
        lines += ["## 来源文件", "", *(f"{r.number}. {_plain(entry(r))}" for r in references(paper)), ""]
    lines += [_plain(edition_line(paper)), ""]
    return "\n".join(lines).encode("utf-8", "replace")


def _chapter(chapter: Chapter, level: str) -> list[str]:
    lines = [_plain(chapter.summary), ""] if chapter.summary else []
    lines += [f"- {_plain(told)}" for told in chapter.asked] + ([""] if chapter.asked else [])
    if chapter.answers:
        lines += [f"{level} 回答", ""]
        lines += [f"- {_plain(answer.text)}（{_plain(answer.label)}）" for answer in chapter.answers] + [""]
    for table in chapter.tables:
        lines += _table(table)
    for part in chapter.parts:
        if part.quotations:
            lines += [f"{level} {_plain(part.heading)}", ""]
            for number, quotation in enumerate(part.quotations, 1):
                lines += _quotation(number, quotation)
    if without := silent(chapter):
        lines += [f"{level} {NOTHING}", "", *(f"- {_plain(told)}" for told in without), ""]
    return lines


def _quotation(number: int, quotation: Quotation) -> list[str]:
    where = f"{quotation.file}，第 {quotation.span.start}–{quotation.span.end} 字"
    lead = f"【{quotation.aspect}】" if quotation.aspect else ""
    quoted = "\n>\n".join(f"> {_plain(part)}" for part in quotation.text.splitlines() if part.strip())
    lines = [f"{quotation.rank or number}. {_plain(lead + quotation.label)}（{_plain(where)}）", "", quoted, ""]
    return lines + ([f"备注：{_plain(quotation.note)}", ""] if quotation.note else [])


def _table(table: Table) -> list[str]:
    columns = shown_columns(table)
    if not table.printed or not table.rows:
        return []
    head = [table.columns[i] for i in columns]
    rows = [[_cell(row[i]) for i in columns] for row in table.rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in ([_plain(name) for name in head], ["---"] * len(head), *rows)]
    return [*lines, ""]


def _cell(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return "；".join(f"{_plain(quotation.text)}（{_plain(quotation.label)}）" for quotation in cell)
    return _plain(text_of(cell))


def _plain(text: str) -> str:
    """One line of text in which Markdown and HTML mean nothing."""
    escaped = line(text).translate(_SPECIAL)
    return _OPENING.sub(lambda m: m[0] + "\\" if m[0].isdigit() else "\\" + m[0], escaped)
