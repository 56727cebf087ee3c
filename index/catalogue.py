"""What the rows of a segment are: documents, places of passages, trails, and a key of what was indexed of each. Ranks nothing."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.model import Passage
from index.integrity import Sealed

COLUMNS = ("document", "start", "end", "headings", "first", "last", "page", "trail")
"""The columns of `places`: the document's and the trail's number in the segment; page 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A document of a segment: the fingerprint of its passages (see corpus.rows), the digest of its text, how many rows it has."""

    id: str
    fingerprint: str
    digest: str
    rows: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """documents in the order of their rows; keys: (rows,) of 24 hex digits; places: (rows, len(COLUMNS)) int32."""

    documents: tuple[Listed, ...]
    keys: NDArray[np.bytes_]
    places: NDArray[np.int32]
    trails: Sequence[Sequence[str]]

    @classmethod
    def of(cls, documents: Sequence[Listed], passages: Iterable[Passage], keys: Sequence[str]) -> "Catalogue":
        """Of documents and all their passages in order."""
        numbers = {document.id: number for number, document in enumerate(documents)}
        trails: dict[tuple[str, ...], int] = {}
        places = [
            (numbers[p.document], p.span.start, p.span.end, p.headings, p.paragraph, p.last_paragraph, p.page or 0,
             trails.setdefault(p.trail, len(trails)))
            for p in passages
        ]  # fmt: skip
        return cls(tuple(documents), np.array(keys, "S24"), np.array(places, np.int32).reshape(-1, len(COLUMNS)), list(trails))

    @classmethod
    def together(cls, parts: Sequence["Catalogue"], orders: Sequence[NDArray[np.int32]], documents: Sequence[Listed]) -> "Catalogue":
        """Those rows of all parts that have a place: orders[i][row of part i] is its row in the new one, -1 for none."""
        size = sum(document.rows for document in documents)
        numbers = {document.id: number for number, document in enumerate(documents)}
        keys, places = np.empty(size, "S24"), np.empty((size, len(COLUMNS)), np.int32)
        trails: dict[tuple[str, ...], int] = {}
        for part, order in zip(parts, orders, strict=True):
            rows = np.flatnonzero(order >= 0)
            own = part.places[rows]
            number = np.array([numbers.get(document.id, -1) for document in part.documents], np.int32)
            own[:, 0] = number[own[:, 0]]
            told = np.unique(own[:, -1])
            trail = np.zeros(len(part.trails), np.int32)
            trail[told] = [trails.setdefault(tuple(part.trails[at]), len(trails)) for at in told.tolist()]
            own[:, -1] = trail[own[:, -1]]
            keys[order[rows]], places[order[rows]] = part.keys[rows], own
        return cls(tuple(documents), keys, places, list(trails))

    def ranges(self) -> list[tuple[int, int]]:
        """Of each document the half-open range of its rows."""
        ends = np.cumsum([document.rows for document in self.documents]).tolist()
        return list(zip([0, *ends[:-1]], ends, strict=True)) if ends else []

    def save(self, folder: Path, name: str) -> None:
        """Write the files `name`.… into a folder. Raises OSError."""
        np.save(folder / f"{name}.keys.npy", self.keys)
        np.save(folder / f"{name}.places.npy", self.places)
        documents = [[d.id, d.fingerprint, d.digest, d.rows] for d in self.documents]
        for file, content in (("documents", documents), ("trails", self.trails)):
            (folder / f"{name}.{file}.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")

    @classmethod
    def open(cls, name: str, sealed: Sealed) -> "Catalogue":
        """What `save` wrote. Raises Damaged, ValueError."""
        documents = documents_of(name, sealed)
        keys, places = (sealed.array(f"{name}.{file}.npy").whole() for file in ("keys", "places"))
        return cls(documents, keys, places, json.loads(sealed.content(f"{name}.trails.json")))


def documents_of(name: str, sealed: Sealed) -> tuple[Listed, ...]:
    """Only the documents of a segment. Raises Damaged."""
    return tuple(Listed(*row) for row in json.loads(sealed.content(f"{name}.documents.json")))


def key_of(content: str) -> str:
    """What is known of what was indexed of a passage: the beginning of its hash."""
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def digest_of(text: str) -> str:
    """What is known of a document's text: the beginning of its hash."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def index_text(passage: Passage, text: str) -> str:
    """What is indexed of a passage: the headings above it, then its own text."""
    return " ".join(passage.trail) + "\n" + passage.span.of(text)


