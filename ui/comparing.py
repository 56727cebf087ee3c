"""The tab 对比: regions beside topics or periods, and a draft beside its final version. Compares nothing itself."""

from typing import Any

import streamlit as st

from ui import changed, library, matrix, notices, understanding
from ui.client import Api, ApiError, Json
from ui.marks import escaped

_HINT = (
    "把几个主题、几个时期或草案与正式稿并排放，逐个地区看原文。左侧的筛选在这里同样有效。"
)
_GUIDE = (
    '<ul class="ps-guide" lang="zh-CN"><li><b>比主题</b>问“各区有哪些措施”，并排的列填“养老、托育”。</li>'
    "<li><b>比时期</b>问“各区养老服务”，列填“十三五、十四五”；也可以直接问“沧浦区十三五和十四五的养老目标”，列留空。</li>"
    "<li><b>比草案与正式稿</b>问“某区某意见草案和正式稿的区别”，列留空；逐句的修改见下方。</li></ul>"
)


@st.fragment
def tab(api: Api, documents: list[Json], chosen: Json, fault: str | None) -> None:
    """All of the tab; what is typed and chosen in it redraws only it. Arguments as those of asking.tab."""
    if fault:
        notices.message("暂时不能对比", fault)
        return
    # What the answers rest on: after an upload they are fetched anew.
    stamp = (len(documents), sum(document["passages"] for document in documents))
    try:
        _side_by_side(api, chosen, stamp)
        _drafts(api, documents, stamp)
    except ApiError as error:
        # Said here: a fragment that is drawn again by itself has nobody above it to catch this.
        notices.message("没有完成对比", str(error))


def _side_by_side(api: Api, chosen: Json, stamp: tuple[int, int]) -> None:
    st.html(f'<h2 class="ps-h" lang="zh-CN">并排对比</h2><p class="ps-hint" lang="zh-CN">{_HINT}</p>')
    with st.form("beside", border=False):
        query = st.text_input(
            "要对比的问题", key="beside-q", placeholder="例如：各区有哪些措施", autocomplete="off", max_chars=1000, bind="query-params"
        )
        typed = st.text_input(
            "并排的列（主题或时期，2—6 个，用顿号分开）", key="beside-columns", placeholder="例如：养老、托育；留空则按问题里的时期或草案、正式稿",
            autocomplete="off", max_chars=300, bind="query-params",
        )  # fmt: skip
        st.form_submit_button("对比", type="primary", key="beside-run")
    names = matrix.columns(typed or "")
    if not (query or "").strip():
        if names:
            st.html(notices.note("请先写要对比的问题，例如：各区有哪些措施。"))
        st.html(_GUIDE)
        return
    if names and not matrix.LEAST <= len(names) <= matrix.MOST:
        st.html(notices.note(
            f"并排的列请给 {matrix.LEAST} 到 {matrix.MOST} 个，现有 {len(names)} 个（{'、'.join(names)}）。用顿号分开，例如：养老、托育。"
        ))  # fmt: skip
        return
    asked = {"query": query, "columns": names} | chosen
    try:
        with st.spinner("正在对比…", show_time=False):
            found = _matrix(api, asked, stamp)
    except ApiError as error:
        st.html(notices.note(str(error)))
        return
    reading = found["interpretation"]
    told = [chip for chip in understanding.chips(reading, asked) if not (found["by"] == "topic" and chip.label in ("主题", "已同时检索"))]
    st.html(understanding.shown(told) + understanding.notes(reading))
    if found["rows"]:
        st.html(matrix.table(found))
    else:
        notices.message("没有可以对比的地区", "语料里没有这一级地区的文件。可以换成其他层级（如各省、各市）来问，或补充文件。")


def _drafts(api: Api, documents: list[Json], stamp: tuple[int, int]) -> None:
    drafts = {d["id"]: d for d in documents if d["status"] != "正式"}
    if not drafts:
        return
    st.html(
        '<h2 class="ps-h" lang="zh-CN">草案改了什么</h2><p class="ps-hint" lang="zh-CN">选一份草案，逐句看正式文件增加、删去和改动了哪些话。</p>'
    )
    label = lambda key: f"{drafts[key]['title']}（{drafts[key]['status']}，{library.file_name(drafts[key]['file'])}）"  # noqa: E731
    draft = st.selectbox("草案", list(drafts), None, label, key="draft", placeholder="选择一份草案", label_visibility="collapsed")
    if not draft:
        return
    try:
        with st.spinner("正在逐句比对…", show_time=False):
            changes = _changes(api.address, draft, stamp, api)
    except ApiError as error:
        st.html(notices.note(str(error)))
        return
    if not changes:
        st.html(notices.note("正式文件与这份草案的正文逐句相同，没有改动。"))
        return
    counts = {"全部": len(changes)} | {kind: count for kind, count in changed.counted(changes).items() if count}
    kind = st.pills(
        "改动", list(counts), format_func=lambda name: f"{name} {counts[name]}", default="全部", required=True, key=f"changes-{draft[:12]}",
        label_visibility="collapsed",
    )  # fmt: skip
    st.html(changed.listed([c for c in changes if kind in (None, "全部", changed.kind_of(c))]))
    st.html(f'<p class="ps-hint" lang="zh-CN">草案：{escaped(label(draft))}</p>')


def _matrix(api: Api, asked: Json, stamp: tuple[int, int]) -> Json:
    """The comparison; the one that was last shown in this session is not fetched again."""
    kept: tuple[Any, Json] | None = st.session_state.get("beside-shown")
    if kept is None or kept[0] != (asked, stamp):
        kept = ((asked, stamp), api.matrix(asked))
        st.session_state["beside-shown"] = kept
    return kept[1]


@st.cache_data(max_entries=32, show_spinner=False)
def _changes(address: str, draft: str, stamp: tuple[int, int], _api: Api) -> list[Json]:
    return _api.changes(draft)
