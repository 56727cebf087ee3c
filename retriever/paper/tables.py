"""Papers of what is laid out in rows: targets, units in charge, what a final version changed. Extracts nothing itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.model import Document, Span
from retriever.changes import Change
from retriever.cite import titled
from retriever.model import Interpretation
from retriever.paper.answers import asked_lines, quoted
from retriever.paper.model import NOT_FOUND, Cell, Chapter, Paper, Quotation, Table
from retriever.wire import change_json, duties_json, duty_json, targets_json

if TYPE_CHECKING:
    from retriever.tables import DutyRow, TargetRow

_TARGETS = ("地区", "指标", "目标", "数值", "上限", "单位", "年份", "年均", "基期值", "基期年", "性质", "原文")
_DUTIES = ("地区", "任务", "牵头单位", "责任单位", "配合单位", "原文")
_CHANGES = ("变化", "草案", "正式稿")


def of_targets(question: str, understood: Interpretation, rows: "Sequence[TargetRow]", made: str, edition: str) -> Paper:
    """Targets, figures as numbers beside the text's own words."""
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        t = row.target
        words = t.span.of(row.citation.document.text)
        quotation = replace(quoted(row.citation, question, row.region), marks=(t.span,))
        lines.append(
            (
                row.region.name if row.region else "", t.indicator, " ".join(words.split()), t.low, t.high if t.high != t.low else None,
                t.unit, t.year, "是" if t.annual else None, t.base, t.base_year, t.nature, (quotation,),
            )
        )  # fmt: skip
    summary = f"共 {len(rows)} 项目标。" if rows else f"{NOT_FOUND}：相关段落里没有写明数值的目标。"
    table = Table("目标", _TARGETS, tuple(lines), wide=("数值", "上限", "单位", "年均", "基期值", "基期年"))
    raw = {"query": question} | targets_json(understood, rows)
    chapter = Chapter(question, asked_lines(understood), summary, tables=(table,) if rows else ())
    return Paper(question, (chapter,), made, edition, raw)


def of_duties(
    question: str, understood: Interpretation | None, rows: "Sequence[DutyRow]", made: str, edition: str
) -> Paper:
    """Measures with their units in charge; understood: None where the question is a unit's name."""
    lines: list[tuple[Cell, ...]] = [
        (
            row.region.name if row.region else "", row.measure, "、".join(row.lead), "、".join(row.responsible),
            "、".join(row.support), (quoted(row.citation, question, row.region),),
        )
        for row in rows
    ]  # fmt: skip
    summary = f"共 {len(rows)} 项任务。" if rows else f"{NOT_FOUND}：相关段落里没有写明责任单位。"
    asked = asked_lines(understood) if understood else (f"单位：{question}",)
    raw = {"query": question} | (duties_json(understood, rows) if understood else {"rows": [duty_json(row) for row in rows]})
    chapter = Chapter(question, asked, summary, tables=(Table("责任单位", _DUTIES, tuple(lines)),) if rows else ())
    return Paper(question, (chapter,), made, edition, raw)


def of_changes(draft: Document, final: Document, found: Sequence[Change], made: str, edition: str) -> Paper:
    """What a final version changed of its draft, the changed words set off on both sides."""
    lines: list[tuple[Cell, ...]] = []
    for change in found:
        kind = "改动" if change.before and change.after else "新增" if change.after else "删去"
        lines.append((kind, _side(change, 1), _side(change, 2)))
    title = f"{titled(final.title)}对草案的改动"
    summary = f"共 {len(found)} 处不同。" if found else "两份文件的正文没有不同。"
    table = Table("改动", _CHANGES, tuple(lines))
    chapter = Chapter(title, (), summary, tables=(table,) if found else ())
    raw = {"draft": draft.id, "final": final.id, "changes": [change_json(change) for change in found]}
    return Paper(title, (chapter,), made, edition, raw)


def _side(change: Change, side: int) -> tuple[Quotation, ...] | None:
    """The draft's (1) or the final's (2) words; what only one side has is set off."""
    citation = change.before if side == 1 else change.after
    if citation is None:
        return None
    at = citation.span.start
    marks: list[Span] = []
    for words in change.words:
        own = words[side]
        if words[0] != "equal" and own:
            marks.append(Span(at, at + len(own)))
        at += len(own)
    return (replace(quoted(citation), marks=tuple(marks)),)
