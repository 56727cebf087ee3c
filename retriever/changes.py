"""What a final version changed of its draft, paragraph by paragraph, each side cited. Judges no change."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from corpus.model import Document, Passage
from corpus.structure.sentences import sentences
from retriever.cite import cite
from retriever.model import Citation

_LIKE = 0.5
"""Least share of common characters (Ratcliff and Obershelp's ratio) for two sentences to be one, reworded."""

_BESIDE = ("table", "appendix", "glossary")
"""Sections that are no text of the plan's own, like a draft's table of opinions."""


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that was added (no before), dropped (no after) or reworded; `words`: its (tag, before, after) parts, tag
    being equal, replace, delete or insert."""

    before: Citation | None
    after: Citation | None
    words: tuple[tuple[str, str, str], ...] = ()


def changes(
    draft: Document, drafted: list[Passage], final: Document, finished: list[Passage]
) -> list[Change]:
    """The differences in the order of the final text, what was dropped where it stood."""
    old, new = _cited(draft, drafted), _cited(final, finished)
    matcher = SequenceMatcher(None, [_bare(c.quote) for c in old], [_bare(c.quote) for c in new], autojunk=False)
    found: list[Change] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            found += _paired(old[a:b], new[c:d])
    return found


def _paired(old: list[Citation], new: list[Citation]) -> list[Change]:
    """Sentences of a stretch that differs: each new one with the likest old one that is left, in order."""
    left = list(old)
    found: list[Change] = []
    for citation in new:
        best = max(left, key=lambda c: _likeness(c.quote, citation.quote), default=None)
        if best is None or _likeness(best.quote, citation.quote) < _LIKE:
            found.append(Change(None, citation))
            continue
        found += [Change(gone, None) for gone in left[: left.index(best)]]
        left = left[left.index(best) + 1 :]
        found.append(Change(best, citation, _words(best.quote, citation.quote)))
    return found + [Change(gone, None) for gone in left]


def _words(before: str, after: str) -> tuple[tuple[str, str, str], ...]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple((tag, before[a:b], after[c:d]) for tag, a, b, c, d in matcher.get_opcodes())


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _LIKE and matcher.quick_ratio() >= _LIKE else 0.0


def _cited(document: Document, passages: list[Passage]) -> list[Citation]:
    return [
        cite(document, passage, span)
        for passage in passages
        if not any(s.span.start <= passage.span.start < s.span.end for s in document.sections if s.kind in _BESIDE)
        for span in sentences(document.text, passage.span)
        if span.of(document.text).strip()
    ]


def _bare(quote: str) -> str:
    return "".join(c for c in quote if c.isalnum())
