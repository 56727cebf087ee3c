"""The keys of a home: made once and shown once, kept as digests. Decides nothing of what a role may do."""

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from access.model import ROLES, Key
from corpus.errors import PlanSeekError, Unknown

FILE = "keys.sqlite"
MOST = 500
LONGEST_NAME = 60
"""Characters."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS key (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, digest BLOB NOT NULL,
  created TEXT NOT NULL, used TEXT, collections TEXT);
"""
_COLUMNS = "id, name, role, created, used, collections"
_PREFIX = "ps"
# Compared with where no key has the id, so that both ways take as long.
_NOBODY = hashlib.sha256(b"").digest()


class Keys:
    """The keys of one home. Each call is a transaction of its own; safe to share between threads."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def exist(self) -> bool:
        """Whether any key has been made: from then on every request needs one."""
        if not self._path.exists():
            return False
        with self._open() as db:
            return db.execute("SELECT 1 FROM key LIMIT 1").fetchone() is not None

    def all(self) -> list[Key]:
        """Every key by name."""
        if not self._path.exists():
            return []
        with self._open() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM key ORDER BY name").fetchall()
        return [_key(row) for row in rows]

    def add(self, name: str, role: str, collections: Iterable[str] | None = None) -> tuple[Key, str]:
        """A new key and its secret text, which is told this once. collections: those that it may see; None: all. Raises
        PlanSeekError for a name that is empty, overlong or taken, for an unknown role, and where another than a reader is to
        see only some collections."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= LONGEST_NAME:
            raise PlanSeekError(f"密钥的名称要有 1 到 {LONGEST_NAME} 个字，例如：规划科张三。")
        if role not in ROLES:
            raise PlanSeekError(f"没有「{role}」这个角色，可用：{'、'.join(ROLES)}。")
        seen = None if collections is None else tuple(sorted({one.strip() for one in collections}))
        if seen is not None and (not seen or not all(seen)):
            raise PlanSeekError("资料集的名称不能为空。它写在 metadata.csv 的 collection 一栏。")
        if seen is not None and role != ROLES[0]:
            raise PlanSeekError(f"只有{ROLES[0]}的密钥可以限定资料集；{role}要更改整个语料，看得到全部文档。")
        secret = secrets.token_urlsafe(32)
        key = Key(secrets.token_hex(6), name, role, _now(), None, seen)
        with self._open(create=True) as db:
            if db.execute("SELECT COUNT(*) FROM key").fetchone()[0] >= MOST:
                raise PlanSeekError(f"最多可有 {MOST} 个密钥。请先停用不再使用的。")
            try:
                db.execute(
                    "INSERT INTO key (id, name, role, digest, created, collections) VALUES (?, ?, ?, ?, ?, ?)",
                    (key.id, name, role, _digest(secret), key.created, json.dumps(seen, ensure_ascii=False) if seen else None),
                )
            except sqlite3.IntegrityError as error:
                raise PlanSeekError(f"已有名为「{name}」的密钥。请换一个名称，或先停用原来的。") from error
        return key, f"{_PREFIX}_{key.id}_{secret}"

    def remove(self, name: str) -> Key:
        """Take a key back, by its name or id. Raises Unknown."""
        found = next((key for key in self.all() if name in (key.name, key.id)), None)
        if found is None:
            raise Unknown(f"没有名为「{name}」的密钥。用 planseek keys list 查看已有的。")
        with self._open() as db:
            db.execute("DELETE FROM key WHERE id = ?", (found.id,))
        return found

    def holder(self, given: str) -> Key | None:
        """The key whose secret text this is; None where it is none's."""
        prefix, _, rest = given.partition("_")
        name, _, secret = rest.partition("_")
        if prefix != _PREFIX or not self._path.exists():
            return None
        with self._open() as db:
            row = db.execute(f"SELECT {_COLUMNS}, digest FROM key WHERE id = ?", (name,)).fetchone()
            # A secret has 256 random bits: its plain SHA-256 cannot be guessed back, a slow hash would only cost every request.
            if not hmac.compare_digest(_digest(secret), row[6] if row else _NOBODY) or row is None:
                return None
            today = _now()[:10]
            if (row[4] or "")[:10] != today:
                # By the day: a write for every request would make readers wait for one another.
                with suppress(sqlite3.OperationalError):
                    db.execute("UPDATE key SET used = ? WHERE id = ?", (_now(), name))
        return _key(row)

    @contextmanager
    def _open(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        if create and not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Made with its rights before anything is in it: only this account reads it.
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        try:
            with closing(sqlite3.connect(self._path, timeout=15)) as db, db:
                db.execute(_SCHEMA)
                if "collections" not in {row[1] for row in db.execute("PRAGMA table_info(key)")}:
                    # A home whose keys were made before collections were known.
                    db.execute("ALTER TABLE key ADD COLUMN collections TEXT")
                yield db
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise PlanSeekError(f"密钥库 {self._path} 无法读写（{error}）。请检查磁盘与权限，或从备份恢复这个文件。") from error


def _key(row: tuple[Any, ...]) -> Key:
    """The key of a row of _COLUMNS, whatever follows them."""
    identity, name, role, created, used, seen = row[:6]
    return Key(identity, name, role, created, used, None if seen is None else tuple(json.loads(seen)))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
