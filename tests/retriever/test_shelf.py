"""Documents and passages of an open corpus: fetched when asked for, the same as the store has them."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import NotReady
from corpus.model import Document
from corpus.store import Store
from index.segments import Makers
from retriever import shelf
from retriever.passages import Passages, columns
from retriever.shelf import Shelf
from retriever.state import Corpus
from tests.retriever.interpretation.small_corpus import corpus_of, home_of


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, makers: Makers) -> Path:
    return home_of(tmp_path_factory.mktemp("shelf"), makers)


@pytest.fixture(scope="module")
def corpus(home: Path, makers: Makers) -> Corpus:
    return corpus_of(home, makers)


def test_documents_are_those_of_the_store(home: Path, corpus: Corpus) -> None:
    with closing(Store(home / "corpus.sqlite")) as store:
        stored = {document.id: document for document in store.documents()}
    assert corpus.documents == stored and list(corpus.documents) == list(stored)
    for name, document in corpus.documents.items():
        full = stored[name]
        assert (document.text, document.sections, document.tables) == (full.text, full.sections, full.tables)
        assert document == full and full == document and document != replace(full, title="另一题")
        changed = replace(document, title="另一题")
        assert type(changed) is Document and changed == replace(full, title="另一题")
    assert any(document.sections for document in stored.values())


def test_passages_are_those_of_the_store(home: Path, corpus: Corpus) -> None:
    with closing(Store(home / "corpus.sqlite")) as store:
        stored = store.passages()
    assert list(corpus.passages) == stored and [corpus.passages[row] for row in range(len(stored))] == stored
    assert corpus.passages[-1] == stored[-1] and list(corpus.passages[2:5]) == stored[2:5]
    assert corpus.passages[3] is corpus.passages[3]
    for row in (len(stored), -len(stored) - 1):
        with pytest.raises(IndexError):
            corpus.passages[row]
    some = np.array([1, 4, 7], np.int32)
    assert list(corpus.passages.take(some)) == [stored[row] for row in some]
    headings = {(p.document, p.trail[: p.headings]) for p in stored}
    found = [(corpus.passages.documents[number], tuple(trail)) for number, trail in corpus.passages.trails_of()]
    assert set(found) == headings


def test_of_nothing(corpus: Corpus) -> None:
    none = Passages(*columns([]), np.empty(0, np.int32), [], {})
    assert len(none) == 0 and list(none) == [] and none == []


def test_texts_that_were_not_asked_for_lately_go(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Store(home / "corpus.sqlite")) as store:
        listed = store.documents(with_text=False)
        texts = {document.id: document.text for document in store.documents()}
    monkeypatch.setattr(shelf, "CHARACTERS", max(map(len, texts.values())) + 1)
    held = Shelf(home / "corpus.sqlite", listed)
    for _ in range(2):
        assert {name: document.text for name, document in held.items()} == texts
        assert held._characters == sum(map(len, held._texts.values())) <= shelf.CHARACTERS
    assert 1 <= len(held._texts) < len(texts)


def test_fetching_leaves_nothing_behind(home: Path, corpus: Corpus) -> None:
    before = sorted(file.name for file in home.iterdir())
    assert not any("-wal" in name or "-shm" in name for name in before)
    held = Shelf(home / "corpus.sqlite", list(corpus.documents.values()))
    assert all(document.text and document.tables is not None for document in held.values())
    assert sorted(file.name for file in home.iterdir()) == before


def test_a_document_that_has_gone_is_told(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with closing(sqlite3.connect(home / "corpus.sqlite")) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    with closing(Store(path)) as store:
        held = Shelf(path, store.documents(with_text=False))
    name = next(iter(held))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM document WHERE id = ?", (name,))
    for asked in ("text", "sections", "tables"):
        with pytest.raises(NotReady, match="语料刚刚更新。请再试一次"):
            getattr(held[name], asked)
    path.unlink()
    with pytest.raises(NotReady, match="无法读取语料库"):
        _ = held[name].text
