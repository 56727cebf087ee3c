"""Batches as papers: a chapter a question, and an overview of all. Asks nothing and checks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from retriever.model import Answer
from retriever.paper import Cell, Chapter, Paper, Part, Table, of_answer, of_batch
from retriever.paper.answers import quoted

Json = dict[str, Any]

OVERVIEW = "概览"
OUTCOMES = {"answered": "有答案", "partly": "部分地区有", "not_found": "未检索到", "error": "未能回答", "waiting": "尚未作答"}
_LOST = "有 {} 处引文所在的文件已更新或移除，核对不上，没有写入。请重新回答这批问题。"
_TABLES = ("csv", "jsonl")
"""Formats that hold the passages only: a question without any stands there in a row of its own."""


@dataclass(frozen=True, slots=True)
class Told:
    """One question's row, its answer as it was kept and as it stands in the corpus at hand, and how many of its quotations stand
    there no more."""

    row: Json
    kept: Json | None
    answer: Answer | None
    lost: int


def paper_of(title: str, told: Sequence[Told], made: str, edition: str, format_name: str) -> Paper:
    """The paper of a batch as a format wants it: a workbook begins with the overview."""
    papers = [_paper(one, made, edition, alone=format_name in _TABLES) for one in told]
    paper = of_batch(title, papers, made, edition)
    raw = {"title": title, "made": made, "edition": edition, "rows": [one.row | {"lost": one.lost, "answer": one.kept} for one in told]}
    crossed = tuple(table for table in paper.overviews if not table.printed)
    leading = OVERVIEW if format_name == "xlsx" else ""
    return replace(paper, raw=raw, overviews=(_overview(told), *crossed), leading=leading)


def _paper(told: Told, made: str, edition: str, *, alone: bool) -> Paper:
    row = told.row
    if told.answer is None:
        summary = f"{OUTCOMES[row['status']]}：{row['error']}" if row["error"] else f"{OUTCOMES[row['status']]}。"
        chapter = Chapter(row["question"], summary=summary)
    else:
        (chapter,) = of_answer(told.answer, made, edition).chapters
    asked = [f"备注：{row['note']}"] if row["note"] else []
    if told.lost:
        asked.append(_LOST.format(told.lost))
    chapter = replace(chapter, asked=(*chapter.asked, *asked))
    if alone and not any(chapter.quotations()) and not chapter.parts:
        chapter = replace(chapter, parts=(Part("", chapter.summary or OUTCOMES[row["status"]], ()),))
    return Paper(chapter.question, (chapter,), made, edition, {})


def _overview(told: Sequence[Told]) -> Table:
    """A row a question: what became of it, in how many regions, what is to be said of it, and the first quotation."""
    rows: list[tuple[Cell, ...]] = []
    for one in told:
        row = one.row
        statements = one.answer.statements if one.answer else ()
        first: Cell = tuple(quoted(citation, row["question"]) for s in statements[:1] for citation in s.citations[:1])
        said = row["error"] or (_LOST.format(one.lost) if one.lost else None)
        counts = (row["found"], row["regions"], row["passages"])
        rows.append((_number(row["label"]), row["question"], OUTCOMES[row["status"]], *counts, said, row["note"] or None, first or None))
    names = ("序号", "问题", "结果", "有表述地区数", "地区总数", "摘录数", "说明", "备注", "首条原文")
    shown = [i for i, name in enumerate(names) if name not in ("说明", "备注") or any(row[i] for row in rows)]
    columns = tuple(names[i] for i in shown)
    return Table(OVERVIEW, columns, tuple(tuple(row[i] for i in shown) for row in rows), wide=("地区总数", "摘录数", "说明", "首条原文"))


def _number(label: str) -> Cell:
    return int(label) if label.isascii() and label.isdigit() and len(label) < 10 and str(int(label)) == label else label
