"""Reads targets from the rows of a table whose columns say what is what. Never guesses at a column without a name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.model import Span, Table
from corpus.targets.model import NATURES, Target
from corpus.targets.numbers import Amount, amounts_in, folded
from corpus.targets.wording import FALL, RATE, phrase
from corpus.targets.years import Era, mentions

NAME = phrase(
    r"(?:指\s*标|名\s*称|项\s*目|内\s*容|任\s*务|事\s*项|产\s*品|类\s*别|领\s*域)(?!.{0,4}(?:属性|性质|类型|单位|值|责任|数量|时限))",
    "指标名称",
)
CLOSEST = phrase(r"指\s*标(?!.{0,3}(?:属性|性质|类[型别]|单位|值|责任))|名\s*称", "主要指标")
UNIT = phrase(r"^(?:计量|指标)?\s*单\s*位$", "单位")
GOAL = phrase(r"目\s*标|规划值|计划值|指标值|预期|规划期末|期末|任务量|计划数|计划$", "2025年目标值")
START = phrase(r"基期|基数|基准|现状|实际|完成|实绩|预计|初值|上年", "2020年完成值")
YEARLY = phrase(r"年均|年平均|每年|增速|增长率?|累计|变化", "年均增速（%）")
QUANTITY = phrase(r"数\s*量|规\s*模$|任务量|工程量|建设任务|目标任务", "建设数量")
DEADLINE = phrase(r"时\s*限|完成时间|年\s*限|年\s*份|进度|建设期|期限|时间", "完成时限")
ASIDE = phrase(r"单位|部门|责任|牵头|序\s*号|编号|备注|地[点址]|时限|时间|年限|属性|依据|联系|电话|来源", "牵头单位")
REMARKS = phrase(r"意见|建议|采纳|答复|修改前|修改后|名词|释义|解释", "主要意见")
_UNIT_BEHIND = re.compile(r"\s*\(([^()]{1,14}(?:\([^()]{1,4}\))?)\)\s*$")
_UNIT_MARK = re.compile(r"(?:单位:)?\s*(.+)")
_LEADING = re.compile(r"\s*(?:\d{1,2}(?![\d年岁%])[.、\s]*|\(\d{1,2}\)\s*|其中:|其中,|#|★|▲|\*|——?|[①-⑮])*")
_NO_UNIT = re.compile(r"%|‰|[\u4e00-\u9fff]|[A-Za-zμ㎡²³/]+")
_BARE_YEAR = re.compile(r"^\s*((?:19|20)\d\d)\s*$")
_GROWING = re.compile(r"增长|增速|提高|增加|涨幅|增幅")
_FALLING = re.compile(r"下降|降低|减少|降幅|削减|压减")


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column holds: which year's figures, whether they are goals, yearly or counts of work, and their unit."""

    index: int
    year: int | None
    goal: bool
    yearly: bool
    counts: bool
    unit: str


@dataclass(frozen=True, slots=True)
class _Roles:
    name: int
    unit: int | None
    goals: tuple[_Column, ...]
    start: _Column | None


def targets_of(text: str, table: Table, within: Span, era: Era) -> list[Target] | None:
    """The targets of the rows that lie in a span of the text; None where the columns name no goals to reach."""
    roles = _roles([folded(column.of(text)) for column in table.columns], era)
    if roles is None:
        return None
    return [target for row in _rows(table, within) for target in _of_row(text, row, roles, era)]


def work_in(text: str, table: Table, within: Span, era: Era) -> Iterator[tuple[Span, int | None]]:
    """The cells of a table of tasks that tell what is done, each with the year of the row's deadline."""
    heads = [folded(column.of(text)) for column in table.columns]
    if any(REMARKS.found(head) for head in heads):
        return
    for row in _rows(table, within):
        deadline = None
        for head, cell in zip(heads, row, strict=False):
            if DEADLINE.found(head) and (
                named := [m.year for m in mentions(folded(cell.of(text)), era.last) if m.stated]
            ):
                deadline = max(named)
        for i, cell in enumerate(row):
            if cell.start < cell.end and not (i < len(heads) and ASIDE.found(heads[i])):
                yield cell, deadline


def _rows(table: Table, within: Span) -> Iterator[tuple[Span, ...]]:
    for row in table.rows:
        if row and within.start <= row[0].start and row[-1].end <= within.end:
            yield row


def _roles(heads: list[str], era: Era) -> _Roles | None:
    if not heads or any(REMARKS.found(head) for head in heads):
        return None
    columns = [_column(i, head, era) for i, head in enumerate(heads)]
    dated = [c for c in columns if c and c.year is not None and not c.yearly]
    start = next((c for c in reversed(columns) if c and not c.goal and not c.yearly and c.year is not None), None)
    if era.first is None and start is None and len(dated) > 1:
        start = min(dated, key=lambda c: c.year or 0)
    goals = tuple(c for c in columns if c and c is not start and (c.goal or c.yearly))
    taken = {c.index for c in (*goals, *([start] if start else []))}
    names = [i for i, head in enumerate(heads) if i not in taken and NAME.found(head) and not UNIT.found(head)]
    names = [i for i in names if CLOSEST.found(heads[i])] or names
    if not goals or not names:
        return None
    unit = next((i for i, head in enumerate(heads) if UNIT.found(head)), None)
    return _Roles(names[-1] if CLOSEST.found(heads[names[-1]]) else names[0], unit, goals, start)


def _column(index: int, head: str, era: Era) -> _Column | None:
    named = [m for m in mentions(_BARE_YEAR.sub(r"\1年", head), era.last) if m.stated]
    goal, start, yearly, counts = GOAL.found(head), START.found(head), YEARLY.found(head), QUANTITY.found(head)
    if (
        UNIT.found(head)
        or re.search(r"属性|性质|序号|责任|部门|备注|时限", head)
        or not (named or goal or yearly or counts or start)
    ):
        return None
    if (
        not named
        and not yearly
        and (CLOSEST.found(head) or head in ("任务", "建设任务", "目标任务", "目标"))
        and not counts
    ):
        return None
    year = named[-1].year if named else None
    past = year is not None and era.first is not None and year < era.first
    if year is None and start and not goal:
        year, past = (era.first - 1 if era.first else None), True
    if past and yearly:
        return None
    unit = _UNIT_BEHIND.search(head)
    spelt = _unit(unit.group(1)) if unit and not re.search(r"\d{4}|预[计期]|实际|基期|年$", unit.group(1)) else ""
    is_goal = not past and not (start and not goal and not (year and era.first))
    return _Column(
        index, year if year is not None else era.year, is_goal, bool(yearly) and not goal, bool(counts), spelt
    )


def _unit(word: str) -> str:
    found = _UNIT_MARK.fullmatch(word.strip())
    unit = (found.group(1) if found else word).strip()
    return unit if len(unit) <= 12 and _NO_UNIT.search(unit) and not re.search(r"[含不,、]|预期|约束", unit) else ""


def _of_row(text: str, row: tuple[Span, ...], roles: _Roles, era: Era) -> Iterator[Target]:
    if roles.name >= len(row) or row[roles.name].start == row[roles.name].end:
        return
    cell = row[roles.name]
    words = folded(cell.of(text))
    behind = _UNIT_BEHIND.search(words)
    unit = _unit(behind.group(1)) if behind else ""
    leading = _LEADING.match(words)
    named = Span(
        cell.start + (leading.end() if leading else 0), cell.start + (behind.start() if behind and unit else len(words))
    )
    if named.start >= named.end:
        return
    if roles.unit is not None and roles.unit < len(row):
        unit = folded(row[roles.unit].of(text)).strip() or unit
    base = _figure(text, row, roles.start) if roles.start else None
    filled = [c for c in row if c.start < c.end]
    sentence = Span(filled[0].start, filled[-1].end)
    nature = next((n for n in NATURES for c in filled if n in c.of(text)), None)
    name = folded(named.of(text))
    for column in roles.goals:
        amount = _figure(text, row, column)
        if amount is None:
            continue
        at = row[column.index].start
        told = folded(row[column.index].of(text))[: amount.figure]
        change = _change(name, told, column)
        yield Target(
            span=Span(at + amount.start, at + amount.end),
            sentence=sentence,
            indicator=named.of(text),
            named=named,
            low=amount.low,
            high=amount.high,
            unit=amount.unit or column.unit or unit,
            change=change,
            kind="task" if column.counts else "indicator",
            year=column.year,
            annual="年均" in name + told or (column.yearly and "[" not in told),
            comparator=amount.comparator,
            base=base.low if base and not column.yearly else None,
            base_unit=(base.unit or (roles.start.unit if roles.start else "") or unit)
            if base and not column.yearly
            else None,
            base_year=roles.start.year if base and roles.start and not column.yearly else None,
            nature=nature,
        )


def _change(name: str, told: str, column: _Column) -> str:
    if _FALLING.search(told) or told.strip() == "-" or FALL.found(name) or (_FALLING.search(name) and name[-1] != "率"):
        return "decrease"
    if _GROWING.search(told) or column.yearly or RATE.found(name) or _GROWING.search(name):
        return "growth"
    return "new" if column.counts or name.startswith(("新增", "净增")) else "level"


def _figure(text: str, row: tuple[Span, ...], column: _Column) -> Amount | None:
    """The one figure of a cell; None where it is empty or tells a story."""
    if column.index >= len(row) or row[column.index].end - row[column.index].start > 24:
        return None
    found = [a for a in amounts_in(folded(row[column.index].of(text))) if not a.dated]
    return found[-1] if found else None
