"""Figures on taking in much text: megabytes a second to read, annotate, cut and store, to segment and index, and memory.

`python -m benchmarks.intake [--megabytes 200] [--files 1000]` writes invented plans to a temporary folder and ingests them;
bytes are UTF-8 bytes of the files. Embedding is left out of the second rate: it is the model's speed, not the reader's.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.model import calibration
from corpus.workers import cores
from index.embedders import load_bundled
from index.ingest import ingest
from index.segments import Makers
from index.tokenizer import Tokenizer

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "intake.json"
_VERBS = ("推进", "加强", "完善", "建设", "提升", "优化", "健全", "支持", "培育", "实施", "开展", "扩大", "规范", "深化", "落实")
_NUMERALS = "一二三四五六七八九十"


class NoVectors:
    """Stands where a model would: vectors of one number, so that its speed is not in the figures."""

    name = "none"
    dimension = 1

    def encode_queries(self, texts):  # type: ignore[no-untyped-def]
        return np.ones((len(texts), 1), np.float32)

    encode_passages = encode_queries


def plan(draw: random.Random, terms: list[str], size: int) -> str:
    """An invented plan of about `size` UTF-8 bytes: chapters, sections, numbered items, paragraphs of 100–500 characters."""
    lines = [f"第{draw.randint(1, 9999)}号示例县国民经济和社会发展第十四个五年规划纲要", ""]
    written = chapter = 0
    while written < size:
        chapter += 1
        lines.append(f"第{_NUMERALS[(chapter - 1) % 10]}章 {_phrase(draw, terms)}")
        for section in range(draw.randint(2, 5)):
            lines.append(f"第{_NUMERALS[section]}节 {_phrase(draw, terms)}")
            for item in range(draw.randint(2, 6)):
                body = "".join(_sentence(draw, terms) for _ in range(draw.randint(3, 12)))
                lines.append(f"（{_NUMERALS[item]}）{_phrase(draw, terms)}。{body}" if draw.random() < 0.4 else body)
                written += 3 * len(lines[-1])
        if draw.random() < 0.2:
            lines += ["分享到：微信 微博", "打印本页", "— 12 —"]
    return "\n".join(lines)


def _phrase(draw: random.Random, terms: list[str]) -> str:
    return draw.choice(_VERBS) + draw.choice(terms) + draw.choice(("", "建设", "体系", "水平"))


def _sentence(draw: random.Random, terms: list[str]) -> str:
    clauses = [_phrase(draw, terms) for _ in range(draw.randint(2, 5))]
    clauses.append(f"{draw.choice(terms)}达到{draw.randint(2, 9999)}{draw.choice(('个', '公里', '亿元', '%', '人'))}")
    return "，".join(clauses) + "。"


def write(folder: Path, megabytes: float, files: int) -> int:
    """Write the files; the bytes written."""
    terms = [t for t in (ROOT / "index" / "dictionary" / "terms.txt").read_text("utf-8").split() if 2 <= len(t) <= 8]
    total = 0
    for number in range(files):
        text = plan(random.Random(number), terms, int(megabytes * 1e6 / files))
        total += (folder / f"{number:05}.txt").write_bytes(text.encode())
    return total


def measure(megabytes: float, files: int) -> dict[str, float]:
    """One ingest from nothing: seconds of its stages, rates, and the most memory of parent and workers in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "plans"
        folder.mkdir()
        size = write(folder, megabytes, files) / 1e6
        times: dict[str, float] = {}
        began = last = time.perf_counter()

        peaks: dict[str, int] = {}
        current = ["读取文件"]

        def progress(stage: str, done: int, total: int) -> None:
            nonlocal last
            current[0] = stage
            now = time.perf_counter()
            times[stage] = times.get(stage, 0.0) + now - last
            last = now

        stop = threading.Event()
        watching = threading.Thread(target=_watch, args=(peaks, current, stop))
        watching.start()
        makers = Makers(Tokenizer(), NoVectors(), load_bundled())
        report = ingest([folder], Path(name) / "home", makers, progress=progress)
        seconds = time.perf_counter() - began
        stop.set()
        watching.join()
    reading = times["读取文件"]
    return {
        "megabytes": round(size, 1), "files": files, "passages": report.passages, "seconds": round(seconds, 1),
        **{f"seconds: {stage}": round(spent, 1) for stage, spent in times.items()},
        "read_mb_s": round(size / reading, 2), "all_mb_s": round(size / seconds, 2),
        "peak_mb_reading": round(peaks.get("读取文件", 0) / 1e6), "peak_mb": round(max(peaks.values()) / 1e6),
    }  # fmt: skip


def _watch(peaks: dict[str, int], current: list[str], stop: threading.Event) -> None:
    while not stop.wait(0.2):
        peaks[current[0]] = max(peaks.get(current[0], 0), sum(_resident()))


def _resident() -> Iterator[int]:
    """Resident bytes of this process and its children (Linux)."""
    own = Path("/proc/self")
    children = Path(f"/proc/self/task/{own.resolve().name}/children")
    for pid in ["self", *(children.read_text().split() if children.exists() else [])]:
        try:
            yield int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
        except OSError:
            continue


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--megabytes", type=float, default=200)
    arguments.add_argument("--files", type=int, default=1000)
    options = arguments.parse_args()
    loop = calibration()
    runs = [measure(options.megabytes / 4, options.files // 4), measure(options.megabytes, options.files)]
    for run in runs:
        print(json.dumps(run, ensure_ascii=False))  # noqa: T201
    RESULTS.write_text(
        json.dumps({"calibration_ms": round(loop, 1), "cores": cores(), "runs": runs}, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
