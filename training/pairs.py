"""Draws batches of (question, passage) as bags of token ids, source by source; holds no parameters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.clauses import clauses
from retriever.lexicon.table import Entry
from training.lexicon import Shown
from training.network import Bag, Passages
from training.texts import Piece, Question

Ids = NDArray[np.int64]
Cut = tuple[Ids, Ids]
"""A passage: its token ids, and for each the number of its clause, rising from 0."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Passage i answers question i; further passages answer none. excused[i, j]: passage j may answer question i, too."""

    queries: Bag
    passages: Passages
    excused: torch.Tensor

    def first(self, most: int) -> "Batch":
        """The first questions with their passages alone, as many as have at most so many tokens."""
        ids, starts = self.queries
        few = max(2, int(np.searchsorted(np.cumsum(self.passages.tokens[: len(starts)]), most)))
        end = starts[few] if few < len(starts) else len(ids)
        p = self.passages
        tokens, spans = int(p.tokens[:few].sum()), int(p.clauses[:few].sum())
        own = Passages(p.ids[:tokens], p.starts[:spans], p.clauses[:few], p.tokens[:few])
        return Batch((ids[:end], starts[:few]), own, self.excused[:few, :few])


class Bags:
    """Token ids of many texts, in one flat array."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
        chunks: list[NDArray[np.int32]] = []
        lengths: list[int] = []
        for at in range(0, len(texts), 4096):
            for encoding in tokenizer.encode_batch_fast(list(texts[at : at + 4096]), add_special_tokens=False):
                chunks.append(np.asarray(encoding.ids, dtype=np.int32))
                lengths.append(len(encoding.ids))
        self.flat = np.concatenate(chunks) if chunks else np.zeros(0, np.int32)
        self.starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    def __getitem__(self, number: int) -> Ids:
        return self.flat[self.starts[number] : self.starts[number + 1]].astype(np.int64)

    def __len__(self) -> int:
        return len(self.starts) - 1


class Clauses:
    """Many texts as token ids with the clause that each belongs to."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
        parts = [clauses(text) for text in texts]
        self._bags = Bags(tokenizer, [clause for part in parts for clause in part])
        self._first = np.concatenate([[0], np.cumsum([len(part) for part in parts])])

    def __getitem__(self, number: int) -> Cut:
        bags, (first, last) = self._bags, self._first[number : number + 2]
        lengths = np.diff(bags.starts[first : last + 1])
        ids = bags.flat[bags.starts[first] : bags.starts[last]].astype(np.int64)
        return ids, np.repeat(np.arange(last - first), lengths)


def joined(bags: Iterable[Ids]) -> Bag:
    held = list(bags)
    starts = np.cumsum([0] + [len(bag) for bag in held[:-1]]).astype(np.int64)
    return np.concatenate(held), starts


def passages(cuts: Iterable[Cut]) -> Passages:
    # The unknown token stands for a passage of none: its row is zero.
    held = [cut if len(cut[0]) else single(np.zeros(1, np.int64)) for cut in cuts]
    ids = np.concatenate([ids for ids, _ in held])
    lengths = np.array([len(ids) for ids, _ in held])
    numbers = np.concatenate([np.append(numbers[:1] + 1, np.diff(numbers)) for _, numbers in held])
    first = np.cumsum(lengths) - lengths
    numbers[first] = 1
    starts = np.flatnonzero(numbers)
    return Passages(ids, starts, np.diff(np.searchsorted(starts, np.append(first, len(ids)))), lengths)


def single(ids: Ids) -> Cut:
    """A phrase as a passage of one clause."""
    return ids, np.zeros(len(ids), np.int64)


def after(one: Cut, other: Cut) -> Cut:
    """Two cuts as one, clause after clause."""
    shift = one[1][-1] + 1 if len(one[1]) else 0
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1] + shift])


class Pairs:
    """All sources of pairs; `draw` picks a source by its share and returns a batch of one source's pairs."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        pieces: Sequence[Piece],
        asked: Sequence[Question],
        written: Sequence[Question],
        entries: Sequence[Entry],
        shown: Shown,
        generator: Generator,
    ) -> None:
        self.generator = generator
        self.pieces = pieces
        self.bodies = Clauses(tokenizer, [piece.body for piece in pieces])
        self.leads = Bags(tokenizer, [piece.lead for piece in pieces])
        self.headings = Bags(tokenizer, [piece.heading for piece in pieces])
        self.asked = Bags(tokenizer, [question.text for question in asked])
        contexts = sorted({question.context for question in asked})
        number = {context: at for at, context in enumerate(contexts)}
        self.context_of = np.array([number[question.context] for question in asked])
        self.contexts = Clauses(tokenizer, contexts)
        self.written = Bags(tokenizer, [question.text for question in written])
        self.answers = Clauses(tokenizer, [question.context for question in written])
        wrong = [text for question in written for text in question.wrong]
        self.wrong = Clauses(tokenizer, wrong)
        self.wrong_from = np.cumsum([0, *(len(question.wrong) for question in written)])
        self.answer_of = [question.context for question in written]
        self.entries = entries
        self.shown = shown
        self.entries_shown = np.array([at for at, found in enumerate(shown.best) if found])
        texts = sorted({text for e in entries for text in (e.term, *e.same, *e.official, *e.said)})
        self.phrase = {text: at for at, text in enumerate(texts)}
        self.phrases = Bags(tokenizer, texts)
        by_source: dict[str, list[int]] = {"plan": [], "office": [], "law": [], "news": []}
        for at, piece in enumerate(pieces):
            if len(self.headings[at]) or len(self.leads[at]):
                by_source[piece.source].append(at)
        self.mined = {source: np.array(found) for source, found in by_source.items()}
        self.domain = np.array([at for at, piece in enumerate(pieces) if piece.source in {"plan", "office"}])
        self.beside = 512
        self.mined["plan"] = np.concatenate([self.mined["plan"], self.mined.pop("office")])
        self.shares: dict[str, float] = {
            "everyday": 0.26,
            "written": 0.18,
            "words": 0.20,
            "official": 0.08,
            "plan": 0.10,
            "law": 0.07,
            "news": 0.05,
            "asked": 0.06,
        }
        self.sources: dict[str, Callable[[int], Batch]] = {
            "everyday": self._everyday,
            "words": self._words,
            "official": self._official,
            "plan": lambda size: self._mined("plan", size),
            "law": lambda size: self._mined("law", size),
            "news": lambda size: self._mined("news", size),
            "asked": self._asked,
            "written": self._written,
        }

    def leave_out(self, *names: str) -> None:
        """Draw no more from these sources; the others' shares grow in proportion."""
        kept = {name: share for name, share in self.shares.items() if name not in names}
        self.shares = {name: share / sum(kept.values()) for name, share in kept.items()}

    def draw(self, size: int) -> Batch:
        names = list(self.shares)
        name = names[self.generator.choice(len(names), p=np.array(list(self.shares.values())))]
        return self.sources[name](size)

    def _passage(self, number: int) -> Cut:
        """A passage as an index may hold it: with or without heading, some words dropped against learning by heart."""
        cut = after(single(self.leads[number]), self.bodies[number])
        if self.generator.random() < 0.5:
            cut = after(single(self.headings[number]), cut)
        return self._thinned(cut)

    def _thinned(self, cut: Cut, share: float = 0.2) -> Cut:
        kept = self.generator.random(len(cut[0])) >= share
        return (cut[0][kept], cut[1][kept]) if kept.any() else cut

    def _said(self, entry: Entry) -> Ids:
        """An everyday phrase for the term, or two of them: what every passage on the term is asked for with."""
        pick = self.generator
        pool = entry.everyday or (entry.term,)
        chosen = pick.integers(len(pool), size=2 if pick.random() < 0.35 else 1)
        return np.concatenate([self.phrases[self.phrase[pool[at]]] for at in chosen])

    def _spoken(self, entry: Entry) -> Ids:
        """A question or what is said: a question wants more than the term, so it is paired with words, not passages."""
        pick = self.generator
        if not entry.questions or (entry.everyday and pick.random() >= 0.6):
            return self._said(entry)
        return self.phrases[self.phrase[entry.questions[pick.integers(len(entry.questions))]]]

    def _shown(self, entry: int) -> int:
        found = self.shown.best[entry]
        weights = np.exp(np.array([score for _, score in found]) * 0.7)
        return found[self.generator.choice(len(found), p=weights / weights.sum())][0]

    def _lexicon_batch(self, size: int, query: Callable[[Entry], Ids]) -> Batch:
        """One passage an entry; as many passages again of the plans stand beside them as wrong answers."""
        size = min(size, len(self.entries_shown))
        chosen = self.generator.choice(self.entries_shown, size, replace=False)
        numbers = [self._shown(entry) for entry in chosen]
        numbers += list(self.generator.choice(self.domain, self.beside, replace=False))
        excused = torch.zeros(size, len(numbers), dtype=torch.bool)
        place = {entry: at for at, entry in enumerate(chosen)}
        for column, number in enumerate(numbers):
            for entry in self.shown.shows.get(number, ()):
                row = place.get(entry)
                if row is not None and row != column:
                    excused[row, column] = True
        return Batch(
            joined(query(self.entries[entry]) for entry in chosen), passages(map(self._passage, numbers)), excused
        )

    def _everyday(self, size: int) -> Batch:
        return self._lexicon_batch(size, self._said)

    def _official(self, size: int) -> Batch:
        return self._lexicon_batch(size, self._terms)

    def _terms(self, entry: Entry) -> Ids:
        """The term or another name of it, with up to two more official words."""
        names = (entry.term, *entry.same)
        words = [names[self.generator.integers(len(names))]]
        if entry.official:
            more = self.generator.integers(0, 3)
            words += [entry.official[at] for at in self.generator.integers(len(entry.official), size=more)]
        return np.concatenate([self.phrases[self.phrase[word]] for word in words])

    def _words(self, size: int) -> Batch:
        chosen = self.generator.choice(len(self.entries), min(size, len(self.entries)), replace=False)
        said = [self.entries[entry] for entry in chosen]
        names = [{entry.term, *entry.same, *entry.official} for entry in said]
        excused = torch.zeros(len(said), len(said), dtype=torch.bool)
        holders: dict[str, list[int]] = {}
        for at, words in enumerate(names):
            for word in words:
                holders.setdefault(word, []).append(at)
        for sharing in holders.values():
            for one in sharing:
                for other in sharing:
                    excused[one, other] = one != other
        return Batch(joined(map(self._spoken, said)), passages(single(self._terms(entry)) for entry in said), excused)

    def _mined(self, source: str, size: int) -> Batch:
        chosen = self.generator.choice(self.mined[source], size, replace=False)
        queries: list[Ids] = []
        answers: list[Cut] = []
        keys: list[str] = []
        for number in chosen:
            lead, heading, body = self.leads[number], self.headings[number], self.bodies[number]
            if len(lead) and (not len(heading) or self.generator.random() < 0.7):
                queries.append(lead)
                keys.append(str(number))
            else:
                queries.append(heading)
                keys.append(self.pieces[number].heading)
                body = after(single(lead), body)
            answers.append(self._thinned(body))
        return Batch(joined(queries), passages(answers), _same(keys))

    def _asked(self, size: int) -> Batch:
        chosen = self.generator.choice(len(self.asked), size, replace=False)
        contexts = self.context_of[chosen]
        return Batch(
            joined(self.asked[at] for at in chosen),
            passages(self._thinned(self.contexts[at]) for at in contexts),
            _same([str(at) for at in contexts]),
        )


    def _written(self, size: int) -> Batch:
        """Questions with their passages; behind them a wrong passage that came near each, where there is one."""
        size = min(size, len(self.written))
        chosen = self.generator.choice(len(self.written), size, replace=False)
        near: list[Cut] = []
        for at in chosen:
            first, last = self.wrong_from[at : at + 2]
            if last > first:
                near.append(self._thinned(self.wrong[int(self.generator.integers(first, last))]))
        own = _same([self.answer_of[at] for at in chosen])
        excused = torch.cat([own, torch.zeros(size, len(near), dtype=torch.bool)], dim=1)
        right = [self._thinned(self.answers[at]) for at in chosen]
        return Batch(joined(self.written[at] for at in chosen), passages(right + near), excused)


def _same(keys: Sequence[str]) -> torch.Tensor:
    """True where two different rows share a key: neither is a wrong answer to the other."""
    number = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    ids = torch.tensor([number[key] for key in keys])
    same = ids[:, None] == ids[None, :]
    same.fill_diagonal_(False)
    return same
