"""Saved questions: kept under a name with their filters, asked again, and what is new since. Keeps nothing itself: the API does."""

from datetime import datetime

import streamlit as st

from ui import filters, notices, trail
from ui.client import Api, ApiError, Json
from ui.marks import plain, shortened

_AGAIN = "saved-again"
_SHOWN = 60


def keeper(api: Api, asked: Json) -> None:
    """The button that keeps the question at hand, under a name."""
    with st.popover("保存这个问题", type="tertiary", width="content", key="saved-keep"):
        st.html('<p class="ps-hint" lang="zh-CN">连同筛选一起保存；以后再查一次，会标出新增的段落。</p>')
        # A name of its own for each question, so that the last one's is not offered for this.
        name = st.text_input("名称", asked["query"][:100], key=f"saved-name-{asked['query'][:100]}", max_chars=100, autocomplete="off")
        if st.button("保存", key="saved-save", type="primary"):
            try:
                kept = api.save(name, asked)
                st.html(notices.note(f"已保存“{kept['name']}”，在右上角“保存的问题”里。"))
            except ApiError as error:
                st.html(notices.note(str(error)))


def opener(api: Api, saved: list[Json]) -> None:
    """The list of saved questions, each to be asked again or removed. Asking draws the whole page anew."""
    if not saved:
        return
    with st.popover("保存的问题", key="saved-list"):
        for one in saved:
            with st.container(horizontal=True, vertical_alignment="center", key=f"saved-row-{one['id']}"):
                label = f"{plain(shortened(one['name'], _SHOWN))} :gray[上次 {_day(one['run'])}]"
                if st.button(label, key=f"saved-run-{one['id']}", on_click=_ask, args=(one,), help="再查一次，标出上次以来新增的段落", wrap=True):
                    st.rerun()
                if st.button("删除", key=f"saved-drop-{one['id']}", type="tertiary", on_click=_remove, args=(api, one["id"])):
                    st.rerun(scope="fragment")
        if fault := st.session_state.pop("saved-fault", None):
            st.html(notices.note(fault))


def chosen() -> int | None:
    """The saved question that was just chosen to be asked again; told once."""
    number: int | None = st.session_state.pop(_AGAIN, None)
    return number


def told(answer: Json) -> str:
    """HTML on what has changed since the last run; nothing of a question that is not a saved one."""
    if "since" not in answer:
        return ""
    new, gone = len(answer["new"]), answer["gone"]
    parts = [f"新增 {new} 段，已标“新”" if new else "", f"{gone} 段不再列出" if gone else ""]
    return notices.note(f"与上次（{_day(answer['since'])}）相比：{'；'.join(part for part in parts if part) or '没有变化'}。")


def _ask(one: Json) -> None:
    query = one["query"]
    trail.ask(query["query"], query["previous"], tuple(query["literal"]))
    filters.put(query)
    st.session_state[_AGAIN] = one["id"]


def _remove(api: Api, number: int) -> None:
    try:
        api.remove_saved(number)
    except ApiError as error:
        st.session_state["saved-fault"] = str(error)


def _day(time: str) -> str:
    day = datetime.fromisoformat(time).astimezone()
    return f"{day.year}年{day.month}月{day.day}日 {day:%H:%M}"
