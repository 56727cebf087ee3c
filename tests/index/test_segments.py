"""Segments: whatever was added, replaced and removed in whatever order, the index answers as one that was built at once."""

import random
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus.store import Store
from index import generations, segments
from index.backends import segment
from index.backends.local import Member
from index.catalogue import Catalogue
from index.ingest import ingest
from index.integrity import Sealed
from index.segments import Makers
from index.tokenizer import Tokenizer
from retriever.expand import Lexicon
from retriever.model import Query
from retriever.score import Tools
from retriever.search import Searcher
from retriever.state import Corpus
from tests.index.small_table import Characters, listed
from tests.index.test_generations import Letters

PLAN = """{place}促进生态修复行动计划

一、总体要求

以{place}河为重点，统筹推进河道、湿地、矿山三类修复，到2027年完成修复面积{number}亩，全县森林覆盖率达到58.2%，水质稳定达标。

二、重点任务

开展废弃矿山复绿。对南坡{number}处采石场逐处制定方案，先排险后复绿，种植侧柏、刺槐等乡土树种，连续管护三年，由县自然资源局验收。

建设乡镇污水管网。新建管网{number}公里，改造提升乡镇污水处理站9座，出水水质稳定达标，运行费用纳入县级财政预算安排。
"""
PLACES = ("青屏县", "白塔县", "禾川县", "茶溪县", "沧浦区", "墨池区", "云麓区", "望澜区", "栗源市", "东屏县")
TERMS = ("生态", "修复", "矿山", "采石场", "水质", "青屏", "侧柏", "没有")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of so few rows that ten plans need several."""
    monkeypatch.setattr(segments, "SMALL", 4)
    monkeypatch.setattr(segments, "ROWS", 12)


def write(folder: Path, place: str, number: int) -> None:
    (folder / f"{place}.txt").write_text(PLAN.format(place=place, number=number), "utf-8")


def members(home: Path) -> list[tuple[Member, Catalogue]]:
    with closing(Store(home / "corpus.sqlite")) as store:
        return generations.catalogues(home / "index" / str(store.meta("generation")))


def opened(home: Path, makers: Makers) -> tuple[Corpus, Searcher]:
    searcher = Searcher(home, Tools(makers, Lexicon()))
    return searcher.corpus(), searcher


def makers_of(tokenizer: Tokenizer) -> Makers:
    return Makers(tokenizer, Letters(), Characters())


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("seed", range(5))
def test_step_by_step_as_at_once(tmp_path: Path, tokenizer: Tokenizer, seed: int) -> None:
    draw, makers = random.Random(seed), makers_of(tokenizer)
    folder, home = tmp_path / "文件", tmp_path / "库"
    folder.mkdir()
    for place in draw.sample(PLACES, 4):
        write(folder, place, draw.randint(10, 99))
    most = 0
    for _ in range(9):
        for place in draw.sample(PLACES, 2):
            if draw.random() < 0.35 and len(list(folder.iterdir())) > 2:
                (folder / f"{place}.txt").unlink(missing_ok=True)
            else:
                write(folder, place, draw.randint(10, 99))
        ingest([folder], home, makers, prune=True)
        most = max(most, len(members(home)))
    assert most > 1
    ingest([folder], once := tmp_path / "一次", makers)
    assert [folder.name for folder in (home / "index").iterdir()] == [folder.name for folder in (once / "index").iterdir()]
    (one, searcher), (other, alone) = opened(home, makers), opened(once, makers)
    assert one.backend is not None and other.backend is not None and one.backend.size == other.backend.size
    # The rows stand in another order: each is known by its passage.
    assert sorted(p.id for p in one.passages) == [p.id for p in sorted(other.passages, key=lambda p: p.id)]
    rows = np.array([other.row_of(passage) for passage in one.passages], np.int32)
    assert [other.passages[row] for row in rows.tolist()] == list(one.passages)
    every = np.arange(len(rows), dtype=np.int32)
    vector = Letters().encode_queries(["矿山"])[0]
    np.testing.assert_allclose(one.backend.dense_scores(vector), other.backend.dense_scores(vector)[rows], atol=1e-6)
    assert one.backend.vectors(every).tolist() == other.backend.vectors(rows).tolist()
    assert listed(one.backend.clauses(every)) == listed(other.backend.clauses(rows))
    for term in TERMS:
        assert one.backend.idf(term) == other.backend.idf(term)
        np.testing.assert_allclose(one.backend.lexical_scores({term: 1.0}), other.backend.lexical_scores({term: 1.0})[rows], rtol=1e-6)
        assert sorted(rows[one.backend.rows_with(term)].tolist()) == other.backend.rows_with(term).tolist()
    half = np.flatnonzero(np.array([int(passage.document, 16) % 2 for passage in one.passages])).astype(np.int32)
    if half.size:
        scores = one.backend.part(half).lexical_scores({"矿山": 1.0, "青屏": 0.5})
        same = other.backend.part(np.sort(rows[half])).lexical_scores({"矿山": 1.0, "青屏": 0.5})
        np.testing.assert_allclose(scores, same[np.argsort(np.argsort(rows[half]))], rtol=1e-6)
    for question in ("生态修复", "各区矿山复绿", "污水管网", "青屏县采石场"):
        found, expected = searcher.search(Query(question)), alone.search(Query(question))
        assert [hit.passage for hit in found.hits] == [hit.passage for hit in expected.hits]
        assert [hit.passage for group in found.groups for hit in group.hits] == [hit.passage for group in expected.groups for hit in group.hits]


@pytest.mark.usefixtures("narrow")
def test_what_stands_is_not_written_again(tmp_path: Path, tokenizer: Tokenizer) -> None:
    folder, home, makers = tmp_path / "文件", tmp_path / "库", makers_of(tokenizer)
    folder.mkdir()
    for number, place in enumerate(PLACES[:8]):
        write(folder, place, number + 20)
    ingest([folder], home, makers)
    before = {file.name: file.stat().st_ino for file in next((home / "index").iterdir()).iterdir()}
    assert [member.rows for member, _ in members(home)] == [12, 12]
    assert isinstance(makers.embedder, Letters)
    makers.embedder.encoded.clear()
    write(folder, PLACES[8], 70)
    ingest([folder], home, makers)
    assert [member.rows for member, _ in members(home)] == [12, 12, 3]
    after = {file.name: file.stat().st_ino for file in next((home / "index").iterdir()).iterdir()}
    standing = {f"{member.name}." for member, _ in members(home)[:2]}
    kept = {name for name in before if name.split(".")[0] + "." in standing}
    assert len(kept) == 2 * (len(before) - 3) // 2 and all(after[name] == before[name] for name in kept)
    assert len(makers.embedder.encoded) == 3
    # Removing a document leaves its rows where they are, and counts them no more.
    gone = members(home)[0][1].documents[1]
    with closing(Store(home / "corpus.sqlite")) as store:
        (file,) = store.files_of(gone.id)
    Path(file).unlink()
    ingest([folder], home, makers, prune=True)
    (first, _), *_ = members(home)
    assert (first.rows, first.live, first.gone, first.dropped) == (12, 9, ((3, 6),), (1,))
    corpus, searcher = opened(home, makers)
    assert len(corpus.passages) == 24 and gone.id not in corpus.documents
    assert all(hit.document.id != gone.id for hit in searcher.search(Query("生态修复", k=50)).hits)


@pytest.mark.usefixtures("narrow")
def test_damage_in_what_was_taken_over_shows(tmp_path: Path, tokenizer: Tokenizer) -> None:
    """Its checksums are those of the day it was written."""
    folder, home, makers = tmp_path / "文件", tmp_path / "库", makers_of(tokenizer)
    folder.mkdir()
    for number, place in enumerate(PLACES):
        write(folder, place, number + 20)
        ingest([folder], home, makers)
    found = next((home / "index").iterdir())
    assert list(Sealed(found).damages()) == []
    vectors = sorted(found.glob("*.vectors.faiss"))[0]
    content = bytearray(vectors.read_bytes())
    content[-3] ^= 1
    vectors.write_bytes(content)
    (damage,) = Sealed(found).damages()
    assert vectors.name in damage


def test_a_file_system_without_links_has_copies(tmp_path: Path, tokenizer: Tokenizer, narrow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(source: Path, target: Path) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(segments.os, "link", refused)
    folder, home, makers = tmp_path / "文件", tmp_path / "库", makers_of(tokenizer)
    folder.mkdir()
    for number, place in enumerate(PLACES):
        write(folder, place, number + 20)
        ingest([folder], home, makers)
    ingest([folder], once := tmp_path / "一次", makers)
    (one, searcher), (_, alone) = opened(home, makers), opened(once, makers)
    assert len(members(home)) > 1 and len(one.passages) == 30
    assert [h.passage for h in searcher.search(Query("生态修复")).hits] == [h.passage for h in alone.search(Query("生态修复")).hits]


def test_segments_keep_to_their_size(tmp_path: Path, tokenizer: Tokenizer, narrow: None) -> None:
    folder, home, makers = tmp_path / "文件", tmp_path / "库", makers_of(tokenizer)
    folder.mkdir()
    for number, place in enumerate(PLACES):
        write(folder, place, number + 20)
        ingest([folder], home, makers)
        assert all(member.rows <= 12 for member, _ in members(home))
    assert len(members(home)) <= 5
    shutil.rmtree(home)
    ingest([folder], home, makers)
    assert [member.rows for member, _ in members(home)] == [12, 12, 6]
    assert segment.ROWS == 1 << 16
