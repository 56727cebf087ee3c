"""Translates everyday words of a question into the words that plans use, from the lexicon. Never drops a word."""

import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path

import numpy as np

from index.tokenizer import fold
from retriever.lexicon.table import Entry, digest, entries, parsed, unparsed

MOST_ENTRIES = 8
"""A question is translated by at most so many entries of the lexicon."""

LEAST_LIKENESS = 0.15
SAME_WEIGHT, OFFICIAL_WEIGHT = 0.8, 0.5
"""The weights of a term's other names, and of words that stand near it, beside the term's own."""
_ENOUGH_EVIDENCE = 12.0
_LONGEST_NAME = 14
"""Characters of a name that is looked for in a topic."""
_ENTRIES_KEPT = 1000
_BREAK = "\x1f"
_ARRAYS = ("texts", "ends", "words", "names", "counts", "grams", "weights", "starts", "phrases", "mass", "entry")


@dataclass(frozen=True, slots=True)
class Expansion:
    """Official words that a question is also searched with. `weight` is relative to a word of the question itself."""

    word: str
    weight: float
    entry: str


@dataclass(frozen=True, slots=True)
class Named:
    """A term of the lexicon, or another name of it, that stands in a topic: its length there, and all names it goes by."""

    length: int
    names: frozenset[str]


class Lexicon:
    """Finds the entries whose everyday phrases a question uses, by character bigrams (so without segmentation).

    `cache`: a folder where the phrase index is kept between starts; it is rebuilt when the lexicon changes.
    """

    def __init__(self, cache: Path | None = None, own: Path | None = None) -> None:
        """own: a table of the user's, which adds to the lexicon that ships (retriever/lexicon/table.py)."""
        self.digest = digest(own)
        file = cache / f"lexicon-{self.digest}.npz" if cache else None
        arrays = _load(file)
        if arrays is None:
            arrays = _index(entries(own))
            if file:
                _save(file, arrays)
        self._texts, self._ends = arrays["texts"], arrays["ends"]
        words = arrays["words"].tobytes().decode().split(_BREAK)
        self.words = frozenset(words)
        self._names = _names(words, arrays["names"].tolist(), arrays["counts"].tolist())
        self._grams = {gram: i for i, gram in enumerate(arrays["grams"].tolist())}
        self._weights = arrays["weights"]
        self._starts, self._phrases = arrays["starts"], arrays["phrases"]
        self._mass, self._entry = arrays["mass"], arrays["entry"]
        self._entry_at = lru_cache(_ENTRIES_KEPT)(self._parsed)

    def likeness(self, question: str) -> list[tuple[float, Entry]]:
        """Entries by how much a question sounds like one of their phrases, best first.

        With w the bigrams' idf over entries, S the squared idf mass shared by question q and phrase p, the likeness is
        max(S / (|p| |q|), S / |p|² · min(1, √S / 12)): the cosine, or how much of the phrase stands in the question.
        """
        grams = _bigrams(fold(question))
        unknown = log(1 + len(self._ends))
        shared = np.zeros(len(self._mass), np.float64)
        norm = 0.0
        for gram in grams:
            i = self._grams.get(gram)
            weight = float(self._weights[i]) if i is not None else unknown
            norm += weight * weight
            if i is not None:
                shared[self._phrases[self._starts[i] : self._starts[i + 1]]] += weight * weight
        hit = np.flatnonzero(shared > 0)
        if not hit.size:
            return []
        s, mass = shared[hit], self._mass[hit]
        scores = np.maximum(s / np.sqrt(mass * norm), s / mass * np.minimum(1, np.sqrt(s) / _ENOUGH_EVIDENCE))
        best = np.zeros(len(self._ends))
        np.maximum.at(best, self._entry[hit], scores)
        like = np.flatnonzero(best >= LEAST_LIKENESS)
        order = like[np.argsort(-best[like], kind="stable")][:MOST_ENTRIES]
        return [(float(best[i]), self._entry_at(int(i))) for i in order]

    def named(self, topic: str) -> list[Named]:
        """The lexicon's names in a topic, the longest first at each place, none inside another."""
        folded = fold(topic)
        taken: list[tuple[int, int]] = []
        found: list[Named] = []
        for length in range(min(_LONGEST_NAME, len(folded)), 1, -1):
            for start in range(len(folded) - length + 1):
                names = self._names.get(folded[start : start + length])
                if names and not any(start < end and begin < start + length for begin, end in taken):
                    taken.append((start, start + length))
                    found.append(Named(length, names))
        return found

    def _parsed(self, number: int) -> Entry:
        """One entry: of thousands, a question needs a few, so each is parsed when it is asked for."""
        start = int(self._ends[number - 1]) if number else 0
        return parsed(self._texts[start : int(self._ends[number])].tobytes().decode())

    def expand(self, question: str) -> list[Expansion]:
        """The official words for a question, each once with its greatest weight, heaviest first."""
        found: dict[str, Expansion] = {}
        for likeness, entry in self.likeness(question):
            strength = min(1.0, 2 * likeness)
            words = [(entry.term, 1.0), *((word, SAME_WEIGHT) for word in entry.same)]
            words += [(word, OFFICIAL_WEIGHT) for word in entry.official]
            for word, share in words:
                weight = strength * share
                if word not in found or found[word].weight < weight:
                    found[word] = Expansion(word, weight, entry.term)
        return sorted(found.values(), key=lambda e: (-e.weight, e.word))


def _folded(texts: Iterable[str]) -> list[str]:
    """Texts folded, in one call: fifty thousand calls would take half a second."""
    return fold(_BREAK.join(texts)).split(_BREAK)


def _names(words: list[str], names: list[int], counts: list[int]) -> dict[str, frozenset[str]]:
    """Name → every name of the entries that bear it. words: per entry its names, then its official words."""
    at = 0
    bearing: dict[str, frozenset[str]] = {}
    for own, count in zip(names, counts, strict=True):
        together = frozenset(words[at : at + own])
        for name in together:
            bearing[name] = bearing[name] | together if name in bearing else together
        at += count
    return bearing


def _bigrams(folded: str) -> list[str]:
    characters = "".join(c for c in folded if c.isalnum())
    return sorted({characters[i : i + 2] for i in range(len(characters) - 1)})


def _index(entries: Sequence[Entry]) -> dict[str, np.ndarray]:
    owners = [i for i, entry in enumerate(entries) for _ in entry.said]
    said = _folded(phrase for entry in entries for phrase in entry.said) if owners else []
    phrases = [(i, _bigrams(phrase)) for i, phrase in zip(owners, said, strict=True)]
    words = _folded(word for e in entries for word in (e.term, *e.same, *e.official))
    by_entry: dict[int, set[str]] = defaultdict(set)
    for i, grams in phrases:
        by_entry[i].update(grams)
    following = iter(words)
    for i, entry in enumerate(entries):
        for _ in (entry.term, *entry.same, *entry.official):
            by_entry[i].update(_bigrams(next(following)))
    frequency: Counter[str] = Counter()
    for every in by_entry.values():
        frequency.update(every)
    weights = {gram: log(1 + len(entries) / count) for gram, count in frequency.items()}
    postings: dict[str, list[int]] = defaultdict(list)
    for phrase, (_, grams) in enumerate(phrases):
        for gram in grams:
            postings[gram].append(phrase)
    names = sorted(weights)
    texts = [unparsed(entry).encode() for entry in entries]
    return {
        "texts": np.frombuffer(b"".join(texts), np.uint8),
        "ends": np.cumsum([len(text) for text in texts]).astype(np.int64),
        "names": np.array([1 + len(e.same) for e in entries], np.int32),
        "counts": np.array([1 + len(e.same) + len(e.official) for e in entries], np.int32),
        "words": np.frombuffer(_BREAK.join(words).encode(), np.uint8),
        "grams": np.array(names),
        "weights": np.array([weights[g] for g in names]),
        "starts": np.cumsum([0, *(len(postings[g]) for g in names)]).astype(np.int64),
        "phrases": np.array([p for g in names for p in postings[g]], np.int32),
        "mass": np.array([_square_mass(weights, grams) for _, grams in phrases]),
        "entry": np.array([i for i, _ in phrases], np.int32),
    }


def _square_mass(weights: dict[str, float], grams: Iterable[str]) -> float:
    return sum(weights[g] ** 2 for g in grams) or 1.0


def _load(file: Path | None) -> dict[str, np.ndarray] | None:
    if file is None or not file.exists():
        return None
    try:
        with np.load(file) as arrays:
            return {name: arrays[name] for name in _ARRAYS}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _save(file: Path, arrays: dict[str, np.ndarray]) -> None:
    """A cache only: where it cannot be written, the next start builds it again."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f".{file.stem}.tmp.npz")
        np.savez(unfinished, **arrays)  # type: ignore[arg-type]
        unfinished.replace(file)
        for other in file.parent.glob("lexicon-*.npz"):
            if other != file:
                other.unlink(missing_ok=True)
    except OSError:
        return
