"""Turns papers into files to hand on: one module a format, each with `export(paper) -> bytes`."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from corpus.errors import PlanSeekError
from retriever.paper import Paper


class Exporter(NamedTuple):
    """A format: its module, the media type, the files' suffix, and its name for users."""

    module: str
    media_type: str
    suffix: str
    label: str


_OFFICE = "application/vnd.openxmlformats-officedocument"

EXPORTERS = {
    "xlsx": Exporter("retriever.exporters.xlsx", f"{_OFFICE}.spreadsheetml.sheet", "xlsx", "Excel"),
    "docx": Exporter("retriever.exporters.docx", f"{_OFFICE}.wordprocessingml.document", "docx", "Word"),
    "pdf": Exporter("retriever.exporters.pdf", "application/pdf", "pdf", "PDF"),
    "csv": Exporter("retriever.exporters.csv", "text/csv; charset=utf-8", "csv", "CSV"),
    "md": Exporter("retriever.exporters.markdown", "text/markdown; charset=utf-8", "md", "Markdown"),
    "json": Exporter("retriever.exporters.json", "application/json", "json", "JSON"),
    "jsonl": Exporter("retriever.exporters.jsonl", "application/x-ndjson", "jsonl", "JSON Lines"),
    "gbt7714": Exporter("retriever.exporters.gbt7714", "text/plain; charset=utf-8", "txt", "GB/T 7714 引文"),
    "bib": Exporter("retriever.exporters.bibtex", "application/x-bibtex; charset=utf-8", "bib", "BibTeX"),
    "ris": Exporter("retriever.exporters.ris", "application/x-research-info-systems; charset=utf-8", "ris", "RIS"),
}
"""The formats by the names they are asked for."""


def export(paper: Paper, format_name: str, template: bytes | None = None) -> bytes:
    """A paper as a file. template: the user's own, for docx only. Raises PlanSeekError for an unknown format or a bad template."""
    if format_name not in EXPORTERS:
        raise PlanSeekError(f"不支持导出为「{format_name}」，可用：{'、'.join(EXPORTERS)}。")
    if template is not None and format_name != "docx":
        raise PlanSeekError(f"模板只用于导出 Word（docx），不能用于 {EXPORTERS[format_name].label}。")
    module = import_module(EXPORTERS[format_name].module)
    if template is not None:
        filled: Callable[[Paper, bytes], bytes] = module.export_with
        return filled(paper, template)
    written: Callable[[Paper], bytes] = module.export
    return written(paper)


def format_of(suffix: str) -> str:
    """The format whose files end so (without the dot); the suffix itself where none does."""
    return next((name for name, exporter in EXPORTERS.items() if exporter.suffix == suffix), suffix)
