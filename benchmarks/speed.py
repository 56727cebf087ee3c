"""Figures on time: an ingest from nothing, queries to a running service, a cold command. Wall and CPU side by side."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.model import Figure, Section, calibration
from benchmarks.reading import QUESTION
from corpus.errors import PlanSeekError
from eval.questions import read_set

ROOT = Path(__file__).parents[1]
_QUERIES = 50
_RUNS = 7


def ingest(folder: Path, home: Path) -> Section:
    """`planseek ingest` of the folder into an empty home, then again with nothing changed."""
    loop = calibration()
    rows = {}
    for name in ("fresh", "again"):
        began = time.perf_counter()
        cpu, out = _command("ingest", str(folder), "--home", str(home), "--json")
        rows[name] = {
            "wall_s": round(time.perf_counter() - began, 2),
            "cpu_s": round(cpu, 2),
            "passages": json.loads(out)["passages"],
        }
    fresh, again = rows["fresh"], rows["again"]
    return Section(
        "导入",
        (
            Figure("整个文件夹从零导入（整条命令）", f"{fresh['wall_s']:.1f} 秒，CPU {fresh['cpu_s']:.1f} 秒", "≤ 60 秒", fresh["wall_s"] <= 60),
            Figure("再次导入，什么都没变", f"{again['wall_s']:.1f} 秒，CPU {again['cpu_s']:.1f} 秒"),
        ),
        results={"calibration_ms": round(loop, 1), **rows},
    )  # fmt: skip


def queries(home: Path) -> Section:
    """Fifty questions of the plans set over HTTP on 127.0.0.1, after two that warm the service up."""
    questions = read_set("plans").questions
    fan_out = [q.query for q in questions if q.fans_out]
    asked = [*fan_out, *(q.query for q in questions if not q.fans_out)][:_QUERIES]
    loop = calibration()
    with _service(home) as (client, server):
        for warm in (asked[0], asked[-1]):
            client.post("/v1/search", json={"query": warm}).raise_for_status()
        before, times = _cpu_of(server.pid), []
        for question in asked:
            began = time.perf_counter()
            client.post("/v1/search", json={"query": question}).raise_for_status()
            times.append(1000 * (time.perf_counter() - began))
        cpu = 1000 * (_cpu_of(server.pid) - before) / len(asked)
    median, p95 = statistics.median(times), sorted(times)[round(0.95 * len(times)) - 1]
    spread = statistics.median(times[: len(fan_out)])
    return Section(
        "查询",
        (
            Figure(f"运行中的服务，{len(asked)} 个问题（{len(fan_out)} 个逐区）", f"中位 {median:.0f} 毫秒，p95 {p95:.0f} 毫秒；平均 CPU {cpu:.0f} 毫秒", "≤ 100 毫秒", p95 <= 100),
            Figure("其中逐区问题", f"中位 {spread:.0f} 毫秒"),
        ),
        results={"calibration_ms": round(loop, 1), "median_ms": round(median, 1), "p95_ms": round(p95, 1),
                 "cpu_ms": round(cpu, 1), "fan_out_median_ms": round(spread, 1), "all_ms": [round(t, 1) for t in times]},
    )  # fmt: skip


def cold(home: Path) -> Section:
    """CPU seconds, user and system, of `planseek search` started anew, median of seven."""
    loop = calibration()
    _command("search", QUESTION, "--home", str(home), "--json")
    seconds = [_command("search", QUESTION, "--home", str(home), "--json")[0] for _ in range(_RUNS)]
    median = statistics.median(seconds)
    return Section(
        "冷启动",
        (Figure(f"冷启动的 planseek search，{_RUNS} 次的中位", f"CPU {median:.2f} 秒", "≤ 1.5 秒", median <= 1.5),),
        results={"calibration_ms": round(loop, 1), "cpu_s": round(median, 2), "all_s": [round(s, 2) for s in seconds]},
    )


def _command(*arguments: str) -> tuple[float, str]:
    """CPU seconds and output of one `planseek` command in a new interpreter."""
    before = os.times()
    done = subprocess.run([sys.executable, "-m", "cli", *arguments], cwd=ROOT, capture_output=True, text=True)
    after = os.times()
    if done.returncode:
        raise PlanSeekError(f"planseek {' '.join(arguments)} 失败：{done.stderr.strip()}")
    return after.children_user + after.children_system - before.children_user - before.children_system, done.stdout


@contextmanager
def _service(home: Path) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "app:create_app",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PLANSEEK_HOME": str(home)})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            for _ in range(150):
                try:
                    if client.get("/v1/health").is_success:
                        break
                except httpx.TransportError:
                    pass
                time.sleep(0.2)
            else:
                raise PlanSeekError("服务没有在 30 秒内启动。")
            yield client, server
    finally:
        server.terminate()
        server.wait(10)


def _cpu_of(pid: int) -> float:
    """User and system seconds of a running program (Linux); 0 elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
