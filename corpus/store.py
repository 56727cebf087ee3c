"""The SQLite store of documents, passages and regions: one writer, many readers. Never reads files or ranks."""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from corpus.errors import NotReady, PlanSeekError
from corpus.model import Document, Evidence, Passage, Region, Section, Span
from corpus.places import Gazetteer, Place

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE region (code TEXT PRIMARY KEY, name TEXT NOT NULL, level TEXT NOT NULL, parent TEXT, aliases TEXT NOT NULL);
CREATE TABLE document (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, region TEXT, kind TEXT NOT NULL, period TEXT, status TEXT NOT NULL,
  issued TEXT, number TEXT, collection TEXT, text TEXT NOT NULL, sections TEXT NOT NULL, pages TEXT NOT NULL,
  evidence TEXT NOT NULL);
CREATE TABLE file (
  path TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES document(id) ON DELETE CASCADE,
  size INTEGER NOT NULL, modified INTEGER NOT NULL, reading TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX file_document ON file(document);
CREATE TABLE passage (
  document TEXT NOT NULL REFERENCES document(id) ON DELETE CASCADE, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  trail TEXT NOT NULL, headings INTEGER NOT NULL, paragraph INTEGER NOT NULL, last_paragraph INTEGER NOT NULL, region TEXT, page INTEGER,
  PRIMARY KEY (document, start)) WITHOUT ROWID;
"""


class Store:
    """An open store. Readers see the last committed state; `writing()` holds everything back until it succeeds."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.exists():
            raise NotReady(f"语料库 {path} 不存在。请先运行：planseek ingest 文件或文件夹")
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._regions: tuple[list[tuple[str, ...]], Gazetteer] | None = None
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=15, check_same_thread=False)
            self._db.execute("PRAGMA foreign_keys = ON")
            self._use_wal()
            version = self._version()
            if version == 0 and create:
                with self.writing():
                    # Another program may have created it while this one waited.
                    if self._version() == 0:
                        for statement in _SCHEMA.split(";\n"):
                            self._db.execute(statement)
                        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                version = self._version()
        except sqlite3.Error as error:
            raise PlanSeekError(
                f"无法打开语料库 {path}（{error}）。请检查磁盘空间与读写权限，或换一个 --home 文件夹重新导入。"
            ) from error
        if version == 0:
            raise NotReady("还没有建立语料库。请运行：planseek ingest 文件或文件夹")
        if version != SCHEMA_VERSION:
            raise PlanSeekError(
                f"语料库 {path} 的版本（{version}）与程序（{SCHEMA_VERSION}）不符。请用新的 --home 文件夹重新导入。"
            )

    def _version(self) -> int:
        version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        return version

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
            raise PlanSeekError("另一个程序正在写入语料库。请等它结束后再试。") from error
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

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
        rows = [(p.code, p.name, p.level, p.parent, "|".join(p.aliases)) for p in places]
        self._db.executemany("INSERT OR REPLACE INTO region VALUES (?, ?, ?, ?, ?)", rows)

    def gazetteer(self) -> Gazetteer:
        """The built-in regions and those that users added; built once while these stay the same."""
        rows = self._db.execute("SELECT code, name, level, parent, aliases FROM region ORDER BY code").fetchall()
        if self._regions is None or self._regions[0] != rows:
            added = (Place(c, n, level, p, tuple(filter(None, a.split("|")))) for c, n, level, p, a in rows)
            self._regions = (rows, Gazetteer(added))
        return self._regions[1]

    # — files and documents ————————————————————————————————————————————————————————————————————————————————————

    def files(self) -> dict[str, tuple[str, int, int, str]]:
        """path → (document id, size in bytes, modification time in ns, reading: version of how it was read)."""
        return {
            row[0]: tuple(row[1:])
            for row in self._db.execute("SELECT path, document, size, modified, reading FROM file")
        }

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
        self._db.executemany("DELETE FROM document WHERE id = ?", [(orphan,) for orphan in orphans])
        return orphans

    def put(self, document: Document, passages: Sequence[Passage]) -> None:
        """Insert or replace a document with its passages; its files are kept by put_file."""
        row = (
            document.id, document.title, document.region.code if document.region else None, document.kind,
            document.period, document.status, document.issued, document.number, document.collection, document.text,
            _dump([[s.span.start, s.span.end, s.level, s.heading, s.kind] for s in document.sections]),
            _dump(document.pages), _dump({key: asdict(e) for key, e in document.evidence.items()}),
        )  # fmt: skip
        self._db.execute(
            "INSERT INTO document VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET title=excluded.title,"
            " region=excluded.region, kind=excluded.kind, period=excluded.period, status=excluded.status,"
            " issued=excluded.issued, number=excluded.number, collection=excluded.collection, text=excluded.text,"
            " sections=excluded.sections, pages=excluded.pages, evidence=excluded.evidence",
            row,
        )
        self._db.execute("DELETE FROM passage WHERE document = ?", (document.id,))
        self._db.executemany(
            "INSERT INTO passage VALUES (?,?,?,?,?,?,?,?,?)",
            [
                (p.document, p.span.start, p.span.end, _dump(p.trail), p.headings, p.paragraph, p.last_paragraph,
                 p.region.code if p.region else None, p.page)
                for p in passages
            ],
        )  # fmt: skip

    def documents(self, *, with_text: bool = True) -> list[Document]:
        """All documents ordered by their first file; without text (and sections) for listings."""
        gazetteer = self.gazetteer()
        files: dict[str, list[str]] = {}
        for path, document in self._db.execute("SELECT path, document FROM file ORDER BY path"):
            files.setdefault(document, []).append(path)
        columns = (
            "*"
            if with_text
            else ("id, title, region, kind, period, status, issued, number, collection, '', '[]', pages, evidence")
        )
        rows = self._db.execute(f"SELECT {columns} FROM document").fetchall()
        documents = [_document(row, tuple(files.get(row[0], ())), gazetteer) for row in rows]
        return sorted(documents, key=lambda d: (d.files[:1], d.id))

    def document(self, document_id: str) -> Document | None:
        row = self._db.execute("SELECT * FROM document WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            return None
        files = self._db.execute("SELECT path FROM file WHERE document = ? ORDER BY path", (document_id,))
        return _document(row, tuple(r[0] for r in files), self.gazetteer())

    def passages(self, document_id: str | None = None) -> list[Passage]:
        """Every passage, or those of one document, ordered by document and place."""
        gazetteer = self.gazetteer()
        regions: dict[str | None, Region | None] = {None: None}
        passages = []
        for document, start, end, trail, headings, first, last, code, page in self._db.execute(
            "SELECT * FROM passage WHERE ?1 IS NULL OR document = ?1 ORDER BY document, start", (document_id,)
        ):
            if code not in regions:
                regions[code] = gazetteer.region(code) if code in gazetteer.places else None
            where = Span(start, end)
            passages.append(
                Passage(document, where, tuple(json.loads(trail)), headings, first, last, regions[code], page)
            )
        return passages

    def passage_counts(self) -> dict[str, int]:
        """Document id → number of passages."""
        return dict(self._db.execute("SELECT document, COUNT(*) FROM passage GROUP BY document"))


def _document(row: Sequence[str], files: tuple[str, ...], gazetteer: Gazetteer) -> Document:
    (identity, title, code, kind, period, status, issued, number, collection, text, sections, pages, evidence) = row
    return Document(
        id=identity, files=files, text=text, title=title, kind=kind, period=period, status=status, issued=issued,
        number=number, collection=collection,
        region=gazetteer.region(code) if code in gazetteer.places else None,
        sections=tuple(Section(Span(a, b), level, heading, k) for a, b, level, heading, k in json.loads(sections)),
        pages=tuple(json.loads(pages)),
        evidence={
            key: Evidence(Span(**e["span"]) if e["span"] else None, e["confidence"], e["source"])
            for key, e in json.loads(evidence).items()
        },
    )  # fmt: skip


def _dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
