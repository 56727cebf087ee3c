"""Runs programs and reads of them what they cost: wall and CPU seconds, memory of the whole family, what lies on the disk. Judges nothing."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from corpus.errors import PlanSeekError

ROOT = Path(__file__).parents[1]
_SAMPLED = 0.25
_SEGMENT = re.compile(r"^[0-9a-f]{8,}\.")
"""What a file's name begins with by the segment that it belongs to."""
_SHOWN_FROM = 1 << 16
"""Bytes from which a file of the index has a line of its own."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one program and its children: seconds, MB resident at most (pages that two share count twice), and what it said."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    out: str


def command(*words: object, out: Path) -> Cost:
    """`planseek` in a new interpreter, its output kept in a file meanwhile. Raises PlanSeekError where it fails."""
    before, began, peak = os.times(), time.perf_counter(), 0.0
    with out.open("w+", encoding="utf-8") as said, out.with_suffix(".err").open("w+", encoding="utf-8") as wrong:
        program = subprocess.Popen([sys.executable, "-m", "cli", *map(str, words)], cwd=ROOT, stdout=said, stderr=wrong)
        try:
            while program.poll() is None:
                peak = max(peak, sum(resident(pid) for pid in family(program.pid)))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    program.wait(_SAMPLED)
        finally:
            if program.poll() is None:
                program.terminate()
                program.wait()
        wall, after = time.perf_counter() - began, os.times()
        wrong.seek(0)
        if program.returncode:
            raise PlanSeekError(f"planseek {' '.join(map(str, words))} 失败：{wrong.read()[-2000:].strip()}")
        said.seek(0)
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return Cost(round(wall, 2), round(cpu, 2), round(peak, 1), said.read())


def family(pid: int) -> list[int]:
    """A program and all that it has started (Linux)."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                parent = int((entry / "stat").read_text("utf-8").rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for member in found:
        found += children.get(member, ())
    return found


def resident(pid: int, part: str = "VmRSS") -> float:
    """MB of a running program as Linux tells them (VmRSS: with mapped files; RssAnon: without; VmHWM: the most so far); 0 elsewhere."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{part}:")), 0.0)


def cpu_of(pid: int) -> float:
    """User and system seconds of a running program (Linux); 0 elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def disk(home: Path) -> dict[str, float]:
    """MB of a home by part: files of the index by their names, all else by the first folder; the small ones together."""
    parts: Counter[str] = Counter()
    for file in home.rglob("*"):
        if file.is_file():
            inside = file.relative_to(home).parts
            size = file.stat().st_size
            own = _SEGMENT.sub("", file.name)
            parts[own if inside[0] == "index" and size >= _SHOWN_FROM else inside[0].removesuffix("-wal").removesuffix("-shm")] += size
    return {name: round(size / 2**20, 2) for name, size in parts.most_common()}


class Server:
    """The API over a home, alone on the machine as far as its limits go."""

    def __init__(self, address: str, pid: int, ready_s: float) -> None:
        self.address, self.pid, self.ready_s = address, pid, ready_s

    def ask(self, questions: list[str]) -> list[float]:
        """Milliseconds of each question, one after the other. Raises httpx.HTTPError."""
        times = []
        with httpx.Client(base_url=self.address, timeout=600, trust_env=False) as client:
            for question in questions:
                began = time.perf_counter()
                client.post("/v1/search", json={"query": question}).raise_for_status()
                times.append(1000 * (time.perf_counter() - began))
        return times

    def throughput(self, questions: list[str], clients: int) -> float:
        """Answers a second where each client asks all of them, each beginning elsewhere."""
        turned = [questions[i * len(questions) // clients :] + questions[: i * len(questions) // clients] for i in range(clients)]
        asking = [threading.Thread(target=self.ask, args=(own,)) for own in turned]
        began = time.perf_counter()
        for client in asking:
            client.start()
        for client in asking:
            client.join()
        return clients * len(questions) / (time.perf_counter() - began)


@contextmanager
def serving(home: Path, question: str, said: Path) -> Iterator[Server]:
    """The API started anew; `ready_s` counts until it has answered the question. Raises PlanSeekError."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "uvicorn", "--factory", "app:create_app", "--port", str(port), "--log-level", "error"]
    environment = os.environ | {"PLANSEEK_HOME": str(home.resolve()), "PLANSEEK_REQUESTS_PER_MINUTE": "1000000"}
    address, began = f"http://127.0.0.1:{port}", time.perf_counter()
    with said.open("w", encoding="utf-8") as wrong:
        program = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=wrong, stderr=wrong)
        try:
            while not _answers(address, question):
                if program.poll() is not None or time.perf_counter() - began > 600:
                    raise PlanSeekError(f"服务没有在 600 秒内答复。见 {said}")
                time.sleep(0.05)
            yield Server(address, program.pid, round(time.perf_counter() - began, 2))
        finally:
            program.terminate()
            program.wait(90)


def _answers(address: str, question: str) -> bool:
    try:
        return httpx.post(f"{address}/v1/search", json={"query": question}, timeout=600, trust_env=False).is_success
    except httpx.TransportError:
        return False
