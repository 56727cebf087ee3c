"""Brings files into the store and keeps the index in step: all of an ingest is kept, or, on a kill, none of it."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import intake
from corpus.errors import PlanSeekError, UnreadableFile
from corpus.model import Document
from corpus.places import Gazetteer
from corpus.store import Store
from index import generations
from index.protocols import Embedder
from index.tokenizer import Tokenizer

Progress = Callable[[str, int, int], None]
"""Called with a stage's name (Chinese, shown as is), steps done, steps in all."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: status added, unchanged, replaced, removed or refused (with the reason)."""

    file: str
    status: str
    document: Document | None = None
    passages: int = 0
    reason: str | None = None


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
    paths: Iterable[Path], home: Path, tokenizer: Tokenizer, embedder: Embedder, *, prune: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Report:  # fmt: skip
    """Read what is new or changed below `paths` into the home folder and bring its index up to date.

    Raises PlanSeekError where nothing was given, a side file cannot be understood or another writer is at work.
    """
    began = time.perf_counter()
    paths = list(paths)
    if not paths:
        raise PlanSeekError("没有给出文件。用法：planseek ingest 文件或文件夹…")
    try:
        tray = _nameable(intake.find(paths))
    except OSError as error:
        raise PlanSeekError(
            f"无法读取 {error.filename or '所给路径'}（{error.strerror}）。请检查权限后重试。"
        ) from error
    reports = [FileReport(path, "refused", reason=reason) for path, reason in tray.refused]
    if not tray.files and not tray.places and not (prune and not tray.refused):
        told = {report.file for report in reports}
        reports += [
            FileReport(_shown(p), "refused", reason="其中没有文件。请放入文本、网页、Word 或 PDF 后重试。")
            for p in paths
            if p.exists() and not told & {_shown(p), _shown(p.expanduser().resolve())}
        ]
        return Report(tuple(reports), _passages_in(home), time.perf_counter() - began)
    try:
        home.mkdir(parents=True, exist_ok=True)
        passages = _write(tray, paths, home, tokenizer, embedder, prune, progress, reports)
    except OSError as error:
        raise PlanSeekError(
            f"无法写入数据文件夹 {home}（{error.strerror or error}）。请检查磁盘空间与读写权限，或用 --home 换一个文件夹。"
        ) from error
    return Report(tuple(reports), passages, time.perf_counter() - began)


def _write(
    tray: intake.Tray, paths: Sequence[Path], home: Path, tokenizer: Tokenizer, embedder: Embedder, prune: bool,
    progress: Progress, reports: list[FileReport],
) -> int:  # fmt: skip
    """Store and index what the tray holds in one transaction, add to `reports`, and return how many passages there are."""
    store = Store(home / "corpus.sqlite", create=True)
    try:
        with store.writing():
            known = store.gazetteer().places
            places = [place for place in tray.places if known.get(place.code) != place]
            store.add_places(places)
            reports += _take(store, tray, progress)
            if prune:
                reports += _prune(store, paths, {found.key for found in tray.files})
            store.remove_orphans()
            passages = store.passages()
            generation = generations.build(home, store, passages, tokenizer, embedder, progress)
            # Nothing is written where nothing changed.
            if store.meta("generation") != generation:
                store.set_meta("generation", generation)
            if places or any(report.status in ("added", "replaced", "removed") for report in reports):
                store.set_meta("changes", str(int(store.meta("changes") or 0) + 1))
        _tidy(home, store)
    finally:
        store.close()
    return len(passages)


def _tidy(home: Path, store: Store) -> None:
    """Remove what the commit left behind; where another writer has begun meanwhile, it will do so."""
    try:
        with store.writing():
            generation = store.meta("generation")
            if generation is not None:
                generations.tidy(home, generation)
    except PlanSeekError:
        return


def _nameable(tray: intake.Tray) -> intake.Tray:
    """The tray without files whose names are no UTF-8 (a Chinese archive unpacked elsewhere): they are refused."""
    reason = "文件名不是 UTF-8 编码，无法登记。请改名后重试。"
    strange = [found for found in tray.files if _shown(found.path) != found.key]
    refused = [(_shown(Path(path)), why) for path, why in tray.refused]
    return replace(
        tray, files=tuple(found for found in tray.files if found not in strange),
        refused=(*refused, *((_shown(found.path), reason) for found in strange)),
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


def _take(store: Store, tray: intake.Tray, progress: Progress) -> list[FileReport]:
    gazetteer = store.gazetteer()
    places_digest = _digest(gazetteer)
    known = store.files()
    documents = {document.id: document for document in store.documents(with_text=False)}
    counts = store.passage_counts()
    reports: list[FileReport] = []
    for done, found in enumerate(tray.files):
        progress("读取文件", done, len(tray.files))
        reading = intake.reading_key(found, places_digest)
        report = _take_file(store, found, reading, known.get(found.key), documents, counts, gazetteer)
        reports.append(report)
        if report.document:
            documents[report.document.id] = report.document
            counts[report.document.id] = report.passages
    progress("读取文件", len(tray.files), len(tray.files))
    return reports


def _take_file(
    store: Store, found: intake.Found, reading: str, before: tuple[str, int, int, str] | None,
    documents: dict[str, Document], counts: dict[str, int], gazetteer: Gazetteer,
) -> FileReport:  # fmt: skip
    try:
        state = found.path.stat()
        same = before is not None and before[1:] == (state.st_size, state.st_mtime_ns, reading)
        if same and before and before[0] in documents:
            return FileReport(found.key, "unchanged", documents[before[0]], counts.get(before[0], 0))
        content = intake.load(found.path)
        identity = hashlib.sha256(content).hexdigest()
        if before and before[0] == identity and before[3] == reading:
            store.put_file(found.key, identity, state.st_size, state.st_mtime_ns, reading)
            return FileReport(found.key, "unchanged", documents[identity], counts.get(identity, 0))
        document, passages = intake.read_document(content, found, gazetteer)
    except UnreadableFile as error:
        # The last good reading of a file that has become unreadable stays until it is pruned.
        return FileReport(found.key, "refused", reason=str(error))
    except OSError as error:
        return FileReport(found.key, "refused", reason=f"无法读取（{error.strerror or error}）。请检查文件权限。")
    store.put(document, passages)
    store.put_file(found.key, document.id, state.st_size, state.st_mtime_ns, reading)
    return FileReport(found.key, "replaced" if before else "added", document, len(passages))


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


def _digest(gazetteer: Gazetteer) -> str:
    rows = "\n".join(f"{p.code},{p.name},{p.level},{p.parent},{p.aliases}" for p in gazetteer.places.values())
    return hashlib.sha256(rows.encode()).hexdigest()[:16]
