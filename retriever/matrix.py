"""Puts regions side by side with topics, periods or states of a document, every cell its own cited passages. Ranks nothing
by itself: each column is one search."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from corpus.errors import PlanSeekError
from corpus.model import Region
from retriever.interpret import check, interpret
from retriever.interpret.question import Question
from retriever.interpret.times import take_times
from retriever.model import Findings, Group, Interpretation, Matrix, Query, Row
from retriever.score import Tools
from retriever.search import search
from retriever.state import Corpus, regions_of
from retriever.verdict.judge import ANSWERED

MOST_COLUMNS = 12
EVERYWHERE = Region("", "全部文件", "国家", None)
"""The row of a question that names no region."""


def matrix(query: Query, columns: Sequence[str], corpus: Corpus, tools: Tools) -> Matrix:
    """Compare by `columns`: topics (养老, 托育) or periods (十三五, 2026); without any, by the periods or states that the
    question names. Raises PlanSeekError where there is nothing to compare by."""
    for text in (query.text, *columns):
        check(replace(query, text=text))
    if len(columns) > MOST_COLUMNS:
        raise PlanSeekError(f"一次最多对比 {MOST_COLUMNS} 列，现有 {len(columns)} 列。请分几次对比。")
    understood = interpret(query, corpus.gazetteer, regions_of(corpus))
    by, names, readings = _columns(understood, [column.strip() for column in columns])
    found = [search(replace(query, k=max(query.k, query.per_region)), corpus, tools, reading) for reading in readings]
    return Matrix(query, understood, by, tuple(names), tuple(_rows(understood, found, query.per_region)))


def _columns(understood: Interpretation, given: list[str]) -> tuple[str, list[str], list[Interpretation]]:
    """What is compared by, the columns' names, and how the question reads in each."""
    periods = [take_times(Question(column), date.today()) for column in given]
    if given and all(len(period) == 1 for period in periods):
        return "period", given, [replace(understood, periods=period, period=period[0]) for period in periods]
    if given:
        return "topic", given, [replace(understood, topic=column) for column in given]
    if len(understood.periods) > 1:
        readings = [replace(understood, periods=(period,), period=period) for period in understood.periods]
        return "period", list(understood.periods), readings
    if len(understood.statuses) > 1:
        return "status", list(understood.statuses), [replace(understood, statuses=(s,)) for s in understood.statuses]
    raise PlanSeekError(
        "没有可以并排的列。请写出要对比的时期（如 十三五和十四五）、草案与正式稿，或给出几个主题（如 养老、托育）。"
    )


def _rows(understood: Interpretation, found: Sequence[Findings], most: int) -> list[Row]:
    if understood.fan_out is None:
        region = understood.regions[0] if understood.regions else None
        return [Row(region, tuple(_cell(findings, region or EVERYWHERE, most) for findings in found))]
    by_region = [{group.region.code: group for group in findings.groups} for findings in found]
    return [
        Row(region, tuple(groups.get(region.code, Group(region, "not_found", ())) for groups in by_region))
        for region in understood.regions
    ]


def _cell(findings: Findings, region: Region, most: int) -> Group:
    """A column of a question that does not fan out."""
    if findings.answered >= ANSWERED:
        return Group(region, "found", findings.hits[:most])
    return Group(region, "not_found", (), findings.hits[0] if findings.hits else None)
