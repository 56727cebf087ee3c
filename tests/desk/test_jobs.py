"""Jobs in the background: their states, their order, how they stop, what is said of faults."""

import threading
import time
from collections.abc import Iterator

import pytest

from corpus.errors import Busy, PlanSeekError, Unknown
from desk.jobs import OVER, Job, Jobs, Json, Progress


class Gate:
    """A work that says where it is and waits to be let on."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.runs = 0

    def __call__(self, progress: Progress) -> Json:
        self.runs += 1
        progress("读取文件", 1, 3)
        self.begun.set()
        assert self.go.wait(20)
        progress("读取文件", 2, 3)
        return {"files": 3}


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.go.set()


def ended(job: Job) -> Json:
    until = time.monotonic() + 20
    while job.state not in OVER:
        assert time.monotonic() < until, job
        time.sleep(0.01)
    return job.as_json()


def test_a_job_tells_where_it_is_and_what_came_of_it(gate: Gate) -> None:
    jobs = Jobs()
    job = jobs.start("ingest", gate)
    assert gate.begun.wait(20)
    now = jobs.get(job.id).as_json()
    assert {key: now[key] for key in ("id", "kind", "state", "stage", "done", "total", "result", "error")} == {
        "id": job.id, "kind": "ingest", "state": "running", "stage": "读取文件", "done": 1, "total": 3, "result": None, "error": None,
    }  # fmt: skip
    gate.go.set()
    last = ended(job)
    assert (last["state"], last["done"], last["result"], last["error"]) == ("done", 2, {"files": 3}, None)
    assert last["started"][:2] == "20" and last["seconds"] >= 0


def test_jobs_of_a_kind_run_one_after_another_and_other_kinds_beside(gate: Gate) -> None:
    jobs = Jobs()
    first, second = jobs.start("ingest", gate), jobs.start("ingest", lambda progress: {"n": 2})
    assert gate.begun.wait(20)
    assert ended(jobs.start("batch", lambda progress: {"n": 3}))["result"] == {"n": 3}
    assert (first.state, second.state) == ("running", "waiting")
    gate.go.set()
    assert ended(second)["result"] == {"n": 2} and first.state == "done"
    assert [job.kind for job in jobs.recent()] == ["batch", "ingest", "ingest"]


def test_a_job_under_way_stops_at_its_next_step(gate: Gate) -> None:
    jobs = Jobs()
    job = jobs.start("ingest", gate)
    assert gate.begun.wait(20)
    assert jobs.stop(job.id).state == "running"
    gate.go.set()
    last = ended(job)
    assert (last["state"], last["result"], last["error"]) == ("stopped", None, None)
    assert jobs.stop(job.id).state == "stopped"


def test_a_work_that_swallows_faults_stops_all_the_same() -> None:
    begun, go = threading.Event(), threading.Event()

    def work(progress: Progress) -> Json:
        begun.set()
        assert go.wait(20)
        for i in range(5):
            try:
                progress("作答", i, 5)
            except Exception:
                continue
        return {}

    jobs = Jobs()
    job = jobs.start("batch", work)
    assert begun.wait(20)
    jobs.stop(job.id)
    go.set()
    assert ended(job)["state"] == "stopped"


def test_a_waiting_job_stops_at_once_and_never_runs(gate: Gate) -> None:
    jobs = Jobs()
    first, second = jobs.start("ingest", gate), jobs.start("ingest", gate)
    assert gate.begun.wait(20)
    assert jobs.stop(second.id).state == "stopped"
    gate.go.set()
    assert ended(first)["state"] == "done"
    assert ended(jobs.start("ingest", lambda progress: {}))["state"] == "done"
    assert gate.runs == 1


def test_faults_are_told_in_a_sentence() -> None:
    def refuse(progress: Progress) -> Json:
        raise PlanSeekError("没有给出文件。")

    def break_off(progress: Progress) -> Json:
        raise KeyError("secret")

    jobs = Jobs()
    refused, broken = ended(jobs.start("a", refuse)), ended(jobs.start("b", break_off))
    assert (refused["state"], refused["error"]) == ("failed", "没有给出文件。")
    assert broken["state"] == "failed" and broken["error"].startswith("程序出错（KeyError）") and "secret" not in broken["error"]


def test_a_stopped_job_can_be_done_again(gate: Gate) -> None:
    jobs = Jobs()
    job = jobs.start("ingest", gate)
    assert gate.begun.wait(20)
    with pytest.raises(Busy):
        jobs.again(job.id)
    jobs.stop(job.id)
    gate.go.set()
    ended(job)
    more = jobs.again(job.id)
    assert more.id != job.id and ended(more)["result"] == {"files": 3} and gate.runs == 2


def test_only_the_latest_are_kept_and_none_that_runs_is_lost(gate: Gate) -> None:
    jobs = Jobs(keep=3)
    running = jobs.start("ingest", gate)
    others = []
    for _ in range(6):
        others.append(jobs.start("batch", lambda progress: {}))
        ended(others[-1])
    assert [job.id for job in jobs.recent()] == [others[-1].id, others[-2].id, running.id]
    with pytest.raises(Unknown, match="没有编号为"):
        jobs.get(others[0].id)
