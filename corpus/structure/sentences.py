"""Divides text into sentences. Needs no structure: what reads passages later does so, too."""

import re
from collections.abc import Iterator

from corpus.model import Span

# A bracket that names units in charge belongs to the sentence before it: 「……。（牵头单位：……；责任单位：……）」.
SENTENCE = re.compile(
    r"[^。！？!?\n]*[。！？!?\n]+[”’\"）)」』】]*(?:[（(](?![一二三四五六七八九十0-9]{1,3}[)）])[^（）()\n。]{2,300}[)）]。?)?|[^。！？!?\n]+"
)


def sentences(text: str, span: Span) -> Iterator[Span]:
    """The sentences of a span, in order, closing quotes included, white space around them not."""
    yield from split(SENTENCE, text, span)


def split(pattern: re.Pattern[str], text: str, span: Span) -> Iterator[Span]:
    """The matches of a pattern that leaves out nothing, without the white space around them."""
    for match in pattern.finditer(text, span.start, span.end):
        start, end = match.span()
        if text[start].isspace() or text[end - 1].isspace():
            inner = text[start:end]
            start, end = end - len(inner.lstrip()), start + len(inner.rstrip())
        if start < end:
            yield Span(start, end)
