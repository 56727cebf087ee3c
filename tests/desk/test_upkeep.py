"""The doctor on real damage: each thing is found and named, and a repair brings back what was there, or says that it cannot."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus import owner
from corpus.errors import NotReady, PlanSeekError
from corpus.model import Document, Passage
from corpus.schema import VERSION
from corpus.store import Store
from desk.mending import mended
from desk.soundness import Finding
from desk.upkeep import Examination, as_json, examined
from index.ingest import ingest
from index.library import quiet
from index.segments import Makers
from retriever.model import Query
from retriever.score import Tools
from retriever.search import Searcher

QUESTION = Query("各区生态修复措施")


@pytest.fixture(scope="module")
def kept(samples: Path, makers: Makers, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of four plans and the home they went into: to be copied."""
    base = tmp_path_factory.mktemp("upkeep")
    folder = base / "文件"
    folder.mkdir()
    for name in ("02", "03", "14"):
        shutil.copy(next(samples.glob(f"{name}*")), folder)
    shutil.copy(samples / "regions.csv", folder)
    ingest([folder], base / "库", makers)
    return folder, base / "库"


@pytest.fixture
def home(kept: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept[1], tmp_path / "库"))


@pytest.fixture
def folder(kept: tuple[Path, Path]) -> Iterator[Path]:
    """The plans; whatever a test does to them is undone."""
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in kept[0].iterdir()}
    yield kept[0]
    for file, (content, modified) in before.items():
        file.write_bytes(content)
        os.utime(file, ns=(modified, modified))


def contents(home: Path) -> tuple[list[Document], list[Passage]]:
    with closing(Store(home / "corpus.sqlite")) as store:
        return store.documents(), store.passages()


def generation(home: Path) -> Path:
    with closing(Store(home / "corpus.sqlite")) as store:
        return home / "index" / str(store.meta("generation"))


def part(home: Path, name: str) -> Path:
    """The file of this name in the generation in force, its only segment's where segments have one each."""
    (found,) = [file for file in generation(home).iterdir() if file.name == name or file.name.endswith(f".{name}")]
    return found


def changed(home: Path, statement: str, *values: object) -> None:
    """Change the store as no program of ours does, and leave no log."""
    with closing(sqlite3.connect(home / "corpus.sqlite")) as db:
        db.execute(statement, values)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 64
    file.write_bytes(content)


def doctor(home: Path, makers: Makers) -> Examination:
    return examined(home, lambda: makers)


def repaired(home: Path, makers: Makers) -> tuple[Examination, tuple[Finding, ...]]:
    return mended(home, lambda: makers, quiet)


def only(examination: Examination) -> Finding:
    (finding,) = (finding for finding in examination.findings if finding.serious)
    return finding


def test_a_sound_home_has_no_findings(home: Path, makers: Makers) -> None:
    before = contents(home)
    found = doctor(home, makers)
    assert (found.findings, found.healthy, found.documents, found.passages) == ((), True, 3, len(before[1]))
    assert repaired(home, makers) == (found, ())


@pytest.mark.parametrize("name", ["vectors.faiss", "terms.npy", "term-rows.npy", "keys.npy", "documents.json", "segments.json",
                                  "manifest.json", "checksums.json", "tokens.npy"])  # fmt: skip
def test_a_changed_byte_of_the_index_is_named_and_the_index_built_again(name: str, home: Path, makers: Makers, tools: Tools) -> None:
    file = part(home, name)
    whole, before = file.read_bytes(), contents(home)
    answers = Searcher(home, tools).search(QUESTION)
    flip(file, len(whole) // 2)
    found = only(doctor(home, makers))
    assert (found.part, found.mend) == ("索引", "index") and name in found.what and "planseek doctor --repair" in found.what
    after, done = repaired(home, makers)
    assert (after.findings, [finding.what for finding in done]) == ((), [found.what])
    assert file.read_bytes() == whole and contents(home) == before
    assert Searcher(home, tools).search(QUESTION) == answers


def test_a_service_that_is_open_goes_on_with_the_repaired_index(home: Path, makers: Makers, tools: Tools) -> None:
    expected = Searcher(home, tools).search(QUESTION)
    flip(part(home, "vectors.faiss"), 200)
    searcher = Searcher(home, tools)
    for _ in range(2):
        with pytest.raises(NotReady, match=r"vectors\.faiss 已损坏"):
            searcher.search(QUESTION)
    repaired(home, makers)
    assert searcher.search(QUESTION) == expected


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE document SET text = substr(text, 1, 40) || '乙' || substr(text, 42) WHERE id = ?", "的文字与编入索引时不同"),
        ("UPDATE passage SET trail = '[]' WHERE document = ?", "的段落与编入索引时不同"),
        ("UPDATE document SET sections = '[[0,99999999,1,\"一\",\"heading\"]]' WHERE id = ?", "有位置超出正文"),
        ("UPDATE document SET evidence = '{\"title\"' WHERE id = ?", "的记录无法读取"),
        ("UPDATE document SET region = '009999' WHERE id = ?", "的地区代码 009999 不存在"),
        ("DELETE FROM passage WHERE document = ?", "的段落与编入索引时不同"),
    ],
)  # fmt: skip
def test_a_damaged_document_is_named_and_read_again(statement: str, said: str, home: Path, makers: Makers) -> None:
    before = contents(home)
    document = before[0][1]
    changed(home, statement, document.id)
    serious = [finding for finding in doctor(home, makers).findings if finding.part == "文档"]
    assert [(finding.mend, finding.names) for finding in serious] == [("documents", (document.id,))]
    assert serious[0].what.startswith(document.files[0]) and said in serious[0].what
    after, done = repaired(home, makers)
    assert after.findings == () and serious[0] in done
    assert contents(home) == before


def test_a_correction_outlives_the_repair(home: Path, makers: Makers) -> None:
    document = contents(home)[0][0]
    changed(home, "UPDATE document SET edits = '{\"title\": \"改过的题\"}', text = text || '。' WHERE id = ?", document.id)
    repaired(home, makers)
    (after,) = (d for d in contents(home)[0] if d.id == document.id)
    assert (after.title, after.text) == ("改过的题", document.text)


def test_no_index_is_built_over_a_text_that_is_known_to_be_wrong(home: Path, makers: Makers, folder: Path) -> None:
    before = contents(home)
    document = before[0][0]
    changed(home, "UPDATE document SET text = text || '。' WHERE id = ?", document.id)
    flip(part(home, "vectors.faiss"), 100)
    Path(document.files[0]).unlink()
    after, done = repaired(home, makers)
    assert done == () and {(f.part, f.mend) for f in after.findings if f.serious} == {("文档", None), ("索引", "index")}
    assert "原文件已不在原处，请放回后运行 planseek ingest，或从备份恢复。" in next(f.what for f in after.findings if f.part == "文档")
    shutil.copy(Path(__file__), document.files[0])
    assert doctor(home, makers).healthy is False


def test_an_index_that_is_behind_the_files_is_built_anew(home: Path, makers: Makers) -> None:
    """The text is what the file says, the index is not of it: nothing is wrong with the store."""
    found = generation(home)
    documents = part(home, "documents.json")
    held = json.loads(documents.read_text("utf-8"))
    name = held[0][0]
    held[0][2] = "0" * 32
    documents.write_text(json.dumps(held), "utf-8")
    from index.integrity import seal

    seal(found)
    assert only(doctor(home, makers)).names == (name,)
    after, _ = repaired(home, makers)
    assert after.findings == ()


@pytest.mark.parametrize("place", [0.25, 0.5, 0.9])
def test_rows_are_saved_from_a_torn_store(place: float, home: Path, makers: Makers) -> None:
    before = contents(home)
    file = home / "corpus.sqlite"
    whole = file.read_bytes()
    page = int(len(whole) * place) // 4096
    file.write_bytes(whole[: page * 4096] + bytes(4096) + whole[(page + 1) * 4096 :])
    found = doctor(home, makers)
    assert not found.healthy and {finding.mend for finding in found.findings if finding.serious} <= {"store", "documents", "index"}
    after, done = repaired(home, makers)
    assert after.findings == () and done
    assert contents(home) == before


def test_what_is_no_database_is_left_for_a_backup(home: Path, makers: Makers) -> None:
    file = home / "corpus.sqlite"
    file.write_bytes("不是数据库".encode() * 3000)
    found = only(doctor(home, makers))
    assert found.part == "语料库" and "无法读取" in found.what
    with pytest.raises(PlanSeekError, match="请从备份恢复（planseek restore）"):
        repaired(home, makers)
    assert file.read_bytes() == "不是数据库".encode() * 3000


def test_leftovers_are_removed(home: Path, makers: Makers) -> None:
    for name in (f"index/.{'0' * 16}.77", f"index/{'1' * 16}", "uploads/.tmpold"):
        (home / name).mkdir(parents=True)
        os.utime(home / name, (0, 0))
    (home / "uploads" / ".tmpnew").mkdir()
    (home / "cache").mkdir(exist_ok=True)
    (home / "cache" / "lexicon-0.npz").write_bytes(b"PK\x03\x04 torn")
    (home / ".manifest.json").write_text("{}", "utf-8")
    (home / "manifest.json").write_text("{}", "utf-8")
    found = doctor(home, makers)
    assert {(finding.mend, finding.serious) for finding in found.findings} == {("leftovers", False)} and len(found.findings) == 6
    after, done = repaired(home, makers)
    assert (after.findings, len(done)) == ((), 6)
    assert [path.name for path in (home / "uploads").iterdir()] == [".tmpnew"]
    assert (home / "manifest.json").read_bytes() == (generation(home) / "manifest.json").read_bytes()
    assert sorted(path.name for path in (home / "index").iterdir()) == [generation(home).name]


def test_what_is_worth_knowing_leaves_a_home_healthy(home: Path, makers: Makers, folder: Path) -> None:
    (home / "unfinished.sqlite").write_bytes(b"")
    (home / "uploads").mkdir()
    (home / "uploads" / "坏的.pdf").write_bytes(b"%PDF")
    first, second, third = (Path(document.files[0]) for document in contents(home)[0])
    first.write_bytes(first.read_bytes() + b"\n")
    second.unlink()
    found = doctor(home, makers)
    said = {finding.part: finding.what for finding in found.findings}
    assert found.healthy and not any(finding.serious for finding in found.findings)
    assert "再运行一次 planseek ingest" in said["导入"] and "坏的.pdf" in said["上传"]
    told = [finding.what for finding in found.findings if finding.part == "原文件"]
    assert [first.as_posix() in told[0], second.as_posix() in told[1]] == [True, True]
    # The time did not change, the content did: no program does so.
    stat, content = third.stat(), bytearray(third.read_bytes())
    content[-2] ^= 1
    third.write_bytes(content)
    os.utime(third, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    worse = doctor(home, makers)
    assert not worse.healthy and "修改时间却没变" in only(worse).what and third.as_posix() in only(worse).what


def test_another_version_of_the_store_is_told(home: Path, makers: Makers) -> None:
    changed(home, f"PRAGMA user_version = {VERSION + 1}")
    assert "请升级程序" in only(doctor(home, makers)).what


def test_a_home_without_a_store_is_told(tmp_path: Path, makers: Makers) -> None:
    assert "不存在" in only(doctor(tmp_path / "无", makers)).what
    assert "请运行：planseek ingest" in only(doctor(tmp_path, makers)).what


def test_a_broken_table_or_desk_is_told(home: Path, makers: Makers) -> None:
    (home / "lexicon.csv").write_text("没有这一栏\n水\n", "utf-8")
    (home / "desk.sqlite").write_bytes(b"SQLite format 3\x00" + bytes(8000))
    found = doctor(home, makers)
    assert [finding.part for finding in found.findings] == ["词表", "收藏与记录"] and not found.healthy
    assert "表头应为" in found.findings[0].what


def test_the_json_says_what_was_repaired(home: Path, makers: Makers) -> None:
    (home / "index" / ".left.1").mkdir()
    after, done = repaired(home, makers)
    assert as_json(after, done) == {
        "home": home.as_posix(), "healthy": True, "documents": 3, "passages": after.passages,
        "findings": [{"part": "遗留文件", "what": done[0].what, "serious": False, "repaired": True}],
    }  # fmt: skip


# — who writes ————————————————————————————————————————————————————————————————————————————————————————————————————

HOLDING = """
import sys, time
from pathlib import Path
from corpus.store import Store
store = Store(Path(sys.argv[1]))
with store.writing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_whoever_writes_is_named_and_a_dead_writer_holds_nothing(home: Path, makers: Makers) -> None:
    path = home / "corpus.sqlite"
    holding = subprocess.Popen([sys.executable, "-c", HOLDING, path], stdout=subprocess.PIPE)
    try:
        assert holding.stdout is not None and holding.stdout.readline() == b"held\n"
        found = doctor(home, makers)
        (finding,) = found.findings
        assert found.healthy and finding.part == "写入锁"
        assert f"另一个程序（进程 {holding.pid}，自 20" in finding.what and "请等它结束后再试" in finding.what
    finally:
        holding.kill()
        holding.wait()
    held = owner.owner_of(path)
    assert held is not None and held.pid == holding.pid and not held.alive
    assert owner.refusal(path) == f"另一个程序正在写入语料库 {path}。请等它结束后再试。"
    (finding,) = doctor(home, makers).findings
    assert "已结束的程序" in finding.what and not finding.serious
    with closing(Store(path)) as store, store.writing():
        store.set_meta("taken", "over")
    assert repaired(home, makers)[0].findings == () and owner.owner_of(path) is None


def test_a_damaged_cache_does_not_stop_a_search(tmp_path: Path, sample_home: Path) -> None:
    from retriever.expand import Lexicon

    whole = Lexicon(tmp_path)
    (file,) = tmp_path.glob("*.npz")
    content = file.read_bytes()
    for broken in (content[: len(content) // 2], content[:-40], b"", content[:5000] + bytes(900) + content[5900:]):
        file.write_bytes(broken)
        assert Lexicon(tmp_path).expand("种树") == whole.expand("种树")
        with np.load(file) as arrays:
            assert "texts" in arrays
