"""Who asked, exported and changed what: one line of JSON each, in files of bounded size. Holds no secret and no answer."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from access.model import Caller
from corpus.errors import PlanSeekError

FILE = "audit.jsonl"
LARGEST = 16 << 20
"""Bytes of a file before the next is begun."""
KEPT = 8
"""Earlier files that are kept: audit.1.jsonl is the last before the one in use."""
_LONGEST = 500
"""Characters of a question that are written down."""

Json = dict[str, Any]


class Audit:
    """The log of one home; safe to share between threads of one service."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._lock = threading.Lock()

    def note(self, caller: Caller, action: str, status: int, **what: Any) -> None:
        """Write down an action (Chinese, as it is shown) with its HTTP status. Raises PlanSeekError where it cannot be
        written: what must be accounted for does not happen unseen."""
        told = {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in what.items() if value}
        line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "key": caller.id, "name": caller.name, "action": action,
                "status": status} | told  # fmt: skip
        content = json.dumps(line, ensure_ascii=False) + "\n"
        try:
            with self._lock:
                if self._path.exists() and self._path.stat().st_size > LARGEST:
                    self._turn()
                with self._path.open("a", encoding="utf-8") as out:
                    out.write(content)
        except OSError as error:
            raise PlanSeekError(f"审计记录 {self._path} 无法写入（{error.strerror}）。请检查磁盘空间与权限。") from error

    def lines(self, most: int) -> list[Json]:
        """The latest lines, newest first; a line that was torn by a lost power is passed over."""
        found: list[Json] = []
        for path in (self._path, *(self._earlier(i) for i in range(1, KEPT + 1))):
            if len(found) >= most or not path.exists():
                break
            found += list(_read(path))[: most - len(found)]
        return found

    def _turn(self) -> None:
        for number in range(KEPT - 1, 0, -1):
            if self._earlier(number).exists():
                self._earlier(number).replace(self._earlier(number + 1))
        self._path.replace(self._earlier(1))

    def _earlier(self, number: int) -> Path:
        return self._path.with_name(f"audit.{number}.jsonl")


def _read(path: Path) -> Iterator[Json]:
    for line in reversed(path.read_text("utf-8", errors="replace").split("\n")):
        try:
            read = json.loads(line)
        except ValueError:
            continue
        if isinstance(read, dict):
            yield read
