"""Feeds thousands of damaged files of every format to the readers and counts what came of them.

`python -m benchmarks.robustness [--files 2000] [--seed 1]`. A crash, a hang past ten seconds, more than one gigabyte held by a
worker, or a refusal that is not one Chinese line counts as a failure; the mutated file is then kept for whoever mends it.
"""

import argparse
import io
import json
import random
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import formats
from corpus.reader import Read, Task, read_file
from corpus.tray import Found
from corpus.workers import Workers

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "robustness.json"
SECONDS, MEMORY = 10.0, 1 << 30
_SLOW = {".doc", ".wps", ".rtf", ".odt", ".et", ".xls"}
"""What LibreOffice converts, a few seconds each: fewer of these."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one damaged file did: the reader's outcome, its seconds and the worker's peak memory in bytes."""

    read: Read
    seconds: float
    peak: int


def try_file(task: Task) -> Trial:
    began = time.perf_counter()
    read = read_file(task)
    return Trial(read, time.perf_counter() - began, _peak())


def _peak() -> int:
    try:
        import resource
    except ImportError:
        return 0
    # ru_maxrss outlives exec: a child of a large test process would begin with that one's peak.
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def flip(draw: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.choice((1, 4, 30, 300))):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def truncate(draw: random.Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content))]


def remove(draw: random.Random, content: bytes) -> bytes:
    start = draw.randrange(len(content))
    return content[:start] + content[start + draw.choice((1, 100, 5000)) :]


def repeat(draw: random.Random, content: bytes) -> bytes:
    start = draw.randrange(len(content))
    part = content[start : start + draw.choice((10, 1000, 20000))]
    return content[:start] + part * draw.choice((2, 50)) + content[start:]


def insert(draw: random.Random, content: bytes) -> bytes:
    start = draw.randrange(len(content))
    odd = draw.choice((b"\x00" * 64, draw.randbytes(200), b"<" * 3000, b"(" * 3000, "　\u202e\ud7ff".encode() * 200, b"99999999999999999999 "))
    return content[:start] + odd + content[start:]


def shuffle(draw: random.Random, content: bytes) -> bytes:
    size = max(len(content) // draw.choice((3, 20)), 1)
    parts = [content[i : i + size] for i in range(0, len(content), size)]
    draw.shuffle(parts)
    return b"".join(parts)


def inside(draw: random.Random, content: bytes) -> bytes:
    """A package whose members are damaged, not its envelope; other files as `flip` leaves them."""
    if not content.startswith(b"PK"):
        return flip(draw, content)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        unlucky = draw.choice([name for name in old.namelist() if not name.endswith("/")])
        for name in old.namelist():
            member = old.read(name)
            changed = draw.choice(MUTATIONS[:-1])(draw, member) if name == unlucky and member else member
            # With the day and hour in it the same seed would make other bytes.
            new.writestr(zipfile.ZipInfo(name), changed, zipfile.ZIP_DEFLATED)
    return out.getvalue()


MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (flip, truncate, remove, repeat, insert, shuffle, inside)


def specimens(folder: Path) -> dict[str, bytes]:
    """One or more sound files of every suffix that can be made here, small."""
    found: dict[str, bytes] = {}
    for file in sorted((ROOT / "corpus" / "samples").iterdir()):
        if file.suffix in formats.READERS and file.name != "regions.csv":
            found.setdefault(file.suffix, file.read_bytes())
    text = found[".txt"]
    found[".md"] = "# 规划\n\n| 指标 | 2025 |\n|---|---|\n| 绿地 | 3 |\n\n".encode() + text
    found[".csv"] = "序号,项目,投资\n1,修路,300\n2,种树,20\n".encode() * 20
    found[".xlsx"] = _sheet()
    found[".png"], found[".jpg"] = _picture("PNG"), _picture("JPEG")
    if shutil.which("soffice"):
        from corpus.formats import libreoffice

        for suffix in (".doc", ".rtf"):
            converted = getattr(libreoffice, "converted", None)
            if converted:
                with_suffix = _converted(found[".docx"], suffix, folder)
                if with_suffix:
                    found[suffix] = with_suffix
    return found


def _converted(docx: bytes, suffix: str, folder: Path) -> bytes | None:
    import subprocess

    source = folder / "source.docx"
    source.write_bytes(docx)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", suffix[1:], "--outdir", str(folder), str(source)],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    made = folder / f"source{suffix}"
    return made.read_bytes() if made.exists() else None


def _sheet() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("重点项目")
    for row in range(40):
        sheet.write_row(row, 0, ["序号", "项目名称", "总投资（万元）"] if row == 0 else [row, f"示例项目{row}", row * 1.5])
    book.close()
    return out.getvalue()


def _picture(kind: str) -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("L", (600, 200), 255)
    ImageDraw.Draw(picture).text((20, 80), "PLAN 2025", fill=0)
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def trials(count: int, seed: int, folder: Path) -> Iterator[tuple[str, str, Path]]:
    """(suffix, mutation, file) of `count` damaged files; one in fifty also wears another format's suffix."""
    draw = random.Random(seed)
    sound = specimens(folder)
    fast = [suffix for suffix in sound if suffix not in _SLOW]
    slow = [suffix for suffix in sound if suffix in _SLOW]
    for number in range(count):
        suffix = slow[number // 50 % len(slow)] if slow and number % 50 == 0 else fast[number % len(fast)]
        mutation = draw.choice(MUTATIONS)
        content = mutation(draw, sound[suffix])
        worn = draw.choice(fast) if draw.random() < 0.02 else suffix
        file = folder / f"{number:05}{worn}"
        file.write_bytes(content)
        yield suffix, mutation.__name__, file


def run(count: int, seed: int, keep: Path | None = None) -> dict[str, object]:
    """Counts by outcome, the slowest and the hungriest, and every failure."""
    outcomes: Counter[str] = Counter()
    by_suffix: Counter[str] = Counter()
    failures: list[str] = []
    slowest = peak = 0.0
    with tempfile.TemporaryDirectory() as name, Workers() as workers:
        made = list(trials(count, seed, Path(name)))
        tasks = ([Task(Found(file), file.stat().st_size)] for _, _, file in made)
        for (suffix, mutation, file), outcome in zip(made, workers.run(try_file, tasks, _limit), strict=True):
            by_suffix[suffix] += 1
            trial = outcome.result
            what = "crash or hang" if trial is None else "read" if trial.read.sheaf else "refused"
            wrong = trial is None or (trial.read.refusal is not None and not _one_line(trial.read.refusal))
            if trial is not None:
                slowest, peak = max(slowest, trial.seconds), max(peak, trial.peak)
                slow = trial.seconds > SECONDS and file.suffix not in _SLOW
                wrong = wrong or slow or trial.peak > MEMORY
            if wrong:
                told = outcome.failure or (trial.read.refusal if trial else "")
                failures.append(f"{mutation} {file.name}: {what} {told} {trial.seconds if trial else 0:.1f}s {trial.peak >> 20 if trial else 0}MB")
                if keep:
                    keep.mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, keep / f"{mutation}-{file.name}")
            outcomes[what] += 1
    return {
        "files": count, "seed": seed, "formats": dict(by_suffix), "outcomes": dict(outcomes), "failures": failures,
        "slowest_s": round(slowest, 1), "peak_mb": round(peak / (1 << 20)),
    }  # fmt: skip


def _limit(task: Task) -> float:
    return 120.0 if task.found.path.suffix in _SLOW else 3 * SECONDS


def _one_line(refusal: str) -> bool:
    return "\n" not in refusal and bool(re.search(r"[\u4e00-\u9fff]", refusal)) and "请" in refusal


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--files", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, default=None, help="folder for the files that failed")
    options = arguments.parse_args()
    result = run(options.files, options.seed, options.keep)
    print(json.dumps(result, ensure_ascii=False, indent=1))  # noqa: T201
    RESULTS.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.exit(bool(result["failures"]))


if __name__ == "__main__":
    main()
