"""The tab 提问: the question, how it was read, what was found, and how to go on from there. Searches nothing itself."""

from typing import Any

import streamlit as st

from ui import exports, faults, gestures, notices, results, saved, suggesting, trail, understanding
from ui.client import Api, ApiError, Json, Unreachable


def title() -> str:
    """Of the browser's tab: the question."""
    question = str(st.session_state.get("q") or st.query_params.get("q") or "").strip()
    return f"{question[:30]} · 规划问答" if question else "规划问答"


@st.fragment
def tab(api: Api, documents: list[Json], chosen: Json, fault: str | None) -> None:
    """All of the tab; a question draws only it anew, for the first result is waited for. chosen: the filters as fields
    of a question; fault: why nothing can be searched now."""
    st.set_page_config(title())
    with faults.told():
        _tab(api, documents, chosen, fault)


def _tab(api: Api, documents: list[Json], chosen: Json, fault: str | None) -> None:
    head = st.container(key="desk-place")
    query = _box()
    asked: Json | None = None
    meant, words = "", suggesting.NOTHING
    if fault:
        notices.stopped("暂时不能检索", fault)
    elif query:
        asked = {"query": query} | trail.carried() | chosen
        meant = _answered(api, documents, asked)
        words = suggesting.offered(api, documents)
    else:
        words = suggesting.offered(api, documents)
        _beginning(words)
    if not fault:
        with head:
            gestures.listen(api, asked if meant else None, meant, words)


def _box() -> str:
    with st.container(horizontal=True, vertical_alignment="bottom", key="ask"):
        # The API refuses anything near the limit, with a sentence; the limit keeps the address within what servers take.
        asked = st.text_input(
            "问题", key="q", placeholder="想查什么？例如：各区生态修复措施", label_visibility="collapsed", bind="query-params",
            autocomplete="off", max_chars=2000, on_change=trail.afresh,
        )  # fmt: skip
        _go("检索")
    return asked or ""


def _go(label: str) -> None:
    # Leaving the box commits the question; a widget's button would have the page drawn twice for one click.
    st.html(f'<button type="button" class="ps-go" data-act="ask" lang="zh-CN">{label}</button>', width="content")


def _beginning(words: Json) -> None:
    suggesting.questions(words)
    if st.session_state.pop("first", False):
        st.html(st.session_state["report"])
    st.html(suggesting.chips(words))
    st.html(
        '<ul class="ps-guide" lang="zh-CN"><li><b>问各区、各县、各省</b>逐个地区回答，没有的也会列出“未检索到”。</li>'
        "<li><b>写上地名</b>只看那个地区的文件。</li><li><b>用平常的话问</b>会同时按规划里的说法检索，并告诉您用了哪些词。</li></ul>"
    )
    trail.history()


def _answered(api: Api, documents: list[Json], asked: Json) -> str:
    """Ask and show; what the question means by itself, empty where it was not answered."""
    try:
        with st.spinner("正在检索…", show_time=False):
            answer = _answer(api, documents, asked)
    except Unreachable:
        raise
    except ApiError as error:
        notices.message("没有检索", str(error))
        return ""
    reading = answer["interpretation"]
    meant = trail.effective(asked, reading)
    understanding.draw(reading, asked)
    if reading.get("compare"):
        st.html('<p class="ps-hint" lang="zh-CN">这个问题要并排比较：把它写进上面的“对比”，可以看逐个地区的对照表。</p>')
    if since := saved.told(answer):
        st.html(since)
    level = reading["fan_out"]
    if level and not answer["groups"]:
        notices.message(
            "没有可以逐个回答的地区", f"语料里没有{level}地区的文件。可以换成其他层级（如各省、各市）来问，或补充文件。"
        )
        return ""
    # What was asked for is drawn before what can be done with it: the page shows each piece as it is done.
    above = st.container(key="above")
    st.html(results.grouped(answer, meant) if level else results.flat(answer, meant))
    with above:
        if answer["hits"] or answer["groups"]:
            _handed_on(api, asked)
        if answer["status"] == "not_found":
            suggesting.elsewhere(api, asked, reading["topic"])
    trail.remember(asked)
    _going_on(meant, tuple(words for words in asked["literal"] if words in meant))
    trail.history(asked)
    return meant


def _answer(api: Api, documents: list[Json], asked: Json) -> Json:
    """The answer to a question: the one at hand while question and corpus stay the same, for every click draws the page anew."""
    state = (asked, tuple((d["id"], d["passages"]) for d in documents))
    again = saved.chosen()
    at_hand: tuple[Any, Json] | None = st.session_state.get("answer")
    if again is None and at_hand is not None and at_hand[0] == state:
        return at_hand[1]
    answer = api.run_saved(again) if again is not None else api.ask(asked)
    st.session_state["answer"] = (state, answer)
    return answer


def _handed_on(api: Api, asked: Json) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="exports"):
        st.html('<span class="ps-hint" lang="zh-CN">导出原文与出处</span>', width="content")
        exports.offer(asked["query"], lambda name: api.export(asked, name), "export")
        saved.keeper(api, asked)


def _going_on(meant: str, literal: tuple[str, ...]) -> None:
    """A second box for what follows on from the question. meant: what this one asked, in full; literal: the words of that
    which restrict nothing."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="go-on"):
        st.text_input(
            "接着问", key="follow", placeholder="接着问（例如：那弋江区呢？）", label_visibility="collapsed", autocomplete="off",
            max_chars=1000, on_change=_follow, args=(meant, literal),
        )  # fmt: skip
        st.html('<button type="button" class="ps-go" lang="zh-CN">接着问</button>', width="content")


def _follow(meant: str, literal: tuple[str, ...]) -> None:
    words = (st.session_state["follow"] or "").strip()
    st.session_state["follow"] = ""
    if words:
        trail.ask(words, meant, literal)
