"""A home folder from a backup: every member is checked, the whole is put together beside the old and takes its place at once, or
nothing is changed. Trusts no name and no size in the file."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from corpus import owner
from corpus.errors import PlanSeekError
from corpus.store import Store
from desk.backup import FORMAT, MANIFEST
from desk.upkeep import free_to_write, unused
from index import generations
from index.integrity import synced
from index.library import UPLOADS
from index.segments import Makers
from index.swap import put_in_place
from index.writing import Progress, writing

MOST_MEMBERS = 200_000
_MANIFEST_BYTES = 64 << 20
_DEEPEST = 5
_PART = re.compile(r"[^\x00-\x1f\x7f\\/:*?\"<>|]{1,200}")
_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Restored:
    """A home that was put together: what it holds, when the backup was made, and where the content before went."""

    documents: int
    passages: int
    made: str
    aside: Path | None


def restored(
    file: Path, home: Path, makers: Callable[[], Makers], *, force: bool, progress: Progress
) -> Restored:
    """Put a backup in the place of a home. Raises PlanSeekError, and then the home is as it was."""
    occupied = home.exists() and (not home.is_dir() or any(home.iterdir()))
    if occupied and not force:
        raise PlanSeekError(f"{home} 里已有内容。请用 --home 给出一个空的文件夹，或加 --force 把原有内容移到一旁。")
    if not free_to_write(home / "corpus.sqlite"):
        raise PlanSeekError(owner.refusal(home / "corpus.sqlite"))
    home = home.resolve()
    unready = home.with_name(f".{home.name}.restoring.{os.getpid()}")
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        owner.remove_abandoned(home.parent, f".{home.name}.restoring.")
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, unready.parent)
            unready.mkdir()
            for done, (name, told) in enumerate(manifest["members"].items()):
                progress("核对备份", done, len(manifest["members"]))
                _unpack(archive, name, told, unready)
        documents, passages = _ready(unready, manifest["home"], home, makers(), progress)
        aside = _switch(unready, home)
    except FileNotFoundError as error:
        raise PlanSeekError(f"没有找到 {error.filename or file}。请检查路径。") from error
    except _BROKEN as error:
        raise PlanSeekError(f"{file} 不是完好的备份文件（{error}）。请换一份备份。") from error
    except (OSError, sqlite3.Error) as error:
        raise PlanSeekError(f"没有恢复成功（{error}）。请检查磁盘空间与读写权限；{home} 未改动。") from error
    finally:
        shutil.rmtree(unready, ignore_errors=True)
    return Restored(documents, passages, manifest["made"], aside)


def _manifest(archive: zipfile.ZipFile, folder: Path) -> dict[str, Any]:
    """What a backup says of itself, checked before anything is unpacked."""
    if MANIFEST not in archive.namelist():
        raise PlanSeekError(f"{archive.filename} 不是 planseek backup 写成的文件。请选择备份文件。")
    if archive.getinfo(MANIFEST).file_size > _MANIFEST_BYTES:
        raise PlanSeekError(f"{archive.filename} 的清单过大，不是 planseek backup 写成的文件。")
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        members, made, version = manifest["members"], str(manifest["made"]), int(manifest["format"])
        manifest["home"] = str(manifest["home"])
        total = sum(int(told["size"]) for told in members.values())
        least = min((int(told["size"]) for told in members.values()), default=0)
        datetime.fromisoformat(made)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlanSeekError(f"{archive.filename} 的清单无法解析。请换一份备份。") from error
    if version != FORMAT:
        raise PlanSeekError(f"{archive.filename} 是另一版本的程序写成的备份（格式 {version}，本程序为 {FORMAT}）。请用相应版本的程序恢复。")
    if len(members) > MOST_MEMBERS or "corpus.sqlite" not in members or least < 0:
        raise PlanSeekError(f"{archive.filename} 的清单不合规（没有语料库，或项数过多）。请换一份备份。")
    strange = next((name for name in members if not allowed(name)), None)
    if strange is not None:
        raise PlanSeekError(f"备份里有不该有的文件名「{strange[:80]}」，没有恢复。请确认备份的来源。")
    if total > shutil.disk_usage(folder).free:
        raise PlanSeekError(f"恢复需要 {total >> 20} MB，{folder} 所在磁盘空间不够。请清理磁盘后重试。")
    return manifest


def allowed(name: str) -> bool:
    """Whether a member may be called so: a plain path below the home, nothing hidden, no database's log."""
    parts = name.split("/")
    plain = all(_PART.fullmatch(part) and part[0] != "." and part.strip() == part for part in parts)
    return plain and len(parts) <= _DEEPEST and not PurePosixPath(name).name.endswith(("-wal", "-shm", "-journal"))


def _unpack(archive: zipfile.ZipFile, name: str, told: dict[str, Any], folder: Path) -> None:
    """Write a member out, never more of it than was told, and compare it with its digest."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), int(told["size"])
    try:
        source = archive.open(name)
    except KeyError as error:
        raise PlanSeekError(f"备份里缺少 {name}。请换一份备份。") from error
    with source, path.open("xb") as target:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if left or digest.hexdigest() != told.get("sha256"):
        raise PlanSeekError(f"备份里的 {name} 与清单不符，已损坏。没有恢复；请换一份备份。")
    # Uploads count as unchanged only with the time at which they were read.
    os.utime(path, ns=(int(told["modified"]), int(told["modified"])))


def _ready(unready: Path, before: str, home: Path, makers: Makers, progress: Progress) -> tuple[int, int]:
    """Check the databases, let uploads be found in their new place, and build the index where it is not there."""
    for database in sorted(unready.glob("*.sqlite")):
        with closing(sqlite3.connect(database)) as db:
            if db.execute("SELECT COUNT(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()[0]:
                raise PlanSeekError(f"备份里的 {database.name} 不是 PlanSeek 写的。没有恢复；请确认备份的来源。")
            faults = [row[0] for row in db.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
        if faults:
            raise PlanSeekError(f"备份里的 {database.name} 已损坏（{faults[0][:80]}）。没有恢复；请换一份备份。")
    old, new = f"{before}/{UPLOADS}/", f"{home.as_posix()}/{UPLOADS}/"
    with writing(unready, makers, progress) as now:
        store = now.store
        for path, row in store.files().items():
            if path.startswith(old) and old != new:
                store.remove_file(path)
                store.put_file(new + path.removeprefix(old), *row)
        passages = now.indexed(moved=False)
        documents = len(store.passage_counts())
    with closing(Store(unready / "corpus.sqlite")) as store:
        generations.current(unready, store, makers)
    for folder in (path for path in (unready, *unready.rglob("*")) if path.is_dir()):
        synced(folder)
    return documents, passages


def _switch(unready: Path, home: Path) -> Path | None:
    """Let the new folder take the old one's name; where the old one with content went."""
    if home.is_dir() and not any(home.iterdir()):
        home.rmdir()
    return put_in_place(unready, home, unused(home.with_name(f"{home.name}.{datetime.now():%Y%m%d-%H%M%S}")))
