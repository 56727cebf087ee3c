"""Backups come back whole, into a home that answers the same; what is damaged, foreign or hostile changes nothing."""

import hashlib
import json
import os
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import PlanSeekError
from corpus.store import Store
from desk.backup import MANIFEST, Kept, backed_up
from desk.restore import Restored, allowed, restored
from desk.upkeep import examined
from index.ingest import ingest
from index.library import quiet
from index.segments import Makers
from retriever.model import Query
from retriever.score import Tools
from retriever.search import Searcher

QUESTION = Query("各区生态修复措施")


@pytest.fixture(scope="module")
def kept(samples: Path, makers: Makers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two uploaded plans, a table of its own, a desk and a batch."""
    home = tmp_path_factory.mktemp("backup") / "库"
    (home / "uploads").mkdir(parents=True)
    for name in ("02", "03"):
        shutil.copy(next(samples.glob(f"{name}*")), home / "uploads")
    shutil.copy(samples / "regions.csv", home / "uploads")
    ingest([home / "uploads"], home, makers)
    (home / "lexicon.csv").write_text("正式用语,日常说法\n生态修复,种树\n", "utf-8-sig")
    (home / "batches" / "b1").mkdir(parents=True)
    (home / "batches" / "b1" / "answers.jsonl").write_text('{"total": 1}\n', "utf-8")
    with closing(sqlite3.connect(home / "desk.sqlite")) as desk:
        desk.execute("PRAGMA journal_mode = WAL")
        desk.execute("CREATE TABLE saved (name TEXT)")
        desk.execute("INSERT INTO saved VALUES ('每周一问')")
        desk.commit()
    with closing(Store(home / "corpus.sqlite")) as store, store.writing():
        store.put_edits(store.documents()[0].id, {"title": "改过的题"})
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "库"))


def save(home: Path, file: Path, **options: bool) -> Kept:
    return backed_up(home, file, uploads=options.get("uploads", False), index=options.get("index", False), progress=quiet)


def load(file: Path, home: Path, makers: Makers, *, force: bool = False) -> Restored:
    return restored(file, home, lambda: makers, force=force, progress=quiet)


def titles(home: Path) -> list[str]:
    with closing(Store(home / "corpus.sqlite")) as store:
        return sorted(document.title for document in store.documents())


def rewritten(file: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """A backup with members and manifest changed."""
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}
        manifest = json.loads(archive.read(MANIFEST))
    change(held, manifest)
    made = file.with_name("改过.zip")
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return made


def told(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "modified": 0}


def test_what_was_saved_comes_back(home: Path, makers: Makers, tools: Tools, tmp_path: Path) -> None:
    file, other = tmp_path / "备份.zip", tmp_path / "别处" / "库"
    found = save(home, file)
    assert sorted(found.members) == ["batches/b1/answers.jsonl", "corpus.sqlite", "desk.sqlite", "lexicon.csv"]
    assert (found.documents, found.left_out, found.size) == (2, 3, file.stat().st_size)
    done = load(file, other, makers)
    assert (done.documents, done.aside, titles(other)) == (2, None, titles(home)) and "改过的题" in titles(other)
    assert Searcher(other, tools).search(QUESTION).hits == Searcher(home, tools).search(QUESTION).hits
    for name in ("lexicon.csv", "batches/b1/answers.jsonl"):
        assert (other / name).read_bytes() == (home / name).read_bytes()
    with closing(sqlite3.connect(other / "desk.sqlite")) as desk:
        assert desk.execute("SELECT name FROM saved").fetchall() == [("每周一问",)]
    assert examined(other, lambda: makers).healthy
    assert sorted(path.name for path in tmp_path.iterdir()) == ["别处", "备份.zip", "库"]


def test_uploads_count_as_unchanged_in_their_new_place(home: Path, makers: Makers, tmp_path: Path) -> None:
    file, other = tmp_path / "备份.zip", tmp_path / "另一个"
    moved = home.with_name("搬家前")
    ingest([home / "uploads"], home, makers)
    save(home, file, uploads=True)
    home.rename(moved)
    load(file, other, makers)
    assert sorted(path.name for path in (other / "uploads").iterdir()) == sorted(path.name for path in (moved / "uploads").iterdir())
    report = ingest([other / "uploads"], other, makers)
    assert {(row.status, Path(row.file).parent) for row in report.files} == {("unchanged", other / "uploads")}


def test_the_index_comes_back_as_it_was(home: Path, makers: Makers, tmp_path: Path) -> None:
    other = tmp_path / "另一个"
    (found,) = (home / "index").iterdir()
    (vectors,) = found.glob("*.vectors.faiss")
    assert f"index/{found.name}/{vectors.name}" in save(home, tmp_path / "备份.zip", index=True).members
    load(tmp_path / "备份.zip", other, makers)
    assert {p.name: p.read_bytes() for p in (other / "index" / found.name).iterdir()} == {p.name: p.read_bytes() for p in found.iterdir()}


def test_a_backup_of_a_home_that_is_written_to_is_of_one_moment(home: Path, makers: Makers, tmp_path: Path) -> None:
    with closing(Store(home / "corpus.sqlite")) as store, store.writing():
        for document in store.documents():
            store.remove_document(document.id)
        # What is under way is not yet so, and does not hold the backup up.
        assert save(home, tmp_path / "备份.zip").documents == 2
    assert load(tmp_path / "备份.zip", tmp_path / "另一个", makers).documents == 2


def test_a_home_with_content_stands_aside_only_when_told(home: Path, makers: Makers, tmp_path: Path) -> None:
    file, other = tmp_path / "备份.zip", tmp_path / "另一个"
    save(home, file)
    other.mkdir()
    (other / "别的.txt").write_text("旧的", "utf-8")
    with pytest.raises(PlanSeekError, match=r"已有内容.*--force"):
        load(file, other, makers)
    done = load(file, other, makers, force=True)
    assert done.aside is not None and (done.aside / "别的.txt").read_text("utf-8") == "旧的" and titles(other) == titles(home)


def test_a_store_that_is_being_written_is_not_replaced(home: Path, makers: Makers, tmp_path: Path) -> None:
    save(home, tmp_path / "备份.zip")
    with closing(Store(home / "corpus.sqlite")) as store, store.writing(), pytest.raises(PlanSeekError, match="正在写入"):
        load(tmp_path / "备份.zip", home, makers, force=True)


@pytest.mark.parametrize("at", [0.02, 0.3, 0.6, 0.97])
@pytest.mark.parametrize("damage", ["flip", "cut"])
def test_a_damaged_backup_changes_nothing(at: float, damage: str, home: Path, makers: Makers, tmp_path: Path) -> None:
    file = tmp_path / "备份.zip"
    save(home, file)
    content = bytearray(file.read_bytes())
    place = int(len(content) * at)
    file.write_bytes(content[:place] if damage == "cut" else content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
    before = sorted(path.name for path in tmp_path.iterdir())
    try:
        load(file, tmp_path / "另一个", makers)
    except PlanSeekError as error:
        assert "\n" not in str(error) and not (tmp_path / "另一个").exists()
        assert sorted(path.name for path in tmp_path.iterdir()) == before
    else:  # a byte of the archive's own bookkeeping that nobody reads
        assert titles(tmp_path / "另一个") == titles(home)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held, manifest: held.pop("corpus.sqlite"), "缺少 corpus.sqlite"),
        (lambda held, manifest: manifest["members"].pop("corpus.sqlite"), "不合规"),
        (lambda held, manifest: manifest.update(format=9), "另一版本"),
        (lambda held, manifest: manifest.pop("members"), "清单无法解析"),
        (lambda held, manifest: manifest.update(members=[1]), "清单无法解析"),
        (lambda held, manifest: manifest["members"].update({"../外面.txt": told(b"x")}), "不该有的文件名"),
        (lambda held, manifest: manifest["members"].update({"/etc/x": told(b"x")}), "不该有的文件名"),
        (lambda held, manifest: manifest["members"].update({"uploads/..\\x": told(b"x")}), "不该有的文件名"),
        (lambda held, manifest: manifest["members"].update({"corpus.sqlite-wal": told(b"x")}), "不该有的文件名"),
        (lambda held, manifest: manifest["members"]["lexicon.csv"].update(size=5), "lexicon.csv 与清单不符"),
        (lambda held, manifest: manifest["members"]["lexicon.csv"].update(size=1 << 60), "空间不够"),
        (lambda held, manifest: manifest["members"]["lexicon.csv"].update(sha256="0" * 64), "lexicon.csv 与清单不符"),
        (lambda held, manifest: held.update({"lexicon.csv": b"x" * 5_000_000}), "lexicon.csv 与清单不符"),
    ],
)  # fmt: skip
def test_a_backup_made_by_hand_is_refused(
    change: Callable[[dict[str, bytes], dict[str, Any]], None], said: str, home: Path, makers: Makers, tmp_path: Path
) -> None:
    save(home, tmp_path / "备份.zip")
    made = rewritten(tmp_path / "备份.zip", change)
    with pytest.raises(PlanSeekError, match=said):
        load(made, tmp_path / "另一个", makers)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["备份.zip", "库", "改过.zip"]


def test_a_database_with_a_program_in_it_is_refused(home: Path, makers: Makers, tmp_path: Path) -> None:
    save(home, tmp_path / "备份.zip")

    def planted(held: dict[str, bytes], manifest: dict[str, Any]) -> None:
        file = tmp_path / "x.sqlite"
        file.write_bytes(held["corpus.sqlite"])
        with closing(sqlite3.connect(file)) as db:
            db.execute("CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM document; END")
        held["corpus.sqlite"] = file.read_bytes()
        manifest["members"]["corpus.sqlite"] = told(held["corpus.sqlite"])
        file.unlink()

    with pytest.raises(PlanSeekError, match="不是 PlanSeek 写的"):
        load(rewritten(tmp_path / "备份.zip", planted), tmp_path / "另一个", makers)
    assert not (tmp_path / "另一个").exists()


def test_names_that_a_member_may_have() -> None:
    assert all(map(allowed, ("corpus.sqlite", "uploads/青屏县 2026.docx", "index/0a/rows.json", "batches/b/answers.jsonl")))
    assert not any(map(allowed, ("", "a//b", ".x", "a/.b", "..", "a/../b", "C:x", "a\\b", "a/b/c/d/e/f", "x\x00", "a ", "x" * 201, "a.sqlite-wal")))


def test_a_target_that_will_not_do_is_refused(home: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "我的.zip"
    foreign.write_bytes(b"mine")
    for file, said in ((foreign, "不是 PlanSeek 的备份"), (home / "x.zip", "数据文件夹里面"), (tmp_path / "无" / "x.zip", "文件夹存在"), (tmp_path, "给出一个文件名")):
        with pytest.raises(PlanSeekError, match=said):
            save(home, file)
    assert foreign.read_bytes() == b"mine"
    with pytest.raises(PlanSeekError, match="没有可备份的内容"):
        save(tmp_path / "无", tmp_path / "备份.zip")
    save(home, tmp_path / "备份.zip")
    first = (tmp_path / "备份.zip").stat().st_ino
    save(home, tmp_path / "备份.zip")
    assert (tmp_path / "备份.zip").stat().st_ino != first


def test_a_damaged_store_is_not_saved_as_if_it_were_sound(home: Path, tmp_path: Path) -> None:
    file = home / "corpus.sqlite"
    with closing(sqlite3.connect(file)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passage'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    content = file.read_bytes()
    file.write_bytes(content[: (page - 1) * size] + bytes(size) + content[page * size :])
    with pytest.raises(PlanSeekError):
        save(home, tmp_path / "备份.zip")
    assert not (tmp_path / "备份.zip").exists()


def test_what_a_killed_backup_left_is_removed_by_the_next(home: Path, makers: Makers, tmp_path: Path) -> None:
    gone, running = tmp_path / ".备份.zip.999999999", tmp_path / f".备份.zip.{os.getppid()}"
    for left in (gone, running, tmp_path / ".库.restoring.999999999"):
        left.mkdir()
    save(home, tmp_path / "备份.zip")
    assert (gone.exists(), running.exists()) == (False, True)
    load(tmp_path / "备份.zip", tmp_path / "库", makers, force=True)
    assert not (tmp_path / ".库.restoring.999999999").exists()


def test_searching_goes_on_during_a_backup(home: Path, tools: Tools, tmp_path: Path) -> None:
    searcher = Searcher(home, tools)
    expected = searcher.search(QUESTION)
    failures: list[object] = []

    def ask() -> None:
        for _ in range(10):
            try:
                if searcher.search(QUESTION) != expected:
                    failures.append("another answer")
            except Exception as error:
                failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    for number in range(3):
        save(home, tmp_path / f"{number}.zip", uploads=True, index=True)
    asking.join()
    assert failures == []
