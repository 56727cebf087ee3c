"""Other libraries and PlanSeek over the same generated passages in one run: seconds to build, memory, disk, milliseconds a question.
Adds no dependency: what is not installed is named and left out.

`python -m benchmarks.peers --passages 10000 100000 [--scratch FOLDER] [--only NAME…]`. Every system runs in a process of its own; questions are asked
on one core. `--scratch` takes the homes that benchmarks.scale left there.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.charts import bars
from benchmarks.country import Country, write
from benchmarks.model import calibration, markdown
from benchmarks.peers_systems import DENSE, LEXICAL, PEERS, WHOLE
from benchmarks.scale import machine, others
from benchmarks.scale_page import IMAGES, PAGE, filled, ratio
from benchmarks.scale_programs import ROOT, command
from corpus.errors import PlanSeekError

RESULTS = ROOT / "benchmarks" / "results" / "peers.json"
OURS = {LEXICAL: "PlanSeek 词汇", DENSE: "PlanSeek 向量", WHOLE: "PlanSeek 整个检索"}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "LANCE_CPU_THREADS", "TOKIO_WORKER_THREADS")


def measured(size: int, scratch: Path, only: list[str]) -> dict[str, Any]:
    """Every system at one size. Raises PlanSeekError."""
    home = scratch / str(size) / "home"
    if not home.is_dir():
        _say(f"{size}：生成并导入 …")
        write(scratch / str(size) / "country", size, Country())
        command("ingest", scratch / str(size) / "country", "--home", home, "--json", out=scratch / str(size) / "ingest.json")
    told: dict[str, Any] = {"calibration_ms": round(calibration(), 1), "load": [others()]}
    ground = scratch / str(size) / "ground"
    told["ours"] = _alone("ours", home, ground)
    told["passages"] = told["ours"].pop("passages")
    told["peers"], told["absent"] = {}, {}
    for name, (part, _, package) in PEERS.items():
        if only and name not in only:
            continue
        _say(f"{size}：{name} …")
        try:
            told["peers"][name] = {"part": part, **_alone(name, home, ground)}
        except ModuleNotFoundError:
            told["absent"][name] = package
            _say(f"没有安装 {name}，略过。要比较请运行：pip install {package}")
    told["load"].append(others())
    told["calibration_after_ms"] = round(calibration(), 1)
    return told


def _alone(name: str, home: Path, ground: Path) -> dict[str, Any]:
    """One system in an interpreter of its own. Raises ModuleNotFoundError, PlanSeekError."""
    words = [sys.executable, "-m", "benchmarks.peers_asking", name, str(home), str(ground)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=os.environ | dict.fromkeys(_THREADS, "1"))
    if done.returncode == 3:
        raise ModuleNotFoundError(name)
    if done.returncode:
        raise PlanSeekError(f"{name} 失败：{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(told: Mapping[str, Any]) -> str:
    """Ours first in each part, each peer with how many times as long it takes."""
    rows = []
    for part, ours in OURS.items():
        own = told["ours"][part]
        rows.append([f"**{ours}**", *_figures(own), "1"])
        for name, peer in told["peers"].items():
            if peer["part"] == part:
                rows.append([name, *_figures(peer), ratio(peer["p50"], own["p50"])])
    return markdown(["", "建索引，秒", "磁盘，MB", "内存，MB", "p50，毫秒", "p95，毫秒", "前十重合", "p50 是我们的"], rows)


def _figures(row: Mapping[str, Any]) -> list[str]:
    forms = (("build_s", "{:.1f}"), ("disk_mb", "{:.0f}"), ("memory_mb", "{:.0f}"), ("p50", "{:.2f}"), ("p95", "{:.2f}"), ("recall", "{:.3f}"))
    return [form.format(row[name]) if row.get(name) is not None else "—" for name, form in forms]


def text(results: Mapping[str, Any]) -> str:
    """All that stands between the page's marks."""
    said = [f"由 `python -m benchmarks.peers` 写成。机器：{results['machine']}。"]
    for size, told in sorted(results["sizes"].items(), key=lambda item: int(item[0])):
        floor = told["ours"]["floor"]
        said += [
            f"### {told['passages']:,} 段",
            table(told),
            f"物理下限：向量 {floor['mb']:.0f} MB，单线程实测内存带宽 {floor['gb_a_second']:.1f} GB/s，读一遍至少 {floor['ms']:.2f} 毫秒；"
            f"我们的向量打分（不排序）p50 {floor['scan_ms']:.2f} 毫秒，是下限的 {ratio(floor['scan_ms'], floor['ms'])}。"
            f"校准循环 {told['calibration_ms']:.0f} 与 {told['calibration_after_ms']:.0f} 毫秒，测量前后别的程序占用 {max(told['load']):.0%} 的核。",
            f"![{told['passages']:,} 段](images/peers-{size}.svg)",
        ]
        if told["absent"]:
            said.append("没有安装、未测：" + "、".join(told["absent"]) + "。")
    return "\n\n".join(said) + "\n"


def show(results: Mapping[str, Any]) -> str:
    """Write charts and page; what was written between the marks. Raises PlanSeekError."""
    for size, told in results["sizes"].items():
        drawn = []
        for part, ours in OURS.items():
            drawn.append((ours, told["ours"][part]["p50"], True))
            drawn += [(name, peer["p50"], False) for name, peer in told["peers"].items() if peer["part"] == part]
        (IMAGES / f"peers-{size}.svg").write_text(bars(f"{told['passages']:,} 段，一个问题的 p50", "毫秒", drawn), "utf-8")
    said = text(results)
    filled(PAGE, "peers", said)
    return said


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> None:
    """Measure, print the tables, and write them into docs/performance.md."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--page", action="store_true", help="只把已有的结果重新写入页面")
    given = parser.parse_args()
    # What is under way is stopped with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {"sizes": {}}
    try:
        with TemporaryDirectory(prefix="planseek-peers-") as temporary:
            for size in [] if given.page else sorted(given.passages):
                told = measured(size, given.scratch or Path(temporary), given.only)
                if given.only:
                    sys.stdout.write(table(told) + "\n")
                    continue
                results["sizes"][str(size)] = told
                results["machine"] = machine()
                RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
        if not given.only:
            sys.stdout.write(show(results))
    except PlanSeekError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
