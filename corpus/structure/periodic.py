"""Restores tables without ordinals whose cells became lines of their own, where one count of columns alone explains the
figures among them. Never guesses: two counts that would do, or none, leave the lines as they are."""

import re
from collections.abc import Sequence

from corpus.model import Span, Table
from corpus.structure.flattened import Flattened
from corpus.structure.lines import Line

_CELL, _NAME, _MOST = 40, 14, 9
_CELLISH = frozenset(("页码", "扫描噪点", "落款日期", "来源与时间", "功能按钮"))
_SENTENCE = re.compile(r"[。；;！？!?]|[，,：:]$|^(?:[—－–-]{2,}|[•·●◆■□▲★※])\s*\S")
_HEADING = re.compile(r"第\s*[一二三四五六七八九十百0-9]{1,4}\s*[篇编章节]|[一二三四五六七八九十]{1,3}\s*、|[（(][一二三四五六七八九十]{1,3}[)）]")
_FIGURE = re.compile(
    r"[-+±≥≤<>〔［\[（(]*[0-9０-９][0-9０-９,，.．/]*\s*(?:[%％‰]|[\u4e00-\u9fff]{0,3})(?:左右|以上|以内|以下)?[)）\]］〕]*|[-—/－–]{1,3}|约?百分之\S{1,8}"
)
_YEAR = re.compile(r"[12][0-9]{3}\s*年.{0,6}|[12][0-9]{3}")
_CAPTION = re.compile(r"附?表\s*[0-9一二三四五六七八九十].{0,60}|[^。；;，,！？|]{2,50}(?:表|清单|一览|指标|分工)(?:\s*[（(〔][^（）()]{1,16}[)）〕])*")
_NAMES_A_TABLE = ("清单", "一览", "指标", "分工", "）", ")", "〕")
_UNIT = re.compile(r"[（(]?\s*(?:计量)?单位\s*[:：][^。]{1,20}[)）]?")
_ANNOUNCES = re.compile(r".*(?:见|如)(?:下|附)表[^。]{0,8}[。：:]?|.*[：:]")


def periodic(lines: Sequence[Line], reasons: Sequence[str | None], head: int) -> Flattened | None:
    """The table whose column names begin at the line `head`, below its caption or a sentence that announces it:
    (table, its rows' spans, first line, line after its last)."""
    above = lines[head - 1].text if head else ""
    if not ("表" in above or above[-1:] in ("：", ":") or _UNIT.fullmatch(above) or above.endswith(_NAMES_A_TABLE)):
        return None
    if head > 1 and _UNIT.fullmatch(above):
        above = lines[head - 2].text
    captioned = "。" not in above and _CAPTION.fullmatch(above) is not None
    if not captioned and not _ANNOUNCES.fullmatch(above):
        return None
    end = head
    while end < len(lines) and (reasons[end] is None or reasons[end] in _CELLISH) and _is_cell(lines[end].text):
        end += 1
    kinds = [_FIGURE.fullmatch(line.text) is not None for line in lines[head:end]]
    fitting = [columns for columns in range(3, _MOST + 1) if _fits(lines, kinds, head, columns)]
    if len(fitting) != 1:
        return None
    columns = fitting[0]
    cells = [line.span for line in lines[head:end]]
    rows = tuple(tuple(cells[at : at + columns]) for at in range(columns, len(cells), columns))
    spans = tuple(Span(row[0].start, row[-1].end) for row in rows)
    return Table(Span(cells[0].start, cells[-1].end), tuple(cells[:columns]), rows), spans, head, end


def _is_cell(line: str) -> bool:
    return len(line) <= _CELL and not _SENTENCE.search(line) and not _HEADING.match(line)


def _fits(lines: Sequence[Line], kinds: Sequence[bool], head: int, columns: int) -> bool:
    """Whether the lines are names of so many columns and then whole rows, each column all figures or all words."""
    count = len(kinds) // columns - 1
    if len(kinds) % columns or count < 2:
        return False
    names = [line.text for line in lines[head : head + columns]]
    named = all(len(name) <= _NAME and (not _FIGURE.fullmatch(name) or _YEAR.fullmatch(name)) for name in names)
    if not named or len(set(names)) < columns or _YEAR.fullmatch(names[0]):
        return False
    below = [kinds[columns + at :: columns] for at in range(columns)]
    alike = all(all(column) or not any(column) for column in below)
    return alike and not any(below[0]) and any(all(column) for column in below)
