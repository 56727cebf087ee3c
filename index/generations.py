"""Generations of the index: built beside the old one under a name derived from their content, sealed, then switched to."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import NotReady, PlanSeekError
from corpus.model import READER_VERSION, Passage
from corpus.store import Store
from corpus.workers import Workers
from index.backends import BACKENDS
from index.bags import Bags, bagged
from index.clauses import EMPTY, Clauses, Table
from index.integrity import REPAIR, Damaged, Sealed, seal
from index.protocols import Backend, Embedder, Floats, Rows
from index.swap import put_in_place
from index.tokenizer import Tokenizer
from index.unfinished import Unfinished

ROWS, DOCUMENTS = "rows.json", "documents.json"
"""Files of a generation: the key of what was indexed of each passage; document id → digest of its text, number of passages."""
_BATCH = 512
_FORMAT = "4"


@dataclass(frozen=True, slots=True)
class Makers:
    """What an index is made with: terms, vectors, and the tokens of clauses."""

    tokenizer: Tokenizer
    embedder: Embedder
    table: Table


@dataclass(frozen=True, slots=True)
class Before:
    """What the generation in force holds of a passage, by the hash of what was indexed."""

    rows: Mapping[str, int]
    backend: Backend | None
    same_model: bool
    same_table: bool

    def vectors(self, keys: Iterable[str]) -> dict[str, Floats]:
        if self.backend is None or not self.same_model:
            return {}
        known = [key for key in keys if key in self.rows]
        return dict(zip(known, self.backend.vectors(self._places(known)), strict=True))

    def clauses(self, keys: Sequence[str]) -> Clauses:
        """The clauses of the known keys, in their order."""
        return self.backend.clauses(self._places(keys)) if self.backend else EMPTY

    def has_clauses(self, key: str) -> bool:
        return self.same_table and key in self.rows

    def _places(self, keys: Sequence[str]) -> Rows:
        return np.array([self.rows[key] for key in keys], np.int32)


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


def key_of(content: str) -> str:
    """What rows.json says of a passage: a hash of what was indexed of it."""
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def digest_of(text: str) -> str:
    """What documents.json says of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def index_text(passage: Passage, text: str) -> str:
    """What is indexed of a passage: the headings above it, then its own text."""
    return " ".join(passage.trail) + "\n" + passage.span.of(text)


def build(
    home: Path, store: Store, passages: Sequence[Passage], makers: Makers, workers: Workers, unfinished: Unfinished,
    progress: Callable[[str, int, int], None],
) -> str:  # fmt: skip
    """Build the generation of these passages where it is not there whole, and return its name.

    Vectors of passages that an earlier generation of the same model or an unfinished ingest holds are taken from there, and
    so are clauses. Once it returns, all of the generation is on the disk. Raises OSError.
    """
    embedder = makers.embedder
    generation = _name(passages, makers)
    folder = home / "index" / generation
    manifest = Manifest(generation, len(passages), makers.tokenizer.name, embedder.name, makers.table.name)
    if _intact(folder, manifest):
        return generation
    before = _before(home, store.meta("generation"), makers)
    vectors = np.zeros((len(passages), embedder.dimension), np.float32)
    bags: list[Bags] = []
    clauses: list[Clauses] = []
    keys: list[str] = []
    documents: dict[str, tuple[str, int]] = {}
    size = store.size_of_texts()
    for contents, part in bagged(_contents(store, passages, documents), size, makers.tokenizer, workers):
        start = len(keys)
        progress("编入索引", start, len(passages))
        bags.append(part)
        keys += map(key_of, contents)
        new = keys[start:]
        clauses.append(_clauses(new, contents, before, makers.table))
        own = before.vectors(new)
        own.update(unfinished.kept_vectors(embedder.name, [key for key in new if key not in own]))
        missing = [i for i, key in enumerate(new) if key not in own]
        if missing:
            made = embedder.encode_passages([contents[i] for i in missing])
            unfinished.keep_vectors(embedder.name, [new[i] for i in missing], made)
            vectors[[start + i for i in missing]] = made
        for i, key in enumerate(new, start):
            if key in own:
                vectors[i] = own[key]
    progress("编入索引", len(passages), len(passages))
    progress("写入索引", 0, 1)
    unready = home / "index" / f".{generation}.{os.getpid()}"
    try:
        shutil.rmtree(unready, ignore_errors=True)
        unready.mkdir(parents=True)
        for name, content in (("manifest.json", _json(manifest)), (ROWS, json.dumps(keys)), (DOCUMENTS, json.dumps(documents))):
            (unready / name).write_text(content, "utf-8")
        if passages:
            backend_class("local").build(unready, Bags.together(bags), vectors, Clauses.together(clauses))
            _check_whole(unready)
        else:
            seal(unready)
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
    return generation


def _clauses(keys: Sequence[str], contents: Sequence[str], before: Before, table: Table) -> Clauses:
    """The clauses of these contents in their order, those that are known taken over."""
    known = [i for i, key in enumerate(keys) if before.has_clauses(key)]
    fresh = [i for i, key in enumerate(keys) if not before.has_clauses(key)]
    both = Clauses.together(
        [before.clauses([keys[i] for i in known]), Clauses.of([contents[i] for i in fresh], table)]
    )
    return both.take(np.argsort(np.array(known + fresh)).astype(np.int32)) if known and fresh else both


def _check_whole(folder: Path) -> None:
    """What a full disk cut off without a word (faiss and numpy do not look when they close a file) shows when it is opened."""
    try:
        open_backend(folder)
    except NotReady as error:
        raise OSError(errno.ENOSPC, "索引没有写全，磁盘可能已满", str(folder)) from error


def _contents(store: Store, passages: Sequence[Passage], documents: dict[str, tuple[str, int]]) -> Iterator[list[str]]:
    """What is indexed of the passages (ordered by document), in batches; one document's text in memory at a time. Each
    document goes into `documents` with its digest and how many passages it has."""
    batch: list[str] = []
    following = 0
    for name, text in store.texts():
        first = following
        while following < len(passages) and passages[following].document == name:
            batch.append(index_text(passages[following], text))
            following += 1
            if len(batch) == _BATCH:
                yield batch
                batch = []
        documents[name] = digest_of(text), following - first
    if batch:
        yield batch


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


def _name(passages: Sequence[Passage], makers: Makers) -> str:
    """Derived from all that an index depends on: equal content, equal name."""
    digest = hashlib.sha256(f"{_FORMAT}\n{READER_VERSION}\n{makers.tokenizer.name}\n{makers.embedder.name}\n{makers.table.name}\n".encode())
    for passage in passages:
        digest.update(f"{passage.id}\t{'|'.join(passage.trail)}\n".encode())
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
    """The generation in force, as far as it can still be used."""
    nothing = Before({}, None, same_model=False, same_table=False)
    if generation is None:
        return nothing
    folder = home / "index" / generation
    try:
        manifest = _read(folder)
        # What is taken over is sealed anew: damage would pass for sound from then on.
        if not manifest.passages or manifest.format != _FORMAT or any(Sealed(folder).damages()):
            return nothing
        rows = {key: row for row, key in enumerate(json.loads((folder / ROWS).read_text("utf-8")))}
        return Before(
            rows, backend_class("local")(folder), manifest.embedder == makers.embedder.name,
            manifest.table == makers.table.name,
        )  # fmt: skip
    except (OSError, ValueError, TypeError, PlanSeekError):
        return nothing


def _json(manifest: Manifest) -> str:
    return (
        json.dumps({name: getattr(manifest, name) for name in manifest.__slots__}, ensure_ascii=False, indent=1) + "\n"
    )
