"""The paragraphs before and after a hit, fetched when its 前后段 is opened. Looks up nothing that is not opened."""

import re
from typing import Any

import streamlit as st

from ui.client import Api, ApiError, Json
from ui.marks import escaped, marked

MOST = 40
"""Openings that are answered at once; more are never on one screen."""
_REFERENCE = re.compile(r"([0-9A-Za-z]{1,64}):(\d{1,9}):(\d{1,9})")

# The results are one piece of HTML with a <details> per hit: a hundred regions would make thousands of widgets. This
# tells Python which of them stand open, and puts in what Python answers, which is escaped there. A question asked at the
# foot of the page is answered at its head: there the page goes.
_SCRIPT = """
export default function ({ parentElement, data, setStateValue }) {
  const fill = (details) => {
    const found = data.found[details.dataset.near];
    if (found !== undefined) details.lastElementChild.innerHTML = found;
    return found !== undefined;
  };
  const open = () => [...document.querySelectorAll("details.ps-near[open]")];
  const watch = (event) => {
    const details = event.target;
    if (!(details instanceof HTMLDetailsElement) || !details.matches(".ps-near[open]") || fill(details)) return;
    setStateValue("wanted", open().map((one) => one.dataset.near));
  };
  open().forEach(fill);
  if (window.psQuestion !== undefined && window.psQuestion !== data.question)
    document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  window.psQuestion = data.question;
  document.removeEventListener("toggle", parentElement.psWatch, true);
  parentElement.psWatch = watch;
  document.addEventListener("toggle", watch, true);
  return () => document.removeEventListener("toggle", watch, true);
}
"""


def opener(hit: Json) -> str:
    """The <details> of a hit, still empty."""
    reference = f"{hit['document']['id']}:{int(hit['span']['start'])}:{int(hit['span']['end'])}"
    return (
        f'<details class="ps-near" data-near="{escaped(reference)}"><summary>前后段</summary>'
        '<div aria-live="polite"><p class="ps-hint">正在读取…</p></div></details>'
    )


@st.fragment
def listen(api: Api, question: str) -> None:
    """Answer the openings under a question; an opening redraws nothing else."""
    wanted = st.session_state.get("near", {}).get("wanted") or []
    with st.container(key="near-by"):
        _component()(
            key="near", data={"question": question, "found": found(api, wanted)}, default={"wanted": []}, on_wanted_change=_nothing
        )


def found(api: Api, wanted: list[str]) -> dict[str, str]:
    """HTML by reference; what is no reference is passed over, for it comes from the browser."""
    answers: dict[str, str] = {}
    for reference in [w for w in wanted if isinstance(w, str)][-MOST:]:
        if parts := _REFERENCE.fullmatch(reference):
            try:
                answers[reference] = shown(_around(api.address, parts[1], int(parts[2]), int(parts[3]), api))
            except ApiError as error:
                answers[reference] = f'<p class="ps-note">没有读到前后段：{escaped(error)}</p>'
    return answers


def shown(around: Json) -> str:
    """The paragraph before and the one after, each with where it stands."""
    return "".join(
        f'<div class="ps-beside"><b>{label}</b><blockquote>{marked(side["text"])}</blockquote><cite>{escaped(side["citation"])}</cite></div>'
        if (side := around[name])
        else f'<p class="ps-hint">{none}</p>'
        for name, label, none in (("before", "前一段", "前面没有正文了。"), ("after", "后一段", "后面没有正文了。"))
    )


@st.cache_data(max_entries=512, ttl=600, show_spinner=False)
def _around(address: str, document: str, start: int, end: int, _api: Api) -> Json:
    return _api.around(document, start, end)


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("planseek_near", js=_SCRIPT)


def _nothing() -> None:
    """Streamlit keeps a state only where something is called on its change."""
