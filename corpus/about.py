"""Which region a passage is about. Reads no file and knows no store."""

import re
from collections.abc import Iterable, Sequence

from corpus.model import Document, Passage, Region, Span
from corpus.regions.places import Gazetteer

_BEFORE_NAME = re.compile(
    r"^(?:[0-9一二三四五六七八九十（()）.、\s—]*)(?:支持|推动|推进|加快|做强|做优|引导|促进|发挥|依托|立足)?"
)


_LONGEST_NAME = 24
"""Characters that hold any region's name: autonomous counties run to fifteen."""


def region_of(document: Document, trail: Sequence[str], span: Span, gazetteer: Gazetteer) -> Region | None:
    """The document's region, or a subordinate one whose name heads the section or the lead phrase, or with which a
    passage opens that names no other of them."""
    own = document.region
    if own is None or own.level in ("国家", "县级", "乡级"):
        return own
    for heading in reversed(trail):
        found = _headed_by(heading[_BEFORE_NAME.match(heading).end() :], own, document.issued, gazetteer)  # type: ignore[union-attr]
        if found:
            return gazetteer.region(found)
    passage = span.of(document.text)
    opened = _headed_by(passage, own, document.issued, gazetteer)
    if opened:
        level = gazetteer.places[opened].level
        others = {
            code
            for mention in gazetteer.mentions(passage, document.issued)
            for code in mention.codes
            if mention.full and gazetteer.places[code].level == level and gazetteer.within(code, own.code)
        }
        if others == {opened}:
            return gazetteer.region(opened)
    return own


def _headed_by(text: str, own: Region, on: str | None, gazetteer: Gazetteer) -> str | None:
    """The code of the one region inside `own` whose full name a text begins with, not as one of several."""
    mention = next(iter(gazetteer.mentions(text[:_LONGEST_NAME], on)), None)
    if (
        mention is None
        or mention.start > 0
        or not mention.full
        or text[mention.end : mention.end + 1] in tuple("、和及与")
    ):
        return None
    inside = [c for c in mention.codes if c != own.code and gazetteer.within(c, own.code)]
    return inside[0] if len(inside) == 1 else None


def placed(document: Document, passages: Iterable[Passage], gazetteer: Gazetteer) -> list[tuple[int, str | None]]:
    """The start of every passage of a document with the code of the region that it is about."""
    found = ((passage.span.start, region_of(document, passage.trail, passage.span, gazetteer)) for passage in passages)
    return [(start, region.code if region else None) for start, region in found]
