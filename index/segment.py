"""Segments many texts, in processes of their own where there is much to do. Decides nothing about terms."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import tee

from corpus.workers import Workers
from index.tokenizer import Tokenizer

_WORTH_PROCESSES = 4 << 20
"""Characters from which starting processes pays."""


def segmented(
    batches: Iterable[list[str]], characters: int, tokenizer: Tokenizer, workers: Workers
) -> Iterator[tuple[list[str], list[str]]]:
    """Every batch of texts with the terms of each, parted by blanks (no term holds one). `characters`: about how many
    there are in all."""
    if characters < _WORTH_PROCESSES or workers.count < 2:
        for batch in batches:
            yield batch, [" ".join(tokenizer.terms(text)) for text in batch]
        return
    texts, tasks = tee(batches)
    outcomes = workers.run(_segment, ([batch] for batch in tasks), lambda batch: 60.0 + len(batch))
    for batch, outcome in zip(texts, outcomes, strict=True):
        # A process that was killed from outside loses a batch; it is made good here.
        yield batch, outcome.result or [" ".join(tokenizer.terms(text)) for text in batch]


def _segment(batch: list[str]) -> list[str]:
    tokenizer = _tokenizer()
    return [" ".join(tokenizer.terms(text)) for text in batch]


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    return Tokenizer()
