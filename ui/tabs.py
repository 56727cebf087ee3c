"""Which tab is open: the address says so and is told so, for only what is open is drawn. Draws no tab's content."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

ASKING, ORIGINAL, BESIDE, MANY, CORPUS, EVALUATING = NAMES = ("提问", "原文", "对比", "批量", "语料", "评测")
OF_A_PART = (ASKING, ORIGINAL, BESIDE, MANY)
"""The tabs of who may see only some collections."""
_IN_ADDRESS = "tab"
PLACE = (_IN_ADDRESS, "batch")
"""What an address says of the tab itself; a link to a document goes without."""
_IMPLIED = {"doc": ORIGINAL, "batch": MANY}
"""What an address names → the tab that shows it, where the address names no tab."""
_FIRST = {"compare": BESIDE}
"""The same of links; later this one comes and goes with what is chosen in the tab."""


def draw(names: Sequence[str] = NAMES) -> dict[str, Any]:
    """These tabs by name. Where the address has come to name another one since (a link, the way back), that one is open."""
    named = _named()
    named = named if named in names else ASKING
    if st.session_state.get("tab-named") != named:
        first = "tab-named" not in st.session_state and named == ASKING
        st.session_state["tab"] = next((tab for word, tab in _FIRST.items() if st.query_params.get(word)), named) if first else named
        st.session_state["tab-named"] = named
    return dict(zip(names, st.tabs(names, key="tab", on_change=_switched), strict=True))


def go(tab: str, address: Mapping[str, str | list[str]] | None = None) -> None:
    """Open a tab when the page is drawn next; address: what else changes in it, nothing for what goes from it. All of it is one
    step for the browser's way back."""
    st.query_params.update({_IN_ADDRESS: tab, **(address or {})})


def keep(widgets: Iterable[str]) -> None:
    """Keep what was typed and chosen in widgets that are not drawn now: Streamlit forgets it otherwise."""
    for key in widgets:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def _named() -> str:
    named = st.query_params.get(_IN_ADDRESS, "")
    return named if named in NAMES else next((tab for word, tab in _IMPLIED.items() if st.query_params.get(word)), ASKING)


def _switched() -> None:
    tab = st.session_state["tab"]
    # A batch that is left is not what a link from here would be about; a document stays at hand.
    go(tab, {} if tab == MANY else {"batch": []})
    st.session_state["tab-named"] = tab
