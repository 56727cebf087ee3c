"""What the tables of targets and of units in charge share: citations that open, and heads that sort in the browser. Draws no
table. Escapes all it is given."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from ui.client import Json
from ui.marks import escaped, marked
from ui.regions import name_parts

MOST_ROWS = 500

# A table is one piece of HTML: its rows are put in another order where they are. A cell is ordered by its data-v, as a
# number where it is one, among cells of the same data-of (its unit); a second click turns the order round; what has no
# value comes last either way.
_SCRIPT = """
export default function ({ parentElement }) {
  const key = (row, column) => [row.cells[column]?.dataset.v ?? "", row.cells[column]?.dataset.of ?? ""];
  const compare = (one, other) => {
    const [a, b] = [Number(one), Number(other)];
    return Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(other, "zh-CN") : a - b;
  };
  const sort = (event) => {
    const head = event.target.closest?.(".ps-sortable th:has(> button)");
    if (!head || !event.target.closest("button")) return;
    const table = head.closest("table");
    const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows].map((row) => [key(row, head.cellIndex), row]);
    rows.sort(([[a, of]], [[b, other]]) => (a === "") - (b === "") || of.localeCompare(other) || turn * compare(a, b));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  document.removeEventListener("click", window.psSort);
  window.psSort = sort;
  document.addEventListener("click", sort);
  return () => document.removeEventListener("click", sort);
}
"""


def head(label: str, kind: str = "", sortable: bool = True) -> str:
    """The head of a column; kind: n for numbers."""
    name = escaped(label)
    words = f'<button type="button" title="按{name}排序">{name}</button>' if sortable else name
    return f'<th scope="col"{f" class={kind}" if kind else ""}>{words}</th>'


def region(found: Json | None) -> str:
    """The first cell of a row; ordered by the region's code."""
    parents, own = name_parts(found["name"]) if found else ("", "未识别")
    return f'<th scope="row"{_key(found["code"] if found else "")}>{escaped(own)}<small>{escaped(parents)}</small></th>'


def cell(label: str, content: str, key: object = None, kind: str = "", among: str = "") -> str:
    """A cell of HTML under its column's name; key: what it is ordered by, among cells of the same unit."""
    ordered = ("" if key is None else _key(key)) + (f' data-of="{escaped(among)}"' if among else "")
    return f'<td data-label="{escaped(label)}"{f" class={kind}" if kind else ""}{ordered}>{content}</td>'


def cited(citation: Json, span: Json | None = None, terms: Iterable[str] = ()) -> str:
    """A cell with the citation, which opens to the quotation; a span of the document, or words, are set off in that."""
    start = citation["span"]["start"]
    keys = [(span["start"] - start, span["end"] - start)] if span else []
    status = citation["document"]["status"]
    draft = f'<span class="ps-label ps-draft">{escaped(status)}</span>' if status and status != "正式" else ""
    quotation = f"<blockquote>{marked(citation['quote'], terms, keys=keys)}</blockquote>"
    return cell("出处", f"<details><summary>{escaped(citation['citation'])}{draft}</summary>{quotation}</details>", kind="cited")


def table(heads: str, rows: list[str]) -> str:
    """The first MOST_ROWS rows under their heads."""
    rest = len(rows) - MOST_ROWS
    more = f'<p class="ps-hint">另有 {rest} 条未列出；导出的文件里有全部。</p>' if rest > 0 else ""
    return (
        f'<div class="ps-sheet" lang="zh-CN"><table class="ps-sortable"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows[:MOST_ROWS])}</tbody></table>{more}</div>"
    )


def listen() -> None:
    """Make the heads of the tables on this page answer; to be called once wherever such a table is drawn."""
    with st.container(key="sorting"):
        _component()(key="sorting-script")


def _key(key: object) -> str:
    return f' data-v="{escaped(key)}"'


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("planseek_sorting", js=_SCRIPT)
