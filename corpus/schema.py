"""The tables of the store and the steps that bring an older one up to date. Executes nothing."""

VERSION = 4
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
    # A document's fingerprint says what of it is indexed (see corpus.rows.fingerprint).
    # From here on passage.signature is the digest of the wording alone; passages that go leave theirs in `gone`. A listing of
    # documents has an index of its own: the columns behind `text` are reached through all of its pages.
    3: """
ALTER TABLE document ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS document_fingerprint ON document(id, fingerprint);
UPDATE passage SET signature = NULL WHERE signature IS NOT NULL;
CREATE INDEX IF NOT EXISTS passage_signature ON passage(signature);
CREATE TABLE IF NOT EXISTS wording (shelf INTEGER PRIMARY KEY, records BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sketch (shelf INTEGER PRIMARY KEY, columns BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bridge (wording INTEGER NOT NULL, centre INTEGER NOT NULL, PRIMARY KEY (wording, centre)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gone (number INTEGER PRIMARY KEY, signature BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS document_listing ON document(
  id, title, region, kind, period, status, issued, number, issuer, collection, pages, notes, joints, evidence, follows, missing, final, edits);
""",
}
"""Version → the statements that bring a store of that version to the next one."""
