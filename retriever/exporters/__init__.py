"""Turns findings into files to hand on: one module a format, each with `export(findings) -> bytes`."""

from collections.abc import Callable
from importlib import import_module

from corpus.errors import PlanSeekError
from retriever.model import Findings

EXPORTERS = {
    "xlsx": ("retriever.exporters.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ("retriever.exporters.csv", "text/csv; charset=utf-8"),
    "md": ("retriever.exporters.markdown", "text/markdown; charset=utf-8"),
    "json": ("retriever.exporters.json", "application/json"),
}
"""Format → (module, media type)."""


def export(findings: Findings, format_name: str) -> bytes:
    """The shown passages as a file. Raises PlanSeekError for an unknown format."""
    if format_name not in EXPORTERS:
        raise PlanSeekError(f"不支持导出为「{format_name}」，可用：{'、'.join(EXPORTERS)}。")
    exporter: Callable[[Findings], bytes] = import_module(EXPORTERS[format_name][0]).export
    return exporter(findings)
