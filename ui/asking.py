"""The tab 提问: the question, how it was read, what was found, and how to go on from there. Searches nothing itself."""

import re
from functools import partial

import streamlit as st

from ui import judging, near, notices, results, trail, understanding
from ui.client import Api, ApiError, Json, Unreachable
from ui.examples import examples
from ui.marks import plain

FORMATS = {"xlsx": "Excel", "csv": "CSV", "md": "Markdown", "json": "JSON"}
_MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv", "md": "text/markdown",
    "json": "application/json",
}  # fmt: skip


def tab(api: Api, documents: list[Json], chosen: Json, fault: str | None) -> None:
    """All of the tab. chosen: the filters as fields of a question; fault: why nothing can be searched now."""
    query = _box()
    if fault:
        notices.stopped("暂时不能检索", fault)
    elif query:
        _answered(api, {"query": query} | trail.carried() | chosen)
    else:
        _beginning(documents)


def _box() -> str:
    with st.container(horizontal=True, vertical_alignment="bottom", key="ask"):
        # The API refuses anything near the limit, with a sentence; the limit keeps the address within what servers take.
        asked = st.text_input(
            "问题", key="q", placeholder="想查什么？例如：各区生态修复措施", label_visibility="collapsed", bind="query-params",
            autocomplete="off", max_chars=2000, on_change=trail.afresh,
        )  # fmt: skip
        # Leaving the box commits the question; the button is there to be clicked.
        st.button("检索", type="primary", width="content")
    return asked or ""


def _beginning(documents: list[Json]) -> None:
    st.html('<p class="ps-hint" lang="zh-CN">可以直接点一个试试：</p>')
    with st.container(horizontal=True, key="examples"):
        for i, example in enumerate(examples(documents)):
            st.button(plain(example), key=f"example-{i}", on_click=trail.ask, args=(example,))
    if st.session_state.pop("first", False):
        st.html(st.session_state["report"])
    st.html(
        '<ul class="ps-guide" lang="zh-CN"><li><b>问各区、各县、各省</b>逐个地区回答，没有的也会列出“未检索到”。</li>'
        "<li><b>写上地名</b>只看那个地区的文件。</li><li><b>用平常的话问</b>会同时按规划里的说法检索，并告诉您用了哪些词。</li></ul>"
    )
    trail.history()


def _answered(api: Api, asked: Json) -> None:
    try:
        with st.spinner("正在检索…", show_time=False):
            answer = api.ask(asked)
    except Unreachable:
        raise
    except ApiError as error:
        notices.message("没有检索", str(error))
        return
    reading = answer["interpretation"]
    understanding.draw(reading, asked)
    if reading.get("compare"):
        st.html('<p class="ps-hint" lang="zh-CN">这个问题要并排比较：把它写进上面的“对比”，可以看逐个地区的对照表。</p>')
    level = reading["fan_out"]
    if level and not answer["groups"]:
        notices.message(
            "没有可以逐个回答的地区", f"语料里没有{level}地区的文件。可以换成其他层级（如各省、各市）来问，或补充文件。"
        )
        return
    if answer["hits"] or answer["groups"]:
        _exports(api, asked)
    st.html(results.grouped(answer) if level else results.flat(answer))
    near.listen(api, f"{asked['query']}\n{asked['previous']}")
    trail.remember(asked)
    meant = trail.effective(asked, reading)
    _going_on(meant, tuple(words for words in asked["literal"] if words in meant))
    shown = judging.passages(answer)
    if shown:
        _judged(api, meant, shown)
    trail.history(asked)


def _going_on(meant: str, literal: tuple[str, ...]) -> None:
    """A second box for what follows on from the question. meant: what this one asked, in full; literal: the words of that
    which restrict nothing."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="go-on"):
        st.text_input(
            "接着问", key="follow", placeholder="接着问（例如：那弋江区呢？）", label_visibility="collapsed", autocomplete="off",
            max_chars=1000, on_change=_follow, args=(meant, literal),
        )  # fmt: skip
        st.button("接着问", width="content")


def _follow(meant: str, literal: tuple[str, ...]) -> None:
    words = (st.session_state["follow"] or "").strip()
    st.session_state["follow"] = ""
    if words:
        trail.ask(words, meant, literal)


def _judged(api: Api, query: str, shown: list[Json]) -> None:
    """A form to say which passages were useful; it becomes a question of the user's own evaluation set."""
    with st.expander("评价这些段落（存进自己的题集，可在“评测”里检验检索）"), st.form("judged", border=False):
        st.data_editor(
            [judging.row(hit) for hit in shown], key="marks", hide_index=True, disabled=["地区", "原文", "出处"],
            column_config={"评价": st.column_config.SelectboxColumn(options=[judging.UNSAID, *judging.CHOICES], required=True, width="small")},
        )  # fmt: skip
        if st.form_submit_button("保存评价"):
            made = judging.marks(shown, st.session_state["marks"]["edited_rows"])
            try:
                kept = api.judge(query, made) if made else None
            except ApiError as error:
                st.html(notices.note(str(error)))
                return
            told = f"已保存 {kept['marks']} 条评价；题集“mine”现有 {kept['questions']} 题。" if kept else "还没有选择评价。"
            st.html(notices.note(told))


def _exports(api: Api, asked: Json) -> None:
    stem = re.sub(r"\W+", "_", asked["query"])[:40].strip("_") or "规划问答"
    with st.container(horizontal=True, vertical_alignment="center", key="exports"):
        st.html('<span class="ps-hint" lang="zh-CN">导出原文与出处</span>', width="content")
        for name, label in FORMATS.items():
            # A callable: the file is made when it is asked for, not four times at every question.
            make = partial(api.export, asked, name)
            st.download_button(
                label, make, f"{stem}.{name}", _MIME[name], key=f"export-{name}", on_click="ignore", type="tertiary"
            )
