"""One committed state of a home folder, opened for searching: passages, documents, index. Searches nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import NotReady
from corpus.model import Document, Passage, Region
from corpus.regions.places import Gazetteer
from corpus.store import Store
from index import generations
from index.protocols import Backend, Rows
from index.segments import Makers
from retriever.passages import Passages, columns, stored_order
from retriever.shelf import Shelf


@dataclass(frozen=True)
class Corpus:
    """One committed state: what a generation's rows are, and the index over them."""

    generation: str
    passages: Passages
    documents: Mapping[str, Document]
    gazetteer: Gazetteer
    backend: Backend | None
    by_region: Mapping[str, Rows]
    by_document: Mapping[str, Rows]

    def row_of(self, passage: Passage) -> int:
        """The row of a passage that is here."""
        rows = self.by_document[passage.document]
        return int(rows[np.searchsorted(self.passages.starts(rows), passage.span.start)])

    @cached_property
    def regions(self) -> list[Region]:
        """See regions_of."""
        regions = {document.region.code: document.region for document in self.documents.values() if document.region}
        known = {region.code: region for region in self.passages.known if region}
        regions |= {code: known[code] for code in self.by_region if code in known}
        return [regions[code] for code in sorted(regions)]

    @cached_property
    def order(self) -> NDArray[np.int32]:
        """(rows,): each row's place by passage id, by which ties are broken, however the index is laid out."""
        stored = stored_order(self.passages.documents, self.passages.places)
        order = np.empty(len(stored), np.int32)
        order[stored] = np.arange(len(stored), dtype=np.int32)
        return order


def stamp_of(store: Store) -> str:
    """What names the state in force: the index's generation and the changes to the store."""
    return f"{store.meta('generation')}/{store.meta('changes')}"


def opened(home: Path, store: Store, makers: Makers) -> Corpus:
    """The state in force. Raises NotReady where index and store do not fit."""
    folder, manifest = generations.current(home, store, makers)
    told = store.regions_and_families()
    documents, places, trails = columns([(catalogue, member.alive()) for member, catalogue in generations.catalogues(folder)])
    if not len(told) == len(places) == manifest.passages:
        raise NotReady("索引与语料不一致。请运行 planseek ingest 重建。")
    order = stored_order(documents, places)
    numbers: dict[str | None, int] = {}
    regions = np.empty(len(places), np.int32)
    regions[order] = [numbers.setdefault(code, len(numbers)) for code, _ in told]
    families = {row: family for row, (_, family) in zip(order.tolist(), told, strict=True) if family}
    gazetteer = store.gazetteer()
    known = [gazetteer.region(code) if code is not None and code in gazetteer.places else None for code in numbers]
    passages = Passages(documents, places, trails, regions, known, families)
    return _corpus(store, passages, generations.open_backend(folder) if manifest.passages else None)


def _corpus(store: Store, passages: Passages, backend: Backend | None) -> Corpus:
    codes = [region.code if region else None for region in passages.known]
    return Corpus(
        stamp_of(store), passages, Shelf(store.path, store.documents(with_text=False)), store.gazetteer(), backend,
        _rows_by(codes, passages.regions), _rows_by(passages.documents, passages.document_numbers),
    )  # fmt: skip


def part(whole: Corpus, store: Store) -> Corpus:
    """Of a state what a store that shows only some collections has of it, as if there were nothing else: its own counts,
    weights of terms and mean length."""
    shown = [whole.by_document[name] for name in store.passage_counts() if name in whole.by_document]
    rows = np.sort(np.concatenate(shown)) if shown else np.empty(0, np.int32)
    backend = whole.backend.part(rows) if whole.backend and rows.size else None
    return _corpus(store, whole.passages.take(rows), backend)


def _rows_by(names: Sequence[str | None], numbers: NDArray[np.int32]) -> dict[str, Rows]:
    """Name → the rows that have its number, ascending; rows without a name are left out."""
    order = np.argsort(numbers, kind="stable").astype(np.int32)
    found, starts = np.unique(numbers[order], return_index=True)
    rows: dict[str, Rows] = {}
    for number, own in zip(found.tolist(), np.split(order, starts[1:]), strict=False):
        if (name := names[number]) is not None:
            # A name can stand under two numbers: codes of two places of one region.
            rows[name] = np.sort(np.concatenate((rows[name], own))) if name in rows else own
    return rows


def regions_of(corpus: Corpus) -> list[Region]:
    """The regions that the corpus has documents of, or passages about, by code."""
    return corpus.regions


def rows_of(region: Region, corpus: Corpus, rows: Rows) -> Rows:
    """The rows that are about a region among those allowed, ascending."""
    own = corpus.by_region.get(region.code, rows[:0])
    if not own.size or not rows.size:
        return own[:0]
    return own[rows[np.minimum(np.searchsorted(rows, own), len(rows) - 1)] == own]
