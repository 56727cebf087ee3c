"""What changes the corpus of one home folder, as the command line and the API both offer it: one writer at a time in this
process. Searches nothing."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import Busy
from index.embedders import BUNDLED
from index.segments import Makers
from settings import Settings

if TYPE_CHECKING:
    from corpus.regions.own import Row
    from index.ingest import Progress, Report
    from index.library import Corrected, Removed

_PATIENCE = 2.0
"""Seconds that a small change waits for whoever is writing."""


class Library:
    """Safe to share between threads; `makers` is asked for when an index is made."""

    def __init__(self, settings: Settings, makers: Callable[[], Makers]) -> None:
        self._settings, self._makers = settings, makers
        self._writing = threading.Lock()

    def ingest(self, paths: Iterable[Path], *, prune: bool = False, progress: "Progress | None" = None) -> "Report":
        """Bring files in (see index.ingest). Raises PlanSeekError."""
        from index.ingest import ingest
        from index.library import quiet

        with self._in_turn(progress):
            return ingest(paths, self._settings.home, self._makers(), prune=prune, progress=progress or quiet)

    def reread(self, progress: "Progress | None" = None) -> "Report":
        """Read the files of all documents again where that would give something else. Raises PlanSeekError."""
        from index.library import quiet, reread

        with self._in_turn(progress):
            return reread(self._settings.home, self._makers(), progress or quiet)

    def correct(self, changes: Mapping[str, Mapping[str, str | None]]) -> "list[Corrected]":
        """Correct fields of documents by id (see index.library.correct). Raises Busy while others write."""
        from index.library import correct

        with self._at_once():
            return correct(self._settings.home, self._makers(), changes)

    def remove(self, ids: Sequence[str], progress: "Progress | None" = None) -> "list[Removed]":
        """Take documents out (see index.library.remove). Raises Unknown; Busy while others write and nobody looks on."""
        from index.library import quiet, remove

        with self._in_turn(progress) if progress else self._at_once():
            return remove(self._settings.home, self._makers(), ids, progress or quiet)

    def regions(self, wanted: str = "") -> "list[Row]":
        """The regions to choose from (see corpus.regions.own.rows). Raises NotReady."""
        from index.library import regions

        return regions(self._settings.home, wanted)

    def add_regions(self, given: Iterable[Mapping[str, str | float | None]]) -> "list[Row]":
        """Add regions (see index.library.add_regions). Raises PlanSeekError."""
        from index.library import add_regions

        with self._at_once():
            return add_regions(self._settings.home, self._makers(), given)

    def remove_region(self, code: str) -> None:
        """Take back a region that was added. Raises Unknown, Busy."""
        from index.library import remove_region

        with self._at_once():
            remove_region(self._settings.home, self._makers(), code)

    def usage(self) -> dict[str, int]:
        """Bytes by what takes them (see index.library.usage). Raises NotReady."""
        from index.library import usage

        # A setting is a folder, or a family's name, a colon and a folder; names of models are no folders.
        model = self._settings.model
        own = [folder for folder in (Path(model), Path(model.partition(":")[2] or model)) if folder.is_dir()]
        return usage(self._settings.home, [BUNDLED, *own[:1]])

    @contextmanager
    def _in_turn(self, progress: "Progress | None") -> Iterator[None]:
        """Wait for whoever else in this process is writing; `progress` hears of it, and may give up by raising."""
        while not self._writing.acquire(timeout=0.3 if progress else -1):
            if progress:
                progress("等待前一项写入完成", 0, 0)
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """Write only where nobody else in this process does. Raises Busy."""
        if not self._writing.acquire(timeout=_PATIENCE):
            raise Busy("正在读入文件或更新索引，暂时不能更改语料。请等它完成后再试。")
        try:
            yield
        finally:
            self._writing.release()
