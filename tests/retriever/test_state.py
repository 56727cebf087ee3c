"""One committed state of a home: what its rows are, which regions it has, and that it is refused where it does not fit."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import NotReady
from corpus.store import Store
from index.ingest import ingest
from index.segments import Makers
from retriever.model import Query
from retriever.score import Tools
from retriever.search import Searcher
from retriever.state import Corpus, regions_of, rows_of, stamp_of
from tests.retriever.interpretation.small_corpus import corpus_of, home_of, named, write

CITY, CANGPU, MOCHI, YUNLU, WANGLAN = "990100", "990102", "990103", "990104", "990105"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, makers: Makers) -> Path:
    return home_of(tmp_path_factory.mktemp("small"), makers)


@pytest.fixture(scope="module")
def corpus(home: Path, makers: Makers) -> Corpus:
    return corpus_of(home, makers)


def test_rows_are_the_passages_in_the_order_of_the_index(corpus: Corpus) -> None:
    assert corpus.backend is not None and corpus.backend.size == len(corpus.passages) == 12
    assert [corpus.row_of(passage) for passage in corpus.passages] == list(range(12))
    places = [(passage.document, passage.span.start) for passage in corpus.passages]
    assert places == sorted(places)
    for row, passage in enumerate(corpus.passages):
        assert passage.span.of(corpus.documents[passage.document].text).strip()
        assert row in corpus.by_document[passage.document]


def test_rows_by_document_and_by_region(corpus: Corpus) -> None:
    assert sorted(row for rows in corpus.by_document.values() for row in rows.tolist()) == list(range(12))
    by_name = {named(corpus, name): len(rows) for name, rows in corpus.by_document.items()}
    assert by_name == {"纲要": 2, "报告": 1, "意见": 1, "意见稿": 1, "草案": 1, "送审": 1, "修订": 1, "旧规": 1, "市规": 3}
    # by what a passage is about: two passages of the city's plan are the districts'
    assert {code: len(rows) for code, rows in corpus.by_region.items()} == {CITY: 1, CANGPU: 4, MOCHI: 3, YUNLU: 2, WANGLAN: 2}
    for rows in (*corpus.by_region.values(), *corpus.by_document.values()):
        assert rows.dtype == np.int32 and rows.tolist() == sorted(set(rows.tolist()))


def test_regions_of_documents_and_of_passages(corpus: Corpus) -> None:
    assert [region.code for region in regions_of(corpus)] == [CITY, CANGPU, MOCHI, YUNLU, WANGLAN]
    # one that only passages are about counts, and so does one that only a document is of
    others = {name: replace(document, region=None) for name, document in corpus.documents.items()}
    assert [r.code for r in regions_of(replace(corpus, documents=others))] == [CITY, CANGPU, MOCHI, YUNLU, WANGLAN]
    assert [r.code for r in regions_of(replace(corpus, by_region={}))] == [CITY, CANGPU, MOCHI, YUNLU, WANGLAN]
    assert regions_of(replace(corpus, by_region={}, documents={})) == []


def test_rows_of_a_region_among_those_allowed(corpus: Corpus) -> None:
    region, absent = corpus.gazetteer.region(CANGPU), corpus.gazetteer.region("340000")
    own = corpus.by_region[CANGPU].tolist()
    every = np.arange(12, dtype=np.int32)
    assert rows_of(region, corpus, every).tolist() == own
    assert rows_of(region, corpus, every[own[1] :]).tolist() == own[1:]
    assert rows_of(region, corpus, every[:0]).tolist() == rows_of(absent, corpus, every).tolist() == []


def test_a_home_that_is_not_there_or_does_not_fit_is_refused(home: Path, makers: Makers, tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="不存在。请先运行：planseek ingest"):
        corpus_of(tmp_path / "nothing", makers)
    without = Path(shutil.copytree(home, tmp_path / "no-index"))
    shutil.rmtree(without / "index")
    with pytest.raises(NotReady, match="缺失或已损坏。请运行 planseek doctor --repair 重建"):
        corpus_of(without, makers)
    lost = Path(shutil.copytree(home, tmp_path / "lost"))
    with sqlite3.connect(lost / "corpus.sqlite") as database:
        database.execute("DELETE FROM passage WHERE document = (SELECT document FROM passage LIMIT 1)")
    database.close()
    with pytest.raises(NotReady, match="索引与语料不一致。请运行 planseek ingest 重建"):
        corpus_of(lost, makers)


def test_a_home_from_which_everything_was_taken_is_empty(makers: Makers, tools: Tools, tmp_path: Path) -> None:
    home = home_of(tmp_path, makers, ("草案",))
    (tmp_path / "plans" / "草案.txt").unlink()
    (tmp_path / "plans" / "metadata.csv").unlink()
    ingest([tmp_path / "plans"], home, makers, prune=True)
    empty = corpus_of(home, makers)
    assert (empty.backend, list(empty.passages), dict(empty.documents), empty.by_region) == (None, [], {}, {})
    assert regions_of(empty) == []
    assert Searcher(home, tools).search(Query("养老")).hits == ()


def test_a_searcher_takes_up_what_an_ingest_has_changed(makers: Makers, tools: Tools, tmp_path: Path) -> None:
    home = home_of(tmp_path, makers, ("草案",))
    searcher = Searcher(home, tools)
    before = searcher.corpus()
    assert searcher.corpus() is before and len(before.passages) == 1

    def stamp() -> str:
        store = Store(home / "corpus.sqlite")
        try:
            return stamp_of(store)
        finally:
            store.close()

    assert stamp() == before.generation
    ingest([tmp_path / "plans"], home, makers)
    assert searcher.corpus() is before, "nothing changed"
    ingest([write(tmp_path / "plans", ("草案", "纲要"))], home, makers)
    after = searcher.corpus()
    assert after.generation == stamp() != before.generation and len(after.passages) == 3
    # what was opened before goes on to stand for its own state
    assert len(before.passages) == 1 and before.backend is not None and before.backend.size == 1
    # a title alone changes no row, but what is shown
    table = tmp_path / "plans" / "metadata.csv"
    table.write_text(table.read_text("utf-8").replace("云麓区托育专项规划（草案）", "云麓区普惠托育规划（草案）"), "utf-8")
    ingest([tmp_path / "plans"], home, makers)
    renamed = searcher.corpus()
    assert {document.title for document in renamed.documents.values()} == {"云麓区普惠托育规划（草案）", "沧浦区发展规划纲要"}
    assert len(renamed.passages) == 3 and renamed.generation != after.generation
