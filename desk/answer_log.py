"""The answers of one batch on the disk: a line each, written through before the next is begun. A line that a kill has torn does
not count. Knows nothing of what an answer says."""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from corpus.errors import Busy, PlanSeekError

Json = dict[str, Any]


class Log:
    """A line on what was asked (the head), then {"row", "answer"} a line; a row has its number as "no". Safe to share between
    threads, and to read while another program writes: it is read on from where it was read to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._forget()

    def _forget(self, first: bytes = b"", head: Json | None = None) -> None:
        self._first, self._head, self._end = first, head or {}, len(first)
        self._rows: dict[int, Json] = {}
        self._at: dict[int, int] = {}

    @property
    def head(self) -> Json:
        """What `begin` was given; empty before that."""
        with self._lock:
            self._read_on()
            return self._head

    def rows(self) -> dict[int, Json]:
        """The rows so far by their number."""
        with self._lock:
            self._read_on()
            return dict(self._rows)

    def answer(self, number: int) -> Json | None:
        """The answer beside a row; None where there is no such row, or nothing beside it."""
        with self._lock:
            self._read_on()
            if number not in self._at:
                return None
            with self.path.open("rb") as file:
                file.seek(self._at[number])
                found: Json | None = json.loads(file.readline())["answer"]
                return found

    def begin(self, head: Json) -> None:
        """Forget all answers and begin with a new head."""
        replace(self.path, _line(head))

    @contextmanager
    def writer(self) -> Iterator[Callable[[Json, Json | None], None]]:
        """Called with a row and the answer beside it; returns once both are on the disk. One writer at a time: see `alone`."""
        with self._lock:
            self._read_on()
            end = self._end
        with self.path.open("r+b") as file:
            file.truncate(end)
            file.seek(end)

            def write(row: Json, answer: Json | None) -> None:
                file.write(_line({"row": row, "answer": answer}))
                _through(file)

            yield write

    def _read_on(self) -> None:
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            self._forget()
            return
        with file:
            first = file.readline()
            if first != self._first or not first:
                head = _parsed(first)
                self._forget(first if head else b"", head)
                if not head:
                    return
            file.seek(self._end)
            for line in file:
                entry = _parsed(line)
                if entry is None:
                    return
                # The first answer to a question counts.
                if entry["row"]["no"] not in self._rows:
                    self._rows[entry["row"]["no"]] = entry["row"]
                    self._at[entry["row"]["no"]] = self._end
                self._end += len(line)


def _line(entry: Json) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _parsed(line: bytes) -> Json | None:
    """A whole line's object; None for one that was torn."""
    if not line.endswith(b"\n"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _through(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with beside.open("wb") as file:
        file.write(content)
        _through(file)
    beside.replace(path)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Held by one program and one thread at a time; a killed one lets go of it. Raises Busy."""
    # SQLite's lock works on every system, and dies with who holds it.
    with closing(sqlite3.connect(folder / "lock.sqlite", timeout=0, isolation_level=None)) as db:
        try:
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Busy("这批问题正在另一个窗口或终端里回答。请等它结束，或先到那里停止。") from error
        yield


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Says in Chinese why something could not be written. Raises PlanSeekError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PlanSeekError(f"无法写入 {path}（{reason}）。请检查磁盘空间与读写权限；已有的答案没有丢失。") from error
