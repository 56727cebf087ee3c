"""Reads many files in processes of their own and yields what each became, in order. Never writes to the store."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus import formats, intake
from corpus.errors import UnreadableFile
from corpus.intake import Before
from corpus.regions.places import Gazetteer, Place
from corpus.rows import Sheaf
from corpus.tray import Found
from corpus.workers import Outcome, Workers

_BATCH_BYTES, _BATCH_FILES = 512 << 10, 64
_HARMLESS = ("text", "html")
_HARMLESS_BYTES = 64 << 10
_SECONDS, _SECONDS_A_MEGABYTE = 60.0, 20.0


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read: its size in bytes, the places that users added, the id under which its content is known (then it
    is read only if that has changed), and what it continues."""

    found: Found
    size: int
    places: tuple[Place, ...] = ()
    known: str | None = None
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What a file became: rows, or None for content that is known, or a refusal (Chinese)."""

    identity: str
    sheaf: Sheaf | None = None
    refusal: str | None = None


def read_file(task: Task) -> Read:
    """Read one file. Raises nothing: what cannot be read is a refusal."""
    identity = ""
    try:
        content = intake.load(task.found)
        identity = hashlib.sha256(content).hexdigest()
        if identity == task.known:
            return Read(identity)
        return Read(identity, intake.bind(content, task.found, _gazetteer(task.places), task.before))
    except UnreadableFile as error:
        return Read(identity, refusal=str(error))
    except MemoryError:
        return Read(identity, refusal="读取时内存不足。请拆分文件后再导入。")


def read_files(tasks: Sequence[Task], workers: Workers) -> Iterator[tuple[Task, Read]]:
    """Every task with what its file became, in their order. A few small files of text are read in this process: starting
    others would take longer."""
    if sum(task.size for task in tasks) <= _HARMLESS_BYTES and all(_is_harmless(task) for task in tasks):
        yield from ((task, read_file(task)) for task in tasks)
        return
    outcome: Outcome[Task, Read]
    for outcome in workers.run(read_file, _batches(tasks), _seconds):
        yield outcome.item, outcome.result or Read("", refusal=outcome.failure)


def _is_harmless(task: Task) -> bool:
    return formats.READERS.get(formats.suffix_of(task.found.name)) in (*_HARMLESS, None)


def _seconds(task: Task) -> float:
    return _SECONDS + _SECONDS_A_MEGABYTE * task.size / (1 << 20)


def _batches(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    batch: list[Task] = []
    size = 0
    for task in tasks:
        if batch and (size + task.size > _BATCH_BYTES or len(batch) == _BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(task)
        size += task.size
    if batch:
        yield batch


_known: list[tuple[tuple[Place, ...], Gazetteer]] = []
"""The gazetteer in use, with the places that users added to it."""


def _gazetteer(places: tuple[Place, ...]) -> Gazetteer:
    # A cache by hash would go through thousands of places for every file; those of a batch are one and the same tuple.
    if not _known or (_known[0][0] is not places and _known[0][0] != places):
        _known[:] = [(places, Gazetteer(places))]
    return _known[0][1]
