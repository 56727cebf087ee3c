"""What the store keeps of near-copies: the wordings of passages, their sketches and families. Decides nothing about likeness."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence


class Wordings:
    """The part of an open store that corpus.links.families works with."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def unsigned_count(self) -> int:
        """How many passages have no signature yet."""
        count: int = self._db.execute("SELECT COUNT(*) FROM passage WHERE signature IS NULL").fetchone()[0]
        return count

    def unsigned(self, size: int) -> Iterator[list[tuple[str, int]]]:
        """(document, start) of the passages that have no signature yet, in order, so many at a time; they may be signed
        meanwhile."""
        last = ("", -1)
        while batch := self._db.execute(
            "SELECT document, start FROM passage WHERE signature IS NULL AND (document, start) > (?, ?)"
            " ORDER BY document, start LIMIT ?",
            (*last, size),
        ).fetchall():
            yield batch
            last = batch[-1]

    def signed_count(self) -> int:
        """How many passages have a signature that is not empty."""
        count: int = self._db.execute("SELECT COUNT(*) FROM passage WHERE signature > x''").fetchone()[0]
        return count

    def sign(self, keys: Sequence[tuple[str, int]], signatures: Sequence[bytes]) -> None:
        """Write the signature of passages by (document, start): eight bytes that say which wording it is, or none for what is
        too short to have copies."""
        self._db.executemany(
            "UPDATE passage SET signature = ? WHERE document = ? AND start = ?",
            [(signature, *key) for key, signature in zip(keys, signatures, strict=True)],
        )

    def put_gone(self, document_id: str) -> None:
        """Remember the signatures of a document's passages, which are about to be deleted."""
        self._db.execute(
            "INSERT INTO gone (signature) SELECT signature FROM passage WHERE document = ? AND signature > x''", (document_id,)
        )

    def take_gone(self) -> list[bytes]:
        """The signatures of passages that were deleted since this was called last."""
        gone = [row[0] for row in self._db.execute("SELECT signature FROM gone")]
        if gone:
            self._db.execute("DELETE FROM gone")
        return gone

    def forget(self) -> None:
        """Begin anew: no passage is signed, none has a family."""
        self._db.execute("UPDATE passage SET signature = NULL, family = NULL WHERE signature IS NOT NULL OR family IS NOT NULL")
        for table in ("wording", "sketch", "bridge", "gone"):
            self._db.execute(f"DELETE FROM {table}")

    def records(self) -> list[bytes]:
        """The records of wordings (see corpus.links.stars), shelf by shelf."""
        return [row[0] for row in self._db.execute("SELECT records FROM wording ORDER BY shelf")]

    def put_records(self, shelves: Sequence[bytes]) -> None:
        """Write the records of all wordings, as far as they are not written so."""
        before = self.records()
        changed = [(n, records) for n, records in enumerate(shelves) if n >= len(before) or before[n] != records]
        self._db.executemany("INSERT OR REPLACE INTO wording VALUES (?, ?)", changed)
        for table in ("wording", "sketch"):
            self._db.execute(f"DELETE FROM {table} WHERE shelf >= ?", (len(shelves),))

    def sketches(self, shelf: int) -> bytes:
        """The sketches of the wordings of a shelf; nothing where there is none."""
        row = self._db.execute("SELECT columns FROM sketch WHERE shelf = ?", (shelf,)).fetchone()
        return row[0] if row else b""

    def put_sketches(self, shelf: int, columns: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO sketch VALUES (?, ?)", (shelf, columns))

    def bridges(self) -> set[tuple[int, int]]:
        """(wording, centre): rows of wordings that are copies of the centres of others' stars."""
        return set(self._db.execute("SELECT wording, centre FROM bridge"))

    def put_bridges(self, bridges: set[tuple[int, int]]) -> None:
        before = self.bridges()
        self._db.executemany("DELETE FROM bridge WHERE wording = ? AND centre = ?", before - bridges)
        self._db.executemany("INSERT INTO bridge VALUES (?, ?)", bridges - before)

    def put_families(self, families: Iterable[tuple[bytes, str | None]]) -> None:
        """Write the family of all passages with a signature."""
        self._db.executemany(
            "UPDATE passage SET family = ?2 WHERE signature = ?1 AND family IS NOT ?2", families
        )

    def passage_signed(self, signature: bytes) -> tuple[str, int]:
        """(document, start) of the first passage with a signature."""
        found: tuple[str, int] = self._db.execute(
            "SELECT document, start FROM passage WHERE signature = ? ORDER BY document, start LIMIT 1", (signature,)
        ).fetchone()
        return found

    def texts(self, keys: Sequence[tuple[str, int]]) -> list[str]:
        """The words of passages by (document, start); a document's text is read once for those that follow one another."""
        texts = []
        name, whole, ends = "", "", {}
        for document, start in keys:
            if document != name:
                name = document
                whole = self._db.execute("SELECT text FROM document WHERE id = ?", (document,)).fetchone()[0]
                ends = dict(self._db.execute('SELECT start, "end" FROM passage WHERE document = ?', (document,)))
            texts.append(whole[start : ends[start]])
        return texts
