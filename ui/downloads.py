"""The row of buttons that hand a table on as a file. Makes no file: the API does."""

import re
from collections.abc import Callable
from functools import partial

import streamlit as st

FORMATS = {
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": ("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), "csv": ("CSV", "text/csv"),
    "md": ("Markdown", "text/markdown"), "json": ("JSON", "application/json"),
}  # fmt: skip
"""Format → (label, media type)."""


def offer(what: str, name: str, make: Callable[[str], bytes]) -> None:
    """Buttons for a file of each format. what: the table in Chinese; name: of the file, without its end; make: format → bytes."""
    stem = re.sub(r"\W+", "_", name)[:40].strip("_") or "规划问答"
    with st.container(horizontal=True, vertical_alignment="center", key="table-exports"):
        st.html(f'<span class="ps-hint" lang="zh-CN">导出{what}</span>', width="content")
        for suffix, (label, media_type) in FORMATS.items():
            # A callable: the file is made when it is asked for.
            st.download_button(
                label, partial(make, suffix), f"{stem}.{suffix}", media_type, key=f"table-export-{suffix}", on_click="ignore", type="tertiary",
            )  # fmt: skip
