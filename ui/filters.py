"""The sidebar's filters: what the user restricts a question to, as the fields of the API's request."""

from collections.abc import Iterable

import streamlit as st

from ui.client import Json

MODES = {"hybrid": "综合", "bm25": "字词", "dense": "语义"}
_FIELDS = {
    "region": "regions", "kind": "kinds", "period": "periods", "status": "statuses", "mode": "mode", "each": "per_region",
    "everyday": "expand",
}  # fmt: skip
"""Widget → field of a question."""
PER_REGION = 3
HITS = 10


def sidebar(documents: list[Json]) -> Json:
    """Draw the filters, their values taken from the corpus; the chosen ones as fields of a question.

    Every filter is bound to the page's address, so that a link restores it.
    """
    regions = {d["region"]["code"]: d["region"]["name"] for d in documents if d["region"]}
    with st.sidebar:
        st.html('<h2 class="ps-side">筛选</h2>')
        chosen = _several("地区", "region", dict(sorted(regions.items())))
        kinds = _several("文种", "kind", _same(d["kind"] for d in documents))
        periods = _several("规划期", "period", _same(d["period"] for d in documents))
        statuses = _several("状态", "status", _same(d["status"] for d in documents))
        st.html('<h2 class="ps-side">检索</h2>')
        mode = st.segmented_control(
            "检索方式", list(MODES), format_func=MODES.__getitem__, default="hybrid", required=True, key="mode",
            help="综合：字词与语义一起排序。字词：只看用词是否出现。语义：只看意思是否相近。", bind="query-params",
        )  # fmt: skip
        each = st.slider("每个地区条数", 1, 10, PER_REGION, key="each", bind="query-params")
        everyday = st.toggle(
            "翻译日常说法", value=True, key="everyday", bind="query-params",
            help="把“看病难”一类的日常说法同时译成规划用语检索，译成了什么会列在结果上方。",
        )  # fmt: skip
        if chosen or kinds or periods or statuses:
            st.button("清除筛选", on_click=_clear, width="stretch")
    return {
        "k": HITS, "per_region": each, "mode": mode or "hybrid", "regions": chosen, "kinds": kinds, "periods": periods,
        "statuses": statuses, "expand": everyday,
    }  # fmt: skip


def put(question: Json) -> None:
    """Set the filters to the fields of a question. Only before they are drawn: in a callback."""
    for key, field in _FIELDS.items():
        st.session_state[key] = question[field]


def _several(label: str, key: str, options: dict[str, str]) -> list[str]:
    # What a saved question asks for may have left the corpus, and is then no choice any more.
    if not set(st.session_state.get(key) or ()) <= options.keys():
        st.session_state[key] = [value for value in st.session_state[key] if value in options]
    return st.multiselect(
        label, list(options), format_func=lambda value: options.get(value, value), key=key, placeholder="全部", select_all=False,
        bind="query-params",
    )  # fmt: skip


def _same(values: Iterable[str | None]) -> dict[str, str]:
    return {value: value for value in sorted({value for value in values if value})}


def _clear() -> None:
    for key in ("region", "kind", "period", "status"):
        st.session_state[key] = []
