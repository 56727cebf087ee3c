"""Measures building, starting, asking and adding over generated countries of several sizes; writes results/scale.json after each. Tunes
nothing.

`python -m benchmarks.scale --passages 10000 30000 100000 [--scratch FOLDER] [--again]`: sizes measured with the same code are kept, so a
run that was broken off goes on where it stopped; `--page` only writes docs/performance.md anew. With --scratch the countries and homes
stay there for benchmarks.peers.
"""

import argparse
import hashlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import scale_page
from benchmarks.country import PASSAGES_A_FILE, Country, write
from benchmarks.model import calibration
from benchmarks.scale_asking import spread
from benchmarks.scale_programs import ROOT, command, cpu_of, disk, resident, serving
from corpus.errors import PlanSeekError

RESULTS = ROOT / "benchmarks" / "results" / "scale.json"
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_MEASURED = ("corpus", "index", "retriever", "routes", "benchmarks/country.py", "benchmarks/country_words.py")
_ADDED = 1000
_CLIENTS = 2


def code() -> str:
    """Changes with every line of what is measured."""
    digest = hashlib.sha256()
    for name in _MEASURED:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def measured(size: int, scratch: Path) -> dict[str, Any]:
    """All figures of one size; files are written below scratch. Raises PlanSeekError."""
    country, home = Country(), scratch / "home"
    files = write(scratch / "country", size, country)
    told: dict[str, Any] = {"code": code(), "day": date.today().isoformat(), "files": len(files), "load": [others()]}
    told["calibration_ms"] = round(calibration(), 1)
    _say(f"{size}：导入 {len(files)} 份文件 …")
    built = command("ingest", scratch / "country", "--home", home, "--json", out=scratch / "ingest.json")
    told["passages"] = json.loads(built.out)["passages"]
    told["build"] = {"wall_s": built.wall_s, "cpu_s": built.cpu_s, "peak_mb": built.peak_mb}
    told["disk_mb"] = disk(home)
    told["disk_total_mb"] = round(sum(told["disk_mb"].values()), 1)
    _say(f"{size}：{built.wall_s:.0f} 秒，{told['passages']} 段；提问 …")
    done = subprocess.run([sys.executable, "-m", "benchmarks.scale_asking", str(home)], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise PlanSeekError(f"提问失败：{done.stderr[-2000:]}")
    told["asking"] = json.loads(done.stdout)
    told["serving"], told["adding"] = _served(country, home, scratch, len(files))
    told["load"].append(others())
    told["calibration_after_ms"] = round(calibration(), 1)
    return told


def others() -> float:
    """The share of this machine's cores that is busy over half a second in which we do nothing: what wall times suffer from."""
    before = _busy()
    time.sleep(0.5)
    after = _busy()
    return round((after[0] - before[0]) / max(1, after[1] - before[1]), 2)


def _busy() -> tuple[int, int]:
    """Ticks that all cores worked, and all ticks, since the start of the machine (Linux)."""
    ticks = [int(word) for word in Path("/proc/stat").read_text("utf-8").splitlines()[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _served(country: Country, home: Path, scratch: Path, written: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The service over HTTP, alone and with two clients; then a thousand passages more while it runs."""
    questions = country.questions(1)
    with serving(home, questions[0].query, scratch / "serve.log") as server:
        server.ask([question.query for question in questions[::10]])
        told: dict[str, Any] = {"ready_s": server.ready_s}
        before, asked = cpu_of(server.pid), 0
        for kind in dict.fromkeys(question.kind for question in questions):
            own = [question.query for question in questions if question.kind == kind]
            told[kind] = {"wall_ms": spread(server.ask(own))}
            asked += len(own)
        told["cpu_ms_each"] = round(1000 * (cpu_of(server.pid) - before) / asked, 1)
        plain = [question.query for question in questions if question.kind != "fan-out"]
        told["answers_a_second"] = {str(n): round(server.throughput(plain, n), 2) for n in (1, _CLIENTS)}
        told |= {"rss_mb": round(resident(server.pid), 1), "anonymous_mb": round(resident(server.pid, "RssAnon"), 1),
                 "peak_mb": round(resident(server.pid, "VmHWM"), 1)}  # fmt: skip
        write(scratch / "more", _ADDED, country, first=written)
        added = command("ingest", scratch / "more", "--home", home, "--json", out=scratch / "added.json")
        adding = {"passages": round(_ADDED / PASSAGES_A_FILE) * PASSAGES_A_FILE, "wall_s": added.wall_s, "cpu_s": added.cpu_s,
                  "peak_mb": added.peak_mb, "first_search_ms": round(server.ask([questions[1].query])[0], 1),
                  "second_search_ms": round(server.ask([questions[2].query])[0], 1)}  # fmt: skip
    return told, adding


def machine() -> str:
    """What a reader must know of where this ran."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{platform.system()} {platform.machine()}，Python {platform.python_version()}，{len(os.sched_getaffinity(0))} 个核，{memory:.0f} GiB 内存"


def run(sizes: Sequence[int], scratch: Path, again: bool) -> dict[str, Any]:
    """Measure what is not there yet, smallest first; written down after each. Raises PlanSeekError."""
    results: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {"sizes": {}}
    now = code()
    for size in sorted(sizes):
        known = results["sizes"].get(str(size))
        if known and known["code"] == now and not again:
            _say(f"{size}：已有同一代码的结果，略过（--again 重测）。")
            continue
        folder = scratch / str(size)
        if folder.exists():
            raise PlanSeekError(f"{folder} 已存在。请先删除它，或换一个 --scratch。")
        folder.mkdir(parents=True)
        results["sizes"][str(size)] = measured(size, folder)
        results["machine"] = machine()
        RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return results


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> None:
    """Measure, print the tables, and write them into docs/performance.md."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=SIZES[:3])
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    # What is under way is stopped with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with TemporaryDirectory(prefix="planseek-scale-") as temporary:
            results = run(() if given.page else given.passages, given.scratch or Path(temporary), given.again)
        sys.stdout.write(scale_page.write(results))
    except PlanSeekError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
