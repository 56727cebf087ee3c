"""The tab 对比: one question as a matrix, a table of targets or of units in charge, and a draft beside its final version. Compares
nothing itself."""

import logging
from collections import Counter
from typing import Any

import streamlit as st

from ui import changed, duties, exports, library, matrix, notices, tabs, targets, understanding
from ui.client import Api, ApiError, Json
from ui.marks import escaped, plain

VIEWS = {"matrix": "并排对比", "targets": "目标表", "duties": "责任单位", "changes": "草案改动"}
_HINTS = {
    "matrix": "把几个主题、几个时期或草案与正式稿并排放，逐个地区看原文。左侧的筛选在这里同样有效。",
    "targets": "从原文里读出写明数值的目标，按地区列成表；单位、年份和口径都相同的，画成图来比较。左侧的筛选在这里同样有效。",
    "duties": "从原文里读出每项措施由谁牵头、谁负责、谁配合，或者一个单位在所有文件里的任务。",
    "changes": "选一份草案，逐句看正式文件增加、删去和改动了哪些话。",
}
_ASKED = {
    "matrix": ("要对比的问题", "例如：各区有哪些措施", "对比"), "targets": ("想比较的目标", "例如：各省2026年城镇新增就业目标", "列出目标"),
    "measure": ("想查的措施", "例如：各区养老服务由谁负责", "查责任单位"), "unit": ("单位名称", "例如：教育局", "查任务"),
}  # fmt: skip
_GUIDE = (
    '<ul class="ps-guide" lang="zh-CN"><li><b>比主题</b>问“各区有哪些措施”，并排的列填“养老、托育”。</li>'
    "<li><b>比时期</b>问“各区养老服务”，列填“十三五、十四五”；也可以直接问“沧浦区十三五和十四五的养老目标”，列留空。</li>"
    "<li><b>比草案与正式稿</b>问“某区某意见草案和正式稿的区别”，列留空；逐句的修改见“草案改动”。</li></ul>"
)
_EXAMPLES = {
    "targets": ("{}地区生产总值目标", "{}城镇新增就业目标", "{}一般公共预算收入目标"), "measure": ("{}养老服务由谁负责", "{}招商引资牵头单位"),
    "unit": ("教育局", "生态环境局", "民政局"),
}  # fmt: skip
_EACH = {"县级": "各区", "地级": "各市", "省级": "各省"}

KEPT = ("compare", "duties-by", "beside-q", "beside-columns")
"""What keeps its value while the tab, or the sub-view that holds it, is not drawn."""

Stamp = tuple[int, int]
"""What the answers rest on: documents and passages. After an upload they are fetched anew."""


@st.fragment
def tab(api: Api, documents: list[Json], chosen: Json, fault: str | None) -> None:
    """All of the tab; what is typed and chosen in it redraws only it. Arguments as those of asking.tab."""
    if fault:
        notices.message("暂时不能对比", fault)
        return
    stamp = (len(documents), sum(document["passages"] for document in documents))
    tabs.keep(KEPT)
    view = st.segmented_control(
        "对比什么", list(VIEWS), format_func=VIEWS.__getitem__, default="matrix", required=True, key="compare", label_visibility="collapsed",
        bind="query-params",
    )  # fmt: skip
    st.html(f'<p class="ps-hint" lang="zh-CN">{_HINTS[view or "matrix"]}</p>')
    try:
        if view == "changes":
            _drafts(api, documents, stamp)
        else:
            _asked(view or "matrix", api, documents, chosen, stamp)
    except ApiError as error:
        # Said here: a fragment that is drawn again by itself has nobody above it to catch this.
        notices.message("没有完成对比", str(error))
    except Exception:
        logging.getLogger(__name__).exception("comparing")
        notices.message("页面出错", "页面出现意外错误。请刷新重试；若仍如此，请把运行 planseek serve 的窗口内容发给维护者。")


def _asked(view: str, api: Api, documents: list[Json], chosen: Json, stamp: Stamp) -> None:
    """What is asked for with words: the box keeps them from view to view."""
    by = view
    if view == "duties":
        by = st.segmented_control(
            "按什么查", ["measure", "unit"], format_func={"measure": "按措施", "unit": "按单位"}.__getitem__, default="measure", required=True,
            key="duties-by", label_visibility="collapsed", bind="query-params",
        ) or "measure"  # fmt: skip
    label, example, go = _ASKED[by]
    with st.form("beside", border=False):
        query = st.text_input(label, key="beside-q", placeholder=example, autocomplete="off", max_chars=1000, bind="query-params")
        typed = st.text_input(
            "并排的列（主题或时期，2—6 个，用顿号分开）", key="beside-columns", placeholder="例如：养老、托育；留空则按问题里的时期或草案、正式稿",
            autocomplete="off", max_chars=300, bind="query-params",
        ) if by == "matrix" else ""  # fmt: skip
        st.form_submit_button(go, type="primary", key="beside-run")
    query = (query or "").strip()
    if by == "matrix":
        _side_by_side(api, query, typed or "", chosen, stamp)
    elif not query:
        _examples(by, documents)
    elif by == "targets":
        targets.draw(api, {"query": query} | chosen, stamp)
    elif by == "measure":
        duties.of_measure(api, {"query": query} | chosen, stamp)
    else:
        duties.of_unit(api, query, stamp)


def _examples(by: str, documents: list[Json]) -> None:
    regions = {d["region"]["code"]: d["region"]["level"] for d in documents if d["region"]}
    levels = Counter(level for level in regions.values() if level in _EACH)
    each = _EACH[levels.most_common(1)[0][0]] if levels else "各地"
    st.html('<p class="ps-hint" lang="zh-CN">可以直接点一个试试：</p>')
    with st.container(horizontal=True, key="table-examples"):
        for i, example in enumerate(_EXAMPLES[by]):
            words = example.format(each)
            st.button(plain(words), key=f"table-example-{by}-{i}", on_click=_ask, args=(words,))


def _ask(words: str) -> None:
    st.session_state["beside-q"] = words


def _side_by_side(api: Api, query: str, typed: str, chosen: Json, stamp: Stamp) -> None:
    names = matrix.columns(typed)
    if not query:
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
        exports.of_table("对照表", f"{query} 对照表", lambda name: api.export(asked | {"what": "matrix"}, name))
        st.html(matrix.table(found))
    else:
        notices.message("没有可以对比的地区", "语料里没有这一级地区的文件。可以换成其他层级（如各省、各市）来问，或补充文件。")


def _drafts(api: Api, documents: list[Json], stamp: Stamp) -> None:
    drafts = {d["id"]: d for d in documents if d["status"] != "正式"}
    if not drafts:
        notices.message(
            "语料里没有草案", "把草案、征求意见稿或送审稿与它的正式文件都放进语料，就能在这里逐句比对。文件的状态可以在“语料”里更正。"
        )
        return
    label = lambda key: f"{drafts[key]['title']}（{drafts[key]['status']}，{library.file_name(drafts[key]['file'])}）"  # noqa: E731
    named = st.query_params.get("draft")
    if st.session_state.get("draft") != (here := named if named in drafts else None):
        st.session_state["draft"] = here  # The address has changed since: it decides.
    draft = st.selectbox(
        "草案", list(drafts), None, label, key="draft", placeholder="选择一份草案", label_visibility="collapsed", on_change=_choose
    )
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
    exports.of_table(f"全部改动（{len(changes)} 处）", f"{drafts[draft]['title']} 改动", lambda name: api.changes_file(draft, name))
    st.html(changed.listed([c for c in changes if kind in (None, "全部", changed.kind_of(c))]))
    st.html(f'<p class="ps-hint" lang="zh-CN">草案：{escaped(label(draft))}</p>')


def _choose() -> None:
    tabs.go(tabs.BESIDE, {"draft": st.session_state["draft"] or []})


def _matrix(api: Api, asked: Json, stamp: Stamp) -> Json:
    """The comparison; the one that was last shown in this session is not fetched again."""
    kept: tuple[Any, Json] | None = st.session_state.get("beside-shown")
    if kept is None or kept[0] != (asked, stamp):
        kept = ((asked, stamp), api.matrix(asked))
        st.session_state["beside-shown"] = kept
    return kept[1]


@st.cache_data(max_entries=32, show_spinner=False)
def _changes(address: str, draft: str, stamp: Stamp, _api: Api) -> list[Json]:
    return _api.changes(draft)
