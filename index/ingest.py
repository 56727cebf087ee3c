"""Brings files into the store and keeps the index in step: all of an ingest shows at once, or, on a kill, none of it; what
was read by then is not read again."""

import os
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus import intake, tray
from corpus.edits import FIELDS, Edits
from corpus.errors import PlanSeekError
from corpus.model import Document
from corpus.reader import Read, Task, read_files
from corpus.regions.places import digest as places_digest
from corpus.remarks import remarks
from corpus.store import Store
from corpus.tray import Found, Tray
from index.segments import Makers
from index.writing import Progress, Writing, writing


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: status added, unchanged, replaced, removed or refused (with the reason).

    parts: how many headings, boxes, tables and lines of page noise were recognised; checks: what to look at (Chinese).
    """

    file: str
    status: str
    document: Document | None = None
    passages: int = 0
    reason: str | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of a file before links are settled: the id of its document, unless it was refused."""

    file: str
    status: str
    document: str = ""
    reason: str | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did; `passages` counts those of the whole corpus afterwards."""

    files: tuple[FileReport, ...]
    passages: int
    seconds: float

    @property
    def succeeded(self) -> bool:
        """Something readable went in, or nothing had to."""
        return not self.files or any(f.status != "refused" for f in self.files)


def ingest(
    paths: Iterable[Path], home: Path, makers: Makers, *, prune: bool = False,
    progress: Progress = lambda stage, done, total: None, only: Container[str] | None = None,
) -> Report:  # fmt: skip
    """Read what is new or changed below `paths` into the home folder and bring its index up to date. `only`: of the files
    there, those known under these names.

    Raises PlanSeekError where nothing was given, a side file cannot be understood or another writer is at work.
    """
    began = time.perf_counter()
    paths = list(paths)
    if not paths:
        raise PlanSeekError("没有给出文件。用法：planseek ingest 文件或文件夹…")
    try:
        found = _nameable(tray.find(paths))
    except OSError as error:
        raise PlanSeekError(
            f"无法读取 {error.filename or '所给路径'}（{error.strerror}）。请检查权限后重试。"
        ) from error
    if only is not None:
        found = replace(found, files=tuple(file for file in found.files if file.key in only), refused=())
    reports = [FileReport(path, "refused", reason=reason) for path, reason in found.refused]
    if not found.files and not found.places and not (prune and not found.refused):
        told = {report.file for report in reports}
        reports += [
            FileReport(_shown(p), "refused", reason="其中没有文件。请放入文本、网页、Word 或 PDF 后重试。")
            for p in paths
            if p.exists() and not told & {_shown(p), _shown(p.expanduser().resolve())}
        ]
        return Report(tuple(reports), _passages_in(home), time.perf_counter() - began)
    try:
        home.mkdir(parents=True, exist_ok=True)
        reports, passages = _write(found, paths, home, makers, prune, progress, reports)
    except OSError as error:
        raise PlanSeekError(
            f"无法写入数据文件夹 {home}（{error.strerror or error}）。请检查磁盘空间与读写权限，或用 --home 换一个文件夹。"
        ) from error
    return Report(tuple(reports), passages, time.perf_counter() - began)


def _write(
    found: Tray, paths: Sequence[Path], home: Path, makers: Makers, prune: bool, progress: Progress,
    reports: list[FileReport],
) -> tuple[list[FileReport], int]:  # fmt: skip
    """Store and index what the tray holds in one transaction; the reports with these files', and how many passages
    there are."""
    with writing(home, makers, progress, finishing=True) as now:
        store = now.store
        known = store.gazetteer().places
        places = [place for place in found.places if known.get(place.code) != place]
        store.add_places(places)
        taken = _take(now, found, progress)
        gone = _prune(store, paths, {file.key for file in found.files}) if prune else []
        store.remove_orphans()
        changed = now.settled(found.files, {t.document for t in taken if t.status in ("added", "replaced")})
        reports = reports + _completed(store, taken, changed) + gone
        moved = bool(places or changed) or any(r.status in ("added", "replaced", "removed") for r in reports)
        return reports, now.indexed(moved)


def _nameable(found: Tray) -> Tray:
    """The tray without files whose names are no UTF-8 (a Chinese archive unpacked elsewhere): they are refused."""
    reason = "文件名不是 UTF-8 编码，无法登记。请改名后重试。"
    strange = [file for file in found.files if _shown(file.path) != file.path.as_posix()]
    refused = [(_shown(Path(path)), why) for path, why in found.refused]
    return replace(
        found, files=tuple(file for file in found.files if file not in strange),
        refused=(*refused, *((_shown(file.path), reason) for file in strange)),
    )  # fmt: skip


def _shown(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def _passages_in(home: Path) -> int:
    file = home / "corpus.sqlite"
    if not file.exists():
        return 0
    store = Store(file)
    try:
        return sum(store.passage_counts().values())
    finally:
        store.close()


def _take(now: Writing, found: Tray, progress: Progress) -> list[_Taken]:
    """Bring every file into the store that is new or changed; what became of each, in the tray's order."""
    store, unfinished = now.store, now.unfinished
    places = store.added_places()
    digest = places_digest(places)
    known = store.files()
    held = {row[0] for row in known.values()}
    edits = store.edits()
    taken: dict[str, _Taken] = {}
    states: dict[str, tuple[int, int, str]] = {}
    tasks: list[Task] = []

    def take(file: Found, read: Read) -> None:
        before = known.get(file.key)
        if read.refusal is not None:
            # The last good reading of a file that has become unreadable stays until it is pruned.
            taken[file.key] = _Taken(file.key, "refused", reason=read.refusal)
            return
        if read.sheaf is None:
            taken[file.key] = _Taken(file.key, "unchanged", read.identity)
        else:
            store.put(read.sheaf)
            followed = edits.get(before[0]) if before and read.identity not in held else None
            if followed:
                # What a user corrected of a file holds for its next version too, until the user takes it back.
                edits[read.identity] = followed
                store.put_edits(read.identity, followed)
            held.add(read.identity)
            checks = (_followed(followed),) if followed else ()
            taken[file.key] = _Taken(file.key, "replaced" if before else "added", read.identity, checks=checks)
        store.put_file(file.key, read.identity, *states[file.key])

    for file in found.files:
        try:
            stat = file.path.stat()
        except OSError as error:
            reason = f"无法读取（{error.strerror or error}）。请检查文件权限。"
            taken[file.key] = _Taken(file.key, "refused", reason=reason)
            continue
        state = states[file.key] = (stat.st_size, stat.st_mtime_ns, intake.reading_key(file, digest))
        before = known.get(file.key)
        if before and before[1:] == state:
            taken[file.key] = _Taken(file.key, "unchanged", before[0])
        elif sheaf := unfinished.kept(file.key, *state):
            take(file, Read(sheaf.id, sheaf))
        else:
            same = before[0] if before and before[3] == state[2] else None
            tasks.append(Task(file, stat.st_size if file.member is None else 0, places, same))
    done = len(taken)
    progress("读取文件", done, len(found.files))
    for task, read in read_files(tasks, now.workers):
        take(task.found, read)
        if read.sheaf is not None:
            unfinished.keep(task.found.key, *states[task.found.key], read.sheaf)
        done += 1
        progress("读取文件", done, len(found.files))
    progress("读取文件", len(found.files), len(found.files))
    return [taken[file.key] for file in found.files]


def _completed(store: Store, taken: Sequence[_Taken], changed: set[str]) -> list[FileReport]:
    """The reports, when all files are in and links are known: with what to check, and what was recognised."""
    wanted = {one.document for one in taken if one.document}
    documents = {document.id: document for document in store.documents(with_text=False, only=wanted)}
    counts = store.passage_counts(wanted)
    reports = []
    for one in taken:
        document = documents.get(one.document)
        if document is None:
            reports.append(FileReport(one.file, one.status, reason=one.reason))
            continue
        status = "replaced" if one.status == "unchanged" and document.id in changed else one.status
        parts = store.joints_of(document.id).get("parts", {})
        checks = one.checks + remarks(document)
        reports.append(FileReport(one.file, status, document, counts.get(document.id, 0), parts=parts, checks=checks))
    return reports


def _followed(edits: Edits) -> str:
    return f"沿用了对上一版的更正（{'、'.join(FIELDS[field] for field in edits)}），请核对是否仍然适用"


def _prune(store: Store, paths: Sequence[Path], present: set[str]) -> list[FileReport]:
    """Forget files below the given paths that are no longer there."""
    roots = [path.expanduser().resolve().as_posix() for path in paths]
    gone = [
        path for path in store.files()
        if path not in present and any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)
    ]  # fmt: skip
    for path in gone:
        store.remove_file(path)
    return [FileReport(path, "removed") for path in gone]
