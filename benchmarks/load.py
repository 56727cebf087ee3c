"""Many people at once: users with pauses against a real `planseek serve` while another process takes files in, then a crowd that is too
large. Prints waiting times, refusals and memory; decides nothing."""

import argparse
import asyncio
import json
import random
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from benchmarks.model import calibration, markdown
from corpus.errors import PlanSeekError
from eval.ground import shared_folder
from eval.questions import read_set

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "load.json"
GOAL_MS = 500
THINK = 5.0
"""Mean seconds between an answer and the next request of one user."""
SHARES = {"search": 0.35, "ask-regions": 0.2, "ask": 0.2, "document": 0.15, "export": 0.1}
"""What part of the requests asks for what; ask-regions fans out, export is Excel or Word."""
_SAMPLE_SECONDS = 5.0
_INGEST_PAUSE = 20.0
_DIGITS = str.maketrans("0123456789", "3456789012")


@dataclass(slots=True)
class Seen:
    """Answers by kind in milliseconds, refusals by kind and status, the server's figures over time (seconds → values)."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    figures: list[dict[str, float]] = field(default_factory=list)


class Crowd:
    """Users of one service; each waits for its answer, thinks, and asks again."""

    def __init__(self, address: str, questions: Mapping[str, Sequence[str]], documents: Sequence[str], think: float) -> None:
        self._address, self._questions, self._documents, self._think = address, questions, documents, think
        self.seen = Seen()

    async def run(self, users: int, seconds: float) -> Seen:
        """All of them for so long; the last answers are waited for."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=users)
        async with httpx.AsyncClient(base_url=self._address, timeout=60, limits=limits, trust_env=False) as client:
            until = time.monotonic() + seconds
            watching = asyncio.create_task(self._watch(client, until))
            await asyncio.gather(*(self._user(client, random.Random(number), until) for number in range(users)))
            await watching
        return self.seen

    async def _user(self, client: httpx.AsyncClient, draw: random.Random, until: float) -> None:
        await asyncio.sleep(draw.random() * self._think)
        while time.monotonic() < until:
            (kind,) = draw.choices(list(SHARES), list(SHARES.values()))
            began = time.perf_counter()
            try:
                answer = await self._send(client, kind, draw)
            except httpx.HTTPError as error:
                self.seen.refused[kind, type(error).__name__] += 1
            else:
                if answer.is_success:
                    self.seen.took[kind].append(1000 * (time.perf_counter() - began))
                else:
                    self.seen.refused[kind, str(answer.status_code)] += 1
            await asyncio.sleep(draw.expovariate(1 / self._think))

    async def _send(self, client: httpx.AsyncClient, kind: str, draw: random.Random) -> httpx.Response:
        if kind == "document":
            return await client.get(f"/v1/documents/{draw.choice(self._documents)}")
        question = draw.choice(self._questions["regions" if kind == "ask-regions" else "plain"])
        if kind == "export":
            return await client.post("/v1/export", json={"query": question, "format": draw.choice(("xlsx", "docx"))})
        return await client.post("/v1/search" if kind == "search" else "/v1/ask", json={"query": question})

    async def _watch(self, client: httpx.AsyncClient, until: float) -> None:
        began = time.monotonic()
        while time.monotonic() < until:
            with suppress(httpx.HTTPError):
                now = figures((await client.get("/v1/metrics")).text)
                self.seen.figures.append({"seconds": round(time.monotonic() - began, 1), **now})
            await asyncio.sleep(_SAMPLE_SECONDS)


def figures(page: str) -> dict[str, float]:
    """Memory (MB), CPU seconds and what was turned away, of the text of /v1/metrics."""
    values = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in page.splitlines() if line and line[0] != "#"}
    refused = sum(value for name, value in values.items() if name.startswith("planseek_refused_total"))
    return {
        "rss_mb": round(values.get("process_resident_memory_bytes", 0) / 2**20, 1),
        "cpu_s": round(values.get("process_cpu_seconds_total", 0), 1),
        "refused": refused,
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the least-squares line through (x, y) points; 0 for fewer than two."""
    if len(points) < 2:
        return 0.0
    x, y = (sum(column) / len(points) for column in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / (sum((a - x) ** 2 for a, _ in points) or 1)


def percentile(values: Sequence[float], part: float) -> float:
    """By the nearest rank."""
    return sorted(values)[max(0, -(-int(part * 100 * len(values)) // 100) - 1)] if values else 0.0


def write_copies(plans: Path, folder: Path, number: int = 0, most: int | None = None) -> None:
    """Altered copies of plan texts: other digits, every seventh line (from `number`) left out: new documents of the same regions."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(plans.glob("*.txt"))[number : None if most is None else number + most]:
        lines = file.read_text("utf-8", errors="replace").translate(_DIGITS).splitlines()
        kept = [line for place, line in enumerate(lines) if place < 5 or (place + number) % 7]
        (folder / f"{number:03}-{file.name}").write_text("\n".join(kept), "utf-8")


def command(*words: str | Path) -> None:
    """One `planseek` command in a process of its own. Raises PlanSeekError."""
    done = subprocess.run([sys.executable, "-m", "cli", *map(str, words)], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise PlanSeekError(f"planseek {words[0]} 失败：{done.stderr.strip()[-300:]}")


@contextmanager
def service(home: Path) -> Iterator[str]:
    """`planseek serve` over a home; the API's address once it can answer."""
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        port, ui_port = (str(probe.getsockname()[1]) for probe in (one, other))
    words = [sys.executable, "-m", "cli", "serve", "--home", str(home), "--port", port, "--ui-port", ui_port]
    server = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 120
        while not _ready(address):
            if time.monotonic() > until or server.poll() is not None:
                raise PlanSeekError("服务没有在 120 秒内启动。")
            time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(90)


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/v1/ready", timeout=60, trust_env=False).is_success
    except httpx.TransportError:
        return False


async def meanwhile(plans: Path, home: Path, folder: Path) -> None:
    """Take two more altered plans in, again and again, until cancelled."""
    for number in range(1, 1000):
        write_copies(plans, folder, number % 30, 2)
        taking = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", "ingest", str(folder), "--home", str(home), cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await taking.wait()
        finally:
            if taking.returncode is None:
                taking.terminate()
                await taking.wait()
        await asyncio.sleep(_INGEST_PAUSE)


async def at_leisure(crowd: Crowd, users: int, seconds: float, plans: Path, home: Path, folder: Path) -> Seen:
    """The first phase: users with pauses, and files that come in."""
    taking = asyncio.create_task(meanwhile(plans, home, folder))
    try:
        return await crowd.run(users, seconds)
    finally:
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)


def recovery(address: str, question: str) -> float:
    """Seconds after the crowd has gone until a question is answered within half a second."""
    began = time.monotonic()
    while time.monotonic() - began < 120:
        sent = time.perf_counter()
        answer = httpx.post(f"{address}/v1/search", json={"query": question}, timeout=60, trust_env=False)
        if answer.is_success and 1000 * (time.perf_counter() - sent) <= GOAL_MS:
            break
        time.sleep(0.2)
    return round(time.monotonic() - began, 1)


def hurried(address: str, home: Path, question: str) -> Counter[str]:
    """Statuses of a hundred questions in a row under one key; makes the key."""
    made = subprocess.run(
        [sys.executable, "-m", "cli", "keys", "add", "压测", "--home", str(home), "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    bearer = {"Authorization": f"Bearer {json.loads(made.stdout)['secret']}"}
    with httpx.Client(base_url=address, headers=bearer, timeout=60, trust_env=False) as client:
        return Counter(str(client.post("/v1/search", json={"query": question}).status_code) for _ in range(100))


def summary(seen: Seen) -> dict[str, Any]:
    """A phase as it is written down."""
    kinds = {
        kind: {"answered": len(took), **{f"p{p}_ms": round(percentile(took, p / 100), 1) for p in (50, 95, 99)}}
        for kind, took in sorted({**seen.took, "all": [t for took in seen.took.values() for t in took]}.items())
    }
    refused = {f"{kind} {status}": count for (kind, status), count in sorted(seen.refused.items())}
    settled = [f for f in seen.figures if f["seconds"] >= seen.figures[-1]["seconds"] / 3] if seen.figures else []
    grown = slope([(f["seconds"] / 60, f["rss_mb"]) for f in settled])
    cpu = seen.figures[-1]["cpu_s"] - seen.figures[0]["cpu_s"] if seen.figures else 0.0
    return {
        "kinds": kinds, "refused": refused, "cpu_ms_per_answer": round(1000 * cpu / max(1, kinds["all"]["answered"]), 1),
        "rss_mb_per_minute": round(grown, 2), "figures": seen.figures,
    }  # fmt: skip


def shown(told: Mapping[str, Any]) -> str:
    """A phase as a table."""
    rows = [[kind, *(f"{value:.0f}" for value in row.values())] for kind, row in told["kinds"].items()]
    memory = [f["rss_mb"] for f in told["figures"]] or [0.0]
    return "\n".join(
        (markdown(["请求", "答复", "p50 毫秒", "p95 毫秒", "p99 毫秒"], rows),
         f"拒绝或失败：{told['refused'] or '无'}；服务的 CPU 每个答复 {told['cpu_ms_per_answer']:.0f} 毫秒",
         f"服务内存：{memory[0]:.0f} → {memory[-1]:.0f} MB，最高 {max(memory):.0f} MB；后三分之二的趋势 {told['rss_mb_per_minute']:+.2f} MB/分钟", "")
    )  # fmt: skip


def main() -> None:
    """`python -m benchmarks.load`: ten minutes of fifty users, then one of four hundred; results/load.json where that is what ran."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--crowd", type=int, default=400)
    parser.add_argument("--crowd-seconds", type=float, default=60)
    given = parser.parse_args()
    plans = shared_folder() / "plans"
    if not plans.is_dir():
        sys.exit(f"没有找到 {plans}。请用环境变量 PLANSEEK_SHARED 指明 shared 文件夹。")
    asked = read_set("plans").questions
    questions = {"regions": [q.query for q in asked if q.fans_out], "plain": [q.query for q in asked if not q.fans_out]}
    results: dict[str, Any] = {"users": given.users, "seconds": given.seconds, "crowd": given.crowd, "calibration_ms": [round(calibration(), 1)]}
    with TemporaryDirectory(prefix="planseek-load-") as scratch:
        home = Path(scratch) / "home"
        write_copies(plans, Path(scratch) / "copies")
        command("ingest", plans, Path(scratch) / "copies", "--home", home)
        with service(home) as address:
            listed = httpx.get(f"{address}/v1/documents", params={"limit": 1000}, timeout=60, trust_env=False).json()["documents"]
            results["passages"] = sum(row["passages"] for row in listed)
            documents = [row["id"] for row in listed if not row["file"].startswith(str(scratch))]
            print(f"{len(listed)} 份文件，{results['passages']} 段；{given.users} 人，平均停 {THINK:g} 秒，{given.seconds:g} 秒，同时有文件导入", flush=True)  # noqa: T201
            calm = Crowd(address, questions, documents, THINK)
            results["calm"] = summary(asyncio.run(at_leisure(calm, given.users, given.seconds, plans, home, Path(scratch) / "more")))
            print(shown(results["calm"]), flush=True)  # noqa: T201
            print(f"{given.crowd} 人，平均停 1 秒，{given.crowd_seconds:g} 秒", flush=True)  # noqa: T201
            results["crowd_phase"] = summary(asyncio.run(Crowd(address, questions, documents, 1.0).run(given.crowd, given.crowd_seconds)))
            results["recovery_s"] = recovery(address, questions["plain"][0])
            results["hurried"] = dict(hurried(address, home, questions["plain"][0]))
            print(shown(results["crowd_phase"]))  # noqa: T201
            print(f"人散后 {results['recovery_s']} 秒恢复；一个密钥连发 100 次：{results['hurried']}")  # noqa: T201
    results["calibration_ms"].append(round(calibration(), 1))
    print(f"校准循环：{results['calibration_ms']} 毫秒")  # noqa: T201
    if given.seconds >= 600:
        RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
