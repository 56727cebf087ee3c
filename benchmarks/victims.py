"""Programs to be killed: reads orders (JSON, a line each) and carries out each in a process of its own, forked once everything is
loaded, so that a kill costs milliseconds. Decides nothing of when."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.stage import narrow_segments
from corpus.errors import PlanSeekError
from corpus.store import Store
from desk.backup import backed_up
from desk.mending import mended
from desk.restore import restored
from index.embedders import load_bundled
from index.ingest import ingest
from index.library import correct
from index.segments import Makers
from index.tokenizer import Tokenizer

ROOT = Path(__file__).parents[1]
Order = dict[str, Any]
_ENDS = ("done", "refused", "broken")
_PATIENCE = 300.0
"""Seconds without a word after which something hangs."""


def loaded() -> Makers:
    """What an index is made with."""
    table = load_bundled()
    return Makers(Tokenizer(), table, table)


def main() -> None:
    """Carry out orders until the input ends; every line of the output begins with the order's number."""
    makers = loaded()
    narrow_segments()
    with TemporaryDirectory() as scratch:
        # What is imported and read on first use is so before the first fork.
        (Path(scratch) / "a.txt").write_text("青屏县规划\n\n一、湿地\n\n恢复湿地三百亩，补种芦苇，县林业局逐处验收并公示结果。\n", "utf-8")
        ingest([Path(scratch) / "a.txt"], Path(scratch) / "home", makers)
    running: dict[int, int] = {}
    _say(0, "ready")
    for line in sys.stdin:
        order = json.loads(line)
        number = int(order["no"])
        if order["kind"] == "kill":
            # Nobody has waited for it yet: its number cannot be another program's.
            os.kill(running[number], signal.SIGKILL)
            os.waitpid(running.pop(number), 0)
            _say(number, "gone")
            continue
        running[number] = os.fork()
        if not running[number]:
            _live(number, order, makers)


def _live(number: int, order: Order, makers: Makers) -> None:
    """The whole life of a process that carries out an order."""
    try:
        _carry_out(order, makers, lambda stage, done, total: _say(number, f"at {stage} {done}"))
        _say(number, "done")
    except PlanSeekError as error:
        _say(number, f"refused {error}")
    except BaseException as error:
        _say(number, f"broken {type(error).__name__}: {' '.join(str(error).split())}")
    os._exit(0)


def _carry_out(order: Order, makers: Makers, progress: Callable[[str, int, int], None]) -> None:
    home, limit = Path(order["home"]), order.get("limit")
    if limit:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    kind = order["kind"]
    if kind == "ingest":
        report = ingest([Path(path) for path in order["paths"]], home, makers, prune=True, progress=progress)
        if not report.succeeded:
            raise PlanSeekError(str([file.reason for file in report.files]))
    elif kind == "correct":
        refused = [row.refusal for row in correct(home, makers, order["changes"]) if row.refusal]
        if refused:
            raise PlanSeekError(refused[0])
    elif kind == "backup":
        backed_up(home, Path(order["file"]), uploads=True, index=bool(order["index"]), progress=progress)
    elif kind == "restore":
        restored(Path(order["file"]), home, lambda: makers, force=True, progress=progress)
    elif kind == "migrate":
        Store(home / "corpus.sqlite").close()
    elif kind == "repair":
        mended(home, lambda: makers, progress)
    elif kind == "hold":
        with closing(Store(home / "corpus.sqlite")) as store, store.writing():
            progress("held", 0, 0)
            threading.Event().wait()
    else:
        raise PlanSeekError(f"没有名为 {kind} 的操作。")


def _say(number: int, words: str) -> None:
    # One write a line: those of processes that die are whole or not there.
    os.write(1, f"{number} {words}\n".encode())


class Victims:
    """The other side: gives orders, watches, kills. To be used as a context."""

    def __init__(self) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.victims"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self._said: dict[int, Queue[str]] = {0: Queue()}
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        self._said[0].get(timeout=120)

    def __enter__(self) -> "Victims":
        return self

    def __exit__(self, *_: object) -> None:
        if self._running.stdin:
            self._running.stdin.close()
        self._running.wait(30)

    def order(self, kind: str, home: Path, **more: object) -> "Victim":
        """Begin an order."""
        self._number += 1
        said = self._said[self._number] = Queue()
        self.tell({"no": self._number, "kind": kind, "home": home.as_posix(), **more})
        return Victim(self, self._number, said)

    def carried_out(self, kind: str, home: Path, **more: object) -> str:
        """Carry an order out to its end; what it said last."""
        return self.order(kind, home, **more).end()

    def tell(self, order: Order) -> None:
        if self._running.stdin:
            self._running.stdin.write((json.dumps(order) + "\n").encode())
            self._running.stdin.flush()

    def _listen(self) -> None:
        for line in self._running.stdout or ():
            number, _, words = line.decode().rstrip("\n").partition(" ")
            self._said[int(number)].put(words)


class Victim:
    """One order under way; to be ended by `kill` or `end`."""

    def __init__(self, victims: Victims, number: int, said: "Queue[str]") -> None:
        self._victims, self._number, self._said = victims, number, said
        self._last = ""

    def wait_for(self, words: str) -> bool:
        """Whether it said so before it came to its end."""
        while self._last.split(" ")[0] not in _ENDS:
            self._last = self._said.get(timeout=_PATIENCE)
            if self._last == words:
                return True
        return False

    def kill(self) -> str:
        """SIGKILL it, wait until it is gone, and tell the last word that it got out: "done" where it was faster."""
        self._victims.tell({"no": self._number, "kind": "kill"})
        while (said := self._said.get(timeout=_PATIENCE)) != "gone":
            self._last = said
        return self._last

    def end(self) -> str:
        """What it says last: done, refused with the sentence, or broken with the error."""
        self.wait_for("")
        return self.kill()


if __name__ == "__main__":
    main()
