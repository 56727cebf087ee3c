"""Cuts body paragraphs into passages along sentences and lead phrases. Never crosses a heading or covers boilerplate."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus.annotate import Paragraph
from corpus.model import Span

SHORT, LONG = 150, 400
"""Passages aim at SHORT to LONG characters: shorter neighbours are joined, longer paragraphs are cut."""

# A bracket that names units in charge belongs to the sentence before it: 「……。（牵头单位：……；责任单位：……）」.
_SENTENCE = re.compile(
    r"[^。！？!?\n]*[。！？!?\n]+[”’\"）)」』】]*(?:[（(](?![一二三四五六七八九十0-9]{1,3}[)）])[^（）()\n。]{2,300}[)）]。?)?|[^。！？!?\n]+"
)
_CLAUSE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+[”’\"）)」』】]*|[^。！？!?；;\n]+")
_MARK = r"(?:[0-9０-９]{1,2}\s*[.．、]|[（(][一二三四五六七八九十0-9]{1,3}[)）]|[—―－–-]{1,3}|[•·●◆■□▲]|[一二三四五六七八九十]{1,2}是|[①-⑮])?"
_LEAD = re.compile(rf"{_MARK}\s*(?P<lead>[^，,；;：:。！？!?、]{{4,26}}(?:、[^，,；;：:。！？!?、]{{2,14}}){{0,2}})。")
_LEAD_LONG = re.compile(rf"{_MARK[:-1]}\s*(?P<lead>[^；;：:。！？!?]{{4,36}})。")
_LABEL = re.compile(rf"{_MARK}\s*(?P<lead>[^，,；;。！？!?:：]{{2,24}})[：:](?=\S)")
_INNER = re.compile(r"(?:[一二三四五六七八九十]{1,2}[是要])?(?P<lead>[^，,；;：:。！？!?、0-9]{4,18})。")
_ENUMERATED = re.compile(r"[一二三四五六七八九十]{1,2}[是要](?P<lead>[^；;：:。！？!?]{4,40})。")
_ITEM = re.compile(
    r"[0-9]{1,3}\s*\n|注\s*[:：]|[—―－–]{1,3}|[•·●◆■]|[一二三四五六七八九十]{1,2}是|第[一二三四五六七八九十][，,]|[（(][一二三四五六七八九十]+[)）]"
)
# 「地区生产总值增长5.2%」 and 「2025年是收官之年」 state facts; they name no subject.
_NO_SUBJECT = re.compile(r"[0-9０-９]\s*(?:[%％万亿元个家]|公里|个百分点)|之年$|[0-9]{4}年(?:是|以来)|^各位|^同志们")
# 「云麓区。定位为……」: a place's own paragraph, however short its name.
_PLACE = re.compile(r"(?P<lead>[\u4e00-\u9fff]{1,12}(?:区|县|市|旗|州|盟|镇|乡|街道))[。：:]")
_PAST = ("了", "过", "谢")


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage before it is given a document: trail and headings as in Passage, `first` and `last` paragraph numbers."""

    span: Span
    trail: tuple[str, ...]
    headings: int
    first: int
    last: int


def sentences(text: str, span: Span) -> Iterator[Span]:
    """The sentences of a span, in order, closing quotes included, white space around them not."""
    yield from _split(_SENTENCE, text, span)


def _split(pattern: re.Pattern[str], text: str, span: Span) -> Iterator[Span]:
    for match in pattern.finditer(text, span.start, span.end):
        start, end = match.span()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            yield Span(start, end)


def cut(text: str, paragraphs: tuple[Paragraph, ...]) -> Iterator[Piece]:
    """Yield passages in text order; every body character is covered by exactly one of them."""
    waiting: Piece | None = None
    for paragraph in paragraphs:
        for piece, lead in _pieces(text, paragraph):
            if waiting and not lead and _joinable(text, waiting, piece, paragraph):
                waiting = replace(waiting, span=Span(waiting.span.start, piece.span.end), last=piece.last)
            else:
                if waiting:
                    yield waiting
                waiting = piece
            if _length(waiting) >= SHORT:
                yield waiting
                waiting = None
    if waiting:
        yield waiting


def _length(piece: Piece) -> int:
    return piece.span.end - piece.span.start


def _joinable(text: str, waiting: Piece, piece: Piece, paragraph: Paragraph) -> bool:
    """Short neighbours join within one section when the second opens no item of its own and nothing lies between."""
    return (
        waiting.trail[: len(paragraph.trail)] == paragraph.trail
        and len(waiting.trail) <= len(paragraph.trail) + 1
        and _length(waiting) + _length(piece) <= LONG
        and not text[waiting.span.end : piece.span.start].strip()
        and not _ITEM.match(text, piece.span.start, piece.span.end)
    )


def _pieces(text: str, paragraph: Paragraph) -> Iterator[tuple[Piece, bool]]:
    """The passages of one paragraph, each with whether it has a lead phrase of its own."""
    for span, lead in _segments(text, paragraph.span):
        trail = (*paragraph.trail, lead) if lead else paragraph.trail
        for part in _balanced(text, span):
            yield Piece(part, trail, len(paragraph.trail), paragraph.number, paragraph.number), lead is not None


def lead_phrase(text: str, span: Span) -> str | None:
    """The short sentence or label with which a paragraph names its subject: 「加快生态环境修复。……」."""
    size = span.end - span.start
    for pattern in (_PLACE, _LEAD, _LABEL, _LEAD_LONG):
        match = pattern.match(text, span.start, span.end)
        # A lead phrase introduces a text longer than itself.
        if match and size - (match.end() - span.start) >= max(12, match.end() - match.start()):
            lead = match.group("lead").strip()
            return None if lead.endswith(_PAST) or _NO_SUBJECT.search(lead) else lead
    match = _ENUMERATED.match(text, span.start, span.end)
    if match and size > match.end() - match.start() + 12:
        lead = match.group("lead").split("，")[0].split(",")[0]
        return None if _NO_SUBJECT.search(lead) else lead
    return None


def _segments(text: str, span: Span) -> Iterator[tuple[Span, str | None]]:
    """Cut one long paragraph where further lead phrases stand inside it (「治理沉陷区。……。恢复矿山。……」)."""
    parts = list(_split(_CLAUSE, text, span))
    starts = [(span.start, lead_phrase(text, span))]
    if span.end - span.start > LONG * 0.75:
        for i, part in enumerate(parts[1:-1], 1):
            inner = _INNER.fullmatch(text, part.start, part.end)
            enumerated = _ENUMERATED.match(text, part.start, part.end)
            previous = text[parts[i - 1].end - 1]
            rest = parts[i + 1]
            if (
                inner
                and previous in "。！”）)"
                and not inner.group("lead").endswith(_PAST)
                and (rest.end - rest.start > part.end - part.start)
            ):
                starts.append((part.start, inner.group("lead").strip()))
            elif enumerated and previous in "。；;：:":
                starts.append((part.start, lead_phrase(text, Span(part.start, span.end))))
    starts = _spaced(starts)
    ends = [start for start, _ in starts[1:]] + [span.end]
    for (start, lead), end in zip(starts, ends, strict=True):
        while end > start and text[end - 1].isspace():
            end -= 1
        yield Span(start, end), lead


def _spaced(starts: list[tuple[int, str | None]]) -> list[tuple[int, str | None]]:
    """A lead phrase within 60 characters of the one before it opens no segment: it belongs to a list of short ones."""
    kept = starts[:1]
    for start in starts[1:]:
        if start[0] - kept[-1][0] >= 60:
            kept.append(start)
    return kept


def _balanced(text: str, span: Span) -> list[Span]:
    """Cut a span longer than LONG at sentence ends into parts of about equal length; a long sentence stays whole."""
    size = span.end - span.start
    if size <= LONG:
        return [span]
    target = size / -(-size // (LONG - 60))
    cuts = [span.start]
    for sentence in _split(_CLAUSE, text, span):
        if sentence.end - cuts[-1] >= target and span.end - sentence.end >= target / 2:
            cuts.append(sentence.end)
    return [
        Span(start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip()))
        for start, end in zip(cuts, [*cuts[1:], span.end], strict=True)
        if (raw := text[start:end]).strip()
    ]
