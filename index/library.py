"""Changes what a home folder already holds: corrections, removals, regions, reading again; index and links keep step.
Takes in nothing new."""

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from corpus import archives, tray
from corpus.edits import checked
from corpus.errors import Busy, PlanSeekError, Unknown
from corpus.model import Document
from corpus.regions import own
from corpus.store import Store
from corpus.tray import Found
from index.ingest import Report, ingest
from index.segments import Makers
from index.writing import Progress, writing

UPLOADS = "uploads"
"""The folder of a home that keeps what was uploaded."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of one document's corrections: the document as it is now, or a refusal (Chinese)."""

    id: str
    document: Document | None = None
    changed: bool = False
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A document that is no longer there: which of its files were deleted (uploaded copies only) and which still lie where
    they were, so that reading their folder again brings it back."""

    document: Document
    passages: int
    deleted: tuple[str, ...]
    left: tuple[str, ...]


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def correct(home: Path, makers: Makers, changes: Mapping[str, Mapping[str, str | None]]) -> list[Corrected]:
    """Correct fields of documents by id; None takes a correction back. What is refused of one document holds up no other.

    Raises Busy while another writer is at work.
    """
    with writing(home, makers, quiet) as now:
        store = now.store
        before = store.edits()
        refused: dict[str, str] = {}
        changed: list[str] = []
        for name, fields in changes.items():
            try:
                store.found(name)
                kept = dict(before.get(name, {}))
                for field, value in fields.items():
                    if value is None:
                        kept.pop(field, None)
                    else:
                        kept[field] = checked(field, value, store.gazetteer())
            except PlanSeekError as error:
                refused[name] = str(error)
                continue
            if kept != before.get(name, {}):
                store.put_edits(name, kept)
                now.place(name)
                changed.append(name)
        if changed:
            now.settled(_following(store, changed))
            now.noted()
        return [
            Corrected(name, None if name in refused else store.document(name), name in changed, refused.get(name))
            for name in changes
        ]


def remove(home: Path, makers: Makers, ids: Sequence[str], progress: Progress = quiet) -> list[Removed]:
    """Take documents out of store and index, and delete the uploaded copies of their files. Raises Unknown, and then nothing
    is removed; Busy while another writer is at work."""
    uploads = (home / UPLOADS).resolve()
    with writing(home, makers, progress) as now:
        store = now.store
        counts = store.passage_counts()
        going = [store.found(name) for name in dict.fromkeys(ids)]
        following = _following(store, [document.id for document in going])
        for document in going:
            store.remove_document(document.id)
        now.settled(following)
        now.indexed(moved=True)
        held = {source_of(key) for key in store.files()}
    with closing(Store(home / "corpus.sqlite")) as store:
        store.shrink()
    removed = []
    for document in going:
        there = {source for key in document.files if (source := source_of(key))}
        copies = {source for source in there if source.is_relative_to(uploads) and source not in held}
        for copy in copies:
            copy.unlink(missing_ok=True)
        deleted, left = (tuple(sorted(path.as_posix() for path in paths)) for paths in (copies, there - copies))
        removed.append(Removed(document, counts.get(document.id, 0), deleted, left))
    return removed


def reread(home: Path, makers: Makers, progress: Progress = quiet) -> Report:
    """Read the files of all documents again where they are still at hand and would now be read otherwise: with regions that
    came since, or a side file that changed."""
    with closing(Store(home / "corpus.sqlite")) as store:
        keys = store.files().keys()
    sources = sorted({source for key in keys if (source := source_of(key))})
    if not sources:
        raise PlanSeekError("已入库文件的原文件都不在原处了，无法重新读入。请把文件放回原处，或重新上传。")
    return ingest(sources, home, makers, progress=progress, only=keys)


def source_of(key: str) -> Path | None:
    """The file under a known name, an archive's for a member; None where it is no longer there."""
    path = Path(key)
    for candidate in (path, *path.parents):
        if candidate.is_file():
            return candidate if candidate == path or archives.is_archive(candidate.name) else None
    return None


def _following(store: Store, ids: Iterable[str]) -> list[Found]:
    """The files at hand of the documents that continue these, however far: they are read on from what changed."""
    documents = {document.id: document for document in store.documents(with_text=False)}
    going = set(ids)
    reached: set[str] = set()
    while more := {d.id for d in documents.values() if d.follows in going | reached} - reached:
        reached |= more
    keys = {key for name in reached for key in documents[name].files}
    sources = {source for key in keys if (source := source_of(key))}
    return [found for found in tray.find(sorted(sources)).files if found.key in keys] if sources else []


def regions(home: Path, wanted: str = "") -> list[own.Row]:
    """The regions to choose from (see corpus.regions.own.rows)."""
    with closing(Store(home / "corpus.sqlite")) as store:
        counts = Counter(d.region.code for d in store.documents(with_text=False) if d.region)
        return own.rows(store.gazetteer(), (place.code for place in store.added_places()), counts, wanted)


def add_regions(home: Path, makers: Makers, given: Iterable[Mapping[str, str | float | None]]) -> list[own.Row]:
    """Add regions by the columns of regions.csv, all or none. Documents learn of them when they are read again. Raises
    PlanSeekError that names the row at fault."""
    with writing(home, makers, quiet) as now:
        added = []
        for number, row in enumerate(given, 1):
            try:
                place = own.checked_place(row, now.store.gazetteer())
            except PlanSeekError as error:
                raise PlanSeekError(f"第 {number} 个地区：{error}") from error
            now.store.add_places([place])
            added.append(place)
        now.noted()
        gazetteer = now.store.gazetteer()
        return [own.Row(place, gazetteer.full_name(place.code), True, 0) for place in added]


def remove_region(home: Path, makers: Makers, code: str) -> None:
    """Take back a region that was added. Raises Unknown, Busy where something is of it still."""
    with writing(home, makers, quiet) as now:
        store = now.store
        places = {place.code: place for place in store.added_places()}
        if code not in places:
            known = code in store.gazetteer().places
            raise Unknown(f"代码 {code} 是行政区划表自带的地区，不能删除。" if known else f"没有代码为 {code} 的地区。")
        if used := store.uses_of_place(code):
            raise Busy(f"还有 {used} 份文件属于或提到地区「{places[code].name}」。请先更正这些文件的地区或移除它们，再删除地区。")
        if inner := next((place for place in places.values() if place.parent == code), None):
            raise Busy(f"地区「{inner.name}」的上级是「{places[code].name}」。请先删除下级地区。")
        store.remove_place(code)
        now.noted()


def usage(home: Path, model_folders: Iterable[Path]) -> dict[str, int]:
    """Bytes by what takes them, and how much of what there is. model_folders: those of the models in use."""
    store = sum(_size(home / f"corpus.sqlite{suffix}") for suffix in ("", "-wal", "-shm"))
    parts = {name: _size(home / name) for name in ("index", UPLOADS, "cache")}
    with closing(Store(home / "corpus.sqlite")) as opened:
        counts = opened.passage_counts()
    return {
        "store": store, **parts, "other": _size(home) - store - sum(parts.values()),
        "models": sum(_size(folder) for folder in model_folders), "free": shutil.disk_usage(home).free,
        "documents": len(counts), "passages": sum(counts.values()),
    }  # fmt: skip


def _size(path: Path) -> int:
    """Bytes of a file or of all files in a folder; 0 where there is none. Files may go while they are counted."""
    total = 0
    for file in [path] if path.is_file() else path.rglob("*"):
        try:
            total += file.lstat().st_size if not file.is_dir() else 0
        except OSError:
            continue
    return total
