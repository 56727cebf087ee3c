"""Bags of terms in a few bytes a term: made from many texts, in processes of their own where there is much to do. Weighs
nothing."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import tee

import numpy as np
from numpy.typing import NDArray

from corpus.workers import Workers
from index.tokenizer import Tokenizer

_WORTH_PROCESSES = 4 << 20
"""Characters from which starting processes pays."""


class _Numbers(dict[str, int]):
    """Gives every new term the next number: a term that is known costs no call of ours."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Bags:
    """The terms of some texts: `ids` of all of them one after the other, each a place in `vocabulary`; `lengths`: how many
    terms each text has."""

    vocabulary: list[str]
    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Iterable[Sequence[str]]) -> "Bags":
        numbers = _Numbers()
        ids, lengths = array("i"), array("i")
        for row in rows:
            ids.extend(map(numbers.__getitem__, row))
            lengths.append(len(row))
        return cls(list(numbers), np.frombuffer(ids, np.int32), np.frombuffer(lengths, np.int32))

    @classmethod
    def together(cls, parts: Iterable["Bags"]) -> "Bags":
        """The texts of all parts in their order, over one vocabulary."""
        numbers = _Numbers()
        ids, lengths = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        for part in parts:
            places = np.fromiter(map(numbers.__getitem__, part.vocabulary), np.int32, len(part.vocabulary))
            ids.append(places[part.ids])
            lengths.append(part.lengths)
        return cls(list(numbers), np.concatenate(ids), np.concatenate(lengths))


def bagged(
    batches: Iterable[list[str]], characters: int, tokenizer: Tokenizer, workers: Workers
) -> Iterator[tuple[list[str], Bags]]:
    """Every batch of texts with their bags. `characters`: about how many there are in all."""
    if characters < _WORTH_PROCESSES or workers.count < 2:
        for batch in batches:
            yield batch, Bags.of(map(tokenizer.terms, batch))
        return
    texts, tasks = tee(batches)
    outcomes = workers.run(_bags, ([batch] for batch in tasks), lambda batch: 60.0 + len(batch))
    for batch, outcome in zip(texts, outcomes, strict=True):
        # A process that was killed from outside loses a batch; it is made good here.
        yield batch, outcome.result or Bags.of(map(tokenizer.terms, batch))


def _bags(batch: list[str]) -> Bags:
    return Bags.of(map(_tokenizer().terms, batch))


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    return Tokenizer()
