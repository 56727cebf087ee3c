"""Cuts body paragraphs into passages along sentences and lead phrases. Never crosses a heading or covers boilerplate."""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from corpus.model import Span
from corpus.structure.sentences import SENTENCE, sentences, split

if TYPE_CHECKING:
    from corpus.structure.annotate import Paragraph

SHORT, LONG, TINY = 150, 400, 40
"""Passages aim at SHORT to LONG characters: shorter neighbours are joined, longer paragraphs are cut; what is shorter
than TINY and says nothing by itself goes with a neighbour."""

_CLAUSE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+[”’\"）)」』】]*|[^。！？!?；;\n]+")
_MARK = (
    r"(?:[0-9０-９]{1,2}\s*[.．、]|[（(][一二三四五六七八九十0-9]{1,3}[)）]|[—―－–-](?:\s*[—―－–-]){0,2}|[•·●○◆◇■□▲△★☆※◎▪►▶➢✦]"
    r"|[一二三四五六七八九十]{1,2}是|[①-⑮])"
)
_LEAD = re.compile(
    rf"{_MARK}?\s*(?P<lead>[^，,；;：:。！？!?、\n]{{2,26}}(?:、[^，,；;：:。！？!?、\n]{{2,14}}){{0,2}})。"
)
_LEAD_LONG = re.compile(rf"{_MARK}\s*(?P<lead>[^；;：:。！？!?\n]{{4,36}})。")
# A text with one sentence a line and no full stops: the first line of a marked paragraph.
_LEAD_LINE = re.compile(r"(?:[—―－–-](?:\s*[—―－–-]){0,2}|[•·●○◆◇■□▲△★☆※◎▪►▶➢✦])\s*(?P<lead>[^；;：:。！？!?\n]{4,40})\s*\n")
# A glossary's entry: 「1.标准地 \n 是指……」, 「【标准地】是指……」.
_TERM = re.compile(
    rf"{_MARK}?\s*(?:(?P<term>[^，,；;：:。！？!?\n【】]{{2,24}})[ \t\u3000]*\n\s*(?=(?:是|即)?指|即)"
    r"|【(?P<name>[^】\n]{2,24})】\s*[:：]?(?=\s*\S))"
)
_LABEL = re.compile(rf"{_MARK}?\s*(?P<lead>[^，,；;。！？!?:：\n]{{2,24}})[：:]\s*(?=\S)")
_INNER = re.compile(r"(?:[一二三四五六七八九十]{1,2}[是要])?(?P<lead>[^，,；;：:。！？!?、0-9]{4,18})。")
_ENUMERATED = re.compile(r"[一二三四五六七八九十]{1,2}[是要](?P<lead>[^；;：:。！？!?]{4,40})。")
_COUNT = "一二三四五六七八九十"
_OPENINGS = frozenset("0123456789０１２３４５６７８９（(—―－–-•·●○◆◇■□▲△★☆※◎▪►▶➢✦①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮" + _COUNT)
"""What a mark can begin with."""
_LONGEST_INNER = 24
"""「十二是」, a lead of eighteen characters and its full stop."""
_NEXT_ENUMERATED = re.compile(r"[。；;][二三四五六七八九十]{1,2}[是要]")
_ITEM = re.compile(
    r"[0-9]{1,3}\s*\n|注\s*[:：]|[—―－–]{1,3}|[•·●○◆◇■□▲△★☆※◎▪►▶➢✦]|[一二三四五六七八九十]{1,2}是|第[一二三四五六七八九十][，,]"
    r"|[（(][一二三四五六七八九十]+[)）]"
)
# 「地区生产总值增长5.2%」, 「2025年是收官之年」 and 「重点做好以下工作」 state or announce; they name no subject.
_NO_SUBJECT = re.compile(
    r"[0-9０-９]\s*(?:[%％万亿元个家]|公里|个百分点)|之年$|之一$|[0-9]{4}年(?:是|以来)|时期是|^[（(]|单位$|^[ -~]+$|^(?:各位|同志们|我们|我代表|包括|其中|同时)"
    r"|以下|下列|几个方面|[0-9一二三四五六七八九十]+个方面|出现了|仍未|尚未"
)
_ANNOUNCES = re.compile(r"(?:主要)?(?:如下|是|为|包括|有)$")
_PAST = ("了", "过", "谢")
# What a short sentence inside a paragraph reports as done is no subject of what follows.
_FACT = re.compile(
    r"(?:上线|发放|投用|投产|竣工|通车|落户|开业|开通|启用|第一|全覆盖|前列|落地见效|开展|举办|成立|运行|达标|压降|取得实效)$"
    r"|入选|获评|获批|^(?:完成|成功|超额|率先)"
)


class Piece(NamedTuple):
    """A passage before it is given a document: trail and headings as in Passage, `first` and `last` paragraph numbers."""

    span: Span
    trail: tuple[str, ...]
    headings: int
    first: int
    last: int


def cut(text: str, paragraphs: "tuple[Paragraph, ...]") -> Iterator[Piece]:
    """Yield passages in text order; every body character is covered by exactly one of them."""
    plain = not _one_sentence_each(text, paragraphs)
    pieces: list[Piece] = []
    waiting: Piece | None = None
    for paragraph in paragraphs:
        for piece, lead in _pieces(text, paragraph, plain):
            if waiting and not lead and _joinable(text, waiting, piece):
                waiting = _join(waiting, piece)
            elif waiting and _labelled(text, waiting) and _labelled(text, piece) and _neighbours(text, waiting, piece):
                waiting = _join(waiting, piece)._replace(trail=piece.trail[: piece.headings])
            else:
                if waiting:
                    pieces.append(waiting)
                waiting = piece
            if _length(waiting) >= SHORT:
                pieces.append(waiting)
                waiting = None
    if waiting:
        pieces.append(waiting)
    yield from _absorbed(text, pieces)


def _one_sentence_each(text: str, paragraphs: "tuple[Paragraph, ...]") -> bool:
    """Whether a scrape put each sentence on a line: its short first sentences then lead nothing."""
    sample = paragraphs[:400]
    if len(sample) < 40 or len(sample) < 5 * len({p.trail for p in sample}):
        return False
    firsts = ((p.span.end, SENTENCE.match(text, p.span.start, p.span.end)) for p in sample)
    return sum(first is not None and first.end() == end for end, first in firsts) >= 0.6 * len(sample)


def _absorbed(text: str, pieces: list[Piece]) -> Iterator[Piece]:
    """Give a few words without a lead (「重点做好以下工作：」) to the passage before them, else to the one after."""
    kept: list[Piece] = []
    for piece in pieces:
        before = kept[-1] if kept else None
        if before and _neighbours(text, before, piece):
            tail = len(piece.trail) == piece.headings and _length(piece) < TINY
            tail = tail and not _ITEM.match(text, piece.span.start, piece.span.end)
            if tail or (_length(before) < TINY / 2 and len(before.trail) == before.headings):
                kept[-1] = _join(before, piece)._replace(trail=before.trail if tail else piece.trail)
                continue
        kept.append(piece)
    yield from kept


def _labelled(text: str, piece: Piece) -> bool:
    """A list of labelled items of a few words each: none of them would make a passage."""
    item = _LABEL.match(text, piece.span.start, piece.span.end)
    return bool(item) and _length(piece) < TINY * 1.5 * (piece.last - piece.first + 1)


def _neighbours(text: str, first: Piece, second: Piece) -> bool:
    """Of one section, nothing between them, and together not too long."""
    return (
        first.trail[: first.headings] == second.trail[: second.headings]
        and _length(first) + _length(second) <= LONG + 100
        and not text[first.span.end : second.span.start].strip()
    )


def _join(first: Piece, second: Piece) -> Piece:
    return first._replace(span=Span(first.span.start, second.span.end), last=second.last)


def _length(piece: Piece) -> int:
    return piece.span.end - piece.span.start


def _joinable(text: str, waiting: Piece, piece: Piece) -> bool:
    """Short neighbours join within one section where neither has a lead phrase and the second opens no item."""
    return (
        (len(waiting.trail) == waiting.headings or waiting.last == piece.first)
        and _neighbours(text, waiting, piece)
        and _length(waiting) + _length(piece) <= LONG
        and not _ITEM.match(text, piece.span.start, piece.span.end)
    )


def _pieces(text: str, paragraph: "Paragraph", plain: bool) -> Iterator[tuple[Piece, bool]]:
    """The passages of one paragraph, each with whether it has a lead phrase of its own."""
    for span, lead in _segments(text, paragraph.span, plain):
        trail = (*paragraph.trail, lead) if lead else paragraph.trail
        for part in _balanced(text, span):
            yield Piece(part, trail, len(paragraph.trail), paragraph.number, paragraph.number), lead is not None


def lead_phrase(text: str, span: Span, *, plain: bool = True) -> str | None:
    """The short sentence or label with which a paragraph names its subject: 「加快生态环境修复。……」.

    `plain`: believe a short first sentence without a mark.
    """
    size, opening = span.end - span.start, text[span.start]
    for pattern in (_LEAD, _LABEL, _LEAD_LONG, _LEAD_LINE) if opening in _OPENINGS else (_LEAD, _LABEL):
        match = pattern.match(text, span.start, span.end)
        # A lead phrase introduces a text longer than itself.
        least = 6 if pattern is _LABEL else max(12, match.end() - match.start()) if match else 0
        if match and size - (match.end() - span.start) >= least:
            if pattern is _LEAD and not plain and match.start("lead") == span.start:
                continue
            lead = match.group("lead").strip()
            if pattern is _LABEL:
                lead = _ANNOUNCES.sub("", lead)
            return None if lead.endswith(_PAST) or len(lead) < 2 or _NO_SUBJECT.search(lead) else lead
    named = "【" in text[span.start : span.start + 12] or text.find("\n", span.start, min(span.end, span.start + 60)) > 0
    if named and (term := _TERM.match(text, span.start, span.end)):
        return (term.group("term") or term.group("name")).strip()
    match = _ENUMERATED.match(text, span.start, span.end) if opening in _COUNT else None
    if match and size > match.end() - match.start() + 12:
        lead = match.group("lead").split("，")[0].split(",")[0]
        return None if _NO_SUBJECT.search(lead) else lead
    return None


def _segments(text: str, span: Span, plain: bool) -> Iterator[tuple[Span, str | None]]:
    """Cut one long paragraph where further lead phrases stand inside it (「治理沉陷区。……。恢复矿山。……」)."""
    starts = [(span.start, lead_phrase(text, span, plain=plain))]
    if span.end - span.start > LONG * 0.75:
        parts = list(split(_CLAUSE, text, span))
        for i, part in enumerate(parts[1:-1], 1):
            short = part.end - part.start <= _LONGEST_INNER
            inner = _INNER.fullmatch(text, part.start, part.end) if short else None
            enumerated = text[part.start] in _COUNT and _ENUMERATED.match(text, part.start, part.end)
            previous = text[parts[i - 1].end - 1]
            rest = parts[i + 1]
            if (
                inner
                and plain
                and previous in "。！”）)"
                and not inner.group("lead").endswith(_PAST)
                and not _FACT.search(inner.group("lead"))
                and not _NO_SUBJECT.search(inner.group("lead"))
                and (rest.end - rest.start > part.end - part.start)
            ):
                starts.append((part.start, inner.group("lead").strip()))
            elif enumerated and previous in "。；;：:":
                starts.append((part.start, lead_phrase(text, Span(part.start, span.end))))
    starts = _spaced(starts, span.end)
    ends = [start for start, _ in starts[1:]] + [span.end]
    for (start, lead), end in zip(starts, ends, strict=True):
        while end > start and text[end - 1].isspace():
            end -= 1
        # 「一是……。二是……。」 in one piece has more subjects than the first.
        several = text[start] in _COUNT and _ENUMERATED.match(text, start, end) and _NEXT_ENUMERATED.search(text, start, end)
        yield Span(start, end), None if several else lead


def _spaced(starts: list[tuple[int, str | None]], end: int) -> list[tuple[int, str | None]]:
    """A lead phrase opens a segment only if enough text hangs on it and on the one before: else it is one of a list."""
    kept = starts[:1]
    for start in starts[1:]:
        if start[0] - kept[-1][0] >= (60 if len(kept) == 1 else 80) and end - start[0] >= 80:
            kept.append(start)
    return kept


def _balanced(text: str, span: Span) -> list[Span]:
    """Cut a span longer than LONG at sentence ends into parts of about equal length; a long sentence stays whole."""
    size = span.end - span.start
    if size <= LONG:
        return [span]
    parts = -(-size // (LONG - 60))
    ends = [sentence.end for sentence in sentences(text, span)][:-1]
    if any(b - a > LONG for a, b in itertools.pairwise([span.start, *ends, span.end])):
        # A sentence longer than a passage is cut at its semicolons.
        ends = [clause.end for clause in split(_CLAUSE, text, span)][:-1]
    cuts = [span.start]
    for part in range(1, parts):
        # The sentence end nearest to an even share, neither part left with a few words.
        ideal = span.start + size * part / parts
        first, last = bisect_left(ends, cuts[-1] + 60), bisect_right(ends, span.end - 60)
        if first < last:
            after = bisect_left(ends, ideal, first, last)
            cuts.append(min(ends[max(after - 1, first) : min(after + 1, last)], key=lambda end: abs(end - ideal)))
    return [
        Span(start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip()))
        for start, end in zip(cuts, [*cuts[1:], span.end], strict=True)
        if (raw := text[start:end]).strip()
    ]
