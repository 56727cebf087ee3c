"""Puts right what an examination found: rows saved from a damaged store, documents read again, the index built anew, leftovers
removed. Never gives up a row that can still be read."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path

from corpus import owner
from corpus.errors import PlanSeekError
from corpus.store import Store
from desk import soundness
from desk.soundness import Finding
from desk.upkeep import Examination, examined, free_to_write, unused
from index import generations
from index.ingest import ingest
from index.integrity import synced
from index.library import source_of
from index.segments import Makers
from index.writing import Progress, writing

_EMPTIED = """UPDATE document SET sections = '[]', tables = '[]', pages = '[]', notes = '[]', joints = '{}', evidence = '{}',
 edits = CASE WHEN json_valid(edits) THEN edits ELSE '{}' END WHERE id = ?"""
"""What is read of a document anew, made empty; its corrections stay where they can be read."""


def mended(
    home: Path, makers: Callable[[], Makers], progress: Progress
) -> tuple[Examination, tuple[Finding, ...]]:
    """Repair what can be, and examine anew: what is left, and what is no more. Raises PlanSeekError where a repair cannot be
    begun (another writer, a full disk)."""
    before = now = examined(home, makers)

    def wanted(mend: str) -> list[Finding]:
        return [finding for finding in now.findings if finding.mend == mend]

    if wanted("store"):
        _save_rows(home, makers(), progress)
        now = examined(home, makers)
    if faulty := wanted("documents"):
        read = _read_again(home, makers(), {name for finding in faulty for name in finding.names}, progress)
        now = examined(home, makers)
        if (still := {name for finding in wanted("documents") for name in finding.names}) and still <= read:
            # What was read from their files a moment ago is not what was indexed: it is the index that is out of date.
            _build_again(home, makers(), progress, anew=True)
            now = examined(home, makers)
    # Over a text that is known to be wrong no index is built: it would pass for sound from then on.
    if wanted("index") and not any(finding.part == soundness.DOCUMENTS for finding in now.findings):
        _build_again(home, makers(), progress)
        now = examined(home, makers)
    if leftovers := wanted("leftovers"):
        _remove(home, [Path(name) for finding in leftovers for name in finding.names])
        now = examined(home, makers)
    left = {finding.what for finding in now.findings}
    return now, tuple(finding for finding in before.findings if finding.mend and finding.what not in left)


def _build_again(home: Path, makers: Makers, progress: Progress, *, anew: bool = False) -> None:
    """Build the index from the store; anew: even where it is whole."""
    with writing(home, makers, progress) as now:
        generation = now.store.meta("generation")
        if anew and generation:
            with contextlib.suppress(FileNotFoundError):
                (home / "index" / generation / "manifest.json").unlink()
        now.indexed(moved=True)


def _read_again(home: Path, makers: Makers, wanted: Collection[str], progress: Progress) -> set[str]:
    """Read the files of some documents as if they had never been read; the ids of those for which it went well."""
    with closing(Store(home / "corpus.sqlite")) as store, store.writing():
        known = {key: row for key, row in store.files().items() if row[0] in wanted}
        for key, (document, size, modified, _) in known.items():
            store.put_file(key, document, size, modified, "")
        broken = [name for name in wanted if not _readable(store, name)]
    with closing(sqlite3.connect(home / "corpus.sqlite", timeout=15)) as db, db:
        for name in broken:
            # A record that nothing can make sense of keeps every other document from being listed.
            db.execute(_EMPTIED, (name,))
            db.execute("DELETE FROM passage WHERE document = ?", (name,))
    keys = sorted(known)
    return _ingest(home, makers, keys, progress)


def _readable(store: Store, name: str) -> bool:
    try:
        return bool(store.found(name)) and store.passages(name) is not None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False


def _ingest(home: Path, makers: Makers, keys: Sequence[str], progress: Progress) -> set[str]:
    sources = sorted({source for key in keys if (source := source_of(key))})
    if not sources:
        return set()
    report = ingest(sources, home, makers, progress=progress, only=set(keys))
    return {file.document.id for file in report.files if file.document and file.status in ("added", "replaced")}


def _save_rows(home: Path, makers: Makers, progress: Progress) -> None:
    """Put every row of a damaged store that can be read into a new one, and read the files of documents that cannot be. The
    damaged file stays beside it under another name."""
    path = home / "corpus.sqlite"
    if not free_to_write(path):
        raise PlanSeekError(owner.refusal(path))
    fresh = home / ".repaired.sqlite"
    for file in _with_logs(fresh):
        file.unlink(missing_ok=True)
    Store(fresh, create=True).close()
    with closing(sqlite3.connect(path, timeout=15)) as old, closing(sqlite3.connect(fresh)) as new:
        new.execute("PRAGMA foreign_keys = OFF")
        tables = [row[0] for row in new.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        for done, table in enumerate(tables):
            progress("抢救语料库", done, len(tables))
            _copy(old, new, table)
        lost = [row[0] for row in new.execute("SELECT path FROM file WHERE document NOT IN (SELECT id FROM document)")]
        for table in tables:
            for _, _, parent, column, key, *_ in new.execute(f"PRAGMA foreign_key_list({table})").fetchall():
                new.execute(f'DELETE FROM {table} WHERE "{column}" NOT IN (SELECT "{key}" FROM {parent})')
        if not new.execute("SELECT EXISTS (SELECT 1 FROM document)").fetchone()[0] and not lost:
            raise PlanSeekError(f"{path} 里已没有能读出的文档。请从备份恢复（planseek restore），或换一个 --home 重新导入。")
        # Of what is left, not of what there was.
        new.execute("UPDATE document SET fingerprint = ''")
        new.commit()
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = unused(home / "corpus.sqlite.damaged")
    for file, kept in zip(_with_logs(path), _with_logs(aside), strict=True):
        if file.exists():
            file.rename(kept)
    for file, named in zip(_with_logs(fresh), _with_logs(path), strict=True):
        if file.exists():
            file.rename(named)
    synced(home)
    # Documents whose passages were on a page that is lost are read again like those that are lost as a whole.
    _ingest(home, makers, lost, progress)


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> None:
    """Copy a table's rows from both ends: what one way does not get past, the other reaches from behind."""
    columns = new.execute(f"PRAGMA table_info({table})").fetchall()
    keys = [row[1] for row in sorted(columns, key=lambda row: row[5]) if row[5]]
    with contextlib.suppress(sqlite3.DatabaseError):
        there = {row[1] for row in old.execute(f"PRAGMA table_info({table})")}
        names = ", ".join(f'"{row[1]}"' for row in columns if row[1] in there)
        marks = ", ".join("?" for row in columns if row[1] in there)
        for order in ("ASC", "DESC") if there else ():
            by = ", ".join(f'"{key}" {order}' for key in keys)
            with contextlib.suppress(sqlite3.DatabaseError, UnicodeDecodeError):
                for row in old.execute(f"SELECT {names} FROM {table} ORDER BY {by}"):
                    with contextlib.suppress(sqlite3.IntegrityError):
                        new.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)


def _with_logs(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]


def _remove(home: Path, paths: Sequence[Path]) -> None:
    """Remove leftovers, and bring what only shows the state (manifest.json, a note) up to date."""
    with closing(Store(home / "corpus.sqlite")) as store, store.writing():
        for path in paths:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        if generation := store.meta("generation"):
            generations.tidy(home, generation)
    if free_to_write(home / "corpus.sqlite"):
        (home / f"corpus.sqlite{owner.SUFFIX}").unlink(missing_ok=True)
