"""Generations of the index: built beside the old one under a name derived from their content, then switched to."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import NotReady, PlanSeekError
from corpus.intake import READER_VERSION
from corpus.model import Passage
from corpus.store import Store
from corpus.workers import Workers
from index.backends import BACKENDS
from index.bags import Bags, bagged
from index.protocols import Backend, Embedder, Floats
from index.tokenizer import Tokenizer
from index.unfinished import Unfinished

_BATCH = 512
_FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built with; a search with anything else is refused."""

    generation: str
    passages: int
    tokenizer: str
    embedder: str
    reader: str = READER_VERSION
    format: str = _FORMAT


def index_text(passage: Passage, text: str) -> str:
    """What is indexed of a passage: the headings above it, then its own text."""
    return " ".join(passage.trail) + "\n" + passage.span.of(text)


def build(
    home: Path, store: Store, passages: Sequence[Passage], tokenizer: Tokenizer, embedder: Embedder, workers: Workers,
    unfinished: Unfinished, progress: Callable[[str, int, int], None],
) -> str:  # fmt: skip
    """Build the generation of these passages where it is not there whole, and return its name.

    Vectors of passages that an earlier generation of the same model or an unfinished ingest holds are taken from there.
    """
    generation = _name(passages, tokenizer, embedder)
    folder = home / "index" / generation
    manifest = Manifest(generation, len(passages), tokenizer.name, embedder.name)
    if _intact(folder, manifest):
        return generation
    known = _known_vectors(home, store.meta("generation"), embedder)
    vectors = np.zeros((len(passages), embedder.dimension), np.float32)
    bags: list[Bags] = []
    keys: list[str] = []
    size = store.size_of_texts()
    for contents, part in bagged(_contents(store, passages), size, tokenizer, workers):
        start = len(keys)
        progress("编入索引", start, len(passages))
        bags.append(part)
        keys += [hashlib.sha256(content.encode()).hexdigest()[:24] for content in contents]
        own = {key: known[key] for key in keys[start:] if key in known}
        own.update(unfinished.kept_vectors(embedder.name, [key for key in keys[start:] if key not in own]))
        missing = [i for i, key in enumerate(keys[start:]) if key not in own]
        if missing:
            made = embedder.encode_passages([contents[i] for i in missing])
            unfinished.keep_vectors(embedder.name, [keys[start + i] for i in missing], made)
            vectors[[start + i for i in missing]] = made
        for i, key in enumerate(keys[start:], start):
            if key in own:
                vectors[i] = own[key]
    progress("编入索引", len(passages), len(passages))
    progress("写入索引", 0, 1)
    unready = home / "index" / f".{generation}.{os.getpid()}"
    shutil.rmtree(unready, ignore_errors=True)
    if passages:
        backend_class("local").build(unready, Bags.together(bags), vectors)
    unready.mkdir(parents=True, exist_ok=True)
    (unready / "rows.json").write_text(json.dumps(keys), "utf-8")
    (unready / "manifest.json").write_text(_json(manifest), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unready.rename(folder)
    progress("写入索引", 1, 1)
    return generation


def _contents(store: Store, passages: Sequence[Passage]) -> Iterator[list[str]]:
    """What is indexed of the passages (ordered by document), in batches; one document's text in memory at a time."""
    batch: list[str] = []
    following = 0
    for name, text in store.texts():
        while following < len(passages) and passages[following].document == name:
            batch.append(index_text(passages[following], text))
            following += 1
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def current(home: Path, store: Store, tokenizer: Tokenizer, embedder: Embedder) -> tuple[Path, Manifest]:
    """The folder and manifest of the generation in force.

    Raises NotReady where there is none, or it was built with another tokenizer or model.
    """
    generation = store.meta("generation")
    if generation is None:
        raise NotReady("还没有建立索引。请运行：planseek ingest 文件或文件夹")
    folder = home / "index" / generation
    try:
        manifest = _read(folder)
    except (OSError, ValueError, TypeError) as error:
        raise NotReady(f"索引 {folder} 缺失或已损坏。请运行 planseek ingest 重建（原文件夹即可）。") from error
    for what, built, now in (
        ("分词词典", manifest.tokenizer, tokenizer.name), ("向量模型", manifest.embedder, embedder.name),
        ("文件读取规则", manifest.reader, READER_VERSION), ("索引格式", manifest.format, _FORMAT),
    ):  # fmt: skip
        if built != now:
            raise NotReady(
                f"索引是用另一{what}建立的（{built}，现在是 {now}）。请运行 planseek ingest 重建索引后再检索。"
            )
    return folder, manifest


def tidy(home: Path, generation: str) -> None:
    """Write the home folder's manifest.json and remove generations that nothing points to any more.

    To be called by the one writer, after the commit: another's unfinished generation would be removed with the rest.
    """
    folder = home / "index" / generation
    content = (folder / "manifest.json").read_bytes()
    shown = home / "manifest.json"
    if not shown.exists() or shown.read_bytes() != content:
        pointer = home / ".manifest.json"
        pointer.write_bytes(content)
        pointer.replace(shown)
    for other in (home / "index").iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def backend_class(name: str) -> Any:
    module, _, attribute = BACKENDS[name].partition(":")
    return getattr(import_module(module), attribute)


def open_backend(folder: Path) -> Backend:
    return backend_class("local")(folder)


def _name(passages: Sequence[Passage], tokenizer: Tokenizer, embedder: Embedder) -> str:
    """Derived from all that an index depends on: equal content, equal name."""
    digest = hashlib.sha256(f"{_FORMAT}\n{READER_VERSION}\n{tokenizer.name}\n{embedder.name}\n".encode())
    for passage in passages:
        digest.update(f"{passage.id}\t{'|'.join(passage.trail)}\n".encode())
    return digest.hexdigest()[:16]


def _read(folder: Path) -> Manifest:
    """A generation's manifest. Raises OSError, ValueError or TypeError where it is missing or broken."""
    return Manifest(**json.loads((folder / "manifest.json").read_text("utf-8")))


def _intact(folder: Path, manifest: Manifest) -> bool:
    """Whether a generation is there with all its files: one that lost some is built again."""
    try:
        if _read(folder) != manifest or len(json.loads((folder / "rows.json").read_text("utf-8"))) != manifest.passages:
            return False
        return not manifest.passages or open_backend(folder).size == manifest.passages
    except (OSError, ValueError, TypeError, PlanSeekError):
        return False


def _known_vectors(home: Path, generation: str | None, embedder: Embedder) -> dict[str, Floats]:
    """The vectors of the generation in force by content hash, if the same model made them."""
    if generation is None:
        return {}
    folder = home / "index" / generation
    try:
        manifest = _read(folder)
        if manifest.embedder != embedder.name or not manifest.passages:
            return {}
        vectors = backend_class("local")(folder).vectors(np.arange(manifest.passages, dtype=np.int32))
        return dict(zip(json.loads((folder / "rows.json").read_text("utf-8")), vectors, strict=True))
    except (OSError, ValueError, TypeError, IndexError, PlanSeekError):
        return {}


def _json(manifest: Manifest) -> str:
    return (
        json.dumps({name: getattr(manifest, name) for name in manifest.__slots__}, ensure_ascii=False, indent=1) + "\n"
    )
