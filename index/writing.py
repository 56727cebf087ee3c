"""One change of a home folder: store, links, near-copies and index change together, or none of them does. Decides nothing of
what is changed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus.about import placed
from corpus.errors import PlanSeekError
from corpus.links.families import link_copies
from corpus.links.settle import settle
from corpus.regions.places import digest as places_digest
from corpus.store import Store
from corpus.tray import Found
from corpus.workers import Workers
from index import generations
from index.segments import Makers
from index.unfinished import Unfinished

Progress = Callable[[str, int, int], None]
"""Called with a stage's name (Chinese, shown as is), steps done, steps in all; what it raises undoes the change."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A change under way: `store` is written to, then `settled` and, where passages came or went, `indexed` are called."""

    home: Path
    store: Store
    workers: Workers
    unfinished: Unfinished
    makers: Makers
    progress: Progress

    def settled(self, files: Sequence[Found], put: Iterable[str] = ()) -> set[str]:
        """Bring up to date how documents stand to one another, and the regions of the passages of corrected ones among
        those `put` or read again. Returns the ids of documents that changed by it."""
        changed = settle(self.store, files, self.store.added_places(), self.workers)
        for name in self.store.edits().keys() & {*put, *changed}:
            self.place(name)
        return changed

    def place(self, document_id: str) -> None:
        """Give a document's passages the regions that follow from what is known of it now."""
        document = self.store.found(document_id)
        rows = placed(document, self.store.passages(document_id), self.store.gazetteer())
        self.store.put_regions([(document_id, start, code) for start, code in rows])

    def indexed(self, moved: bool) -> int:
        """Bring the index up to date; `moved`: documents changed. Returns how many passages there are."""
        store = self.store
        if moved:
            added = store.added_places()
            link_copies(store, added, places_digest(added), self.workers, self.progress)
        manifest = generations.build(self.home, store, self.makers, self.workers, self.unfinished, self.progress)
        # Nothing is written where nothing changed.
        if store.meta("generation") != manifest.generation:
            store.set_meta("generation", manifest.generation)
        if moved:
            self.noted()
        return manifest.passages

    def noted(self) -> None:
        """Tell those who search that what they have open is out of date."""
        self.store.set_meta("changes", str(int(self.store.meta("changes") or 0) + 1))


@contextmanager
def writing(home: Path, makers: Makers, progress: Progress, *, finishing: bool = False) -> Iterator[Writing]:
    """A change that is committed at the end, or undone by whatever is raised. Raises Busy while another writer is at work,
    PlanSeekError where the disk is full or may not be written to.

    finishing: what earlier tries have read is not needed any more once this one has ended.
    """
    store = Store(home / "corpus.sqlite", create=finishing)
    kept = home / "unfinished.sqlite"
    try:
        with store.writing(), Workers() as workers:
            done = finishing or not kept.exists()
            unfinished = Unfinished(kept)
            ended = False
            try:
                yield Writing(home, store, workers, unfinished, makers, progress)
                ended = True
            finally:
                unfinished.close(done=done and ended)
        _tidy(home, store)
    except OSError as error:
        raise PlanSeekError(
            f"无法写入数据文件夹 {home}（{error.strerror or error}）。原有内容未变；请检查磁盘空间与读写权限。"
        ) from error
    finally:
        store.close()


def _tidy(home: Path, store: Store) -> None:
    """Remove what the commit left behind; where another writer has begun meanwhile, it will do so."""
    try:
        with store.writing():
            generation = store.meta("generation")
            if generation is not None:
                generations.tidy(home, generation)
    except PlanSeekError:
        return
