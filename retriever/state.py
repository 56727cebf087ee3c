"""One committed state of a home folder, opened for searching: passages, documents, index. Searches nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.errors import NotReady
from corpus.model import Document, Passage, Region
from corpus.regions.places import Gazetteer
from corpus.store import Store
from index import generations
from index.protocols import Backend, Rows


@dataclass(frozen=True, slots=True)
class Corpus:
    """One committed state: what a generation's rows are, and the index over them."""

    generation: str
    passages: Sequence[Passage]
    documents: dict[str, Document]
    gazetteer: Gazetteer
    backend: Backend | None
    by_region: dict[str, Rows]
    by_document: dict[str, Rows]
    row_of: dict[str, int]


def stamp_of(store: Store) -> str:
    """What names the state in force: the index's generation and the changes to the store."""
    return f"{store.meta('generation')}/{store.meta('changes')}"


def opened(home: Path, store: Store, makers: generations.Makers) -> Corpus:
    """The state in force. Raises NotReady where index and store do not fit."""
    folder, manifest = generations.current(home, store, makers)
    passages = store.passages()
    if len(passages) != manifest.passages:
        raise NotReady("索引与语料不一致。请运行 planseek ingest 重建。")
    return _corpus(store, passages, generations.open_backend(folder) if passages else None)


def _corpus(store: Store, passages: Sequence[Passage], backend: Backend | None) -> Corpus:
    return Corpus(
        stamp_of(store),
        passages,
        {document.id: document for document in store.documents()},
        store.gazetteer(),
        backend,
        _rows_by(p.region.code if p.region else None for p in passages),
        _rows_by(p.document for p in passages),
        {passage.id: row for row, passage in enumerate(passages)},
    )


def part(whole: Corpus, store: Store) -> Corpus:
    """Of a state what a store that shows only some collections has of it, as if there were nothing else: its own counts,
    weights of terms and mean length."""
    passages = store.passages()
    rows = np.array([whole.row_of[passage.id] for passage in passages], np.int32)
    backend = whole.backend.part(rows) if whole.backend and passages else None
    return _corpus(store, passages, backend)


def _rows_by(keys: Iterable[str | None]) -> dict[str, Rows]:
    """Key → the rows that have it, ascending; rows without one are left out."""
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        if key is not None:
            rows.setdefault(key, []).append(row)
    return {key: np.array(found, np.int32) for key, found in rows.items()}


def regions_of(corpus: Corpus) -> list[Region]:
    """The regions that the corpus has documents of, or passages about, by code."""
    regions = {document.region.code: document.region for document in corpus.documents.values() if document.region}
    about = (corpus.passages[rows[0]].region for rows in corpus.by_region.values())
    regions |= {region.code: region for region in about if region}
    return [regions[code] for code in sorted(regions)]


def rows_of(region: Region, corpus: Corpus, rows: Rows) -> Rows:
    """The allowed rows that are about a region."""
    return np.intersect1d(corpus.by_region.get(region.code, rows[:0]), rows, assume_unique=True)
