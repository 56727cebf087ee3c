"""Links the near-copies among a store's passages, signing only what is new. Decides nothing about likeness."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.regions.places import Gazetteer, Place
from corpus.store import Store
from corpus.workers import Workers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BATCH = 2000
_WORTH_PROCESSES = 20_000
_SECONDS = 120.0


def link_copies(
    store: Store, places: tuple[Place, ...], digest: str, workers: Workers, progress: Callable[[str, int, int], None]
) -> bool:
    """Give every passage the family of its near-copies (see corpus.links.copies). To be called where passages came or went.

    digest: of the gazetteer's content, on which signatures depend. Returns whether any family changed.
    """
    from corpus.links.copies import SIGNATURE_VERSION

    version = f"{SIGNATURE_VERSION}/{digest}"
    if store.meta("signatures") != version:
        store.forget_signatures()
        store.set_meta("signatures", version)
    unsigned = store.unsigned()
    done = 0
    for keys, rows in _signed(store, unsigned, places, workers):
        store.sign(keys, [row.tobytes() for row in rows])
        done += len(keys)
        progress("查找相同表述", done, len(unsigned))
    return _link(store)


def _signed(
    store: Store, unsigned: list[tuple[str, int]], places: tuple[Place, ...], workers: Workers
) -> Iterator[tuple[list[tuple[str, int]], "NDArray[np.uint16]"]]:
    batches = [unsigned[start : start + _BATCH] for start in range(0, len(unsigned), _BATCH)]
    tasks = ((places, store.passage_texts(batch)) for batch in batches)
    if len(unsigned) < _WORTH_PROCESSES or workers.count < 2:
        yield from ((batch, _sign(task)) for batch, task in zip(batches, tasks, strict=True))
        return
    outcomes = workers.run(_sign, ([task] for task in tasks), lambda _: _SECONDS)
    for batch, outcome in zip(batches, outcomes, strict=True):
        yield batch, outcome.result if outcome.result is not None else _sign((places, store.passage_texts(batch)))


def _sign(task: tuple[tuple[Place, ...], list[str]]) -> "NDArray[np.uint16]":
    from corpus.links.copies import signatures

    places, texts = task
    return signatures(texts, _gazetteer(places))


def _link(store: Store) -> bool:
    import numpy as np

    from corpus.links.copies import WIDTH, link

    keys, signatures, before = store.signed()
    rows = np.frombuffer(b"".join(signatures), np.uint16).reshape(-1, WIDTH)
    text = lru_cache(maxsize=4096)(lambda row: store.passage_texts([keys[row]])[0])
    after = link(rows, text, store.gazetteer())
    changed = [(key, new) for key, old, new in zip(keys, before, after, strict=True) if old != new]
    store.put_families(changed)
    return bool(changed)


@lru_cache(maxsize=1)
def _gazetteer(places: tuple[Place, ...]) -> Gazetteer:
    return Gazetteer(places)
