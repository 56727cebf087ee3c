"""The documents of an open corpus: all that a listing shows in memory, texts and sections fetched when asked for. Changes none."""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from corpus.errors import NotReady
from corpus.model import Document, Section, Table
from corpus.rows import leaves_of

CHARACTERS = 64_000_000
"""How many characters of texts stay in memory: some five hundred plans."""
_PARSED = 256
"""Of how many documents sections and tables stay in memory."""
_FETCHED = ("text", "sections", "tables")
_LISTED = tuple(field.name for field in fields(Document) if field.name not in _FETCHED)


class Shelf(Mapping[str, Document]):
    """Document id → document. Safe to share between threads."""

    def __init__(self, path: Path, listed: Sequence[Document]) -> None:
        self._path = path
        self._documents: dict[str, Document] = {document.id: _shelved(document, self) for document in listed}
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._characters = 0
        self._parsed: OrderedDict[str, tuple[tuple[Section, ...], tuple[Table, ...]]] = OrderedDict()

    def __getitem__(self, name: str) -> Document:
        return self._documents[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    def text(self, name: str) -> str:
        """A document's text. Raises NotReady where it has gone since the corpus was opened."""
        with self._lock:
            held = self._texts.get(name)
            if held is not None:
                self._texts.move_to_end(name)
                return held
        (text,) = self._row(name, "text")
        with self._lock:
            if name not in self._texts:
                self._texts[name] = text
                self._characters += len(text)
                while self._characters > CHARACTERS and len(self._texts) > 1:
                    self._characters -= len(self._texts.popitem(last=False)[1])
        return str(text)

    def leaves(self, name: str) -> tuple[tuple[Section, ...], tuple[Table, ...]]:
        """A document's sections and tables. Raises NotReady where it has gone since the corpus was opened."""
        with self._lock:
            held = self._parsed.get(name)
            if held is not None:
                self._parsed.move_to_end(name)
                return held
        found = leaves_of(*self._row(name, "sections, tables"))
        with self._lock:
            self._parsed[name] = found
            while len(self._parsed) > _PARSED:
                self._parsed.popitem(last=False)
        return found

    def _row(self, name: str, columns: str) -> tuple[Any, ...]:
        try:
            # Not mode=ro: such a connection leaves the log's files behind when it is the last.
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=rw", uri=True, timeout=15)) as db:
                row = db.execute(f"SELECT {columns} FROM document WHERE id = ?", (name,)).fetchone()
        except sqlite3.Error as error:
            raise NotReady(f"无法读取语料库 {self._path}（{error}）。请稍后重试；如反复出现，请运行 planseek doctor。") from error
        if row is None:
            raise NotReady("语料刚刚更新。请再试一次。")
        return tuple(row)


class Shelved(Document):
    """A document whose text, sections and tables are fetched from its shelf. A changed copy of it is a plain Document."""

    __slots__ = ("_shelf",)
    _shelf: Shelf

    def __new__(cls, *values: Any, **named: Any) -> Document:  # type: ignore[misc]
        return Document(*values, **named)

    @property
    def text(self) -> str:
        return self._shelf.text(self.id)

    @property
    def sections(self) -> tuple[Section, ...]:
        return self._shelf.leaves(self.id)[0]

    @property
    def tables(self) -> tuple[Table, ...]:
        return self._shelf.leaves(self.id)[1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and all(getattr(self, f.name) == getattr(other, f.name) for f in fields(Document))

    def __hash__(self) -> int:
        return hash(self.id)


def _shelved(document: Document, shelf: Shelf) -> Document:
    shelved = object.__new__(Shelved)
    for name in _LISTED:
        object.__setattr__(shelved, name, getattr(document, name))
    object.__setattr__(shelved, "_shelf", shelf)
    return shelved
