"""What a question may go on with: regions at hand, official terms and headings that this corpus has, questions made of them.
Searches nothing."""

import re
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from corpus.model import Region
from corpus.regions.place_names import short_name
from index.protocols import Backend
from index.tokenizer import fold
from retriever.expand import Lexicon
from retriever.lexicon.table import parsed, shipped
from retriever.state import Corpus, regions_of

LONGEST = 200
"""Characters of what was typed that are looked at."""
MOST = 300
_TAIL = 12
"""A name or term is completed from at most so many characters."""
_LONGEST_HEADING, _SHORTEST_HEADING = 14, 4
_EACH = {"县级": "各区", "地级": "各市", "省级": "各省"}
_NUMBER = re.compile(
    r"^(?:第[一二三四五六七八九十百零〇\d]+[编篇章节条]|[（(]?[一二三四五六七八九十百]+[）)、.．]|[（(]?\d+[）)、.．]|专栏\s*\d*)[\s—:：]*"
)
_WORDS = re.compile(r"[\u4e00-\u9fff]+")
_HOLLOW = re.compile(r"回顾|总结|总体|任务|工作$|形势|目标$|目录|发展计划$|成就|展望|附[则件]|指导思想|基本原则|指标")
"""Headings that tell where in a document one is, not what it says."""
_DOINGS = re.compile(r"(?:修复|服务|保护|治理|建设|创新|振兴|保障|防治|改革|救助|转型|生产|更新|培训|监管)$")
"""Terms of what a government does: these make a question by themselves."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Names of regions, terms, and whole questions, each the most telling first."""

    regions: tuple[str, ...]
    terms: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Things to choose from by how their names begin: (folded name, what it stands for, weight), sorted by name."""

    rows: tuple[tuple[str, str, float], ...]

    def beginning(self, tail: str) -> list[str]:
        """What has a name that begins so, the weightiest first, each once."""
        at = bisect_left(self.rows, (tail,))
        found: dict[str, float] = {}
        while at < len(self.rows) and self.rows[at][0].startswith(tail):
            _, shown, weight = self.rows[at]
            found[shown] = max(weight, found.get(shown, 0.0))
            at += 1
        return sorted(found, key=lambda shown: (-found[shown], shown))


@dataclass(frozen=True, slots=True)
class Words:
    """All that one state of a corpus can suggest; of_regions, top, topics: names of regions, terms, and terms that make a
    question, by weight; each: 各区, 各市 or 各省; said: questions in everyday words; has: whether a term stands in it."""

    regions: Shelf
    terms: Shelf
    of_regions: tuple[str, ...]
    top: tuple[str, ...]
    topics: tuple[str, ...]
    each: str
    said: tuple[str, ...]
    has: Callable[[str], bool]


class Suggester:
    """Suggestions over a searcher's corpus; made anew when that changes. Safe to share between threads."""

    def __init__(self, corpus: Callable[[], Corpus], lexicon: Callable[[], Lexicon]) -> None:
        self._corpus, self._lexicon = corpus, lexicon
        self._lock = threading.Lock()
        self._kept: tuple[tuple[str, str], Words] | None = None

    def suggest(self, text: str, limit: int) -> Suggestions:
        """What completes the last words of a text; where nothing does, terms that are near to it. Raises NotReady."""
        corpus, lexicon = self._corpus(), self._lexicon()
        with self._lock:
            state = (corpus.generation, lexicon.digest)
            if self._kept is None or self._kept[0] != state:
                self._kept = state, words_of(corpus, lexicon)
            words = self._kept[1]
        return suggest(text, words, lexicon, limit)


def suggest(text: str, words: Words, lexicon: Lexicon, limit: int) -> Suggestions:
    """What completes the last words of a text, at most so many of each kind; for an empty text, what there is most of."""
    text = text.strip()[-LONGEST:]
    if not text:
        return Suggestions(words.of_regions[:limit], words.top[:limit], _beginnings(words)[:limit])
    in_regions, regions = _completed(text, words.regions)
    in_terms, terms = _completed(text, words.terms)
    questions = [in_terms + term for term in terms]
    questions += [in_regions + region + topic for region in regions[:limit] for topic in words.topics[:2]]
    if not terms:
        terms = _near(text, words, lexicon)
    return Suggestions(tuple(regions[:limit]), tuple(terms[:limit]), tuple(q for q in dict.fromkeys(questions) if q != text)[:limit])


def _completed(text: str, shelf: Shelf) -> tuple[str, list[str]]:
    """(what stands before, completions of the longest end of a text that begins a name)."""
    # A single character begins a name only where nothing stands before it.
    for length in range(min(_TAIL, len(text)), 0 if len(text) == 1 else 1, -1):
        tail = fold(text[-length:])
        if found := [shown for shown in shelf.beginning(tail) if fold(shown) != tail]:
            return text[:-length], found
    return text, []


def _near(text: str, words: Words, lexicon: Lexicon) -> list[str]:
    """Official terms of which this corpus speaks and that are near to what was asked, in the lexicon's eyes."""
    return [expansion.word for expansion in lexicon.expand(text) if words.has(expansion.word) and fold(expansion.word) not in fold(text)]


def _beginnings(words: Words) -> tuple[str, ...]:
    """Questions that make sense for this corpus: topics over the level it has most of, one of its fullest region, one in
    everyday words."""
    topics = words.topics or words.top
    asked = [f"{words.each}{topic}措施" for topic in topics[:2]]
    if words.of_regions and len(topics) > 2:
        asked.append(f"{words.of_regions[0]}有哪些{topics[2]}方面的安排")
    return (*asked, *words.said)


def words_of(corpus: Corpus, lexicon: Lexicon) -> Words:
    """All that a corpus can suggest."""
    backend = corpus.backend
    present = regions_of(corpus)
    sizes = {region.code: len(corpus.by_region.get(region.code, ())) for region in present}
    ordered = sorted(present, key=lambda region: (-sizes[region.code], region.code))
    terms = _weighed(lexicon.words, corpus, backend) if backend else {}
    headings = _headings(corpus)
    weights = {**headings, **terms}
    by_weight = sorted(weights, key=lambda word: (-weights[word], word))
    telling = [word for word in by_weight if len(word) >= _SHORTEST_HEADING]
    topics = [word for word in telling if word in terms and _DOINGS.search(word)][:20]
    return Words(
        Shelf(tuple(sorted(row for region in ordered for row in _names(region, corpus, sizes[region.code])))),
        Shelf(tuple(sorted((word if word in terms else fold(word), word, weight) for word, weight in weights.items()))),
        tuple(_own_name(region, corpus) for region in ordered if region.level != "国家")[:MOST],
        tuple(telling)[:MOST],
        tuple(topics),
        _each(present),
        _said(topics)[:1],
        lambda word: backend is not None and (word in weights or len(backend.rows_with(fold(word))) > 0),
    )


def _said(topics: Sequence[str]) -> tuple[str, ...]:
    """What people ask in words of their own about topics, a question each."""
    asked = {entry.term: entry.questions for entry in map(parsed, shipped().splitlines()) if entry.questions}
    return tuple(asked[topic][0] for topic in topics if topic in asked)


def _weighed(names: Iterable[str], corpus: Corpus, backend: Backend) -> dict[str, float]:
    """Official words (folded) that stand in the corpus → in how many documents, and what part of its passages."""
    document_of = corpus.passages.document_numbers
    found = {}
    for name in names:
        if 2 <= len(name) <= _LONGEST_HEADING and (rows := backend.rows_with(name)).size:
            found[name] = len(np.unique(document_of[rows])) + rows.size / (1 + len(corpus.passages))
    return found


def _headings(corpus: Corpus) -> dict[str, float]:
    """What headings say without their numbers → in how many documents."""
    seen = {(document, heading) for document, trail in corpus.passages.trails_of() for heading in trail}
    count: Counter[str] = Counter()
    for _, heading in seen:
        words = bare(heading)
        if _SHORTEST_HEADING <= len(words) <= _LONGEST_HEADING and _WORDS.fullmatch(words) and not _HOLLOW.search(words):
            count[words] += 1
    return {words: float(documents) for words, documents in count.items()}


@lru_cache(maxsize=4096)
def bare(heading: str) -> str:
    """A heading without its numbers: 「第三节 加强生态修复」 → 加强生态修复."""
    words = heading.strip()
    while (cut := _NUMBER.sub("", words)) != words:
        words = cut
    return "".join(words.split())


def _names(region: Region, corpus: Corpus, size: int) -> list[tuple[str, str, float]]:
    """The names that a region goes by → its own name."""
    place = corpus.gazetteer.places.get(region.code)
    own = _own_name(region, corpus)
    names = {own, region.name, short_name(own), *(place.aliases if place else ())}
    if place and place.parent in corpus.gazetteer.places:
        names.add(corpus.gazetteer.places[place.parent].name + own)
    return [(fold(name), own, float(size)) for name in names]


def _own_name(region: Region, corpus: Corpus) -> str:
    place = corpus.gazetteer.places.get(region.code)
    return place.name if place else region.name


def _each(present: Sequence[Region]) -> str:
    """Every region of the lowest level that has several."""
    levels = Counter(region.level for region in present)
    return next((word for level, word in _EACH.items() if levels[level] > 1), "各地")
