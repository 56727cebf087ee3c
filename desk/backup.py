"""A home folder's content in one ZIP, consistent while a service runs: databases by SQLite's own copy, other files as they are.
Changes nothing in the home."""

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from corpus import owner
from corpus.errors import NotReady, PlanSeekError
from index.integrity import Sealed, synced
from index.library import UPLOADS

Progress = Callable[[str, int, int], None]

MANIFEST = "backup.json"
FORMAT = 1
MADE_AGAIN = ("index", "cache", UPLOADS)
"""Folders that are made again by themselves, or go in only where they are wanted."""
_NOT_KEPT = ("manifest.json", "unfinished.sqlite")
_PACKED = frozenset((".zip", ".docx", ".xlsx", ".pptx", ".pdf", ".png", ".jpg", ".jpeg"))
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup that was written: its bytes, the names in it, how many documents, and how many uploads were left out."""

    size: int
    members: tuple[str, ...]
    documents: int
    left_out: int


def backed_up(home: Path, file: Path, *, uploads: bool, index: bool, progress: Progress) -> Kept:
    """Write a backup of a home; the file appears once it is whole and on the disk. Raises PlanSeekError."""
    if not (home / "corpus.sqlite").is_file():
        raise NotReady(f"{home} 里没有语料库，没有可备份的内容。请用 --home 指明数据文件夹。")
    _check_target(home, file)
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        owner.remove_abandoned(file.parent, f".{file.name}.")
        scratch.mkdir()
        # The index is chosen by the copy of the store: what is switched to meanwhile does not concern it.
        databases = [_copied(database, scratch) for database in sorted(home.glob("*.sqlite")) if database.name not in _NOT_KEPT]
        documents, generation = _of_store(scratch / "corpus.sqlite")
        members = [(copy.name, copy) for copy in databases] + list(_files(home, uploads, generation if index else None))
        unready = scratch / file.name
        with zipfile.ZipFile(unready, "w", zipfile.ZIP_DEFLATED) as archive:
            held = {}
            for done, (name, path) in enumerate(members):
                progress("备份", done, len(members))
                held[name] = _put(archive, name, path)
            manifest = {
                "format": FORMAT, "made": datetime.now().astimezone().isoformat(timespec="seconds"), "program": _version(),
                "home": home.resolve().as_posix(), "documents": documents, "members": held,
            }  # fmt: skip
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        synced(unready)
        unready.replace(file)
        synced(file.parent)
    except (OSError, sqlite3.Error) as error:
        raise PlanSeekError(f"备份没有写成（{error}）。请检查磁盘空间与读写权限后重试；原有的备份未变。") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    progress("备份", len(members), len(members))
    left_out = 0 if uploads else sum(1 for path in (home / UPLOADS).glob("*") if path.is_file())
    return Kept(file.stat().st_size, tuple(held), documents, left_out)


def _check_target(home: Path, file: Path) -> None:
    if file.is_dir() or not file.parent.is_dir():
        raise PlanSeekError(f"无法写入 {file}。请给出一个文件名（如 备份.zip），并确认它所在的文件夹存在。")
    if file.resolve().is_relative_to(home.resolve()):
        raise PlanSeekError(f"{file} 在数据文件夹里面。请把备份放到别处，最好是另一块磁盘。")
    if file.exists():
        with suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(file) as archive:
            if MANIFEST in archive.namelist():
                return
        raise PlanSeekError(f"{file} 已存在，而且不是 PlanSeek 的备份。请换一个文件名。")


def _copied(database: Path, folder: Path) -> Path:
    """A copy of a database as it was last committed, with nothing left in a log."""
    copy = folder / database.name
    with closing(sqlite3.connect(database, timeout=15)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        faults = [row[0] for row in target.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
    if faults:
        raise PlanSeekError(f"{database} 已损坏，没有备份。请先运行 planseek doctor --repair。")
    return copy


def _of_store(copy: Path) -> tuple[int, str | None]:
    """How many documents a store holds, and the generation in force."""
    with closing(sqlite3.connect(copy)) as store:
        documents: int = store.execute("SELECT COUNT(*) FROM document").fetchone()[0]
        row = store.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
    return documents, row[0] if row else None


def _files(home: Path, uploads: bool, generation: str | None) -> Iterator[tuple[str, Path]]:
    """The other files that go in, by their names below the home: all but what is made again, hidden or a database's."""
    for path in sorted(home.rglob("*")):
        inner = path.relative_to(home)
        if not path.is_file() or path.is_symlink() or any(part.startswith(".") for part in inner.parts):
            continue
        if len(inner.parts) == 1:
            wanted = inner.name not in _NOT_KEPT and ".sqlite" not in inner.name
        elif inner.parts[0] == "index":
            wanted = generation is not None and inner.parts[1] == generation
        else:
            wanted = inner.parts[0] not in MADE_AGAIN or (uploads and inner.parts[0] == UPLOADS)
        if wanted:
            yield inner.as_posix(), path
    if generation is not None and (damage := next(Sealed(home / "index" / generation).damages(), None)):
        raise PlanSeekError(f"索引没有备份：{damage}")


def _put(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, object]:
    """Write a file into an archive; what the manifest says of it (modified in ns)."""
    packed = zipfile.ZIP_STORED if path.suffix.lower() in _PACKED else zipfile.ZIP_DEFLATED
    member = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    member.compress_type = packed
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(member, "w", force_zip64=True) as target:
        stat = os.fstat(source.fileno())
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size, "modified": stat.st_mtime_ns}


def _version() -> str:
    try:
        return version("planseek")
    except PackageNotFoundError:
        return ""
