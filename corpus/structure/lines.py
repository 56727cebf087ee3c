"""Splits a text into lines as spans, losing none of its characters and editing none."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpus.model import Span

BLANK = (
    " \t\x1c\x1d\x1e\x1f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f"
    "\u3000\ufeff"
)
"""What counts as white space around a line; the stored text keeps all of it."""

_BLANKS = frozenset(BLANK)
_ROW = re.compile(r"[^\n\r\f\v\x85\u2028\u2029]+")
# A scrape that lost its newlines keeps the indent of the next paragraph: two full-width or four plain spaces; 「文　　号：」 is one label.
_LOST_BREAK = re.compile(r"(?<=\S)[ \u00a0]?(?:\u3000{2,}|[ \u00a0]{4,})(?=\S)(?!\S\s*[:：|｜])")
_NUMBER = r"第\s*[一二三四五六七八九十百]{1,4}\s*"
_APART = rf"(?<![见按照据在和与及至到入是为以、，,“《])(?={_NUMBER}[篇编章节](?![、，。的所和至内中里]))"
# 「第三篇修山第十章治水」: headings that a scan ran together, without a mark between them.
_LINKED = re.compile(rf"{_NUMBER}(?:篇|编|章|节|部分).*?{_APART}")
_LINK = re.compile(rf"(?<=.){_APART}")
# 「……有了保障 。第四节修山治水」: a heading that a scan left at the end of the paragraph above it.
_TRAILING = re.compile(rf"(?<=[。！])\s*(?={_NUMBER}[章节][^。，,；;：:、！\s]{{4,20}}$)")
# 「第九章保障落实序言」: the contents' last entry and the first heading of the text.
_FOREWORD = re.compile(r"(?<=[^\s之的、，])(?=(?:序言|前言|引言|导言)$)")


class Line(NamedTuple):
    """One line without its surrounding white space. `indented`: white space stood before it;
    `gap`: at least one blank line stood before it."""

    span: Span
    text: str
    indented: bool
    gap: bool


def split(text: str) -> Iterator[Line]:
    """Yield the non-blank lines of a text in order; `line.span.of(text) == line.text`."""
    gap, reached = False, 0
    for match in _ROW.finditer(text):
        start, end = match.span()
        # More than one break since the last row: a blank line.
        if start - reached > 1 or not reached:
            gap = gap or start - reached > (2 if text.startswith("\r\n", reached) else 1) or (reached == 0 < start)
        reached = end
        raw = match.group()
        body = raw.strip(BLANK) if raw[0] in _BLANKS or raw[-1] in _BLANKS else raw
        if not body:
            gap = True
            continue
        left = 0 if raw[0] == body[0] else len(raw) - len(raw.lstrip(BLANK))
        begin, indented = start + left, left > 0
        cuts = _cuts(body) if len(raw) > 12 or body[0] == "第" else None
        if not cuts:
            yield Line(Span(begin, begin + len(body)), body, indented, gap)
            gap = False
            continue
        position = 0
        for cut in (*cuts, len(body)):
            piece = body[position:cut].strip(BLANK)
            if piece:
                offset = begin + body.index(piece, position)
                yield Line(Span(offset, offset + len(piece)), piece, indented, gap)
                indented, gap = True, False
            position = cut
        gap = False


def _cuts(body: str) -> list[int]:
    """Where one row holds several lines: at a lost break, or where headings were run together."""
    cuts: list[int] = []
    if "    " in body or "\u3000\u3000" in body or "\u00a0" in body:
        cuts = [match.start() for match in _LOST_BREAK.finditer(body)]
    if body[0] == "第" and "。" not in body:
        if _LINKED.match(body):
            cuts += [match.start() for match in _LINK.finditer(body)]
        if body[-1] == "言":
            cuts += [match.start() for match in _FOREWORD.finditer(body)]
    elif body[-1] not in "。；;：:！？" and "。" in body[-28:]:
        cuts += [match.start() for match in _TRAILING.finditer(body, max(len(body) - 30, 0))]
    return sorted(set(cuts)) if cuts else cuts
