"""The row of buttons that hand passages on as a file: the usual formats at once, the others behind one more click. Makes no
file: the API does."""

import re
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

_OFFICE = "application/vnd.openxmlformats-officedocument"
USUAL = {
    "docx": ("Word", "docx", f"{_OFFICE}.wordprocessingml.document"), "xlsx": ("Excel", "xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
    "pdf": ("PDF", "pdf", "application/pdf"),
}  # fmt: skip
OTHER = {
    "csv": ("CSV", "csv", "text/csv"), "md": ("Markdown", "md", "text/markdown"), "json": ("JSON", "json", "application/json"),
    "jsonl": ("JSON Lines", "jsonl", "application/x-ndjson"), "gbt7714": ("GB/T 7714 引文", "txt", "text/plain"),
    "bib": ("BibTeX", "bib", "application/x-bibtex"), "ris": ("RIS", "ris", "application/x-research-info-systems"),
}  # fmt: skip
"""Format → (label, the file's end, media type)."""
TABLE = ("xlsx", "docx", "csv", "md", "json")
BATCH = ("xlsx", "docx", "pdf", "csv", "md", "json")
"""What tables and batches are handed on as; the first is what most ask for."""


def row(what: str, formats: Sequence[str], name: str, make: Callable[[str], bytes], key: str) -> None:
    """All of a few formats at once. what: is handed on, in Chinese; name, make, key: as of `offer`."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}s"):
        st.html(f'<span class="ps-hint" lang="zh-CN">导出{what}</span>', width="content")
        for format_name in formats:
            _button(format_name, (USUAL | OTHER)[format_name], _stem(name), make, key)


def of_table(what: str, name: str, make: Callable[[str], bytes]) -> None:
    """Buttons for a table. Arguments as those of `row`."""
    row(what, TABLE, name, make, "table-export")


def offer(name: str, make: Callable[[str], bytes], key: str) -> None:
    """Buttons for a file of each format. name: of the file, without its end; make: format → bytes; key: of this row."""
    stem = _stem(name)
    for format_name, told in USUAL.items():
        _button(format_name, told, stem, make, key)
    with st.popover("更多格式", type="tertiary", width="content"):
        for format_name, told in OTHER.items():
            _button(format_name, told, stem, make, key)


def _stem(name: str) -> str:
    return re.sub(r"\W+", "_", name)[:40].strip("_") or "规划问答"


def _button(format_name: str, told: tuple[str, str, str], stem: str, make: Callable[[str], bytes], key: str) -> None:
    label, suffix, media_type = told
    # A callable: the file is made when it is asked for, not ten times at every question.
    st.download_button(
        label, partial(make, format_name), f"{stem}.{suffix}", media_type, key=f"{key}-{format_name}", on_click="ignore", type="tertiary"
    )
