"""Work in the background of one service: begun, watched, asked to stop. Knows nothing of what the work is, and keeps nothing
past the service's end."""

import logging
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from corpus.errors import Busy, PlanSeekError, Unknown

Json = dict[str, Any]

OVER = frozenset(("done", "failed", "stopped"))
"""The states in which a job has ended."""


class Stopped(BaseException):
    """Raised out of a work's progress where its job was asked to stop; no `except Exception` on the way holds it up."""


class Progress:
    """What a work calls to say how far it is: a stage (Chinese, shown as is), steps done, steps in all."""

    def __init__(self, job: "Job") -> None:
        self._job = job

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Raises Stopped where the job was asked to stop."""
        self._job.at = (stage, done, total)
        if self._job.asked.is_set():
            raise Stopped


Work = Callable[[Progress], Json]


@dataclass(slots=True)
class Job:
    """One piece of work. `at`: stage, steps done, steps in all; `began`, `ended`: seconds of a steady clock."""

    kind: str
    work: Work
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: str = "waiting"
    at: tuple[str, int, int] = ("", 0, 0)
    result: Json | None = None
    error: str | None = None
    asked: threading.Event = field(default_factory=threading.Event)
    started: str = field(default_factory=lambda: datetime.now().astimezone().isoformat(timespec="seconds"))
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def as_json(self) -> Json:
        # The state comes first: once it says that all is over, the rest stands.
        state = self.state
        stage, done, total = self.at
        seconds = round((self.ended or time.monotonic()) - self.began, 1)
        return {
            "id": self.id, "kind": self.kind, "state": state, "stage": stage, "done": done, "total": total,
            "result": self.result, "error": self.error, "started": self.started, "seconds": seconds,
        }  # fmt: skip


class Jobs:
    """The jobs of a service, those of one kind one after another; safe to share between threads."""

    def __init__(self, keep: int = 50) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def start(self, kind: str, work: Work) -> Job:
        """Begin a work in a thread of its own, or as soon as those of its kind before it have ended."""
        job = Job(kind, work)
        with self._lock:
            self._jobs[job.id] = job
            turn = self._turns[kind]
            over = [name for name, other in self._jobs.items() if other.state in OVER]
            for name in over[: max(0, len(self._jobs) - self._keep)]:
                del self._jobs[name]
        # A daemon: stopping the service must not wait for it.
        threading.Thread(target=self._run, args=(job, turn), name=kind, daemon=True).start()
        return job

    def again(self, job_id: str) -> Job:
        """Begin the work of a job that has ended once more. Raises Unknown, Busy."""
        before = self.get(job_id)
        if before.state not in OVER:
            raise Busy("这项任务还在进行，不必重新开始。")
        return self.start(before.kind, before.work)

    def get(self, job_id: str) -> Job:
        """Raises Unknown."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise Unknown(f"没有编号为 {job_id} 的任务。服务重启后，以前的任务不再列出。")
        return job

    def recent(self) -> list[Job]:
        """The jobs at hand, the newest first."""
        with self._lock:
            return list(self._jobs.values())[::-1]

    def stop(self, job_id: str) -> Job:
        """Ask a job to stop: one that waits does so at once, one under way at its next step; one that has ended stays as it
        is. Raises Unknown."""
        job = self.get(job_id)
        with self._lock:
            job.asked.set()
            if job.state == "waiting":
                _end(job, "stopped")
        return job

    def end(self, seconds: float) -> None:
        """Ask every job to stop and wait until none is under way, at most so many seconds."""
        until = time.monotonic() + seconds
        for job in self.recent():
            self.stop(job.id)
        while any(job.state not in OVER for job in self.recent()) and time.monotonic() < until:
            time.sleep(0.05)

    def _run(self, job: Job, turn: threading.Lock) -> None:
        with turn:
            with self._lock:
                if job.state in OVER:
                    return
                job.state = "running"
            try:
                job.result = job.work(Progress(job))
            except Stopped:
                _end(job, "stopped")
            except PlanSeekError as error:
                _end(job, "failed", str(error))
            except Exception as error:  # the thread's last resort: whoever watches must not wait for ever
                logging.getLogger(__name__).exception(job.kind)
                sentence = f"程序出错（{type(error).__name__}）。请查看运行 planseek serve 的窗口，并把输出发给维护者。"
                _end(job, "failed", sentence)
            else:
                _end(job, "done")


def _end(job: Job, state: str, error: str | None = None) -> None:
    job.error = error
    job.ended = time.monotonic()
    job.state = state
