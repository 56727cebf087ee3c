"""Shows results at scale: tables with how cost grows, charts, and their places in docs/performance.md. Measures nothing."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.charts import Series, lines
from benchmarks.model import markdown
from corpus.errors import PlanSeekError

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
_LARGE = 1_000_000
_QUIET, _DISTURBED = 0.15, " ⚠"


class Measure(NamedTuple):
    """A row of the table: where its value stands, how it is written, and the goal at a million passages (`most`: not above it)."""

    name: str
    path: tuple[str, ...]
    form: str
    most: float | None = None


MEASURES = (
    Measure("从零导入，秒", ("build", "wall_s"), "{:.1f}", 3600),
    Measure("从零导入，CPU 秒", ("build", "cpu_s"), "{:.1f}"),
    Measure("导入时内存最高，MB（含子进程）", ("build", "peak_mb"), "{:.0f}"),
    Measure("磁盘，MB", ("disk_total_mb",), "{:.0f}"),
    Measure("启动到第一个答复，秒", ("serving", "ready_s"), "{:.2f}", 5),
    Measure("答复之后服务的内存，MB（含映射的文件）", ("serving", "rss_mb"), "{:.0f}", 4096),
    Measure("服务自己的内存，MB（不含映射的文件）", ("serving", "anonymous_mb"), "{:.0f}"),
    Measure("普通与限定的问题 p50，毫秒", ("asking", "single", "wall_ms", "p50"), "{:.1f}", 30),
    Measure("普通与限定的问题 p95，毫秒", ("asking", "single", "wall_ms", "p95"), "{:.1f}", 100),
    Measure("普通问题 p50，毫秒", ("asking", "plain", "wall_ms", "p50"), "{:.1f}"),
    Measure("普通问题 p50，CPU 毫秒", ("asking", "plain", "cpu_ms", "p50"), "{:.1f}"),
    Measure("限定地区、文种或时期 p50，毫秒", ("asking", "filtered", "wall_ms", "p50"), "{:.1f}"),
    Measure("逐区问题 p50，毫秒", ("asking", "fan-out", "wall_ms", "p50"), "{:.1f}"),
    Measure("逐区问题 p95，毫秒", ("asking", "fan-out", "wall_ms", "p95"), "{:.1f}", 150),
    Measure("逐区问题 p95，CPU 毫秒", ("asking", "fan-out", "cpu_ms", "p95"), "{:.1f}"),
    Measure("最多一次逐区的地区数", ("asking", "regions"), "{:.0f}"),
    Measure("经 HTTP 的普通问题 p50，毫秒", ("serving", "plain", "wall_ms", "p50"), "{:.1f}"),
    Measure("经 HTTP 的逐区问题 p95，毫秒", ("serving", "fan-out", "wall_ms", "p95"), "{:.1f}"),
    Measure("每秒答复，一人接连提问", ("serving", "answers_a_second", "1"), "{:.1f}"),
    Measure("每秒答复，两人同时", ("serving", "answers_a_second", "2"), "{:.1f}"),
    Measure("再导入约一千段，秒", ("adding", "wall_s"), "{:.1f}", 10),
    Measure("其中 CPU 秒", ("adding", "cpu_s"), "{:.1f}"),
    Measure("其后第一个答复，毫秒", ("adding", "first_search_ms"), "{:.0f}"),
)
_CHARTS = (
    ("scale-build.svg", "导入与增量", "秒", ("从零导入，秒", "再导入约一千段，秒", "启动到第一个答复，秒")),
    ("scale-queries.svg", "查询", "毫秒", ("普通与限定的问题 p50，毫秒", "普通与限定的问题 p95，毫秒", "逐区问题 p50，毫秒", "逐区问题 p95，毫秒")),
    ("scale-memory.svg", "内存与磁盘", "MB", ("导入时内存最高，MB（含子进程）", "磁盘，MB", "答复之后服务的内存，MB（含映射的文件）", "服务自己的内存，MB（不含映射的文件）")),
)  # fmt: skip


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The exponent b of y = a·x^b fitted by least squares to logarithms; None for fewer than two points or where one is not positive."""
    if len(points) < 2 or min(min(point) for point in points) <= 0:
        return None
    x, y = np.log(np.array(points)).T
    return float(np.polyfit(x, y, 1)[0])


def found(result: Mapping[str, Any], path: Sequence[str]) -> float | None:
    """The value at a path, None where it was not measured."""
    value: Any = result
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def points(results: Mapping[str, Any], measure: Measure) -> list[tuple[float, float]]:
    """(passages, value) of every size, ascending."""
    sizes = sorted(results["sizes"].values(), key=lambda result: result["passages"])
    return [(result["passages"], value) for result in sizes if (value := found(result, measure.path)) is not None]


def table(results: Mapping[str, Any]) -> str:
    """Measures by size, the goal, and the exponent of growth."""
    sizes = sorted(results["sizes"].values(), key=lambda result: result["passages"])
    rows = [
        ["测于", *(f"{result.get('day', '')} {result.get('code', '')}" for result in sizes), "", ""],
        ["别的程序占用的核", *(f"{max(result['load']):.0%}{_DISTURBED if max(result['load']) > _QUIET else ''}" if "load" in result else "" for result in sizes), "", ""],
    ]  # fmt: skip
    for measure in MEASURES:
        values = [found(result, measure.path) for result in sizes]
        exponent = slope(points(results, measure))
        goal = "—" if measure.most is None else f"≤ {measure.most:g}"
        if measure.most is not None and sizes and sizes[-1]["passages"] >= 0.9 * _LARGE and values[-1] is not None:
            goal += " ✓" if values[-1] <= measure.most else " ✗"
        rows.append([measure.name, *("" if value is None else measure.form.format(value) for value in values), goal,
                     "" if exponent is None else f"{exponent:.2f}"])  # fmt: skip
    return markdown(["", *(f"{result['passages']:,} 段" for result in sizes), "百万段的目标", "增长指数"], rows)


def parts(results: Mapping[str, Any]) -> str:
    """What lies on the disk, by part, of the largest size."""
    largest = max(results["sizes"].values(), key=lambda result: result["passages"])
    rows = [[name, f"{size:.1f}", f"{1024 * size / largest['passages']:.2f}"] for name, size in largest["disk_mb"].items() if size >= 0.1]
    return markdown([f"{largest['passages']:,} 段的磁盘", "MB", "每段 KB"], rows)


def text(results: Mapping[str, Any]) -> str:
    """All that stands between the page's marks."""
    told = results["sizes"].values()
    loops = sorted(loop for result in told for loop in (result["calibration_ms"], result["calibration_after_ms"]))
    head = (
        f"由 `python -m benchmarks.scale` 写成。机器：{results['machine']}；校准循环 CPU {loops[0]:.0f}–{loops[-1]:.0f} 毫秒，换机器时按它折算。"
        "机器不空闲时墙钟时间偏大，只有 CPU 时间可信，那样的列带 ⚠。"
    )
    images = "\n".join(f"![{title}](images/{file})" for file, title, _, _ in _CHARTS)
    return "\n\n".join((head, table(results), images, parts(results))) + "\n"


def write(results: Mapping[str, Any]) -> str:
    """Write charts and page; what was written between the marks. Raises PlanSeekError."""
    if not results["sizes"]:
        raise PlanSeekError("还没有结果。请先运行 python -m benchmarks.scale --passages 10000 30000 100000")
    by_name = {measure.name: measure for measure in MEASURES}
    for file, title, unit, names in _CHARTS:
        drawn = [Series(name.replace(f"，{unit}", ""), points(results, by_name[name])) for name in names]
        (IMAGES / file).write_text(lines(title, "段", unit, drawn), "utf-8")
    said = text(results)
    filled(PAGE, "scale", said)
    return said


def filled(page: Path, mark: str, said: str) -> None:
    """Replace what stands between a page's two marks. Raises PlanSeekError where they are not there once each."""
    opening, closing = f"<!-- {mark}: python -m benchmarks.{mark} -->", f"<!-- /{mark} -->"
    before_all = page.read_text("utf-8")
    if before_all.count(opening) != 1 or before_all.count(closing) != 1:
        raise PlanSeekError(f"{page} 里应各有一行 {opening} 和 {closing}。")
    before, rest = before_all.split(opening)
    page.write_text(f"{before}{opening}\n\n{said}\n{closing}{rest.split(closing)[1]}", "utf-8")


def ratio(value: float, to: float) -> str:
    """How many times as much, to two figures."""
    if to <= 0 or value <= 0:
        return "—"
    return f"{value / to:.{max(0, 1 - math.floor(math.log10(value / to)))}f}×"
