"""Who is writing is told as far as it is known; the lock does not depend on it."""

import json
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from corpus import owner
from corpus.errors import Busy
from corpus.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Store(tmp_path / "corpus.sqlite", create=True).close()
    return tmp_path / "corpus.sqlite"


def noted(path: Path, pid: int, host: str, since: str) -> None:
    path.with_name("corpus.sqlite.writer").write_text(json.dumps({"pid": pid, "host": host, "since": since}), "utf-8")


def test_a_note_stands_while_one_writes_and_no_longer(path: Path) -> None:
    with closing(Store(path)) as store, closing(Store(path)) as second:
        second._db.execute("PRAGMA busy_timeout = 50")
        with store.writing():
            held = owner.owner_of(path)
            assert held is not None and (held.pid, held.host, held.alive) == (os.getpid(), socket.gethostname(), True)
            with pytest.raises(Busy) as caught, second.writing():
                pass
            since = held.since.replace("T", " ")
            assert str(caught.value) == f"另一个程序（进程 {os.getpid()}，自 {since} 起）正在写入语料库 {path}。请等它结束后再试。"
            assert owner.owner_of(path) == held
        with pytest.raises(RuntimeError), store.writing():
            raise RuntimeError
    assert sorted(file.name for file in path.parent.iterdir()) == ["corpus.sqlite"]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"pid": "x"}', b"\xff"])
def test_a_note_that_cannot_be_read_is_none(path: Path, content: bytes) -> None:
    path.with_name("corpus.sqlite.writer").write_bytes(content)
    assert owner.owner_of(path) is None
    assert owner.refusal(path) == f"另一个程序正在写入语料库 {path}。请等它结束后再试。"
    with closing(Store(path)) as store, store.writing():
        pass


def test_neither_a_clock_nor_a_dead_writer_keeps_the_next_one_out(path: Path) -> None:
    """Set back or forward, the clock only stands in the words; a program that has ended holds nothing."""
    for pid, since in ((os.getpid(), "2199-01-01T00:00:00"), (999_999_999, "1999-01-01T00:00:00")):
        noted(path, pid, socket.gethostname(), since)
        assert ("自 2199-01-01 00:00:00 起" in owner.refusal(path)) == (pid == os.getpid())
        with closing(Store(path)) as store, store.writing():
            held = owner.owner_of(path)
            assert held is not None and held.pid == os.getpid() and held.since[:2] == "20"
    assert owner.owner_of(path) is None


def test_another_machine_is_named_and_may_be_alive(path: Path) -> None:
    noted(path, 1, "别处", "2026-01-01T00:00:00")
    assert owner.refusal(path).startswith("另一个程序（主机 别处 上的进程 1，自 2026-01-01 00:00:00 起）正在写入")


def test_a_note_that_cannot_be_written_is_done_without(path: Path) -> None:
    path.with_name("corpus.sqlite.writer").mkdir()
    with closing(Store(path)) as store:
        with store.writing():
            store.set_meta("a", "b")
        assert store.meta("a") == "b"


def test_only_what_the_dead_left_is_removed(tmp_path: Path) -> None:
    for name in (".x.999999999", f".x.{os.getppid()}", f".x.{os.getpid()}", ".x.name", ".y.999999999"):
        (tmp_path / name).mkdir()
    owner.remove_abandoned(tmp_path, ".x.")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([".x.name", ".y.999999999", f".x.{os.getppid()}"])
