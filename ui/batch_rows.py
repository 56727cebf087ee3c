"""A batch as HTML: its head, a row a question, and each answer once its row is opened. Escapes all it is given; asks for no answer
that is not opened."""

import re
from datetime import datetime
from typing import Any

import streamlit as st

from ui import results
from ui.client import Api, ApiError, Json
from ui.marks import escaped, plain, shortened

OUTCOMES = {"answered": "有答案", "partly": "部分地区有", "not_found": "未检索到", "error": "未能回答", "waiting": "尚未作答"}
PAGE = 100
"""Questions on one page."""
_STATES = {"waiting": "排队中", "running": "正在回答", "stopped": "已停下", "failed": "没有完成", "done": "已完成"}
_SHORT = 90
_MOST = 20
_REFERENCE = re.compile(r"([0-9a-f]{16}):(\d{1,4})")

# The rows are one piece of HTML with a <details> each. This tells Python which open ones still lack their answer, and puts in
# what Python answers, which is escaped there.
_SCRIPT = """
export default function ({ parentElement, data, setStateValue }) {
  const lacking = () => [...document.querySelectorAll("details.ps-q[data-answer][open]:not([data-filled])")];
  for (const details of lacking()) {
    const found = data.found[details.dataset.answer];
    if (found === undefined) continue;
    details.lastElementChild.innerHTML = found;
    details.dataset.filled = "";
  }
  const watch = (event) => {
    const details = event.target;
    if (details instanceof HTMLDetailsElement && details.matches(".ps-q[data-answer][open]:not([data-filled])"))
      setStateValue("wanted", lacking().map((one) => one.dataset.answer));
  };
  document.removeEventListener("toggle", parentElement.psWatch, true);
  parentElement.psWatch = watch;
  document.addEventListener("toggle", watch, true);
  return () => document.removeEventListener("toggle", watch, true);
}
"""


def line(batch: Json) -> str:
    """A batch in a line, as the label of a button."""
    state = _STATES[batch["state"]] if batch["state"] != "done" else f"{batch['total']} 题"
    count = "" if batch["state"] == "done" else f" {batch['done']} / {batch['total']} 题"
    return f"{plain(shortened(batch['name'], 40))} :gray[{when(batch['created'])} · {state}{count}]"


def head(batch: Json) -> str:
    """The name of a batch, when it was handed in, how it was asked, of which index its answers are."""
    told = [f"{when(batch['created'])} 提交", f"{batch['total']} 题", f"每个地区至多 {batch['per_region']} 条"]
    told += [f"{batch['made']}作答"] if batch["made"] else []
    edition = f'<p class="ps-hint">{escaped(batch["edition"])}</p>' if batch["edition"] else ""
    return (
        f'<div class="ps-batch" lang="zh-CN"><h2 class="ps-h">{escaped(batch["name"])}<small>{_STATES[batch["state"]]}</small></h2>'
        f'<p class="ps-hint">{escaped(" · ".join(told))}</p>{edition}</div>'
    )


def counts(batch: Json) -> dict[str, int]:
    """How many questions came to what, all first; what none came to is left out."""
    found = {name: sum(row["status"] == name for row in batch["rows"]) for name in OUTCOMES}
    return {"all": len(batch["rows"])} | {name: count for name, count in found.items() if count}


def listed(batch_id: str, rows: list[Json]) -> str:
    return f'<div class="ps-questions" lang="zh-CN">{"".join(_row(batch_id, row) for row in rows)}</div>'


def _row(batch_id: str, row: Json) -> str:
    status = row["status"]
    outcome = OUTCOMES[status]
    if row["regions"]:
        outcome = f"{row['found']} / {row['regions']} 个地区有" if row["found"] else "各地区均未检索到"
    first = row["first"]
    quote = f'<q>{escaped(shortened(first["quote"], _SHORT))}</q><cite>{escaped(first["citation"])}</cite>' if first else escaped(row["error"])
    note = f'<small class="ps-q-note">备注：{escaped(row["note"])}</small>' if row["note"] else ""
    told = (
        f'<span class="n">{escaped(row["label"])}</span><span class="t"><b>{escaped(row["question"])}</b>{note}<small>{quote}</small></span>'
        f'<span class="ps-label ps-{escaped(status)}">{escaped(outcome)}</span>'
    )
    if status in ("waiting", "error"):
        return f'<div class="ps-q">{told}</div>'
    reference = f'{escaped(batch_id)}:{int(row["no"])}'
    return (
        f'<details class="ps-q" data-answer="{reference}"><summary>{told}</summary>'
        '<div aria-live="polite"><p class="ps-hint">正在读取答案…</p></div></details>'
    )


@st.fragment
def listen(api: Api, batch_id: str) -> None:
    """Answer the rows that are opened; an opening redraws nothing else."""
    wanted = st.session_state.get("batch-rows", {}).get("wanted") or []
    with st.container(key="batch-answers"):
        _component()(key="batch-rows", data={"found": found(api, batch_id, wanted)}, default={"wanted": []}, on_wanted_change=_nothing)


def found(api: Api, batch_id: str, wanted: list[str]) -> dict[str, str]:
    """HTML by reference; what is no reference to this batch is passed over, for it comes from the browser."""
    answers: dict[str, str] = {}
    for reference in [w for w in wanted if isinstance(w, str)][-_MOST:]:
        parts = _REFERENCE.fullmatch(reference)
        if parts and parts[1] == batch_id:
            try:
                answers[reference] = shown(api.batch_answer(batch_id, int(parts[2])), parts[2])
            except ApiError as error:
                answers[reference] = f'<p class="ps-note">没有读到答案：{escaped(error)}</p>'
    return answers


def shown(answer: Json, name: str) -> str:
    """An answer as the tab 提问 shows it; its anchors bear the question's own name, for many stand on one page."""
    html = results.grouped(answer) if answer["interpretation"]["fan_out"] else results.flat(answer)
    return re.sub(r'(id="|href="#)region-', rf"\1q{int(name)}-region-", html)


def when(moment: str) -> str:
    """2026-03-02T15:04:05+08:00 → 2026-03-02 15:04"""
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M")


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("planseek_batch_rows", js=_SCRIPT)


def _nothing() -> None:
    """Streamlit keeps a state only where something is called on its change."""
