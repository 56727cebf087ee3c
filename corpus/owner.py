"""Who is writing into a store: a note beside it, for the words of a refusal. The lock itself is SQLite's, which ends with the
program that holds it, whatever the clock says."""

import contextlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

SUFFIX = ".writer"
"""The note's name is the store's with this added."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A program that said it was writing: its number on which machine, since when (ISO, local time)."""

    pid: int
    host: str
    since: str

    @property
    def alive(self) -> bool:
        """False only where it is certain that the program has ended: it ran here and is gone."""
        return self.host != socket.gethostname() or _running(self.pid)

    def __str__(self) -> str:
        where = "" if self.host == socket.gethostname() else f"主机 {self.host} 上的"
        return f"{where}进程 {self.pid}，自 {self.since.replace('T', ' ')} 起"


@contextlib.contextmanager
def noted(store: Path) -> Iterator[None]:
    """Leave a note for as long as one writes. To be called with the lock held; a note that cannot be written is done without."""
    note = _note(store)
    owner = Owner(os.getpid(), socket.gethostname(), datetime.now().isoformat(timespec="seconds"))
    with contextlib.suppress(OSError):
        note.write_text(json.dumps({name: getattr(owner, name) for name in Owner.__slots__}), "utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)


def owner_of(store: Path) -> Owner | None:
    """Who left a note; None where nobody did or it cannot be read. Whether the lock is held, only SQLite knows."""
    try:
        held = json.loads(_note(store).read_text("utf-8"))
        return Owner(int(held["pid"]), str(held["host"]), str(held["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def refusal(store: Path) -> str:
    """What to tell whoever found the lock held."""
    owner = owner_of(store)
    who = f"另一个程序（{owner}）" if owner and owner.alive else "另一个程序"
    return f"{who}正在写入语料库 {store}。请等它结束后再试。"


def remove_abandoned(folder: Path, prefix: str) -> None:
    """Remove what programs that have ended left in a folder under a name of prefix and their number."""
    for path in folder.glob("*"):
        number = path.name.removeprefix(prefix)
        if path.name.startswith(prefix) and number.isdigit() and not (int(number) != os.getpid() and _running(int(number))):
            shutil.rmtree(path, ignore_errors=True)


def _running(pid: int) -> bool:
    """Whether a program of this machine is running, or may be."""
    # On Windows, asking after a program in this way would end it.
    if os.name != "nt":
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
    return True


def _note(store: Path) -> Path:
    return store.with_name(store.name + SUFFIX)
