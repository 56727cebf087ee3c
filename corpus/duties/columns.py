"""Reads units in charge from tables with columns for them. Never guesses a column that the table does not name."""

import re
from collections.abc import Iterator

from corpus.duties.model import ROLES, Duty
from corpus.duties.names import squeezed, trimmed
from corpus.duties.roles import NOUNS, assigned, spans, unlabelled
from corpus.model import Document, Span, Table

_ROLES = (
    *((role, re.compile(rf"(?:[市县区省]级)?(?:{noun})(?:名称|及负责人)?")) for role, noun in NOUNS.items()),
    ("lead", re.compile(r"牵头")),
    ("responsible", re.compile(r"(?:责任|落实|实施|任务)分工|责任[和及与、]配合单位|牵头[和及与、](?:责任|配合|参与)单位")),
    ("support", re.compile(r"配合|协办")),
)
_MEASURE = re.compile(r"任务|措施|举措|事项|项目|内容|工作|目标|名称|指标|政策|要点|职责")
_COMMENT = re.compile(r"意见|采纳|反馈|建议")
_NUMBER = re.compile(r"[0-9０-９.．一二三四五六七八九十（()）、]+")


def is_comments(document: Document, table: Table) -> bool:
    """Whether a table tells what others suggested, not what was decided."""
    return any(_COMMENT.search(column.of(document.text)) for column in table.columns)


def in_tables(document: Document, span: Span) -> Iterator[Duty]:
    """The duties of the table rows that lie in a span."""
    text = document.text
    for table in document.tables:
        if table.span.end <= span.start or span.end <= table.span.start or is_comments(document, table):
            continue
        roles = {i: role for i, column in enumerate(table.columns) if (role := _role(squeezed(column.of(text))))}
        for row in table.rows if roles else ():
            if row and span.start <= row[0].start and row[-1].end <= span.end:
                yield from _of_row(text, table, row, roles)


def _role(column: str) -> str | None:
    return next((role for role, pattern in _ROLES if pattern.fullmatch(column)), None)


def _of_row(text: str, table: Table, row: tuple[Span, ...], roles: dict[int, str]) -> Iterator[Duty]:
    units: dict[str, tuple[Span, ...]] = dict.fromkeys(ROLES, ())
    cells = []
    for i, cell in enumerate(row):
        if i in roles and cell.start < cell.end:
            words = trimmed(text, cell.start, cell.end, "。；;")
            found = assigned(text, words)
            found = found if any(found.values()) else unlabelled(text, words, roles[i])
            for role in ROLES:
                units[role] += spans(found[role])
            cells += [cell] if any(found.values()) else []
    if cells:
        yield Duty(Span(cells[0].start, cells[-1].end), _measure(text, table, row, roles), **units)


def _measure(text: str, table: Table, row: tuple[Span, ...], roles: dict[int, str]) -> Span:
    """The cell whose column names tasks, else the first one that is no number."""
    others = [
        (i, cell)
        for i, cell in enumerate(row)
        if i not in roles and cell.start < cell.end and not _NUMBER.fullmatch(cell.of(text))
    ]
    named = [cell for i, cell in others if i < len(table.columns) and _MEASURE.search(table.columns[i].of(text))]
    return next(iter([*named, *(cell for _, cell in others)]), Span(row[0].start, row[0].start))
