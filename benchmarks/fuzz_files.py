"""Damaged files through the readers in their workers: what was read is checked, what was refused must say so in Chinese."""

import gc
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import robustness
from benchmarks.mutations import INJECTED, mutated
from corpus import archives, formats, tray
from corpus.errors import PlanSeekError
from corpus.reader import Task, read_file
from corpus.rows import COLUMNS, Sheaf
from corpus.tray import Found
from corpus.workers import MEMORY_LIMIT, Workers

SECONDS = 60.0
"""What the readers themselves allow a small file."""

BY_OFFICE = (".doc", ".wps", ".rtf", ".odt", ".xls", ".et")
_BATCH = 20
_MEMBERS = 12
_WEIGHTS = {".txt": 18, ".docx": 18, ".html": 14, ".md": 12, ".csv": 10, ".zip": 10, ".xlsx": 8, ".pdf": 6.5, ".mht": 3, ".png": 0.2, ".jpg": 0.2}
"""How often each format comes: pictures cost a second or two each."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one file: every reading of it (more than one from an archive), faults found in what was read, seconds, and
    bytes: the most that its worker held, and what it held afterwards."""

    refusals: tuple[str, ...]
    read: int
    faults: tuple[str, ...]
    seconds: float
    peak: int
    held: int


def look(task: Task) -> Seen:
    """Read a file, or an archive's members, as an ingest does, and check what came of it. Runs in a worker."""
    _forget_peak()
    began = time.perf_counter()
    found, refusals, faults = [task.found], list[str](), list[str]()
    if task.found.path.suffix == ".zip":
        try:
            inside = tray.find([task.found.path])
            found, refusals = list(inside.files[:_MEMBERS]), [reason for _, reason in inside.refused]
        except PlanSeekError as error:
            found, refusals = [], [str(error)]
        except Exception as error:
            found, faults = [], [f"程序出错 {type(error).__name__} {error}"]
    read = 0
    for one in found:
        try:
            result = read_file(Task(one, task.size))
        except Exception as error:
            faults.append(f"程序出错 {type(error).__name__} {error}")
            continue
        if result.sheaf:
            read += 1
            faults += unsound(result.sheaf)
        else:
            refusals.append(result.refusal or "")
    faults += [f"理由不成句：{reason!r}" for reason in refusals if not told(reason)]
    return Seen(tuple(refusals), read, tuple(faults), time.perf_counter() - began, *_memory())


def told(reason: str) -> bool:
    """Whether a refusal is one line, in Chinese, and says what to do; its file's name aside."""
    return "\n" not in reason and len(re.findall(r"[\u4e00-\u9fff]", reason)) >= 6 and re.search("请|应为", reason) is not None and "Error" not in reason


def unsound(bound: Sheaf) -> list[str]:
    """What is wrong with a document's rows: spans that are no slices, overlap or do not nest, words that no store takes."""
    row = dict(zip(COLUMNS, bound.document, strict=True))
    text, wrong = row["text"], []
    for name, value in row.items():
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError:
                wrong.append(f"{name} 不能写成 UTF-8")
    size, end = len(text), 0
    for passage in bound.passages:
        start, stop = passage[1:3]
        if not end <= start < stop <= size:
            wrong.append(f"段落 {start}–{stop} 不是原文的一段（上一段到 {end}，全文 {size}）")
        end = stop
    for start, stop, *_ in json.loads(row["sections"]):
        if not 0 <= start < stop <= size:
            wrong.append(f"章节 {start}–{stop} 不在原文里（{size}）")
    for span, columns, rows in json.loads(row["tables"]):
        if any(not span[0] <= a <= b <= span[1] for cells in (columns, *rows) for a, b in cells) or not 0 <= span[0] <= span[1] <= size:
            wrong.append("表格的格子不在表里")
    pages = json.loads(row["pages"])
    if pages != sorted(pages) or any(not 0 <= page <= size for page in pages):
        wrong.append(f"页码乱序：{pages}")
    return wrong


def _forget_peak() -> None:
    """Let the worker's peak begin at what it holds now."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "utf-8")
    except OSError:
        return  # not Linux: the peak is the worker's since its start


def _memory() -> tuple[int, int]:
    """(the most held, held now) in bytes; zeros where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0, 0
    told_by_name = dict(re.findall(r"(VmHWM|VmRSS):\s+(\d+)", status.read_text("utf-8")))
    return int(told_by_name["VmHWM"]) << 10, int(told_by_name["VmRSS"]) << 10


def specimens(folder: Path, office: bool = False) -> dict[str, list[bytes]]:
    """Sound files by suffix: the samples, and small ones made of their words; those that LibreOffice must make, if asked for."""
    samples = [file for file in sorted((robustness.ROOT / "corpus" / "samples").iterdir()) if file.suffix in formats.READERS and file.name != "regions.csv"]
    found: dict[str, list[bytes]] = {}
    for file in samples:
        if file.suffix != ".pdf":
            found.setdefault(file.suffix, []).append(file.read_bytes())
    text = found[".txt"][0].decode()
    found[".txt"] += [text[:1500].encode("gb18030"), ("\n".join(INJECTED) + "\n" + text[:2000]).encode()]
    found[".md"] = ["# 规划\n\n| 指标 | 2025 |\n|---|---|\n| 绿地 | 3 |\n\n```\n{}\n```\n\n".format("\n\n".join(INJECTED)).encode() + text[:4000].encode()]
    found[".csv"] = ["序号,项目,投资,责任单位\n1,修路,300,区住建局\n2,\"种\n树\",20,区林业局\n".encode() * 20, "\n".join(f'"{word}",1' for word in INJECTED).encode()]
    found[".html"].append((f"<!doctype html><meta charset=utf-8><title>规划</title><div id=zoom><p>{text[:800]}</p>" + "<table><tr><td>一<td>二</table><ol><li>甲<li>乙</ol></div>").encode())
    page = found[".html"][0].decode("utf-8", "replace")
    found[".mht"] = [("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n"
                      f"Content-Transfer-Encoding: 8bit\r\n\r\n{page}\r\n--b--\r\n").encode()]  # fmt: skip
    found[".xlsx"] = [robustness._sheet()]
    found[".png"], found[".jpg"] = [robustness._picture("PNG")], [robustness._picture("JPEG")]
    found[".pdf"] = [_pdf(text)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("规划/甲.txt", text[:2000])
        package.writestr("乙.html", found[".html"][-1])
        package.writestr("metadata.csv", "file,title,region\n甲.txt,规划,\n")
        package.writestr("丙.docx", found[".docx"][0])
    found[".zip"] = [packed.getvalue()]
    if office and shutil.which("soffice"):
        for suffix in (".doc", ".rtf", ".odt"):
            made = robustness._converted(found[".docx"][0], suffix, folder)
            found |= {suffix: [made]} if made else {}
        found |= {".wps": found[".doc"]} if ".doc" in found else {}
    return found


def _pdf(text: str) -> bytes:
    """Two pages: words in an indented block, a grid of lines, an outline."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for number, page in enumerate((text[:700], text[700:1100])):
        canvas.setFont("STSong-Light", 11)
        canvas.bookmarkPage(str(number))
        canvas.addOutlineEntry(page[:10], str(number))
        for line in range(0, len(page), 36):
            canvas.drawString(72, 780 - line * 0.5, page[line : line + 36].replace("\n", ""))
        canvas.grid([72, 200, 400], [100, 130, 160, 190])
        for row in range(3):
            canvas.drawString(80, 110 + 30 * row, f"指标{row}")
            canvas.drawString(210, 110 + 30 * row, str(row * 7))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def damaged(count: int, seed: int, folder: Path, suffixes: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
    """(file name, what was done, bytes) of `count` files; one in forty wears another format's suffix."""
    draw = random.Random(seed)
    sound = specimens(folder, any(suffix in BY_OFFICE for suffix in suffixes))
    kinds = [suffix for suffix in suffixes if suffix in sound]
    weights = [_WEIGHTS.get(suffix, 1) for suffix in kinds]
    for number in range(count):
        suffix = draw.choices(kinds, weights)[0]
        done, content = mutated(draw, draw.choice(sound[suffix]))
        worn = draw.choice(kinds) if draw.random() < 0.025 else suffix
        yield f"{number:06}{worn}", done, content


def run(count: int, seed: int, suffixes: Sequence[str] = tuple(_WEIGHTS), keep: Path | None = None, workers: int = 1) -> dict[str, Any]:
    """Figures of `count` damaged files, and every fault; what was at fault is kept in `keep`."""
    outcomes: Counter[str] = Counter()
    by_suffix: Counter[str] = Counter()
    faults: list[str] = []
    stopped: list[str] = []
    slowest, peak, held = (0.0, ""), 0, []
    before = _own()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="planseek-fuzz-") as name, Workers(workers) as pool:
        folder = Path(name)
        ways: dict[str, str] = {}

        def batches() -> Iterator[list[Task]]:
            batch = []
            for file_name, done, content in damaged(count, seed, folder, suffixes):
                path = folder / file_name
                path.write_bytes(content)
                ways[file_name] = done
                batch.append(Task(Found(path), len(content)))
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
            if batch:
                yield batch

        for outcome in pool.run(look, batches(), _limit):
            path, seen = outcome.item.found.path, outcome.result
            label = f"{path.name}（{ways.pop(path.name)}）"
            by_suffix[path.suffix] += 1
            if seen is None:
                outcomes["被限制停下"] += 1
                stopped.append(f"{label}：{outcome.failure}")
                print(stopped[-1], file=sys.stderr, flush=True)  # noqa: T201
            else:
                outcomes["读出" if seen.read else "拒绝并说明原因"] += 1
                faults += [f"{label}：{fault}" for fault in seen.faults]
                slowest, peak = max(slowest, (round(seen.seconds, 1), label)), max(peak, seen.peak)
                held.append(seen.held)
            if keep and (seen is None or seen.faults or seen.seconds > 10):
                keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, keep / path.name)
            path.unlink()
            if sum(outcomes.values()) % 1000 == 0:
                print(dict(outcomes), f"{time.perf_counter() - began:.0f} s", *faults[-3:], file=sys.stderr, flush=True)  # noqa: T201
        left = sorted(file.name for file in folder.iterdir() if file.is_file() and not file.name.startswith("source"))
    seconds = time.perf_counter() - began
    tenth = max(len(held) // 10, 1)
    return {
        "files": count, "seed": seed, "formats": dict(sorted(by_suffix.items())), "outcomes": dict(outcomes), "faults": faults, "stopped": stopped,
        "seconds": round(seconds), "files_per_second": round(count / seconds, 1), "slowest_s": slowest, "limit_s": SECONDS,
        "worker_peak_mb": peak >> 20, "worker_limit_mb": MEMORY_LIMIT >> 20,
        "worker_held_mb": {"first tenth": _median(held[:tenth]) >> 20, "last tenth": _median(held[-tenth:]) >> 20},
        "before": before, "after": _own() | {"files left": len(left)},
    }  # fmt: skip


def _limit(task: Task) -> float:
    return 3 * 120 if task.found.path.suffix in BY_OFFICE else SECONDS * (_MEMBERS if task.found.path.suffix in archives.SUFFIXES else 1)


def _median(numbers: list[int]) -> int:
    return sorted(numbers)[len(numbers) // 2] if numbers else 0


def _own() -> dict[str, int]:
    """This process: MB held, open files, children, and files of ours among the temporary ones."""
    gc.collect()
    own = Path("/proc/self")
    if not own.is_dir():
        return {}
    children = sum(len(file.read_text("utf-8").split()) for file in own.glob("task/*/children"))
    temporary = len([path for path in Path(tempfile.gettempdir()).glob("planseek-*") if not path.name.endswith(".lock")])
    return {"rss_mb": _memory()[1] >> 20, "open_files": len(os.listdir("/proc/self/fd")), "children": children, "temporary": temporary}  # noqa: PTH208
