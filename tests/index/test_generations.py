"""Generations: content names them, nothing is written twice, and what does not fit is refused with what to run."""

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import NotReady
from corpus.store import Store
from index import generations
from index.catalogue import index_text
from index.clauses import Clauses, clauses
from index.ingest import ingest
from index.protocols import Floats
from index.segments import Makers
from index.tokenizer import Tokenizer
from tests.index.small_table import Characters, listed

TEXT = """青屏县促进生态修复行动计划

一、总体要求

以青屏河为重点，统筹推进河道、湿地、矿山三类修复，到2027年完成修复面积3600亩，恢复湿地410亩，全县森林覆盖率达到58.2%。

二、重点任务

开展废弃矿山复绿。对南坡12处采石场逐处制定方案，先排险后复绿，种植侧柏、刺槐等乡土树种，连续管护三年，由县自然资源局验收。

建设乡镇污水管网。新建管网46公里，改造提升乡镇污水处理站9座，出水水质稳定达标，运行费用纳入县级财政预算安排。
"""
QUIET = lambda stage, done, total: None  # noqa: E731


class Letters:
    """A model small enough to see through: a unit vector by the text's hash; it counts the texts it was given."""

    dimension = 8

    def __init__(self, name: str = "letters-1") -> None:
        self.name = name
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        return np.stack([self._vector(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        self.encoded += texts
        return self.encode_queries(texts)

    def _vector(self, text: str) -> Floats:
        numbers = np.frombuffer(hashlib.sha256(text.encode()).digest(), np.int32).astype(np.float64)
        return np.asarray(numbers / np.linalg.norm(numbers), np.float32)


def small(tokenizer: Tokenizer, embedder: Letters | None = None, table: Characters | None = None) -> Makers:
    return Makers(tokenizer, embedder or Letters(), table or Characters())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "文件"
    folder.mkdir()
    (folder / "甲.txt").write_text(TEXT, "utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "库"


def state(home: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file below a home with its inode, modification time and content."""
    return {
        file.relative_to(home).as_posix(): (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes())
        for file in home.rglob("*")
        if file.is_file()
    }


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def part(folder: Path, name: str) -> Path:
    """The file of this name in a generation, its only segment's where segments have one each."""
    (found,) = [file for file in folder.iterdir() if file.name == name or file.name.endswith(f".{name}")]
    return found


def changes(home: Path) -> int:
    with closing(Store(home / "corpus.sqlite")) as store:
        return int(store.meta("changes") or 0)


def current(home: Path, makers: Makers) -> tuple[Path, generations.Manifest]:
    store = Store(home / "corpus.sqlite")
    try:
        return generations.current(home, store, makers)
    finally:
        store.close()


def vectors(folder: Path) -> Floats:
    backend = generations.open_backend(folder)
    return backend.vectors(np.arange(backend.size, dtype=np.int32))


def contents(home: Path) -> list[str]:
    """What is indexed, row by row."""
    store = Store(home / "corpus.sqlite")
    try:
        texts = {document.id: document.text for document in store.documents()}
        return [index_text(passage, texts[passage.document]) for passage in store.passages()]
    finally:
        store.close()


def every_clause(texts: Sequence[str]) -> list[str]:
    return [clause for text in texts for clause in clauses(text)]


def test_same_content_same_name_nothing_rewritten(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    before = state(home)
    assert {name.split("/")[0] for name in before} == {"corpus.sqlite", "index", "manifest.json"}
    again = Letters()
    ingest([folder], home, small(tokenizer, again))
    assert again.encoded == [] and state(home) == before
    elsewhere = home.with_name("另一个库")
    ingest([folder], elsewhere, small(tokenizer))
    assert [p.name for p in (elsewhere / "index").iterdir()] == [p.name for p in (home / "index").iterdir()]


def test_the_manifest_says_what_the_index_was_built_with(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    report = ingest([folder], home, small(tokenizer))
    found, manifest = current(home, small(tokenizer))
    assert manifest == generations.Manifest(found.name, report.passages, tokenizer.name, "letters-1", "characters-1")
    assert re.fullmatch("[0-9a-f]{16}", found.name)
    assert json.loads((home / "manifest.json").read_text("utf-8")) == json.loads(
        (found / "manifest.json").read_text("utf-8")
    )


def test_rows_are_the_passages_in_the_stores_order(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    (folder / "乙.txt").write_text(TEXT.replace("青屏", "白塔"), "utf-8")
    ingest([folder], home, small(tokenizer))
    found, _ = current(home, small(tokenizer))
    indexed = contents(home)
    assert len(indexed) >= 6
    np.testing.assert_allclose(vectors(found), Letters().encode_queries(indexed), atol=1e-6)
    ((_, catalogue),) = generations.catalogues(found)
    assert catalogue.keys.astype(str).tolist() == [hashlib.sha256(content.encode()).hexdigest()[:24] for content in indexed]
    assert generations.open_backend(found).rows_with("采石场").tolist() == [
        row for row, content in enumerate(indexed) if "采石场" in content
    ]


def test_another_model_is_refused_then_built(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    with pytest.raises(
        NotReady, match=r"另一向量模型建立的（letters-1，现在是 letters-2）。请运行 planseek ingest"
    ) as caught:
        current(home, small(tokenizer, Letters("letters-2")))
    assert "\n" not in str(caught.value)
    second = Letters("letters-2")
    report = ingest([folder], home, small(tokenizer, second))
    assert len(second.encoded) == report.passages
    assert current(home, small(tokenizer, second))[1].embedder == "letters-2"


def test_another_dictionary_is_refused_then_built(folder: Path, home: Path) -> None:
    old, new = Tokenizer(), Tokenizer()
    old.name = "jieba-search-1/000000000000"
    embedder = Letters()
    ingest([folder], home, small(old, embedder))
    with pytest.raises(NotReady, match=r"另一分词词典建立的（jieba-search-1/000000000000，.*请运行 planseek ingest"):
        current(home, small(new, embedder))
    embedder.encoded.clear()
    ingest([folder], home, small(new, embedder))
    assert current(home, small(new, embedder))[1].tokenizer == new.name
    assert embedder.encoded == []  # the vectors did not change


def test_an_older_format_is_refused(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    found, manifest = current(home, small(tokenizer))
    (found / "manifest.json").write_text(generations._json(replace(manifest, format="0")), "utf-8")
    with pytest.raises(NotReady, match=r"索引格式.*请运行 planseek ingest"):
        current(home, small(tokenizer))


def test_vectors_are_reused(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    first, second = Letters(), Letters()
    ingest([folder], home, small(tokenizer, first))
    (folder / "乙.txt").write_text(TEXT.replace("青屏", "白塔").replace("46公里", "52公里"), "utf-8")
    report = ingest([folder], home, small(tokenizer, second))
    # 采石场 stands word for word in both files; the other two passages of the second are new.
    assert (len(first.encoded), report.passages) == (3, 6)
    assert sorted("白塔河" in text or "52公里" in text for text in second.encoded) == [True, True]


def test_clauses_are_reused_and_stand_at_their_rows(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    first, second, third = Characters(), Characters(), Characters()
    ingest([folder], home, small(tokenizer, table=first))
    known = contents(home)
    assert first.read == every_clause(known)
    for number in range(4):
        changed = TEXT.replace("青屏", f"白塔{number}").replace("46公里", f"{52 + number}公里")
        (folder / f"{number}.txt").write_text(changed, "utf-8")
    ingest([folder], home, small(tokenizer, table=second))
    now = contents(home)
    new = [content for content in now if content not in known]
    # 采石场 stands word for word in all five files; old rows and new ones alternate.
    assert (len(now), len(new)) == (15, 8) and [content in known for content in now] != sorted(content in known for content in now)
    assert second.read == every_clause(new)
    ingest([folder], elsewhere := home.with_name("另一个库"), small(tokenizer, table=third))
    assert third.read == every_clause(now)
    one, other = current(home, small(tokenizer))[0], current(elsewhere, small(tokenizer))[0]
    rows = np.arange(15, dtype=np.int32)
    held = generations.open_backend(one).clauses(rows)
    assert listed(held) == listed(Clauses.of(now, Characters())) == listed(generations.open_backend(other).clauses(rows))
    assert {file.name for file in one.iterdir()} == {file.name for file in other.iterdir()}
    for file in ("tokens.npy", "clause-ends.npy", "clause-lengths.npy", "row-ends.npy", "term-rows.npy", "term-counts.npy"):
        assert part(one, file).read_bytes() == part(other, file).read_bytes()


def test_another_table_is_refused_then_all_is_read_anew(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    model, other = Letters(), Characters("characters-2", size=90)
    with pytest.raises(
        NotReady, match=r"另一词向量表建立的（characters-1，现在是 characters-2）。请运行 planseek ingest"
    ) as caught:
        current(home, small(tokenizer, table=other))
    assert "\n" not in str(caught.value)
    ingest([folder], home, small(tokenizer, model, other))
    assert other.read == every_clause(contents(home))
    assert model.encoded == []  # the vectors did not change
    found, manifest = current(home, small(tokenizer, table=other))
    assert manifest.table == "characters-2"
    held = generations.open_backend(found).clauses(np.arange(3, dtype=np.int32))
    assert listed(held) == listed(Clauses.of(contents(home), Characters(size=90)))


def test_another_model_keeps_the_clauses(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    table = Characters()
    ingest([folder], home, small(tokenizer, Letters("letters-2"), table))
    assert table.read == []
    found, _ = current(home, small(tokenizer, Letters("letters-2")))
    held = generations.open_backend(found).clauses(np.arange(3, dtype=np.int32))
    assert listed(held) == listed(Clauses.of(contents(home), Characters()))


@pytest.mark.parametrize(
    "name",
    ["manifest.json", "segments.json", "checksums.json", "vectors.faiss", "terms.npy", "term-ends.npy", "term-rows.npy",
     "term-counts.npy", "lengths.npy", "tokens.npy", "clause-ends.npy", "clause-lengths.npy", "row-ends.npy", "keys.npy",
     "places.npy", "trails.json", "documents.json"],
)  # fmt: skip
@pytest.mark.parametrize("damage", ["missing", "half", "empty"])
def test_an_ingest_repairs_a_damaged_index(
    folder: Path, home: Path, tokenizer: Tokenizer, name: str, damage: str
) -> None:
    ingest([folder], home, small(tokenizer))
    found, manifest = current(home, small(tokenizer))
    file, expected = part(found, name), vectors(found)
    whole = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(whole[: len(whole) // 2] if damage == "half" else b"")
    with pytest.raises(NotReady, match=rf"{name}.*缺失|{name}.*已损坏") as caught:
        current(home, small(tokenizer))
    assert str(caught.value).endswith("请运行 planseek doctor --repair 重建索引。")
    ingest([folder], home, small(tokenizer))
    assert current(home, small(tokenizer)) == (found, manifest)
    np.testing.assert_array_equal(vectors(found), expected)
    assert file.read_bytes() == whole


def test_a_missing_index_folder_is_built_again(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    found, manifest = current(home, small(tokenizer))
    shutil.rmtree(home / "index")
    with pytest.raises(NotReady, match="请运行 planseek doctor --repair 重建"):
        current(home, small(tokenizer))
    ingest([folder], home, small(tokenizer))
    assert current(home, small(tokenizer)) == (found, manifest)


def test_what_an_ingest_rebuilds_under_the_same_name_is_opened_anew(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    found, _ = current(home, small(tokenizer))
    before = changes(home)
    ingest([folder], home, small(tokenizer))
    assert changes(home) == before
    flip(part(found, "vectors.faiss"), 100)
    ingest([folder], home, small(tokenizer))
    assert changes(home) == before + 1


def test_damaged_vectors_are_not_taken_over(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    found, _ = current(home, small(tokenizer))
    flip(part(found, "vectors.faiss"), 100)
    (folder / "乙.txt").write_text(TEXT.replace("青屏", "白塔"), "utf-8")
    anew = Letters()
    ingest([folder], home, small(tokenizer, anew))
    assert len(anew.encoded) == 6
    np.testing.assert_allclose(vectors(current(home, small(tokenizer))[0]), Letters().encode_queries(contents(home)), atol=1e-6)


def test_what_was_indexed_is_named_by_its_digest(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    found, _ = current(home, small(tokenizer))
    name = hashlib.sha256(TEXT.encode()).hexdigest()
    ((member, catalogue),) = generations.catalogues(found)
    (listed,) = catalogue.documents
    assert (listed.id, listed.digest, listed.rows, member.rows, member.dropped) == (name, name[:32], 3, 3, ())


def test_only_the_generation_in_force_stays(folder: Path, home: Path, tokenizer: Tokenizer) -> None:
    ingest([folder], home, small(tokenizer))
    (home / "index" / ".leftover.123").mkdir()
    old, _ = current(home, small(tokenizer))
    (folder / "甲.txt").write_text(TEXT.replace("46公里", "47公里"), "utf-8")
    ingest([folder], home, small(tokenizer))
    new, _ = current(home, small(tokenizer))
    assert new != old and list((home / "index").iterdir()) == [new]


def test_a_store_without_an_index_says_so(home: Path, tokenizer: Tokenizer) -> None:
    Store(home / "corpus.sqlite", create=True).close()
    with pytest.raises(NotReady, match="还没有建立索引。请运行：planseek ingest"):
        current(home, small(tokenizer))
