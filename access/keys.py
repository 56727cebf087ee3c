"""The keys of a home: made once and shown once, kept as digests. Decides nothing of what a role may do."""

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from access.model import ROLES, Key
from corpus.errors import PlanSeekError, Unknown

FILE = "keys.sqlite"
MOST = 500
LONGEST_NAME = 60
"""Characters."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS key (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, digest BLOB NOT NULL,
  created TEXT NOT NULL, used TEXT);
"""
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
            rows = db.execute("SELECT id, name, role, created, used FROM key ORDER BY name").fetchall()
        return [Key(*row) for row in rows]

    def add(self, name: str, role: str) -> tuple[Key, str]:
        """A new key and its secret text, which is told this once. Raises PlanSeekError for a name that is empty, overlong or
        taken, and for an unknown role."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= LONGEST_NAME:
            raise PlanSeekError(f"密钥的名称要有 1 到 {LONGEST_NAME} 个字，例如：规划科张三。")
        if role not in ROLES:
            raise PlanSeekError(f"没有「{role}」这个角色，可用：{'、'.join(ROLES)}。")
        secret = secrets.token_urlsafe(32)
        key = Key(secrets.token_hex(6), name, role, _now())
        with self._open(create=True) as db:
            if db.execute("SELECT COUNT(*) FROM key").fetchone()[0] >= MOST:
                raise PlanSeekError(f"最多可有 {MOST} 个密钥。请先停用不再使用的。")
            try:
                db.execute(
                    "INSERT INTO key (id, name, role, digest, created) VALUES (?, ?, ?, ?, ?)",
                    (key.id, name, role, _digest(secret), key.created),
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
            row = db.execute("SELECT id, name, role, created, used, digest FROM key WHERE id = ?", (name,)).fetchone()
            # A secret has 256 random bits: its plain SHA-256 cannot be guessed back, a slow hash would only cost every request.
            if not hmac.compare_digest(_digest(secret), row[5] if row else _NOBODY) or row is None:
                return None
            today = _now()[:10]
            if (row[4] or "")[:10] != today:
                # By the day: a write for every request would make readers wait for one another.
                with suppress(sqlite3.OperationalError):
                    db.execute("UPDATE key SET used = ? WHERE id = ?", (_now(), name))
        return Key(*row[:5])

    @contextmanager
    def _open(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        if create and not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Made with its rights before anything is in it: only this account reads it.
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        try:
            with closing(sqlite3.connect(self._path, timeout=15)) as db, db:
                db.execute(_SCHEMA)
                yield db
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise PlanSeekError(f"密钥库 {self._path} 无法读写（{error}）。请检查磁盘与权限，或从备份恢复这个文件。") from error


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
