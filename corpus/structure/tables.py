"""Finds tables by the format's hints and in plain lines, and restores their rows to cells. Never guesses a cell's column."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.model import Hint, Span, Table
from corpus.structure.flattened import HEAD, flattened
from corpus.structure.lines import BLANK, Line
from corpus.structure.outline import titled_box
from corpus.structure.periodic import periodic

CAPTION = re.compile(r"(?:附?表|续表)\s*(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3})(?:[-—.－][0-9]{1,2})?\s*[:：]?\s*[^。；;]{2,50}")
CAPTION_SPECIMEN = "表1 主要指标"
_NAMING = re.compile(r"[^。；;，,！？|\t]{2,60}(?:表|清单|一览|情况|指标|分工)(?:\s*[（(〔][^（）()]{1,16}[)）〕])*")
_UNIT = re.compile(r"[（(]?\s*(?:计量)?单位\s*[:：]\s*\S{1,12}\s*[)）]?")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?")
_FIGURE = re.compile(r"[-+±≥≤<>〔［\[（(]*[0-9０-９][0-9０-９,，.．]*\s*(?:[%％‰万亿元个家人公里吨亩米]{0,3})[)）\]］〕]*|[-—/]+")
_YEAR = re.compile(r"[12][0-9]{3}\s*年?.{0,4}")
# How the cells of a row are parted, the surest sign first.
_PARTINGS = tuple(re.compile(pattern) for pattern in (r"[|｜]", r"\t", r"[ \u00a0\u3000]{2,}", r"[ \u00a0\u3000]+"))
_BREAK = re.compile(r"[\n\r\f\v\x85\u2028\u2029]")
CELLISH = frozenset(("页码", "扫描噪点", "落款日期", "来源与时间", "功能按钮"))
"""Reasons for which a line is page noise, unless it is a table's cell."""


@dataclass(frozen=True, slots=True)
class Found:
    """A table in a text: it takes the lines [first, last); `rows` are its body paragraphs, `repeated` rows that give
    the columns' names again, `caption` the line that names it."""

    table: Table
    rows: tuple[Span, ...]
    first: int
    last: int
    caption: int | None = None
    repeated: tuple[Span, ...] = ()


def find(text: str, lines: Sequence[Line], reasons: Sequence[str | None], hints: Iterable[Hint]) -> list[Found]:
    """The tables of a text in order; `reasons` says of each line why it is no body, if so."""
    hinted = list(_hinted(text, lines, hints))
    taken = {i for found in hinted for i in range(found.first, found.last)}
    plain = _plain(text, lines, reasons, taken)
    return [_captioned(found, lines, reasons) for found in sorted([*hinted, *plain], key=lambda found: found.first)]


def _captioned(found: Found, lines: Sequence[Line], reasons: Sequence[str | None]) -> Found:
    """A table with the line above it that names it: 「表1 主要指标」, 「重点项目一览表」; a unit may stand between."""
    above = found.first - 1
    if above > 0 and _UNIT.fullmatch(lines[above].text):
        above -= 1
    if above < 0 or reasons[above] is not None or len(lines[above].text) > 60:
        return found
    line = lines[above].text
    return replace(found, caption=above) if CAPTION.fullmatch(line) or _NAMING.fullmatch(line) else found


def _hinted(text: str, lines: Sequence[Line], hints: Iterable[Hint]) -> Iterator[Found]:
    starts = [line.span.start for line in lines]
    tables: list[tuple[Span, list[Hint]]] = []
    for hint in hints:
        if hint.style == "table":
            # A table inside a cell belongs to that cell.
            if not tables or hint.span.start >= tables[-1][0].end:
                tables.append((hint.span, []))
        elif hint.style in ("row", "table-header", "cell") and tables and hint.span.end <= tables[-1][0].end:
            tables[-1][1].append(hint)
    for span, parts in tables:
        first, last = bisect_left(starts, span.start), bisect_left(starts, span.end)
        if first == last:
            continue
        rows = [hint.span for hint in parts if hint.style == "row"]
        if not rows:
            separated, _ = _separated(text, lines, first, last, at_least=1)
            yield separated or _unparted(span, lines, first, last)
            continue
        names = {hint.span for hint in parts if hint.style == "table-header"}
        cells = [hint.span for hint in parts if hint.style == "cell"]
        told = [(row, tuple(_inside(cells, row)), row in names) for row in rows]
        if len(told) > 2 and _titles(text, told[0][1], told[1][1]):
            told, span = told[1:], Span(rows[1].start, span.end)
            first = bisect_left(starts, span.start)
            told[0] = (*told[0][:2], told[0][2] or _heads_figures(text, [cells for _, cells, _ in told]))
        yield _from_rows(text, span, told, first, last)


def _titles(text: str, cells: tuple[Span, ...], below: tuple[Span, ...]) -> bool:
    """Whether a table's first row is one cell over all columns that names the table or the box around it."""
    filled = [cell.of(text) for cell in cells if cell.start < cell.end]
    if len(filled) != 1 or len(below) < 2:
        return False
    return bool(titled_box(filled[0]) or CAPTION.fullmatch(filled[0]) or _NAMING.fullmatch(filled[0]))


def _heads_figures(text: str, rows: list[tuple[Span, ...]]) -> bool:
    """Whether the first of a table's rows names columns, some of which hold figures."""
    return _names(text, rows[0]) and any(_FIGURE.fullmatch(cell.of(text)) for row in rows[1:] for cell in row)


def _inside(cells: list[Span], row: Span) -> Iterator[Span]:
    for cell in cells:
        if row.start <= cell.start and cell.end <= row.end:
            yield cell


def _from_rows(
    text: str, span: Span, rows: list[tuple[Span, tuple[Span, ...], bool]], first: int, last: int
) -> Found:
    """A table of rows (span, cells, whether they are column names)."""
    heads = [cells for _, cells, head in rows if head] if any(not head for _, _, head in rows) else []
    columns = max(heads, key=lambda cells: sum(c.start < c.end for c in cells)) if heads else ()
    spoken = [tuple(c.of(text) for c in head) for head in heads]
    body, repeated = [], []
    for row, cells, head in rows:
        filled = [cell for cell in cells if cell.of(text).strip()]
        if not filled or (heads and head):
            continue
        if tuple(c.of(text) for c in cells) in spoken:
            repeated.append(row)
        else:
            body.append((Span(filled[0].start, filled[-1].end), cells))
    return Found(
        Table(span, columns, tuple(cells for _, cells in body)),
        tuple(trimmed(text, row) for row, _ in body), first, last, None, tuple(repeated),
    )  # fmt: skip


def trimmed(text: str, span: Span) -> Span:
    """A span without the white space around it."""
    inner = span.of(text)
    return Span(span.end - len(inner.lstrip(BLANK)), span.start + len(inner.rstrip(BLANK))) if inner.strip(BLANK) else span


def _unparted(span: Span, lines: Sequence[Line], first: int, last: int) -> Found:
    rows = tuple(line.span for line in lines[first:last])
    return Found(Table(span, (), tuple((row,) for row in rows)), rows, first, last)


# — in plain lines ————————————————————————————————————————————————————————————————————————————————————————————————


def _plain(text: str, lines: Sequence[Line], reasons: Sequence[str | None], taken: set[int]) -> Iterator[Found]:
    index, end = 0, 0
    while index < len(lines):
        line = lines[index]
        found: Found | None = None
        tried = index + 1
        if index not in taken and (reasons[index] is None or reasons[index] in CELLISH):
            if len(line.text) <= 160 and _parted(line.text):
                end = end if end > index else _run(lines, reasons, index, taken)
                if end > index + 1:
                    found, tried = _separated(text, lines, index, end, at_least=3)
            if found is None and line.text[0] == "序" and HEAD.match(line.text):
                table = flattened(text, lines, reasons, index)
                found = Found(*table) if table else None
            if found is None and len(line.text) <= 14 and (table := periodic(lines, reasons, index)):
                found = Found(*table)
        if found:
            yield found
            index = found.last
        else:
            index = tried


def _parted(line: str) -> bool:
    return "。" not in line and ("|" in line or "\t" in line or " " in line or "｜" in line or "\u3000" in line)


def _run(lines: Sequence[Line], reasons: Sequence[str | None], index: int, taken: set[int]) -> int:
    """Where the lines end that could be rows of one table."""
    end = index
    while (
        end < len(lines)
        and end not in taken
        and (reasons[end] is None or reasons[end] in CELLISH)
        and len(lines[end].text) <= 400
        and (_parted(lines[end].text) or lines[end].text.count("|") > 1)
    ):
        end += 1
    return end


def _separated(
    text: str, lines: Sequence[Line], first: int, last: int, at_least: int
) -> tuple[Found | None, int]:
    """Consecutive lines whose cells are parted by |, tabs or spaces in the same way; `at_least` rows, and
    where one is enough, the format said that it is a table. Also the line up to which that is settled."""
    settled = first + 1
    for parting in _PARTINGS:
        rows: list[tuple[int, tuple[Span, ...]]] = []
        ruled = False
        for index in range(first, last):
            if parting is _PARTINGS[0] and _RULE.fullmatch(lines[index].text):
                ruled = ruled or len(rows) == 1
                continue
            cells = _cells(text, lines[index], parting)
            if len(cells) < 2 or (rows and not _fits(parting, rows[0][1], cells)):
                break
            rows.append((index, cells))
        end = rows[-1][0] + 1 if rows else first
        sure = ruled or at_least < 2
        if len(rows) < (2 if sure else at_least) or not (sure or _tabular(text, parting, rows)):
            settled = max(settled, end - 1)
            continue
        named = ruled or _names(text, rows[0][1])
        span = Span(lines[first].span.start, lines[end - 1].span.end)
        told = [(lines[i].span, cells, named and n == 0) for n, (i, cells) in enumerate(rows)]
        return _from_rows(text, span, told, first, end), end
    return None, settled


def _fits(parting: re.Pattern[str], names: tuple[Span, ...], cells: tuple[Span, ...]) -> bool:
    """Tabs and strokes may leave the last cells out; spaces must give the same count."""
    return len(cells) == len(names) or (parting in _PARTINGS[:2] and len(cells) < len(names))


def _cells(text: str, line: Line, parting: re.Pattern[str]) -> tuple[Span, ...]:
    """The cells of one line, without the white space around them; the strokes at its ends part nothing."""
    start, end = line.span.start, line.span.end
    if parting is _PARTINGS[1]:
        # Empty first cells are the line's indent.
        while start and text[start - 1] == "\t":
            start -= 1
    elif parting is _PARTINGS[0] and text[start] in "|｜":
        start += 1
        end -= text[end - 1] in "|｜" and end > start
    cells, position = [], start
    for match in [*parting.finditer(text, start, end), None]:
        stop = match.start() if match else end
        cell = text[position:stop]
        left = len(cell) - len(cell.lstrip(BLANK))
        cells.append(Span(position + left, max(position + left, position + len(cell.rstrip(BLANK)))))
        position = match.end() if match else end
    return tuple(cells)


def _tabular(text: str, parting: re.Pattern[str], rows: list[tuple[int, tuple[Span, ...]]]) -> bool:
    """Whether rows that are parted alike are a table and not sentences with spaces in them, or a menu."""
    cells = [cell.of(text) for _, row in rows for cell in row]
    if any(cell.endswith(("，", ",", "、", "；")) for cell in cells):
        return False
    figures = sum(bool(_FIGURE.fullmatch(cell)) for _, row in rows[1:] for cell in (c.of(text) for c in row))
    strong = parting in _PARTINGS[:2]
    if strong and len(rows[0][1]) >= 3 - (figures > 0):
        return figures > 0 or (_names(text, rows[0][1]) and len(rows) >= 3)
    columns = len(rows[0][1])
    return (
        columns >= 3
        and _names(text, rows[0][1])
        and all(len(cell) <= 30 for cell in cells)
        and figures >= len(rows) - 1
    )


def _names(text: str, cells: tuple[Span, ...]) -> bool:
    """Whether cells read like columns' names: short, all filled, all different, no figures but years."""
    words = [cell.of(text) for cell in cells]
    return len(set(words)) == len(words) and all(
        0 < len(word) <= 16 and (not _FIGURE.fullmatch(word) or _YEAR.fullmatch(word)) for word in words
    )
