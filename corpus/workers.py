"""Runs functions over items in processes of their own, under limits of time and memory: what crashes or hangs there costs
that item only. Knows nothing of files."""

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import Generic, TextIO, TypeVar

MEMORY_LIMIT = 2 << 30
"""Bytes of its own that a worker may hold, where the system can hold it to that."""

_PRELOADED = ["corpus.reader"]
"""What takes a worker longest to import; what else its functions need, each worker imports for itself."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T, R]):
    """What became of one item: a result, or why there is none (a Chinese sentence)."""

    item: T
    result: R | None
    failure: str | None = None


class Workers:
    """A pool of processes that share nothing with this one, started with the first batch; to be used as a context."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count or cores()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def run(
        self, function: Callable[[T], R], batches: Iterable[Sequence[T]], seconds: Callable[[T], float]
    ) -> Iterator[Outcome[T, R]]:
        """function(item) for every item of every batch, in their order; a batch travels as one.

        `function` must be importable and raise nothing; an item that takes longer than seconds(item), or takes its
        process down, has an outcome without a result. Only a few batches are under way at a time.
        """
        waiting: deque[tuple[Sequence[T], Future[list[R]]]] = deque()
        source = iter(batches)
        exhausted = False
        while waiting or not exhausted:
            while not exhausted and len(waiting) < 2 * self.count:
                batch = next(source, None)
                exhausted = batch is None
                if batch:
                    waiting.append((batch, self._submit(function, batch, seconds)))
            if not waiting:
                break
            batch, future = waiting.popleft()
            try:
                results = future.result()
            except BrokenProcessPool:
                # Whatever was under way is lost with the pool; nobody says which item broke it.
                others = [other for other, _ in waiting]
                waiting.clear()
                for lost in (batch, *others):
                    yield from self._one_by_one(function, lost, seconds)
            else:
                yield from (Outcome(item, result) for item, result in zip(batch, results, strict=True))

    def _submit(
        self, function: Callable[[T], R], batch: Sequence[T], seconds: Callable[[T], float]
    ) -> "Future[list[R]]":
        limits = [seconds(item) for item in batch]
        try:
            return self._started().submit(_mapped, function, list(batch), limits)
        except BrokenProcessPool:
            self._stop()
            return self._started().submit(_mapped, function, list(batch), limits)

    def _one_by_one(
        self, function: Callable[[T], R], batch: Sequence[T], seconds: Callable[[T], float]
    ) -> Iterator[Outcome[T, R]]:
        for item in batch:
            self._stop()
            limit = seconds(item)
            began = time.monotonic()
            try:
                yield Outcome(item, self._started().submit(_mapped, function, [item], [limit]).result()[0])
            except BrokenProcessPool:
                late = time.monotonic() - began >= limit
                why = f"读取超过 {limit:.0f} 秒仍未完成，已停止" if late else "读取时程序异常退出"
                yield Outcome(item, None, f"{why}。文件可能已损坏，请打开后另存一份再导入。")
                self._stop()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.count, _context(), initializer=_prepare, initargs=(dict(os.environ), sys.path)
            )
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            # A worker that hangs would keep the caller waiting: none of them holds anything worth an orderly end.
            for worker in list((self._pool._processes or {}).values()):
                worker.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _context() -> BaseContext:
    """How a worker begins: as a copy of a clean process that has read its modules once, or, where the system has none
    (Windows), from nothing. Never as a copy of this process, whose libraries hold threads and locks."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def cores() -> int:
    """How many processors this program may use, at most eight."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(available, 8))


def allow(seconds: float) -> None:
    """Give the item under way so much more time from now, for work whose length shows only as it goes; called outside a
    worker it does nothing."""
    if _nowhere is not None:
        faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere)


def _mapped(function: Callable[[T], R], items: list[T], limits: list[float]) -> list[R]:
    results = []
    for item, limit in zip(items, limits, strict=True):
        # A timer of the interpreter's own, in C: it ends the process even where a library never comes back.
        allow(limit)
        try:
            results.append(function(item))
        finally:
            faulthandler.cancel_dump_traceback_later()
    return results


_nowhere: TextIO | None = None
"""Where the timer of a worker writes the traceback that nobody wants."""


def _prepare(environment: dict[str, str], path: list[str]) -> None:
    """What a worker does first: see what its parent sees, leave Ctrl-C to it, end with it, and keep within its memory."""
    global _nowhere
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = path
    _nowhere = open(os.devnull, "w")  # noqa: PTH123, SIM115
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
