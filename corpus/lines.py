"""Splits a text into lines as spans, losing none of its characters and editing none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.model import Span

BLANK = (
    " \t\x1c\x1d\x1e\x1f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f"
    "\u3000\ufeff"
)
"""What counts as white space around a line; the stored text keeps all of it."""

_BREAK = re.compile(r"\r\n|[\n\r\f\v\x85\u2028\u2029]")
# A scrape that lost its newlines keeps the indent of the next paragraph: two full-width or four plain spaces.
_LOST_BREAK = re.compile(r"(?<=\S)(?:\u3000{2,}|[ \u00a0]{4,})(?=\S)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its surrounding white space. `indented`: white space stood before it;
    `gap`: at least one blank line stood before it."""

    span: Span
    text: str
    indented: bool
    gap: bool


def split(text: str) -> Iterator[Line]:
    """Yield the non-blank lines of a text in order; `line.span.of(text) == line.text`."""
    gap = False
    start = 0
    for end, after in [(m.start(), m.end()) for m in _BREAK.finditer(text)] + [(len(text), len(text))]:
        raw = text[start:end]
        if not raw.strip(BLANK):
            gap = True
        else:
            position = 0
            pieces = [(m.start(), m.end()) for m in _LOST_BREAK.finditer(raw)] if len(raw) > 12 else []
            for piece_end, piece_after in [*pieces, (len(raw), len(raw))]:
                piece = raw[position:piece_end]
                body = piece.strip(BLANK)
                if body:
                    left = len(piece) - len(piece.lstrip(BLANK))
                    begin = start + position + left
                    yield Line(Span(begin, begin + len(body)), body, left > 0 or position > 0, gap)
                    gap = False
                position = piece_after
        start = after
