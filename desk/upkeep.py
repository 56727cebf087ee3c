"""The examination of a home folder, as `planseek doctor` shows it: what is damaged, left over or short. Repairs nothing."""

import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus import owner
from corpus.errors import PlanSeekError
from corpus.store import Store
from desk import soundness
from desk.soundness import Finding, named
from index.library import UPLOADS
from index.segments import Makers
from retriever.lexicon import table

ROOM = 200 << 20
"""Bytes that should be free beside what a second copy of the index takes."""
LEFT = (".manifest.json", ".lexicon.csv", ".repaired*", "cache/.*")
"""What the program writes beside a file before it takes its name."""
_HOUR = 3600
SIDE_FILES = frozenset(("metadata.csv", "regions.csv"))


@dataclass(frozen=True, slots=True)
class Examination:
    """What was looked at and found; healthy: nothing serious."""

    home: Path
    findings: tuple[Finding, ...]
    documents: int = 0
    passages: int = 0

    @property
    def healthy(self) -> bool:
        return not any(finding.serious for finding in self.findings)


def examined(home: Path, makers: Callable[[], Makers]) -> Examination:
    """Everything that is wrong with a home folder; makers: called where there is an index to compare with. Raises nothing for
    what is damaged."""
    if not home.is_dir():
        return Examination(home, (Finding("数据文件夹", f"{home} 不存在。请用 --home 指明，或运行 planseek ingest 建立。"),))
    findings = [*_folder(home), *_writer(home), *_lexicon(home), *_caches(home), *_databases(home), *_unfinished(home)]
    if not (home / "corpus.sqlite").is_file():
        findings.append(Finding("语料库", f"{home} 里还没有语料库。请运行：planseek ingest 文件或文件夹"))
        return Examination(home, tuple(findings))
    store = list(soundness.of_store(home))
    findings += store
    if any(finding.serious for finding in store):
        return Examination(home, tuple(findings))
    try:
        findings += soundness.of_documents(home)
        findings += soundness.of_index(home, makers())
        findings += [*soundness.of_sources(home), *_uploads(home), *_leftovers(home)]
        with closing(Store(home / "corpus.sqlite")) as opened:
            counts = opened.passage_counts()
    except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
        what = f"{home / 'corpus.sqlite'} 的内容无法读取（{type(error).__name__}: {error}）。请运行 planseek doctor --repair 抢救。"
        return Examination(home, (*findings, Finding("语料库", what, "store")))
    return Examination(home, tuple(findings), len(counts), sum(counts.values()))


def _folder(home: Path) -> Iterator[Finding]:
    try:
        with tempfile.TemporaryFile(dir=home) as trial:
            trial.write(b"-")
    except OSError as error:
        yield Finding("数据文件夹", f"{home} 不可写（{error.strerror}），检索与导入都会失败。请检查权限与磁盘。")
    for file in sorted(home.rglob("*")):
        # A database's log may have gone meanwhile.
        if not os.access(file, os.R_OK | (os.X_OK if file.is_dir() else 0)) and os.path.lexists(file):
            yield Finding("数据文件夹", f"{file} 不可读。请检查权限。")
    free, index = shutil.disk_usage(home).free, sum(f.stat().st_size for f in (home / "index").rglob("*") if f.is_file())
    if free < index + ROOM:
        what = f"所在磁盘只剩 {free >> 20} MB；重建索引时新旧并存，应留出 {(index + ROOM) >> 20} MB。请清理磁盘。"
        yield Finding("磁盘", what)


def _writer(home: Path) -> Iterator[Finding]:
    """Who is writing now; and whether a note speaks of a program that has ended."""
    path = home / "corpus.sqlite"
    held = owner.owner_of(path)
    if free_to_write(path):
        if held is not None:
            what = f"写入说明 {path.name}{owner.SUFFIX} 是已结束的程序（{held}）留下的，不妨碍写入。"
            yield Finding("写入锁", what, "leftovers", serious=False)
    else:
        yield Finding("写入锁", owner.refusal(path), serious=False)


def free_to_write(path: Path) -> bool:
    """Whether nobody is writing into a store at this moment, as far as can be told."""
    if not path.is_file():
        return True
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" not in str(error)
    except sqlite3.DatabaseError:
        return True
    return True


def unused(path: Path) -> Path:
    """A path, or the first of it with a number that nothing has yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free


def _lexicon(home: Path) -> Iterator[Finding]:
    own = home / table.OWN
    if own.is_file():
        try:
            table.read(own.read_bytes(), own.name)
        except (PlanSeekError, OSError) as error:
            yield Finding("词表", f"{own}：{error}")


def _caches(home: Path) -> Iterator[Finding]:
    for file in sorted((home / "cache").glob("*.npz")):
        try:
            with np.load(file) as arrays:
                for name in arrays:
                    arrays[name]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            what = f"缓存 {file} 已损坏。请运行 planseek doctor --repair 删除（用时自动重建）。"
            yield Finding("缓存", what, "leftovers", (file.as_posix(),), serious=False)


def _databases(home: Path) -> Iterator[Finding]:
    """The databases beside the store: what users put aside, and what else parts of the program keep."""
    for file in sorted(home.glob("*.sqlite")):
        if file.name not in ("corpus.sqlite", "unfinished.sqlite"):
            yield from soundness.of_database("收藏与记录", file)


def _unfinished(home: Path) -> Iterator[Finding]:
    if (home / "unfinished.sqlite").is_file() and free_to_write(home / "corpus.sqlite"):
        what = "上次导入没有完成。已读的内容保留着，再运行一次 planseek ingest 就接着做。"
        yield Finding("导入", what, serious=False)


def _uploads(home: Path) -> Iterator[Finding]:
    """Uploads that no document came of: refused, removed, or left by an upload that was cut short."""
    folder = (home / UPLOADS).resolve()
    with closing(Store(home / "corpus.sqlite")) as store:
        known = set(store.files())
    files = [file.as_posix() for file in sorted(folder.glob("*")) if file.is_file() and file.name not in SIDE_FILES and file.name[0] != "."]
    strange = [file for file in files if file not in known and not any(key.startswith(f"{file}/") for key in known)]
    if strange:
        yield Finding("上传", f"{named(strange)}上传后没有入库（未能读入，或上传中断）。请重新上传，或删除。", serious=False)


def _leftovers(home: Path) -> Iterator[Finding]:
    """What a program that was cut short left behind."""
    if not free_to_write(home / "corpus.sqlite"):
        return
    with closing(Store(home / "corpus.sqlite")) as store:
        generation = store.meta("generation")
    left = [file for file in sorted((home / "index").glob("*")) if file.name != generation]
    left += [file for name in LEFT for file in sorted(home.glob(name))]
    # An upload under way holds no lock yet.
    left += [folder for folder in sorted((home / UPLOADS).glob(".*")) if abs(time.time() - folder.stat().st_mtime) > _HOUR]
    for path in left:
        yield Finding("遗留文件", f"{path} 是中断的操作留下的。请运行 planseek doctor --repair 删除。", "leftovers", (path.as_posix(),), serious=False)


def as_json(examination: Examination, mended: tuple[Finding, ...] = ()) -> dict[str, object]:
    """What `planseek doctor --json` prints."""
    rows = [(finding, True) for finding in mended] + [(finding, False) for finding in examination.findings]
    return {
        "home": examination.home.as_posix(), "healthy": examination.healthy,
        "documents": examination.documents, "passages": examination.passages,
        "findings": [{"part": f.part, "what": f.what, "serious": f.serious, "repaired": done} for f, done in rows],
    }  # fmt: skip
