"""Passages as what was asked is sought in them: folded, cut into sentences, kept while there is room. Weighs nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from corpus.model import Document, Passage
from corpus.structure.sentences import SENTENCE
from index.tokenizer import fold

# Units in charge are named after many a measure: 区文化旅游体育局 does not make a measure one of tourism.
_UNITS = re.compile(r"[（(][^（）()]*(?:牵头|责任|配合|负责)[^（）()]*[)）]")
_BREAK = "\x1f"
_OF_A_STRING = 40
"""What a string costs besides its characters, in characters."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A passage without units in charge. above: its trail; lead: its lead phrase; body: itself, then its trail."""

    above: str
    lead: str
    body: str
    sentences: tuple[str, ...]


def folded(passages: Iterable[tuple[Passage, Document]]) -> list[Folded]:
    """Passages with their documents as evidence reads them, in the order given. The text of a document is fetched only where
    a passage of it is not kept."""
    asked = [(_key(passage), passage, document) for passage, document in passages]
    found = _KEPT.of(key for key, *_ in asked)
    if missing := {key: _folded(passage, document.text) for key, passage, document in asked if key not in found}:
        _KEPT.keep(missing)
        found |= missing
    return [found[key] for key, *_ in asked]


@lru_cache(maxsize=10_000)
def folded_title(title: str) -> str:
    return fold(title)


_Key = tuple[str, int, int, int, tuple[str, ...]]


def _key(passage: Passage) -> _Key:
    """A document's id names its text; a trail may change when the part before it comes in."""
    return passage.document, passage.span.start, passage.span.end, passage.headings, passage.trail


class _Kept:
    """What was folded last, at most so many characters of it. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._lock = Lock()
        self._new: dict[_Key, Folded] = {}
        self._old: dict[_Key, Folded] = {}

    def of(self, keys: Iterable[_Key]) -> dict[_Key, Folded]:
        """Those of the keys that are kept."""
        with self._lock:
            found = {}
            for key in keys:
                if (one := self._new.get(key)) is not None:
                    found[key] = one
                elif (one := self._old.get(key)) is not None:
                    found[key] = one
                    self._put(key, one)
            return found

    def keep(self, made: dict[_Key, Folded]) -> None:
        with self._lock:
            for key, one in made.items():
                self._put(key, one)

    def _put(self, key: _Key, one: Folded) -> None:
        # What was not asked for while half of the room filled up goes all at once: nothing need be kept in order.
        self._new[key] = one
        self._size += _size(one)
        if 2 * self._size > self._most:
            self._old, self._new, self._size = self._new, {}, 0


def _size(one: Folded) -> int:
    characters = 2 * len(one.above) + len(one.lead) + len(one.body) + sum(map(len, one.sentences))
    return characters + _OF_A_STRING * (len(one.sentences) + 8)


_KEPT = _Kept(32_000_000)
"""Some thirty thousand passages, in about 60 MB."""


def _folded(passage: Passage, text: str) -> Folded:
    """Folded in one call, which costs as much by itself as a sentence. (One for many passages would be no faster: a single
    odd character makes all of a text slow to normalise.)"""
    text = passage.span.of(text).replace(_BREAK, " ")
    own: list[str] = SENTENCE.findall(text)
    whole = _UNITS.sub("", text)
    if named := whole != text:
        # A bracket may run over the end of a sentence: the whole is not always its sentences.
        own = [whole, *(_UNITS.sub("", sentence) for sentence in own if not sentence.isspace())]
    above, lead = (" ".join(items).replace(_BREAK, " ") for items in (passage.trail, passage.trail[passage.headings :]))
    above, lead, *own = fold(_BREAK.join((above, lead, *own))).split(_BREAK)
    whole, own = (own[0], own[1:]) if named else ("".join(own), [sentence for sentence in own if not sentence.isspace()])
    return Folded(above, lead, f"{whole} {above}", tuple(own))
