"""Names the measure that a bracket, a line or a clause gives to units: a heading, a lead phrase, a first sentence.
Never reads units."""

import re
from bisect import bisect_right

from corpus.duties.names import trimmed
from corpus.model import Document, Section, Span
from corpus.structure.cut import lead_phrase

MARK = re.compile(
    r"\s*(?:#+\s*|[—―－–•·●○◆◇■□▲△★☆※◎▪►▶➢✦-]+\s*|第[一二三四五六七八九十百0-9]+[篇章节条项款][、.．\s]*"
    r"|[（(]\s*[一二三四五六七八九十0-9０-９]{1,3}\s*[)）][.．、]?\s*|[一二三四五六七八九十]{1,3}(?:[、.．]|[是要])\s*"
    r"|[0-9０-９]{1,3}(?:[.．、](?![0-9])|(?:[.．][0-9]{1,2}){1,3}[.．、]?)\s*|[①-⑳]\s*)+"
)
"""What numbers a heading or an item; it is no part of the measure."""
_SENTENCE = re.compile(r"[^。；;！？!?\n]+")
_LONG = 60
_OTHERS = re.compile(
    r"(?:牵头|负责|配合|参与|落实|指导)[。，,]?[^（）()。]{0,24}[)）]"
    r"|[（(【\[][^（）()]{0,2}(?:牵头|责任|负责|配合)(?:责任)?(?:单位|部门)|(?:^|\n)\s*(?:牵头|责任|负责)(?:单位|部门)\s*[:：]"
)
"""Where else a section may name units."""
_HEADINGS = ("heading", "appendix")
_TAIL = "。：:；;，,、 "


def above(document: Document, duty: Span, after: int) -> Span:
    """The measure that words which name units speak of: the heading above where no others of its section do, else the
    lead phrase or first sentence of what they close. `after`: where the words before them that name units end."""
    text = document.text
    heading, end = _section(document, duty.start)
    covered = _covered(text, max(after, heading.end if heading else 0), duty.start)
    if heading is None:
        return first(text, covered)
    others = _OTHERS.search(text, heading.end, duty.start) or _OTHERS.search(text, duty.end, end)
    return first(text, covered) if others and covered.start < covered.end else bare(text, heading)


def first(text: str, span: Span) -> Span:
    """The lead phrase of a text, else its first sentence without its number, of a long one its first clauses."""
    if span.start == span.end:
        return span
    if lead := lead_phrase(text, span):
        start = text.find(lead, span.start, span.end)
        if start >= 0:
            return Span(start, start + len(lead))
    mark = MARK.match(text, span.start, span.end)
    sentence = _SENTENCE.search(text, mark.end() if mark else span.start, span.end)
    if sentence is None:
        return Span(span.start, span.start)
    end = sentence.end()
    if end - sentence.start() > _LONG:
        cut = max(text.rfind(comma, sentence.start() + 6, sentence.start() + _LONG) for comma in "，,")
        end = cut if cut > 0 else end
    return trimmed(text, sentence.start(), end, _TAIL)


def bare(text: str, heading: Span) -> Span:
    """A heading's words without its number and marks."""
    mark = MARK.match(text, heading.start, heading.end)
    return trimmed(text, mark.end() if mark and mark.end() < heading.end else heading.start, heading.end, _TAIL + "*【】")


def _section(document: Document, at: int) -> tuple[Span | None, int]:
    """The last heading before an offset, and where its own text ends."""
    headings = (section for section in document.sections if section.kind in _HEADINGS)
    spans = [section.span for section in headings if not _names_units(document, section)]
    number = bisect_right(spans, Span(at, at))
    end = spans[number].start if number < len(spans) else len(document.text)
    return (spans[number - 1], end) if number else (None, end)


def _names_units(document: Document, section: Section) -> bool:
    """A bracket on a line of its own may have been taken for a numbered heading."""
    named = _OTHERS.search(document.text, section.span.start, section.span.end)
    return section.heading[:1] in ("（", "(") and named is not None


def _covered(text: str, floor: int, at: int) -> Span:
    """The paragraph's words before an offset; of a paragraph that begins there, the paragraph before."""
    end = trimmed(text, floor, at, "（(【[").end
    start = max(floor, text.rfind("\n", floor, end) + 1)
    return trimmed(text, start, end, "。；;，,）)】] ")
