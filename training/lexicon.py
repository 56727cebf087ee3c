"""Reads the lexicon of everyday and official words and finds passages that show each term; expands no query."""

import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import ahocorasick

from retriever.lexicon.table import Entry
from training.texts import Piece

# A plan or an office's document speaks as the passages of a search do; laws and news fill the gaps.
_SHORT = 90
"""Characters of a passage that is on whatever it names."""

CLOSENESS = {"plan": 2.0, "office": 1.2, "news": 0.4, "law": 0.0}


def hold_out(entries: Sequence[Entry]) -> tuple[list[Entry], list[tuple[str, Entry]], list[tuple[str, Entry]]]:
    """Splits for the dev measure: (entries to train on, held-out questions of those, questions of unseen entries).

    One entry in ten is unseen as a whole; of every other with three questions or more, one is held out. The
    choice hangs on a hash of the term, so that it stays when the lexicon grows.
    """
    kept: list[Entry] = []
    known: list[tuple[str, Entry]] = []
    unseen: list[tuple[str, Entry]] = []
    for entry in entries:
        draw = int.from_bytes(sha256(entry.term.encode()).digest()[:4], "big")
        if draw % 10 == 0:
            unseen += [(question, entry) for question in entry.questions]
            continue
        if len(entry.questions) >= 3:
            at = draw // 10 % len(entry.questions)
            known.append((entry.questions[at], entry))
            rest = entry.questions[:at] + entry.questions[at + 1 :]
            entry = replace(entry, questions=rest)
        kept.append(entry)
    said = {question for question, _ in known + unseen}
    kept = [replace(entry, questions=tuple(q for q in entry.questions if q not in said)) for entry in kept]
    return kept, known, unseen


@dataclass(frozen=True, slots=True)
class Shown:
    """Which passages show which entries.

    best: per entry its passages as (piece, score), best first. shows: per piece (of those, and of all plans) every
    entry that it may answer, so that it is not taken for a wrong answer to one of them.
    """

    best: list[list[tuple[int, float]]]
    shows: dict[int, frozenset[int]]


def find(entries: Sequence[Entry], pieces: Sequence[Piece], most: int = 40) -> Shown:
    """Passages on an entry: they name its term, or another name of it, in heading or lead phrase or more than once, or are
    short; the prominent ones first. Those that merely name it answer nothing, but are no wrong answers either."""
    owners: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for number, entry in enumerate(entries):
        for word in (entry.term, *entry.same):
            owners[fold(word)].append((number, True))
        for word in entry.official:
            if len(word) >= 2:
                owners[fold(word)].append((number, False))
    automaton = ahocorasick.Automaton()
    for word, named_by in owners.items():
        automaton.add_word(word, (word, tuple(named_by)))
    automaton.make_automaton()

    scored: list[list[tuple[int, float]]] = [[] for _ in entries]
    piece_of, entry_of = array("i"), array("i")
    for number, piece in enumerate(pieces):
        head = fold(piece.heading + piece.lead)
        counts: Counter[str] = Counter()
        owned: dict[str, tuple[tuple[int, bool], ...]] = {}
        for _, (word, of) in automaton.iter(fold(piece.text)):
            counts[word] += 1
            owned[word] = of
        if not counts:
            continue
        prominent = {word for _, (word, _) in automaton.iter(head)} if head else set()
        score: dict[int, float] = defaultdict(float)
        words: Counter[int] = Counter()
        named: set[int] = set()
        about: set[int] = set()
        for word, of in owned.items():
            weight = 0.5 * min(counts[word], 3) + (2.0 if word in prominent else 0.0)
            for entry_number, is_term in of:
                words[entry_number] += 1
                score[entry_number] += weight + (1.5 if is_term else 0.3)
                if is_term:
                    named.add(entry_number)
                    if word in prominent or counts[word] > 1:
                        about.add(entry_number)
        # A long passage names much by the way.
        length = 0.004 * max(len(piece.text) - 200, 0)
        for entry_number, value in score.items():
            if entry_number in named or words[entry_number] >= 2:
                piece_of.append(number)
                entry_of.append(entry_number)
            if entry_number in about or (entry_number in named and len(piece.text) <= _SHORT):
                scored[entry_number].append((number, value + CLOSENESS[piece.source] - length))

    best = [sorted(found, key=lambda item: (-item[1], item[0]))[:most] for found in scored]
    wanted = {number for found in best for number, _ in found}
    wanted.update(number for number, piece in enumerate(pieces) if piece.source in {"plan", "office"})
    shows: dict[int, set[int]] = defaultdict(set)
    for number, entry_number in zip(piece_of, entry_of, strict=True):
        if number in wanted:
            shows[number].add(entry_number)
    return Shown(best, {number: frozenset(of) for number, of in shows.items()})


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
