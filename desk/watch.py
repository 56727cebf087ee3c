"""Compares the index in force with its checksums in the background, at leisure: after each switch, and once a day. Repairs
nothing."""

import sqlite3
import threading
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus.errors import PlanSeekError
from corpus.store import Store
from index.integrity import Sealed

_LOOK_SECONDS, _AGAIN_SECONDS = 30.0, 24 * 3600.0
_PAUSE = 0.001
"""Seconds between two blocks: a gigabyte takes about half a minute."""


class Watch:
    """Of one home folder. Safe to share between threads."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._begun = threading.Lock()
        self._seen: tuple[Path, float] | None = None
        self._checked: str | None = None
        self.damages: tuple[str, ...] = ()

    def begin(self) -> None:
        """Start looking, in a thread that ends with the program; once is enough."""
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._run, name="watch", daemon=True).start()

    def look(self) -> None:
        """Compare the generation in force where it is another than last time or a day has passed. Raises PlanSeekError where
        there is none."""
        with closing(Store(self._home / "corpus.sqlite")) as store:
            folder = self._home / "index" / str(store.meta("generation"))
        # A repaired generation has the name of the damaged one.
        known = self._seen is not None and self._seen[0] == folder and time.monotonic() - self._seen[1] < _AGAIN_SECONDS
        if known and not self.damages:
            return
        damages = tuple(Sealed(folder).damages(_PAUSE))
        self.damages, self._checked = damages, datetime.now().astimezone().isoformat(timespec="seconds")
        self._seen = folder, time.monotonic()

    def as_json(self) -> dict[str, Any]:
        """When all of the index was last compared (null: not yet since the start) and what was found (Chinese)."""
        return {"checked": self._checked, "damages": list(self.damages)}

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except (PlanSeekError, OSError, sqlite3.Error):
                # Nothing to compare, or it was switched meanwhile: a search says so; next time it is another.
                self._seen, self.damages = None, ()
            time.sleep(_LOOK_SECONDS)
