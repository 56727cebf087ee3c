"""The tables of the store and the steps that bring an older one up to date. Executes nothing."""

VERSION = 3
FIRST = """
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
MIGRATIONS = {
    1: """
ALTER TABLE region ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';
ALTER TABLE document ADD COLUMN issuer TEXT;
ALTER TABLE document ADD COLUMN tables TEXT NOT NULL DEFAULT '[]';
ALTER TABLE document ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE document ADD COLUMN joints TEXT NOT NULL DEFAULT '{}';
ALTER TABLE document ADD COLUMN follows TEXT;
ALTER TABLE document ADD COLUMN missing TEXT;
ALTER TABLE document ADD COLUMN final TEXT;
ALTER TABLE passage ADD COLUMN signature BLOB;
ALTER TABLE passage ADD COLUMN family TEXT;
CREATE TABLE layout (
  document TEXT PRIMARY KEY REFERENCES document(id) ON DELETE CASCADE, runs BLOB NOT NULL) WITHOUT ROWID;
""",
    2: """
ALTER TABLE document ADD COLUMN edits TEXT NOT NULL DEFAULT '{}';
""",
}
"""Version → the statements that bring a store of that version to the next one."""
