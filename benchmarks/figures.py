"""Measures every figure that the README and docs/evaluation.md state and writes them into docs/evaluation.md and benchmarks/results/."""

import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import settings as configuration
from benchmarks import embedding, interpretation, quality, reading, speed, structure
from benchmarks.model import Section, calibration, markdown
from corpus.errors import PlanSeekError
from eval.ground import shared_folder
from retriever.service import Service

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evaluation.md"
RESULTS = ROOT / "benchmarks" / "results"
OPENING, CLOSING = "<!-- figures: python -m benchmarks.figures -->", "<!-- /figures -->"
_MET = {True: "✓", False: "✗", None: ""}


def main() -> None:
    """Run everything; `python -m benchmarks.figures reading speed` only those parts, which are printed, not written."""
    shared = shared_folder()
    if not (shared / "plans").is_dir():
        sys.exit(f"没有找到 {shared / 'plans'}。请用环境变量 PLANSEEK_SHARED 指明 shared 文件夹。")
    wanted = sys.argv[1:]
    began = calibration()
    with TemporaryDirectory(prefix="planseek-figures-") as scratch:
        home = Path(scratch) / "home"
        settings = replace(configuration.load(), home=home)
        ingested = speed.ingest(shared / "plans", home)
        service = Service(settings)
        measures: dict[str, Callable[[], Section]] = {
            "ingest": lambda: ingested,
            "reading": lambda: reading.texts_in(service, shared / "plans"),
            "structure": lambda: structure.section(shared / "plans"),
            "ecological": lambda: reading.ecological(service),
            "queries": lambda: speed.queries(home),
            "cold": lambda: speed.cold(home),
            "plans-dev": lambda: quality.plans(settings, "dev"),
            "plans-test": lambda: quality.plans(settings, "test"),
            "unheard-dev": lambda: quality.unheard(settings, "dev"),
            "unheard-test": lambda: quality.unheard(settings, "test"),
            "verdicts": lambda: quality.verdicts(settings),
            "interpretation": interpretation.section,
            "embedding": embedding.section,
            "cmrc-dev": lambda: quality.beir(settings, shared / "benchmarks" / "cmrc-dev"),
            "drcd-dev": lambda: quality.beir(settings, shared / "benchmarks" / "drcd-dev"),
        }
        sections = {}
        for name, measure in measures.items():
            if not wanted or name in wanted:
                sys.stderr.write(f"{name} …\n")
                sections[name] = measure()
        index = f"{service.tokenizer.name}，{service.embedder.name}"
    loop = (began + calibration()) / 2
    text = _page(sections, index, loop)
    if wanted:
        sys.stdout.write(text)
        return
    RESULTS.mkdir(exist_ok=True)
    for name, section in sections.items():
        if section.results is not None:
            content = json.dumps(section.results, ensure_ascii=False, indent=1) + "\n"
            (RESULTS / f"{name}.json").write_text(content, "utf-8")
    _write(text)


def _page(sections: dict[str, Section], index: str, loop: float) -> str:
    figures = [figure for section in sections.values() for figure in section.figures]
    machine = f"{platform.system()} {platform.machine()}，Python {platform.python_version()}，{_cores()} 个核"
    lines = [
        f"以下由 `python -m benchmarks.figures`（`make figures`）写成，{date.today().isoformat()}。机器：{machine}；"
        f"校准循环（一百万次整数运算）CPU {loop:.0f} 毫秒，换机器时按它折算。索引：{index}。",
        markdown(["指标", "实测", "目标", ""], [[f.name, f.measured, f.goal, _MET[f.met]] for f in figures]),
    ]
    for section in sections.values():
        if section.tables:
            lines += [f"### {section.heading}", *section.tables]
    return "\n\n".join(lines) + "\n"


def _write(text: str) -> None:
    page = PAGE.read_text("utf-8")
    if page.count(OPENING) != 1 or page.count(CLOSING) != 1:
        raise PlanSeekError(f"{PAGE} 里应各有一行 {OPENING} 和 {CLOSING}。")
    before, rest = page.split(OPENING)
    _, after = rest.split(CLOSING)
    PAGE.write_text(f"{before}{OPENING}\n\n{text}\n{CLOSING}{after}", "utf-8")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
