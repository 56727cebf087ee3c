"""Links the near-copies among a store's passages: signs what is new and keeps the families with the store. Decides nothing about
likeness."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.regions.places import Gazetteer, Place
from corpus.store import Store
from corpus.workers import Workers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from corpus.links.stars import Stars

_BATCH = 2000
_WORTH_PROCESSES = 20_000
_SECONDS = 120.0


def link_copies(
    store: Store, places: tuple[Place, ...], digest: str, workers: Workers, progress: Callable[[str, int, int], None]
) -> bool:
    """Give every passage the family of its near-copies (see corpus.links.stars). To be called where passages came or went.

    digest: of the gazetteer's content, on which signatures depend. Returns whether any family changed.
    """
    import numpy as np

    from corpus.links.copies import HEAD, SHORTEST, SIGNATURE_VERSION, digests_of

    version = f"{SIGNATURE_VERSION}/{digest}"
    stars = _opened(store)
    gone = store.wordings.take_gone()
    if store.meta("signatures") != version or stars.passages != store.wordings.signed_count() + len(gone):
        # Signed otherwise, or not all there (a damaged store that was mended): begin anew.
        store.wordings.forget()
        store.set_meta("signatures", version)
        gone = []
        stars = _opened(store)
    stars.remove(np.frombuffer(b"".join(gone), "<u8"))
    fresh = [np.zeros(0, "<u8")]
    done, total = 0, store.wordings.unsigned_count()
    for keys, rows in _signed(store, places, workers, total):
        digests, long = digests_of(rows), rows[:, HEAD - 1] >= SHORTEST
        signatures = [_signature(digest) if wanted else b"" for digest, wanted in zip(digests.tolist(), long.tolist(), strict=True)]
        store.wordings.sign(keys, signatures)
        stars.add(rows)
        fresh.append(digests[long])
        done += len(keys)
        progress("查找相同表述", done, total)
    changed = stars.settle()
    named = changed | stars.families(np.concatenate(fresh))
    store.wordings.put_families((_signature(digest), family) for digest, family in named.items())
    _put_away(store, stars)
    return bool(changed)


def _signed(
    store: Store, places: tuple[Place, ...], workers: Workers, total: int
) -> Iterator[tuple[list[tuple[str, int]], "NDArray[np.uint16]"]]:
    """The passages that are not signed yet with their rows, some at a time."""
    if total < _WORTH_PROCESSES or workers.count < 2:
        for batch in store.wordings.unsigned(_BATCH):
            yield batch, _sign((places, store.wordings.texts(batch)))
        return
    waiting: list[list[tuple[str, int]]] = []

    def tasks() -> Iterator[list[tuple[tuple[Place, ...], list[str]]]]:
        for batch in store.wordings.unsigned(_BATCH):
            waiting.append(batch)
            yield [(places, store.wordings.texts(batch))]

    for outcome in workers.run(_sign, tasks(), lambda _: _SECONDS):
        yield waiting.pop(0), outcome.result if outcome.result is not None else _sign(outcome.item)


def _sign(task: tuple[tuple[Place, ...], list[str]]) -> "NDArray[np.uint16]":
    from corpus.links.copies import signatures

    places, texts = task
    return signatures(texts, _gazetteer(places))


class _Shelves:
    """Those of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, number: int) -> "NDArray[np.uint16]":
        import numpy as np

        from corpus.links.sketches import VALUES

        return np.frombuffer(self._store.wordings.sketches(number), np.uint16).reshape(VALUES, -1)

    def write(self, number: int, sketches: "NDArray[np.uint16]") -> None:
        self._store.wordings.put_sketches(number, sketches.tobytes())


def _opened(store: Store) -> "Stars":
    import numpy as np

    from corpus.links.stars import RECORD, Stars

    def text(digest: int) -> str:
        return store.wordings.texts([store.wordings.passage_signed(_signature(digest))])[0]

    records = np.frombuffer(b"".join(store.wordings.records()), RECORD).copy()
    return Stars(records, _Shelves(store), text, store.gazetteer(), store.wordings.bridges())


def _signature(digest: int) -> bytes:
    return digest.to_bytes(8, "little")


def _put_away(store: Store, stars: "Stars") -> None:
    from corpus.links.sketches import SHELF

    stars.close()
    records = stars.records
    store.wordings.put_records([records[at : at + SHELF].tobytes() for at in range(0, len(records), SHELF)])
    store.wordings.put_bridges(stars.bridges)


@lru_cache(maxsize=1)
def _gazetteer(places: tuple[Place, ...]) -> Gazetteer:
    return Gazetteer(places)
