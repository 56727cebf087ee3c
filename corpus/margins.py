"""Finds the lines of a text that are not its body: page noise, contents, repeated titles, signatures. Never edits."""

import re
from collections.abc import Sequence

from corpus import boilerplate, outline
from corpus.lines import Line

TABLE_HEAD = re.compile(r"序\s*号")
"""「序号」 alone on a line: the first cell of a table whose cells became lines."""

_PAGE_REFERENCE = re.compile(r"[.…·\s]*[（(]?\s*[0-9]{1,4}\s*[)）]?\s*$")
_CONTENTS = re.compile(r"目\s*[录次](?:\s*序言)?|contents", re.IGNORECASE)
_ISSUER = re.compile(
    r"(?:[\u4e00-\u9fff]{2,20}(?:人民政府|办公室|办公厅|委员会|人民代表大会|改革局|局|厅|区委|市委|县委|省委)\s*){1,3}"
)
_LABEL_ALONE = re.compile(r"\S{2,8}[：:]")
_VALUE_OF = ("来源与时间", "征集信息")
_SEPARATOR = re.compile(r"[>》›»/]")


def mark(lines: Sequence[Line], title: str | None) -> list[str | None]:
    """For each line why it is no body, or None where it is (or is a heading). `title`: the document's, if known."""
    first, last = _body_bounds(lines)
    reasons: list[str | None] = []
    in_table = False
    for i, line in enumerate(lines):
        in_table = in_table or bool(TABLE_HEAD.fullmatch(line.text))
        reason = boilerplate.reason(line.text, head=i < first, tail=i > last)
        if in_table and i <= last and reason in ("页码", "扫描噪点"):
            reason = None  # a cell
        reasons.append(reason)
    _mark_contents(lines, reasons)
    _mark_values(lines, reasons, first)
    _mark_issuers(lines, reasons)
    if title:
        _mark_titles(lines, reasons, squeeze(title), first)
    return reasons


def squeeze(text: str) -> str:
    """A text without white space, for comparing titles and entries."""
    return re.sub(r"\s", "", text)


def _body_bounds(lines: Sequence[Line]) -> tuple[int, int]:
    """The indices of the first and last lines that can only be body: a numbered heading or a full sentence."""

    def body(line: Line) -> bool:
        if boilerplate.reason(line.text, head=True, tail=True):
            return False
        number = outline.numbered(line.text)
        return (len(line.text) >= 30 and any(c in line.text for c in "。；！")) or bool(
            number and number.rank <= 5 and number.heading
        )

    indices = [i for i, line in enumerate(lines) if body(line)]
    return (indices[0], indices[-1]) if indices else (0, len(lines))


def _mark_contents(lines: Sequence[Line], reasons: list[str | None]) -> None:
    """A table of contents: from 目录 to where its first entry comes again, or else to the first body line."""
    start = next((i for i, line in enumerate(lines[:80]) if _CONTENTS.match(line.text)), None)
    if start is None or len(lines[start].text) > 12:
        return
    closed = re.compile(r".{8,}。|.{40,}；")
    body = next((i for i in range(start + 1, len(lines)) if closed.search(lines[i].text)), start + 1)
    # A sentence wrapped over lines begins above its full stop.
    while body - 1 > start and re.search(r"[，,]", lines[body - 1].text) and not _is_entry(lines[body - 1].text):
        body -= 1
    entry = next((squeeze(_PAGE_REFERENCE.sub("", line.text)) for line in lines[start + 1 : body]), "")
    again = next((i for i in range(start + 2, body) if entry and squeeze(lines[i].text).startswith(entry)), body)
    for i in range(start, again):
        reasons[i] = "目录"


def _is_entry(line: str) -> bool:
    return outline.numbered(line) is not None or bool(re.search(r"第.{1,4}[篇章节]|[0-9]\s*$", line))


def _mark_values(lines: Sequence[Line], reasons: list[str | None], first: int) -> None:
    """Above the body: what follows 「来源：」 on the next line, and the words between the 「>」 of a path."""
    for i in range(1, min(first, len(lines))):
        if reasons[i] is not None or len(lines[i].text) > 20:
            continue
        before = lines[i - 1].text
        if reasons[i - 1] in _VALUE_OF and _LABEL_ALONE.fullmatch(before):
            reasons[i] = reasons[i - 1]
        elif _SEPARATOR.fullmatch(before) and i + 1 < len(lines) and _SEPARATOR.fullmatch(lines[i + 1].text):
            reasons[i] = "面包屑导航"


def _mark_issuers(lines: Sequence[Line], reasons: list[str | None]) -> None:
    """Who signed: one to three bodies alone on a line right above the date of a signature."""
    for i in range(1, len(lines)):
        if reasons[i] not in ("落款日期", "印发信息"):
            continue
        for above in (i - 1, i - 2):
            text = lines[above].text if above >= 0 else ""
            if reasons[above] is not None or len(text) > 40 or not _ISSUER.fullmatch(text):
                break
            reasons[above] = "落款"


def _mark_titles(lines: Sequence[Line], reasons: list[str | None], title: str, first: int) -> None:
    """The title again: parts of it above the body, and runs of lines anywhere that spell it out."""
    for i, line in enumerate(lines[:first]):
        text = squeeze(line.text)
        if reasons[i] is None and len(text) >= 4 and text in title:
            reasons[i] = "标题"
    for i in range(len(lines)):
        joined = ""
        for j in range(i, min(i + 4, len(lines))):
            joined += squeeze(lines[j].text)
            if len(joined) > len(title) or not title.startswith(joined):
                break
            if joined == title:
                reasons[i : j + 1] = ["标题"] * (j + 1 - i)
