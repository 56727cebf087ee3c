"""The SQLite store of documents, passages and regions: one writer, many readers. Never reads files or ranks."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus import owner, schema
from corpus.edits import FIELDS, Edits
from corpus.errors import Busy, NotReady, PlanSeekError, Unknown, of_database
from corpus.layout import unpack
from corpus.model import Document, Passage, Region, Run, Span
from corpus.regions.places import Gazetteer, Place
from corpus.rows import COLUMNS, HEAVY, SETTLED, Sheaf, document_of, dump, fingerprint, place_of, place_row
from corpus.standing import Standing
from corpus.wordings import Wordings


class Store:
    """An open store. Readers see the last committed state; `writing()` holds everything back until it succeeds.

    collections: where given, only the documents of these collections are there, whatever is read; nothing can be written.
    """

    def __init__(self, path: Path, *, create: bool = False, collections: Collection[str] | None = None) -> None:
        if not create and not path.exists():
            raise NotReady(f"语料库 {path} 不存在。请先运行：planseek ingest 文件或文件夹")
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._regions: tuple[tuple[Place, ...], Gazetteer] | None = None
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=15, check_same_thread=False)
            self._db.execute("PRAGMA foreign_keys = ON")
            self._use_wal()
            if (create and self._version() == 0) or 0 < self._version() < schema.VERSION:
                self._bring_up_to_date(create)
            version = self._version()
        except sqlite3.Error as error:
            raise of_database(error, path) from error
        if version == 0:
            raise NotReady("还没有建立语料库。请运行：planseek ingest 文件或文件夹")
        if version != schema.VERSION:
            raise PlanSeekError(
                f"语料库 {path} 的版本（{version}）与程序（{schema.VERSION}）不符。请用新的 --home 文件夹重新导入。"
            )
        self.wordings = Wordings(self._db)
        if collections is not None:
            self._show_only(collections)

    def _show_only(self, collections: Collection[str]) -> None:
        """Put views before the tables: no statement below needs to think of it, and none can forget."""
        self._db.execute("CREATE TEMP TABLE seen (collection TEXT PRIMARY KEY) WITHOUT ROWID")
        self._db.executemany("INSERT INTO seen VALUES (?)", [(name,) for name in set(collections)])
        shown = "(SELECT id FROM main.document WHERE collection IN seen)"
        names = [row[1] for row in self._db.execute("PRAGMA main.table_info(document)")]
        # What it continues, and what takes its place, are known only where they are shown too.
        known = {name: f"iif({name} IN {shown}, {name}, NULL) AS {name}" for name in ("follows", "final")}
        columns = ", ".join(known.get(name, name) for name in names)
        self._db.execute(f"CREATE TEMP VIEW document AS SELECT {columns} FROM main.document WHERE collection IN seen")
        for table in ("file", "passage", "layout"):
            self._db.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE document IN {shown}")

    def shrink(self) -> None:
        """Give back to the disk what removed documents took, where it is most of the file and nobody reads just now."""
        free, pages = (self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
        if free > pages // 2:
            with contextlib.suppress(sqlite3.OperationalError):
                self._db.execute("VACUUM")
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _version(self) -> int:
        version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        return version

    def _bring_up_to_date(self, create: bool) -> None:
        """Create what is missing and take an older store's schema to this one, all or nothing."""
        with self.writing():
            # Another program may have done so while this one waited.
            if create and self._version() == 0:
                self._execute(schema.FIRST)
                self._db.execute("PRAGMA user_version = 1")
            while 0 < (version := self._version()) < schema.VERSION:
                self._execute(schema.MIGRATIONS[version])
                self._db.execute(f"PRAGMA user_version = {version + 1}")

    def _execute(self, statements: str) -> None:
        for statement in statements.split(";\n"):
            if statement.strip():
                self._db.execute(statement)

    def _use_wal(self) -> None:
        """Switch to a write-ahead log; SQLite does not wait for its lock by itself where two programs do so at once."""
        for attempt in range(100):
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or attempt == 99:
                    raise
                time.sleep(0.05)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or, on any error or a kill, none."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise (Busy(owner.refusal(self.path)) if "locked" in str(error) else of_database(error, self.path)) from error
        try:
            with owner.noted(self.path):
                yield
            self._db.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.OperationalError):  # a full disk may have ended it already
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
                raise of_database(error, self.path) from error
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads inside see one committed state, whatever is written meanwhile."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")

    # — meta and regions ———————————————————————————————————————————————————————————————————————————————————————

    def meta(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        self._db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )

    def add_places(self, places: Iterable[Place]) -> None:
        rows = [place_row(place) for place in places]
        self._db.executemany(
            "INSERT OR REPLACE INTO region (code, name, level, parent, aliases, extra) VALUES (?, ?, ?, ?, ?, ?)", rows
        )

    def remove_place(self, code: str) -> None:
        self._db.execute("DELETE FROM region WHERE code = ?", (code,))

    def uses_of_place(self, code: str) -> int:
        """How many documents are of a region, were read as being of it, or have passages about it."""
        row = self._db.execute(
            "SELECT COUNT(DISTINCT id) FROM (SELECT id FROM document WHERE region = ?1 OR json_extract(edits, '$.region') = ?1"
            " UNION SELECT document FROM passage WHERE region = ?1)",
            (code,),
        ).fetchone()
        return int(row[0])

    def added_places(self) -> tuple[Place, ...]:
        """The regions that users added, by code."""
        rows = self._db.execute("SELECT code, name, level, parent, aliases, extra FROM region ORDER BY code")
        return tuple(place_of(row) for row in rows)

    def gazetteer(self) -> Gazetteer:
        """The built-in regions and those that users added; built once while these stay the same."""
        added = self.added_places()
        if self._regions is None or self._regions[0] != added:
            self._regions = (added, Gazetteer(added))
        return self._regions[1]

    # — files and documents ————————————————————————————————————————————————————————————————————————————————————

    def files(self) -> dict[str, tuple[str, int, int, str]]:
        """path → (document id, size in bytes, modification time in ns, reading: version of how it was read)."""
        return {
            row[0]: tuple(row[1:])
            for row in self._db.execute("SELECT path, document, size, modified, reading FROM file")
        }

    def files_of(self, document_id: str) -> list[str]:
        """The paths that hold a document, in order."""
        rows = self._db.execute("SELECT path FROM file WHERE document = ? ORDER BY path", (document_id,))
        return [row[0] for row in rows]

    def put_file(self, path: str, document: str, size: int, modified: int, reading: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)", (path, document, size, modified, reading)
        )

    def remove_file(self, path: str) -> None:
        self._db.execute("DELETE FROM file WHERE path = ?", (path,))

    def remove_orphans(self) -> list[str]:
        """Delete documents that no file holds any more; their passages go with them. Returns their ids."""
        orphans = [
            r[0] for r in self._db.execute("SELECT id FROM document WHERE id NOT IN (SELECT document FROM file)")
        ]
        for orphan in orphans:
            self.remove_document(orphan)
        return orphans

    def remove_document(self, document_id: str) -> None:
        """Delete a document with its files' names and its passages."""
        self.wordings.put_gone(document_id)
        self._db.execute("DELETE FROM document WHERE id = ?", (document_id,))

    def put(self, bound: Sheaf) -> None:
        """Insert or replace a document with its passages; its files are kept by put_file, its links by settle."""
        changes = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
        self._db.execute(
            f"INSERT INTO document ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
            f" ON CONFLICT (id) DO UPDATE SET {changes}",
            bound.document,
        )
        self.wordings.put_gone(bound.id)
        self._db.execute("DELETE FROM passage WHERE document = ?", (bound.id,))
        self._db.executemany(
            'INSERT INTO passage (document, start, "end", trail, headings, paragraph, last_paragraph, region, page)'
            " VALUES (?,?,?,?,?,?,?,?,?)",
            bound.passages,
        )
        text = bound.document[COLUMNS.index("text")]
        self._db.execute("UPDATE document SET fingerprint = ? WHERE id = ?", (fingerprint(text, bound.passages), bound.id))
        if bound.layout:
            self._db.execute("INSERT OR REPLACE INTO layout VALUES (?, ?)", (bound.id, bound.layout))
        else:
            self._db.execute("DELETE FROM layout WHERE document = ?", (bound.id,))

    def settle(self, document_id: str, follows: str | None, missing: str | None, final: str | None) -> None:
        """Write how a document stands to others (see Document)."""
        self._db.execute(
            "UPDATE document SET follows = ?, missing = ?, final = ? WHERE id = ?", (follows, missing, final, document_id)
        )

    def edits(self) -> dict[str, dict[str, str | None]]:
        """Document id → what its user corrected of it (see corpus.edits); only documents of which something was."""
        rows = self._db.execute("SELECT id, edits FROM document WHERE edits <> '{}'")
        return {row[0]: json.loads(row[1]) for row in rows}

    def put_edits(self, document_id: str, edits: Edits) -> None:
        self._db.execute("UPDATE document SET edits = ? WHERE id = ?", (dump(edits), document_id))

    def as_read(self, document_id: str) -> dict[str, str | None]:
        """What stands under a document's corrections: every field that can be corrected as it was read, a region as its code."""
        row = self._db.execute(f"SELECT {', '.join(FIELDS)} FROM document WHERE id = ?", (document_id,)).fetchone()
        return dict(zip(FIELDS, row or (None,) * len(FIELDS), strict=True))

    def put_regions(self, rows: Iterable[tuple[str, int, str | None]]) -> None:
        """Write the region of passages: (document, start, code)."""
        self._db.executemany(
            "UPDATE passage SET region = ?3 WHERE document = ?1 AND start = ?2 AND region IS NOT ?3", rows
        )

    def standings(self) -> dict[str, Standing]:
        """Every document by its id, as it is corrected, in the order of `documents`."""
        places = self.gazetteer().places
        first = dict(self._db.execute("SELECT document, MIN(path) FROM file GROUP BY document"))
        found = []
        for name, title, region, status, period, issued, joints, edits, *settled in self._db.execute(
            "SELECT id, title, region, status, period, issued, joints, edits, follows, missing, final FROM document"
        ):
            fields = {"title": title, "region": region, "status": status, "period": period, "issued": issued}
            fields.update((field, value) for field, value in json.loads(edits).items() if field in fields)
            if fields["region"] not in places:
                fields["region"] = None
            found.append(Standing(name, **fields, file=first.get(name, ""), joints=json.loads(joints), settled=tuple(settled)))
        return {standing.id: standing for standing in sorted(found, key=lambda s: (s.file, s.id))}

    def joints_of(self, document_id: str) -> dict[str, Any]:
        """The joints of one document."""
        row = self._db.execute("SELECT joints FROM document WHERE id = ?", (document_id,)).fetchone()
        joints: dict[str, Any] = json.loads(row[0]) if row else {}
        return joints

    def layout(self, document_id: str) -> tuple[Run, ...]:
        """Where a document's characters stand on its pages; nothing for formats without pages."""
        row = self._db.execute("SELECT runs FROM layout WHERE document = ?", (document_id,)).fetchone()
        return unpack(row[0]) if row else ()

    def documents(self, *, with_text: bool = True, only: Iterable[str] | None = None) -> list[Document]:
        """All documents, or those of some ids, ordered by their first file; without text, sections and tables for listings."""
        gazetteer = self.gazetteer()
        wanted = None if only is None else dump(list(only))
        files: dict[str, list[str]] = {}
        among = "" if wanted is None else " WHERE document IN (SELECT value FROM json_each(:wanted))"
        for path, document in self._db.execute(f"SELECT path, document FROM file{among} ORDER BY path", {"wanted": wanted}):
            files.setdefault(document, []).append(path)
        columns = ", ".join(
            name if with_text else HEAVY.get(name, name) for name in (*COLUMNS, *SETTLED)
        )
        among = among.replace("WHERE document", "WHERE id")
        rows = self._db.execute(f"SELECT {columns} FROM document{among}", {"wanted": wanted}).fetchall()
        documents = [document_of(row, tuple(files.get(row[0], ())), gazetteer) for row in rows]
        return sorted(documents, key=lambda d: (d.files[:1], d.id))

    def fingerprints(self) -> list[tuple[str, str]]:
        """(id, fingerprint of what is indexed) of every document, by id; those that an earlier version left out are made good."""
        missing = [row[0] for row in self._db.execute("SELECT id FROM document WHERE fingerprint = ''")]
        for name in missing:
            rows = self._db.execute(
                'SELECT document, start, "end", trail, headings, paragraph, last_paragraph, region, page FROM passage'
                " WHERE document = ? ORDER BY start",
                (name,),
            )
            self._db.execute("UPDATE document SET fingerprint = ? WHERE id = ?", (fingerprint(self.text(name), rows), name))
        return self._db.execute("SELECT id, fingerprint FROM document ORDER BY id").fetchall()

    def text(self, document_id: str) -> str:
        """The text of a document that must be there. Raises Unknown."""
        row = self._db.execute("SELECT text FROM document WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            raise Unknown(f"没有编号为 {document_id} 的文档。")
        return str(row[0])

    def texts(self) -> Iterator[tuple[str, str]]:
        """(document id, text) one by one, ordered by id: all of them together may not fit into memory."""
        yield from self._db.execute("SELECT id, text FROM document ORDER BY id")

    def size_of_texts(self) -> int:
        """How many characters all texts have together."""
        size: int = self._db.execute("SELECT COALESCE(SUM(LENGTH(text)), 0) FROM document").fetchone()[0]
        return size

    def document(self, document_id: str) -> Document | None:
        """A document without its layout."""
        columns = ", ".join((*COLUMNS, *SETTLED))
        row = self._db.execute(f"SELECT {columns} FROM document WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            return None
        return document_of(row, tuple(self.files_of(document_id)), self.gazetteer())

    def found(self, document_id: str) -> Document:
        """A document that must be there. Raises Unknown."""
        document = self.document(document_id)
        if document is None:
            raise Unknown(f"没有编号为 {document_id} 的文档。")
        return document

    def passages(self, document_id: str | None = None) -> list[Passage]:
        """Every passage, or those of one document, ordered by document and place."""
        gazetteer = self.gazetteer()
        regions: dict[str | None, Region | None] = {None: None}
        trails: dict[str, tuple[str, ...]] = {}
        passages = []
        for document, start, end, trail, headings, first, last, code, page, family in self._db.execute(
            'SELECT document, start, "end", trail, headings, paragraph, last_paragraph, region, page, family FROM passage'
            " WHERE ?1 IS NULL OR document = ?1 ORDER BY document, start",
            (document_id,),
        ):
            if code not in regions:
                regions[code] = gazetteer.region(code) if code in gazetteer.places else None
            if trail not in trails:
                trails[trail] = tuple(json.loads(trail))
            passages.append(
                Passage(document, Span(start, end), trails[trail], headings, first, last, regions[code], page, family)
            )
        return passages

    def regions_and_families(self) -> list[tuple[str | None, str | None]]:
        """The code of the region and the family of every passage, ordered by document and place."""
        return self._db.execute("SELECT region, family FROM passage ORDER BY document, start").fetchall()

    def passage_counts(self, only: Iterable[str] | None = None) -> dict[str, int]:
        """Document id → number of passages, of all documents or those of some ids."""
        among = "" if only is None else "WHERE document IN (SELECT value FROM json_each(:wanted))"
        wanted = {"wanted": dump(list(only or ()))}
        return dict(self._db.execute(f"SELECT document, COUNT(*) FROM passage {among} GROUP BY document", wanted))
