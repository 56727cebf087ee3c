"""Homes as earlier versions of PlanSeek left them: their tables and rows word for word, so that no later change of ours changes
them. Writes where it is told and nothing else."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

NAME = "鸠江区生态环境保护规划.txt"
TEXT = """鸠江区“十四五”生态环境保护规划（征求意见稿）

芜湖市鸠江区生态环境分局

一、总体要求

到2025年，鸠江区生态环境质量持续改善。

二、推进生态修复

（一）修复受损湿地。采取退田还湿、清理淤泥等措施，修复江滩湿地800亩，恢复候鸟栖息地。
（二）修复采石宕口。对4处宕口实施边坡加固和覆土绿化，逐处验收。
"""
ID = hashlib.sha256(TEXT.encode()).hexdigest()
SECTIONS = (
    '[[25,37,1,"芜湖市鸠江区生态环境分局","heading"],[39,45,2,"一、总体要求","heading"],[70,78,2,"二、推进生态修复","heading"],'
    '[80,90,3,"（一）修复受损湿地","heading"],[125,135,3,"（二）修复采石宕口","heading"]]'
)
EVIDENCE = (
    '{"title":{"span":{"start":0,"end":23},"confidence":0.95,"source":"text"},"kind":{"span":null,"confidence":0.95,"source":"text"},'
    '"region":{"span":{"start":0,"end":23},"confidence":0.97,"source":"text"}}'
)
PASSAGES = (
    (47, 68, '["芜湖市鸠江区生态环境分局","一、总体要求"]', 2, 1, 1, "340207", None),
    (90, 124, '["芜湖市鸠江区生态环境分局","二、推进生态修复","（一）修复受损湿地"]', 3, 1, 1, "340207", None),
    (135, 157, '["芜湖市鸠江区生态环境分局","二、推进生态修复","（二）修复采石宕口"]', 3, 1, 1, "340207", None),
)
EDITS = '{"title":"鸠江区生态环境规划（已更正）"}'

_SAME = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file (
  path TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES document(id) ON DELETE CASCADE,
  size INTEGER NOT NULL, modified INTEGER NOT NULL, reading TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX file_document ON file(document);
"""
_REGION = "CREATE TABLE region (code TEXT PRIMARY KEY, name TEXT NOT NULL, level TEXT NOT NULL, parent TEXT, aliases TEXT NOT NULL{});"
_DOCUMENT = """CREATE TABLE document (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, region TEXT, kind TEXT NOT NULL, period TEXT, status TEXT NOT NULL,
  issued TEXT, number TEXT, collection TEXT, text TEXT NOT NULL, sections TEXT NOT NULL, pages TEXT NOT NULL,
  evidence TEXT NOT NULL{});"""
_PASSAGE = """CREATE TABLE passage (
  document TEXT NOT NULL REFERENCES document(id) ON DELETE CASCADE, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  trail TEXT NOT NULL, headings INTEGER NOT NULL, paragraph INTEGER NOT NULL, last_paragraph INTEGER NOT NULL, region TEXT, page INTEGER{},
  PRIMARY KEY (document, start)) WITHOUT ROWID;"""
_LAYOUT = """CREATE TABLE layout (
  document TEXT PRIMARY KEY REFERENCES document(id) ON DELETE CASCADE, runs BLOB NOT NULL) WITHOUT ROWID;"""
_SECOND = (
    ", issuer TEXT, tables TEXT NOT NULL DEFAULT '[]', notes TEXT NOT NULL DEFAULT '[]', joints TEXT NOT NULL DEFAULT '{}',"
    " follows TEXT, missing TEXT, final TEXT"
)
TABLES = {
    1: (_SAME, _REGION.format(""), _DOCUMENT.format(""), _PASSAGE.format("")),
    2: (_SAME, _REGION.format(", extra TEXT NOT NULL DEFAULT '{}'"), _DOCUMENT.format(_SECOND), _PASSAGE.format(", signature BLOB, family TEXT"), _LAYOUT),
    3: (_SAME, _REGION.format(", extra TEXT NOT NULL DEFAULT '{}'"), _DOCUMENT.format(_SECOND + ", edits TEXT NOT NULL DEFAULT '{}'"),
        _PASSAGE.format(", signature BLOB, family TEXT"), _LAYOUT),
}  # fmt: skip
"""Version of the store → the statements that made it then."""

DESK = """
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
PRAGMA user_version = 1;
INSERT INTO basket VALUES (1, '', '湿地材料', '2026-03-01T08:00:00.000+00:00');
INSERT INTO saved VALUES (1, '', '每月看修复', '{"query":"生态修复"}', '2026-03-01T08:00:00.000+00:00', '2026-03-01T08:00:00.000+00:00', '[]');
"""
SECRET = "vR0y1k9pW3mJ7q2c5t8x4z6b1n3d5f7h9j0l2a4s6g8"
KEYS = """
CREATE TABLE key (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, digest BLOB NOT NULL,
  created TEXT NOT NULL, used TEXT);
"""


def old_store(path: Path, version: int, file: Path) -> None:
    """The store of a version, with one document that was read from a file and one region of the user's own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        for statement in "\n".join(TABLES[version]).split(";\n"):
            db.execute(statement)
        db.execute("INSERT INTO region (code, name, level, parent, aliases) VALUES ('990000', '澜江省', '省级', '100000', '')")
        row = {
            "id": ID, "title": "鸠江区“十四五”生态环境保护规划（征求意见稿）", "region": "340207", "kind": "专项规划", "period": "2021-2025",
            "status": "征求意见稿", "text": TEXT, "sections": SECTIONS, "pages": "[]", "evidence": EVIDENCE,
        } | ({"edits": EDITS} if version >= 3 else {})  # fmt: skip
        db.execute(f"INSERT INTO document ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
        db.execute("INSERT INTO file VALUES (?, ?, ?, ?, '3c77111a44858a37')", (file.as_posix(), ID, len(TEXT.encode()), 1))
        columns = 'document, start, "end", trail, headings, paragraph, last_paragraph, region, page'
        db.executemany(f"INSERT INTO passage ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [(ID, *passage) for passage in PASSAGES])
        db.execute("INSERT INTO meta VALUES ('changes', '1'), ('generation', '7cd18fe9c8b2b70f')")
        db.execute(f"PRAGMA user_version = {version}")


def old_index(home: Path, index_format: str) -> None:
    """What an earlier index said of itself; its other files are of no account to a program that does not know the format."""
    told = {"generation": "7cd18fe9c8b2b70f", "passages": 3, "tokenizer": "jieba-search-3/187aaedff8e3", "embedder": "bundled-04741cfe40cc"}
    if index_format != "1":
        told |= {"table": "bundled-04741cfe40cc", "reader": "3"}
    content = json.dumps(told | {"format": index_format})
    for file in (home / "manifest.json", home / "index" / "7cd18fe9c8b2b70f" / "manifest.json"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")


def old_desk(home: Path) -> None:
    """Baskets, saved questions and a key as their first versions kept them."""
    for name, statements in (("desk.sqlite", DESK), ("keys.sqlite", KEYS)):
        with closing(sqlite3.connect(home / name)) as db:
            db.executescript(statements)
    with closing(sqlite3.connect(home / "desk.sqlite")) as db, db:
        db.execute(
            "INSERT INTO item VALUES (1, '', 1, ?, 90, 124, '湿地', '先看这段', NULL, '{\"title\":\"鸠江区规划\"}', 1, '2026-03-01T08:00:00.000+00:00')",
            (ID,),
        )
    with closing(sqlite3.connect(home / "keys.sqlite")) as db, db:
        digest = hashlib.sha256(SECRET.encode()).digest()
        db.execute("INSERT INTO key VALUES ('0a1b2c3d4e5f', '资料室', '编辑', ?, '2026-03-01T08:00:00+00:00', NULL)", (digest,))
