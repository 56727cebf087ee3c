"""Finds the final version of a draft among the documents of a corpus. Hides nothing and ranks nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable

from corpus.model import Document

DRAFTS = ("征求意见稿", "草案", "送审稿")
_MARKS = re.compile(
    r"[（(〔\[][^（）()〔〕\[\]]*(?:稿|草案|修订|[0-9]{4})[^（）()〔〕\[\]]*[)）〕\]]|(?:公开)?征求|意见的?公告|(?:印发|发布|公布)|的通知|关于|[\s《》“”\"·,，、]"
)
_ALIKE = 0.8
"""Dice's coefficient of the titles' character pairs from which a draft and a final version are the same plan."""


def finals(documents: Iterable[Document]) -> dict[str, str]:
    """Draft's id → id of its final version: same region, no other period, not issued before it, and its title or one
    much like it; of several the most alike, then the latest."""
    documents = list(documents)
    by_region: dict[str | None, list[Document]] = defaultdict(list)
    for document in documents:
        if document.status not in (*DRAFTS, "废止"):
            by_region[document.region.code if document.region else None].append(document)
    found = {}
    for draft in documents:
        if draft.status not in DRAFTS:
            continue
        ranked = [
            (likeness(draft.title, final.title), final.issued or "", final.id)
            for final in by_region[draft.region.code if draft.region else None]
            if _may_be(draft, final)
        ]
        best = max(ranked, default=(0.0, "", ""))
        if best[0] >= _ALIKE:
            found[draft.id] = best[2]
    return found


def likeness(one: str, other: str) -> float:
    """Dice's coefficient of two titles' sets of neighbouring characters, 2·|A∩B| / (|A| + |B|), marks of drafts and of
    announcements left out (Dice 1945); 0 where their figures differ."""
    first, second = (_MARKS.sub("", title) for title in (one, other))
    if first == second:
        return 1.0
    if _figures(first) != _figures(second):
        return 0.0
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (first, second))
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _figures(title: str) -> list[str]:
    """The figures of a title and the number of a five-year plan: 十三五 is not 十四五."""
    return re.findall(r"[0-9]+|[一二三四五六七八九十]+(?=五(?:年|规划|发展|时期|$))|第[一二三四五六七八九十]+", title)


def _may_be(draft: Document, final: Document) -> bool:
    if draft.period and final.period and draft.period != final.period:
        return False
    return not (draft.issued and final.issued and final.issued < draft.issued)
