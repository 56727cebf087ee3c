"""Finds the final version of a draft among the documents of a corpus. Hides nothing and ranks nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from corpus.standing import Standing

DRAFTS = ("征求意见稿", "草案", "送审稿")
_MARKS = re.compile(
    r"[（(〔\[][^（）()〔〕\[\]]*(?:稿|草案|修订|[0-9]{4})[^（）()〔〕\[\]]*[)）〕\]]|(?:公开)?征求|意见的?公告|(?:印发|发布|公布)|的通知|关于|[\s《》“”\"·,，、]"
)
_ALIKE = 0.8
"""Dice's coefficient of the titles' character pairs from which a draft and a final version are the same plan."""


def finals(documents: Iterable[Standing]) -> dict[str, str]:
    """Draft's id → id of its final version: same region, no other period, not issued before it, and its title or one
    much like it; of several the most alike, then the latest."""
    documents = list(documents)
    drafts = [document for document in documents if document.status in DRAFTS]
    regions = {draft.region for draft in drafts}
    # Where the figures differ the titles are not alike.
    groups: dict[tuple[str | None, tuple[str, ...]], list[Standing]] = defaultdict(list)
    for document in documents:
        if document.region in regions and document.status not in (*DRAFTS, "废止"):
            groups[document.region, _features(document.title)[1]].append(document)
    found = {}
    for draft in drafts:
        ranked = [
            (likeness(draft.title, final.title), final.issued or "", final.id)
            for final in groups[draft.region, _features(draft.title)[1]]
            if _may_be(draft, final)
        ]
        best = max(ranked, default=(0.0, "", ""))
        if best[0] >= _ALIKE:
            found[draft.id] = best[2]
    return found


def likeness(one: str, other: str) -> float:
    """Dice's coefficient of two titles' sets of neighbouring characters, 2·|A∩B| / (|A| + |B|), marks of drafts and of
    announcements left out (Dice 1945); 0 where their figures differ."""
    (first, figures, a), (second, others, b) = _features(one), _features(other)
    if first == second:
        return 1.0
    return 2 * len(a & b) / (len(a) + len(b)) if figures == others and a and b else 0.0


@lru_cache(maxsize=1 << 15)
def _features(title: str) -> tuple[str, tuple[str, ...], frozenset[str]]:
    """A title without marks, its figures, and its pairs of neighbouring characters."""
    bare = _MARKS.sub("", title)
    return bare, _figures(bare), frozenset(bare[i : i + 2] for i in range(len(bare) - 1))


def _figures(title: str) -> tuple[str, ...]:
    """The figures of a title and the number of a five-year plan: 十三五 is not 十四五."""
    return tuple(re.findall(r"[0-9]+|[一二三四五六七八九十]+(?=五(?:年|规划|发展|时期|$))|第[一二三四五六七八九十]+", title))


def _may_be(draft: Standing, final: Standing) -> bool:
    if draft.period and final.period and draft.period != final.period:
        return False
    return not (draft.issued and final.issued and final.issued < draft.issued)
