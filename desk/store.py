"""The SQLite store of baskets and saved questions in a home folder, apart from the corpus, which may be built anew. Reads no
plan and asks nothing."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from corpus.errors import PlanSeekError, Unknown
from corpus.model import Region, Span
from desk.model import Basket, Item, Place, Saved

FILE = "desk.sqlite"
MOST_BASKETS, MOST_ITEMS, MOST_SAVED = 200, 2000, 500
LONGEST_NAME, LONGEST_NOTE = 100, 4000
"""Characters."""

T = TypeVar("T")

_VERSION = 1
_SCHEMA = """
CREATE TABLE basket (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL DEFAULT '', name TEXT NOT NULL, changed TEXT NOT NULL,
  UNIQUE (owner, name));
CREATE TABLE item (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL DEFAULT '',
  basket INTEGER NOT NULL REFERENCES basket(id) ON DELETE CASCADE,
  document TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, question TEXT NOT NULL, note TEXT NOT NULL,
  region TEXT, source TEXT NOT NULL, position INTEGER NOT NULL, added TEXT NOT NULL,
  UNIQUE (basket, document, start, "end"));
CREATE TABLE saved (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL DEFAULT '', name TEXT NOT NULL, query TEXT NOT NULL,
  created TEXT NOT NULL, run TEXT NOT NULL, seen TEXT NOT NULL,
  UNIQUE (owner, name));
"""
_ITEM = 'id, document, start, "end", question, note, region, source, added'


class Desk:
    """The desk of one owner in one home. Each call is a transaction of its own; safe to share between threads."""

    def __init__(self, home: Path, owner: str = "") -> None:
        self._path, self._owner = home / FILE, owner

    # — baskets ————————————————————————————————————————————————————————————————————————————————————————————————

    def baskets(self) -> list[Basket]:
        """Every basket, the one changed last first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT id, name, changed, (SELECT COUNT(*) FROM item WHERE basket = basket.id) FROM basket"
                " WHERE owner = ? ORDER BY changed DESC, id DESC", (self._owner,)
            ).fetchall()  # fmt: skip
        return [Basket(*row) for row in rows]

    def basket(self, basket: int) -> Basket:
        """Raises Unknown."""
        return _found([b for b in self.baskets() if b.id == basket], f"没有编号为 {basket} 的资料夹，可能已经删除。请刷新页面。")

    def add_basket(self, name: str) -> Basket:
        """Raises PlanSeekError for an empty, overlong or taken name."""
        name = _named(name, "资料夹")
        with self._writing() as db:
            self._room(db, "basket", MOST_BASKETS, "个资料夹", "owner = ?", self._owner)
            with _taken(f"已有名为“{name}”的资料夹。请换一个名称。"):
                made = db.execute("INSERT INTO basket (owner, name, changed) VALUES (?, ?, ?)", (self._owner, name, _now()))
        return self.basket(int(made.lastrowid or 0))

    def rename_basket(self, basket: int, name: str) -> Basket:
        """Raises Unknown; PlanSeekError as add_basket does."""
        name = _named(name, "资料夹")
        with self._writing() as db, _taken(f"已有名为“{name}”的资料夹。请换一个名称。"):
            self._touch(db, basket)
            db.execute("UPDATE basket SET name = ? WHERE id = ?", (name, basket))
        return self.basket(basket)

    def remove_basket(self, basket: int) -> None:
        """Remove a basket with all in it. Raises Unknown."""
        with self._writing() as db:
            self._touch(db, basket)
            db.execute("DELETE FROM basket WHERE id = ?", (basket,))

    # — items ——————————————————————————————————————————————————————————————————————————————————————————————————

    def items(self, basket: int) -> list[Item]:
        """What a basket holds, in the user's order. Raises Unknown."""
        self.basket(basket)
        with self._reading() as db:
            rows = db.execute(f"SELECT {_ITEM} FROM item WHERE basket = ? ORDER BY position, id", (basket,)).fetchall()
        return [_item(row) for row in rows]

    def add_item(
        self, basket: int, place: Place, question: str, note: str, region: Region | None, source: Mapping[str, Any]
    ) -> Item:
        """Put a passage last in a basket; one that lies there already stays as it is. Raises Unknown, PlanSeekError."""
        note = _noted(note)
        known = {"code": region.code, "name": region.name, "level": region.level, "parent": region.parent} if region else None
        with self._writing() as db:
            self._touch(db, basket)
            self._room(db, "item", MOST_ITEMS, "段原文", "basket = ?", basket)
            db.execute(
                'INSERT OR IGNORE INTO item (owner, basket, document, start, "end", question, note, region, source, position, added)'
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(position), 0) + 1 FROM item WHERE basket = ?), ?)",
                (self._owner, basket, *place, question, note, _json(known), _json(source), basket, _now()),
            )
            row = db.execute(
                f'SELECT {_ITEM} FROM item WHERE basket = ? AND document = ? AND start = ? AND "end" = ?', (basket, *place)
            ).fetchone()
        return _item(row)

    def change_item(self, basket: int, item: int, note: str | None = None, position: int | None = None) -> None:
        """Write a note, or move an item to a place in its basket (from 1; past the end is last). Raises Unknown."""
        with self._writing() as db:
            self._touch(db, basket)
            order = [row[0] for row in db.execute("SELECT id FROM item WHERE basket = ? ORDER BY position, id", (basket,))]
            _found([i for i in order if i == item], _GONE)
            if note is not None:
                db.execute("UPDATE item SET note = ? WHERE id = ?", (_noted(note), item))
            if position is not None:
                order.remove(item)
                order.insert(max(position, 1) - 1, item)
                db.executemany("UPDATE item SET position = ? WHERE id = ?", list(enumerate(order, 1)))

    def remove_item(self, basket: int, item: int) -> None:
        """Raises Unknown."""
        with self._writing() as db:
            self._touch(db, basket)
            gone = db.execute("DELETE FROM item WHERE id = ? AND basket = ? RETURNING id", (item, basket)).fetchall()
            _found(gone, _GONE)

    # — saved questions ————————————————————————————————————————————————————————————————————————————————————————

    def saved(self) -> list[Saved]:
        """Every saved question, the newest first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT id, name, query, created, run, seen FROM saved WHERE owner = ? ORDER BY id DESC", (self._owner,)
            ).fetchall()
        return [_saved(row) for row in rows]

    def one_saved(self, saved: int) -> Saved:
        """Raises Unknown."""
        return _found([s for s in self.saved() if s.id == saved], f"没有编号为 {saved} 的保存的问题，可能已经删除。请刷新页面。")

    def save(self, name: str, query: Mapping[str, Any], seen: Collection[Place]) -> Saved:
        """Keep a question with what it shows now. Raises PlanSeekError for an empty, overlong or taken name."""
        name, now = _named(name, "问题"), _now()
        with self._writing() as db:
            self._room(db, "saved", MOST_SAVED, "个保存的问题", "owner = ?", self._owner)
            with _taken(f"已有名为“{name}”的保存的问题。请换一个名称。"):
                made = db.execute(
                    "INSERT INTO saved (owner, name, query, created, run, seen) VALUES (?, ?, ?, ?, ?, ?)",
                    (self._owner, name, _json(query), now, now, _json(sorted(seen))),
                )
        return self.one_saved(int(made.lastrowid or 0))

    def ran(self, saved: int, seen: Collection[Place]) -> None:
        """Keep what a saved question shows now. Raises Unknown."""
        with self._writing() as db:
            changed = db.execute(
                "UPDATE saved SET run = ?, seen = ? WHERE id = ? AND owner = ? RETURNING id",
                (_now(), _json(sorted(seen)), saved, self._owner),
            ).fetchall()
            _found(changed, f"没有编号为 {saved} 的保存的问题，可能已经删除。请刷新页面。")

    def remove_saved(self, saved: int) -> None:
        """Raises Unknown."""
        self.one_saved(saved)
        with self._writing() as db:
            db.execute("DELETE FROM saved WHERE id = ? AND owner = ?", (saved, self._owner))

    # — the file ———————————————————————————————————————————————————————————————————————————————————————————————

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        # Looking at an empty desk makes no file.
        with self._open(self._path if self._path.exists() else Path(":memory:")) as db:
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept or, on any error, none."""
        with self._open(self._path) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _open(self, path: Path) -> Iterator[sqlite3.Connection]:
        try:
            if path == self._path:
                path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(path, isolation_level=None, timeout=15)) as db:
                db.execute("PRAGMA foreign_keys = ON")
                _bring_up_to_date(db, path)
                yield db
        except (sqlite3.Error, OSError) as error:
            raise PlanSeekError(f"无法读写 {path}（{error}）。请检查磁盘空间与读写权限后再试。") from error

    def _touch(self, db: sqlite3.Connection, basket: int) -> None:
        """Note that a basket of this owner changes. Raises Unknown where there is none."""
        changed = db.execute(
            "UPDATE basket SET changed = ? WHERE id = ? AND owner = ? RETURNING id", (_now(), basket, self._owner)
        ).fetchall()
        _found(changed, f"没有编号为 {basket} 的资料夹，可能已经删除。请刷新页面。")

    def _room(self, db: sqlite3.Connection, table: str, most: int, what: str, where: str, value: int | str) -> None:
        count = db.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}", (value,)).fetchone()[0]
        if count >= most:
            raise PlanSeekError(f"最多只能有 {most} {what}。请先删去不再需要的。")


_GONE = "资料夹里没有这一段，可能已经移出。请刷新页面。"


def _bring_up_to_date(db: sqlite3.Connection, path: Path) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise PlanSeekError(f"{path} 是更新的程序写的（版本 {version}）。请升级规划问答。")
    if version == 0:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN IMMEDIATE")
        # Another program may have done so while this one waited.
        if db.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {_VERSION}")
        db.execute("COMMIT")


@contextmanager
def _taken(sentence: str) -> Iterator[None]:
    """Say that a name is taken where the database says that it must be unique."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise PlanSeekError(sentence) from error


def _found(rows: list[T], sentence: str) -> T:
    if not rows:
        raise Unknown(sentence)
    return rows[0]


def _named(name: str, what: str) -> str:
    name = " ".join(name.split())
    if not name or not all(c.isprintable() for c in name):
        raise PlanSeekError(f"请给{what}一个名称。")
    if len(name) > LONGEST_NAME:
        raise PlanSeekError(f"名称有 {len(name)} 个字，超过 {LONGEST_NAME} 字的上限。请起一个短些的名称。")
    return name


def _noted(note: str) -> str:
    if len(note) > LONGEST_NOTE:
        raise PlanSeekError(f"备注有 {len(note)} 个字，超过 {LONGEST_NOTE} 字的上限。请写短一些。")
    return note


def _item(row: tuple[Any, ...]) -> Item:
    number, document, start, end, question, note, region, source, added = row
    known = json.loads(region) if region else None
    return Item(number, document, Span(start, end), question, note, Region(**known) if known else None, json.loads(source), added)


def _saved(row: tuple[Any, ...]) -> Saved:
    number, name, query, created, run, seen = row
    places = frozenset((document, start, end) for document, start, end in json.loads(seen))
    return Saved(number, name, json.loads(query), created, run, places)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _now() -> str:
    # Of one zone, so that times sort as they are written.
    return datetime.now(UTC).isoformat(timespec="milliseconds")
