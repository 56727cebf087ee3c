"""What a user of the desk collects: baskets of passages with notes, and questions to be asked again. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus.model import Region, Span

Place = tuple[str, int, int]
"""A slice of a document: its id, start and end."""


@dataclass(frozen=True, slots=True)
class Basket:
    """A named collection; changed: ISO time of the last change to it or its items."""

    id: int
    name: str
    changed: str
    items: int


@dataclass(frozen=True, slots=True)
class Item:
    """A passage that was put aside, with the user's note. source: its citation as the API told it when it was put aside,
    quotation included, for the document may leave the corpus."""

    id: int
    document: str
    span: Span
    question: str
    note: str
    region: Region | None
    source: Mapping[str, Any]
    added: str

    @property
    def quote(self) -> str:
        return str(self.source["quote"])

    @property
    def label(self) -> str:
        return str(self.source["citation"])


@dataclass(frozen=True, slots=True)
class Saved:
    """A question to be asked again: its fields as the API takes them, and the places that its last run (ISO time) showed."""

    id: int
    name: str
    query: Mapping[str, Any]
    created: str
    run: str
    seen: frozenset[Place]
