"""Generations of the index: built beside the old one under a name derived from their content, sealed, then switched to."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from corpus.errors import NotReady, PlanSeekError
from corpus.model import READER_VERSION
from corpus.store import Store
from corpus.workers import Workers
from index.backends import BACKENDS
from index.backends.local import LocalBackend, Member, members_of, write_members
from index.catalogue import Catalogue
from index.integrity import REPAIR, Damaged, Sealed, seal
from index.protocols import Backend
from index.segments import Before, Composer, Makers
from index.swap import put_in_place
from index.unfinished import Unfinished

_FORMAT = "5"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built with; a search with anything else is refused."""

    generation: str
    passages: int
    tokenizer: str
    embedder: str
    table: str = ""
    reader: str = READER_VERSION
    format: str = _FORMAT


def build(
    home: Path, store: Store, makers: Makers, workers: Workers, unfinished: Unfinished, progress: Callable[[str, int, int], None]
) -> Manifest:
    """Build the generation of what is stored where it is not there whole, and return its manifest.

    Segments of the generation in force stand where their documents do; vectors and clauses of passages that it or an
    unfinished ingest holds are taken from there. Once it returns, all of the generation is on the disk. Raises OSError.
    """
    wanted = store.fingerprints()
    generation = _name(wanted, makers)
    folder = home / "index" / generation
    count = sum(store.passage_counts().values())
    manifest = Manifest(generation, count, makers.tokenizer.name, makers.embedder.name, makers.table.name)
    if _intact(folder, manifest):
        return manifest
    before = _before(home, store.meta("generation"), makers)
    unready = home / "index" / f".{generation}.{os.getpid()}"
    try:
        shutil.rmtree(unready, ignore_errors=True)
        unready.mkdir(parents=True)
        members, sums = Composer(unready, store, before, makers, workers, unfinished, progress).compose(wanted)
        progress("写入索引", 0, 1)
        (unready / "manifest.json").write_text(_json(manifest), "utf-8")
        write_members(unready, members)
        seal(unready, sums)
        if count:
            _check_whole(unready)
        # A damaged one under the same name makes room.
        if aside := put_in_place(unready, folder, folder.with_name(f".{folder.name}.damaged.{os.getpid()}")):
            shutil.rmtree(aside, ignore_errors=True)
    except BaseException:
        # A full disk needs the space.
        shutil.rmtree(unready, ignore_errors=True)
        raise
    if store.meta("generation") == generation:
        # Rebuilt under the name in force: whoever has the damaged one open must open it anew.
        store.set_meta("changes", str(int(store.meta("changes") or 0) + 1))
    progress("写入索引", 1, 1)
    return manifest


def _check_whole(folder: Path) -> None:
    """What a full disk cut off without a word (faiss and numpy do not look when they close a file) shows when it is opened."""
    try:
        open_backend(folder)
    except NotReady as error:
        raise OSError(errno.ENOSPC, "索引没有写全，磁盘可能已满", str(folder)) from error


def current(home: Path, store: Store, makers: Makers) -> tuple[Path, Manifest]:
    """The folder and manifest of the generation in force.

    Raises NotReady where there is none, it was built with another tokenizer or model, or it is damaged as far as can be seen
    without reading all of it.
    """
    generation = store.meta("generation")
    if generation is None:
        raise NotReady("还没有建立索引。请运行：planseek ingest 文件或文件夹")
    folder = home / "index" / generation
    try:
        manifest = _read(folder)
    except (OSError, ValueError, TypeError) as error:
        raise NotReady(f"索引 {folder} 的 manifest.json 缺失或已损坏。{REPAIR}") from error
    for what, built, now in (
        ("索引格式", manifest.format, _FORMAT), ("分词词典", manifest.tokenizer, makers.tokenizer.name), ("向量模型", manifest.embedder, makers.embedder.name),
        ("词向量表", manifest.table, makers.table.name),
        ("文件读取规则", manifest.reader, READER_VERSION),
    ):  # fmt: skip
        if built != now:
            raise NotReady(
                f"索引是用另一{what}建立的（{built}，现在是 {now}）。请运行 planseek ingest 重建索引后再检索。"
            )
    Sealed(folder).content("manifest.json")
    return folder, manifest


def tidy(home: Path, generation: str) -> None:
    """Write the home folder's manifest.json and remove generations that nothing points to any more.

    To be called by the one writer, after the commit: another's unfinished generation would be removed with the rest. What
    cannot be done now (a full disk) is left to the next writer.
    """
    folder = home / "index" / generation
    with contextlib.suppress(OSError):
        for other in (home / "index").iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        content = (folder / "manifest.json").read_bytes()
        shown = home / "manifest.json"
        if not shown.exists() or shown.read_bytes() != content:
            pointer = home / ".manifest.json"
            pointer.write_bytes(content)
            pointer.replace(shown)


def backend_class(name: str) -> Any:
    module, _, attribute = BACKENDS[name].partition(":")
    return getattr(import_module(module), attribute)


def open_backend(folder: Path) -> Backend:
    return backend_class("local")(folder)


def catalogues(folder: Path) -> list[tuple[Member, Catalogue]]:
    """What the rows of a generation are, segment by segment. Raises Damaged, ValueError."""
    sealed = Sealed(folder)
    return [(member, Catalogue.open(member.name, sealed)) for member in members_of(sealed)]


def _name(wanted: Iterable[tuple[str, str]], makers: Makers) -> str:
    """Derived from all that an index depends on: equal content, equal name."""
    digest = hashlib.sha256(f"{_FORMAT}\n{READER_VERSION}\n{makers.tokenizer.name}\n{makers.embedder.name}\n{makers.table.name}\n".encode())
    for name, fingerprint in wanted:
        digest.update(f"{name}\t{fingerprint}\n".encode())
    return digest.hexdigest()[:16]


def _read(folder: Path) -> Manifest:
    """A generation's manifest. Raises OSError, ValueError or TypeError where it is missing or broken."""
    return Manifest(**json.loads((folder / "manifest.json").read_text("utf-8")))


def _intact(folder: Path, manifest: Manifest) -> bool:
    """Whether a generation is there, every byte as it was written: one that is not is built again."""
    try:
        return _read(folder) == manifest and not any(Sealed(folder).damages())
    except (OSError, ValueError, TypeError, Damaged):
        return False


def _before(home: Path, generation: str | None, makers: Makers) -> Before:
    """The generation in force, as far as it can still be used: what of it is damaged is made anew."""
    if generation is None:
        return Before()
    folder = home / "index" / generation
    try:
        manifest = _read(folder)
        if not manifest.passages or manifest.format != _FORMAT:
            return Before()
        sealed = Sealed(folder)
        members = members_of(sealed)
        if any(sealed.damages()):
            return Before()
        same_model, same_table = manifest.embedder == makers.embedder.name, manifest.table == makers.table.name
        same = (manifest.tokenizer, manifest.reader) == (makers.tokenizer.name, READER_VERSION)
        return Before(
            sealed, members, tuple(Catalogue.open(member.name, sealed) for member in members), LocalBackend(folder),
            same and same_model and same_table, same_model, same_table,
        )  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError, PlanSeekError):
        return Before()


def _json(manifest: Manifest) -> str:
    return (
        json.dumps({name: getattr(manifest, name) for name in manifest.__slots__}, ensure_ascii=False, indent=1) + "\n"
    )
