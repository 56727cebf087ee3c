"""Whether a home's databases and its index are as they were written: compares, names what is not, and changes nothing."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus import schema
from corpus.errors import NotReady, PlanSeekError
from corpus.model import Document, Passage, Span
from corpus.store import Store
from index import generations
from index.catalogue import digest_of, index_text, key_of
from index.integrity import Sealed
from index.library import source_of
from index.segments import Makers

Mend = Literal["store", "documents", "index", "leftovers"]
"""What can put a thing right: rows saved from a damaged store, documents read again, the index built anew, or removal."""

DOCUMENTS = "文档"
"""The part of findings on single documents."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: in which part (Chinese), what and what to do (a Chinese line). serious: the home is not
    healthy with it. mend: what a repair does about it, to what by name; None where it can do nothing."""

    part: str
    what: str
    mend: Mend | None = None
    names: tuple[str, ...] = ()
    serious: bool = True


def of_database(part: str, path: Path, mend: Mend | None = None) -> Iterator[Finding]:
    """Whether SQLite finds a file whole: its pages, its indexes and its references."""
    advice = "请运行 planseek doctor --repair 抢救。" if mend else "请从备份恢复（planseek restore）。"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=15)) as db:
            faults = [row[0] for row in db.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            lost = Counter(row[0] for row in db.execute("PRAGMA foreign_key_check"))
    except sqlite3.Error as error:
        yield Finding(part, f"{path} 无法读取（{error}）。{advice}", mend)
        return
    if faults:
        yield Finding(part, f"{path} 已损坏（{' '.join(faults[0].split())[:160]}）。{advice}", mend)
    for table, count in sorted(lost.items()):
        yield Finding(part, f"{path} 的表 {table} 有 {count} 行所属的文档不在了。{advice}", mend)


def of_store(home: Path) -> Iterator[Finding]:
    """Whether the store is one that this program reads, and whole."""
    path = home / "corpus.sqlite"
    found = list(of_database("语料库", path, "store"))
    yield from found
    if found:
        return
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=15)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.VERSION:
        yield Finding("语料库", f"{path} 是更新版本的程序写的（版本 {version}，本程序为 {schema.VERSION}）。请升级程序。")
    elif version < schema.VERSION:
        yield Finding("语料库", f"{path} 是旧版本（{version}），下次打开时自动升级到 {schema.VERSION}。", serious=False)


def of_index(home: Path, makers: Makers) -> Iterator[Finding]:
    """Whether the generation in force is there, fits store and program, and every byte is as it was written."""
    with closing(Store(home / "corpus.sqlite")) as store, store.reading():
        count = sum(store.passage_counts().values())
        families = Counter(passage.family for passage in store.passages() if passage.family)
        try:
            folder, manifest = generations.current(home, store, makers)
            damages = list(Sealed(folder).damages())
        except NotReady as error:
            yield Finding("索引", str(error), "index")
            return
    yield from (Finding("索引", damage, "index") for damage in damages)
    if manifest.passages != count:
        what = f"索引 {folder} 有 {manifest.passages} 段，语料库有 {count} 段。请运行 planseek doctor --repair 重建索引。"
        yield Finding("索引", what, "index")
    alone = sum(1 for members in families.values() if members < 2)
    if alone:
        yield Finding("索引", f"有 {alone} 组相同表述只剩一段。请运行 planseek doctor --repair 重新归组。", "index")
    shown = home / "manifest.json"
    if not damages and (not shown.is_file() or shown.read_bytes() != (folder / "manifest.json").read_bytes()):
        yield Finding("索引", f"{shown} 与使用中的索引不符（只供查看）。请运行 planseek doctor --repair 改正。", "leftovers", serious=False)


def of_documents(home: Path) -> Iterator[Finding]:
    """Whether each document is what the index was built from, and its spans lie inside its text."""
    with closing(Store(home / "corpus.sqlite")) as store, store.reading():
        indexed = _indexed(home, store)
        files: dict[str, list[str]] = {}
        for path, row in store.files().items():
            files.setdefault(row[0], []).append(path)
        stored = {name for name, _ in store.texts()}
        for name in sorted(stored | indexed.keys()):
            digest, keys = indexed.get(name, ("", []))
            fault = _fault(store, name, digest, keys) if name in stored else "已从语料库中丢失"
            if fault:
                source = next((source for path in files.get(name, ()) if (source := source_of(path))), None)
                advice = "请运行 planseek doctor --repair 重新读入。" if source else "原文件已不在原处，请放回后运行 planseek ingest，或从备份恢复。"
                called = files.get(name, [name])[0]
                yield Finding(DOCUMENTS, f"{called} {fault}。{advice}", "documents" if source else None, (name,))


def _indexed(home: Path, store: Store) -> dict[str, tuple[str, list[str]]]:
    """What the generation in force says of documents: the digest of each text and the keys of its passages; nothing where it is
    damaged there."""
    try:
        found = {}
        for member, catalogue in generations.catalogues(home / "index" / str(store.meta("generation"))):
            keys = catalogue.keys.astype(str).tolist()
            for number, (document, (first, last)) in enumerate(zip(catalogue.documents, catalogue.ranges(), strict=True)):
                if number not in member.dropped:
                    found[document.id] = document.digest, keys[first:last]
        return found
    except NotReady:
        return {}


def _fault(store: Store, name: str, digest: str, keys: Sequence[str]) -> str | None:
    """What is wrong with a stored document (Chinese, without a full stop); None where nothing is."""
    try:
        document, passages = store.found(name), store.passages(name)
        code = store.as_read(name)["region"]
        if code and code not in store.gazetteer().places:
            return f"的地区代码 {code} 不存在"
        if digest and digest_of(document.text) != digest:
            return "的文字与编入索引时不同"
        if digest and [key_of(index_text(p, document.text)) for p in passages] != list(keys):
            return "的段落与编入索引时不同"
        return _stray(document, passages)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, sqlite3.Error, PlanSeekError) as error:
        return f"的记录无法读取（{type(error).__name__}）"


def _stray(document: Document, passages: Sequence[Passage]) -> str | None:
    length = len(document.text)
    spans: list[Span] = [p.span for p in passages] + [s.span for s in document.sections] + [t.span for t in document.tables]
    if any(not 0 <= span.start <= span.end <= length for span in spans):
        return "有位置超出正文的段落、章节或表格"
    if list(document.pages) != sorted(document.pages) or any(not 0 <= page <= length for page in document.pages):
        return "的页码位置有误"
    return None


def of_sources(home: Path) -> Iterator[Finding]:
    """Whether the files that were read lie where they lay, unchanged: worth knowing, for the store does without them."""
    with closing(Store(home / "corpus.sqlite")) as store:
        known = store.files()
    gone, changed = [], []
    for key, (document, size, modified, _) in known.items():
        path = source_of(key)
        if path is None:
            gone.append(key)
        elif path == Path(key):
            try:
                stat = path.stat()
                if (stat.st_size, stat.st_mtime_ns) != (size, modified):
                    changed.append(key)
                elif hashlib.sha256(path.read_bytes()).hexdigest() != document:
                    what = f"{key} 的内容变了，修改时间却没变：磁盘可能有坏道，或被别的工具改写。库中的文字未受影响；请核对原文件。"
                    yield Finding("原文件", what)
            except OSError as error:
                yield Finding("原文件", f"{key} 无法读取（{error.strerror}）。库中的文字未受影响；请检查权限与磁盘。")
    if changed:
        yield Finding("原文件", f"{named(changed)}在入库后改动过。请运行 planseek ingest 更新。", serious=False)
    if gone:
        yield Finding("原文件", f"{named(gone)}已不在原处。库中的文字不受影响。", serious=False)


def named(names: Sequence[str]) -> str:
    """The first few of some files, and how many there are."""
    first = "、".join(names[:_SHOWN])
    return f"{first} 等 {len(names)} 个文件" if len(names) > _SHOWN else f"{first} "
