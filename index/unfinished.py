"""What an ingest has already read and embedded, kept beside the store until it ends: a second try begins there. Holds
nothing that could not be made again."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from corpus.rows import Sheaf, dump
from index.protocols import Floats

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reading (
  path TEXT PRIMARY KEY, size INTEGER, modified INTEGER, reading TEXT, document TEXT, passages TEXT, layout BLOB);
CREATE TABLE IF NOT EXISTS vector (model TEXT, key TEXT, row BLOB, PRIMARY KEY (model, key)) WITHOUT ROWID;
"""
_COMMIT_SECONDS = 2.0


class Unfinished:
    """A small database of its own, committed every two seconds; a kill loses no more than that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = self._opened()
        except sqlite3.DatabaseError:
            # Torn by a loss of power: what it held is read again.
            self._remove()
            self._db = self._opened()
        self._committed = time.monotonic()

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=15)
        db.execute("PRAGMA journal_mode = WAL")
        # A loss of power may cost the last seconds, never the sense of what stands there.
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(_SCHEMA)
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            db.close()
            raise sqlite3.DatabaseError
        return db

    def keep(self, path: str, size: int, modified: int, reading: str, sheaf: Sheaf) -> None:
        """Remember what a file of this size and modification time (ns) became when read in this way."""
        row = (path, size, modified, reading, dump(sheaf.document), dump(sheaf.passages), sheaf.layout)
        self._db.execute("INSERT OR REPLACE INTO reading VALUES (?,?,?,?,?,?,?)", row)
        self._commit_now_and_then()

    def kept(self, path: str, size: int, modified: int, reading: str) -> Sheaf | None:
        """What `keep` was given for the same file unchanged, or None."""
        row = self._db.execute(
            "SELECT document, passages, layout FROM reading WHERE path = ? AND size = ? AND modified = ? AND reading = ?",
            (path, size, modified, reading),
        ).fetchone()
        if row is None:
            return None
        return Sheaf(tuple(json.loads(row[0])), tuple(tuple(p) for p in json.loads(row[1])), row[2])

    def keep_vectors(self, model: str, keys: Sequence[str], vectors: Floats) -> None:
        """Remember unit vectors (len(keys), dimension) by the hash of their text."""
        rows = ((model, key, vector.astype(np.float32).tobytes()) for key, vector in zip(keys, vectors, strict=True))
        self._db.executemany("INSERT OR REPLACE INTO vector VALUES (?,?,?)", rows)
        self._commit_now_and_then()

    def kept_vectors(self, model: str, keys: Iterable[str]) -> Iterator[tuple[str, Floats]]:
        """The keys among these for which a vector is kept, with it."""
        if self._db.execute("SELECT 1 FROM vector WHERE model = ? LIMIT 1", (model,)).fetchone() is None:
            return
        for key in keys:
            row = self._db.execute("SELECT row FROM vector WHERE model = ? AND key = ?", (model, key)).fetchone()
            if row is not None:
                yield key, np.frombuffer(row[0], np.float32)

    def _commit_now_and_then(self) -> None:
        if time.monotonic() - self._committed >= _COMMIT_SECONDS:
            self._db.commit()
            self._committed = time.monotonic()

    def close(self, *, done: bool) -> None:
        """Keep what there is for the next try or, where all is done, forget it."""
        self._db.commit()
        self._db.close()
        if done:
            self._remove()

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
