"""Whether a document or a passage is what a question's words name: its title, its years. Reads no question."""

from collections.abc import Collection
from functools import lru_cache

from corpus.model import Document, Passage
from index.tokenizer import fold
from retriever.interpret.times import bounds, names, overlap


def titled(words: str, document: Document) -> bool:
    """Whether a title in a question is this document's: one holds the other, white space and case apart."""
    asked, title = _bare(words), _bare(document.title)
    return bool(title) and (asked in title or title in asked)


def in_state(
    document: Document, chosen: tuple[str, ...], said: tuple[str, ...], present: Collection[str | None]
) -> bool:
    """Whether a document is in one of the states that the user chose or, failing that, the question names. 草案 is said of
    every draft; so is 征求意见稿 or 送审稿 where the corpus has none of it. present: the states of the corpus's documents."""
    if chosen or not said:
        return not chosen or document.status in chosen
    loosely = any(state in _DRAFTS and (state == "草案" or state not in present) for state in said)
    # （修订版）（征求意见稿）: a title may bear two states.
    named = any(state != "正式" and state in document.title for state in said)
    return document.status in said or named or (loosely and document.status in _DRAFTS)


_DRAFTS = frozenset(("征求意见稿", "草案", "送审稿"))


@lru_cache(maxsize=4096)
def _bare(title: str) -> str:
    return "".join(c for c in fold(title) if c.isalnum())


def inside(period: str, asked: str) -> bool:
    """Whether a document's years all lie in those asked about."""
    (first, last), (begins, ends) = bounds(period), bounds(asked)
    return begins <= first and last <= ends


def _covered(period: str, kind: str | None) -> str:
    """The years a document speaks of: a work report looks back on the year before its own."""
    return f"{int(period) - 1}-{period}" if kind == "政府工作报告" and period.isdigit() else period


def of_period(period: str, passage: Passage, document: Document) -> bool:
    """Whether a passage is of the years asked about: its document is for one of them, or it names them itself."""
    if document.period is not None and overlap(period, _covered(document.period, document.kind)):
        return True
    above = " ".join(passage.trail)
    return any(
        name in above or document.text.find(name, passage.span.start, passage.span.end) >= 0 for name in names(period)
    )
