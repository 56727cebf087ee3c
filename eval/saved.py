"""Runs kept in files: written by `planseek eval run --save`, read by compare, report and the gate. Measures nothing."""

import json
from pathlib import Path
from typing import Any

from corpus.errors import PlanSeekError

Report = dict[str, Any]


def save(report: Report, file: Path) -> None:
    """Write a run with its details. Raises PlanSeekError where the file cannot be written."""
    try:
        file.write_text(json.dumps(report, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    except OSError as error:
        raise PlanSeekError(f"无法写入 {file}（{error.strerror or error}）。请换一个位置。") from error


def load(file: Path) -> Report:
    """A saved run. Raises PlanSeekError for anything else."""
    try:
        report = json.loads(file.read_text("utf-8"))
        if isinstance(report, dict) and {"set", "systems", "details", "kinds"} <= report.keys():
            return report
    except OSError as error:
        raise PlanSeekError(f"无法读取 {file}（{error.strerror or error}）。请检查路径。") from error
    except ValueError:
        pass
    raise PlanSeekError(f"{file} 不是保存的评测结果。请先运行：planseek eval run --save {file.name}")


def values(report: Report, system: str | None, source: str) -> tuple[str, dict[str, dict[str, float]]]:
    """A system of a run with its values, question → measure → value; the only one, or hybrid, where none is named."""
    details = report["details"]
    name = system or ("hybrid" if "hybrid" in details else next(iter(details), ""))
    if name not in details:
        raise PlanSeekError(f"{source} 里没有系统「{name}」。其中有：{'、'.join(details)}。")
    found: dict[str, dict[str, float]] = details[name]["values"]
    return name, found
