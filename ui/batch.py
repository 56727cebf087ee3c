"""The tab 批量: a file of questions goes in, its progress and answers are shown, files of cited answers come out. Answers nothing
itself."""

from collections.abc import Callable

import streamlit as st

from ui import batch_rows, exports, notices, tabs
from ui.client import Api, ApiError, Json, Unreachable
from ui.filters import MODES, PER_REGION

_EVERY = 1.0
"""Seconds between two looks at a batch under way."""
_OPEN = "batch"
"""The name in the page's address of the batch that is shown."""
KEPT = ("batch-each", "batch-mode")
"""What keeps its value while the tab is not drawn."""
_AT_WORK = ("waiting", "running")
_SUFFIXES = ["xlsx", "xls", "et", "csv", "txt", "md"]
_HINT = (
    "把要查的问题列成一张表（“问题”一栏，每行一个；可另写地区、文种、规划期、状态、每区条数、备注），提交后逐题作答，完成后导出 Excel 或 Word，"
    "每条都附原文与出处。也可以用 CSV，或每行一个问题的文本文件。"
)


@st.fragment
def tab(api: Api, fault: str | None) -> None:
    """All of the tab; a choice in it redraws only it. fault: why nothing can be searched now."""
    try:
        batch_id = st.query_params.get(_OPEN)
        if batch_id:
            _one(api, batch_id)
        else:
            _new(api, fault)
            _earlier(api)
    except Unreachable as error:
        notices.message("连不上检索服务", str(error))
    except ApiError as error:
        # Said here: a fragment that is drawn again by itself has nobody above it to catch this.
        notices.message("没有完成", str(error))
        if st.query_params.get(_OPEN):
            st.button("返回", key="batch-away", on_click=_show, args=("",))


def _new(api: Api, fault: str | None) -> None:
    st.html(f'<h2 class="ps-h" lang="zh-CN">批量提问</h2><p class="ps-hint" lang="zh-CN">{_HINT}</p>')
    st.download_button(
        "下载示例表（Excel）", api.batch_template, "批量提问示例.xlsx", exports.USUAL["xlsx"][2], key="batch-template", on_click="ignore", type="tertiary"
    )
    if fault:
        notices.message("暂时不能作答", fault)
        return
    with st.container(key="batch-new"), st.form("batch-form", clear_on_submit=True, border=False):
        file = st.file_uploader("问题文件", type=_SUFFIXES, max_upload_size=10, label_visibility="collapsed", key="batch-file")
        with st.container(horizontal=True, vertical_alignment="bottom", key="batch-options"):
            each = st.number_input("每个地区条数", 1, 50, PER_REGION, key="batch-each", width=160, help="表里“每区条数”另有填写的，从其填写。")
            mode = st.segmented_control(
                "检索方式", list(MODES), format_func=MODES.__getitem__, default="hybrid", required=True, key="batch-mode"
            )
            sent = st.form_submit_button("开始回答", type="primary")
    if sent and file is None:
        st.html(notices.note("请先选择问题文件，再点「开始回答」。"))
    elif sent and file is not None:
        try:
            begun = api.begin_batch(file.name, file.getvalue(), int(each), mode or "hybrid")
        except ApiError as error:
            st.html(notices.note(str(error)))
            return
        _show(begun["id"])
        st.rerun()


def _earlier(api: Api) -> None:
    kept = api.batches()
    if not kept:
        return
    st.html(f'<h2 class="ps-h" lang="zh-CN">提交过的<small>{len(kept)} 批，点开查看、继续或导出</small></h2>')
    with st.container(key="batch-list", gap=None):
        for batch in kept:
            st.button(batch_rows.line(batch), key=f"batch-{batch['id']}", on_click=_show, args=(batch["id"],), type="tertiary", width="stretch")


def _one(api: Api, batch_id: str) -> None:
    st.button("全部批次", icon=":material/arrow_back:", key="batch-back", on_click=_show, args=("",), type="tertiary")
    batch = api.batch(batch_id)
    st.html(batch_rows.head(batch))
    working = batch["state"] in _AT_WORK
    if batch["error"]:
        st.html(notices.note(batch["error"]))
    if working:
        st.fragment(_progress, run_every=_EVERY)(api, batch)
    else:
        _going_on(api, batch)
    if batch["done"]:
        if not working:
            _exports(api, batch)
        _rows(api, batch)
    if not working:
        with st.popover("删除这一批", key="batch-remove", type="tertiary"):
            st.html(f'<p class="ps-hint" lang="zh-CN">{batch["total"]} 个问题和已有的 {batch["done"]} 个答案会从这台电脑上删除。</p>')
            st.button("确定删除", key="batch-removed", on_click=_remove, args=(api, batch_id))
    if told := st.session_state.pop("batch-told", None):
        st.html(notices.note(told))


def _progress(api: Api, batch: Json) -> None:
    """How far it is; looked at again and again, so that the page never waits for it."""
    try:
        job = api.job(batch["job"])
    except Unreachable as error:
        st.html(notices.note(str(error)))
        return
    except ApiError:
        job = {"state": "failed"}  # The service was started anew: the batch tells where it stopped.
    if job["state"] not in _AT_WORK:
        st.rerun()
    total = batch["total"]
    done = job["done"] if job["total"] else batch["done"]
    words = f"{job['stage'] or '准备'}：已答 {done} / {total} 题" if job["state"] == "running" else "在等前一批完成"
    with st.container(horizontal=True, vertical_alignment="center", key="batch-progress"):
        st.progress(min(done / total, 1.0), f"{words}。可以离开或关掉这个页面，会继续回答。")
        st.button("停止", key="batch-stop", on_click=_stop, args=(api, batch["id"]), disabled="batch-stopping" in st.session_state, width="content")


def _going_on(api: Api, batch: Json) -> None:
    st.session_state.pop("batch-stopping", None)
    left = batch["total"] - batch["done"]
    if batch["outdated"]:
        st.html(notices.note("这批问题作答以后，语料或索引更新过。下面仍是当时的答案；重新回答会用现在的语料从头再答。"))
        st.button("重新回答", key="batch-again", on_click=_resume, args=(api, batch["id"]), type="primary")
    elif left:
        st.html(f'<p class="ps-hint" lang="zh-CN">已停下，还有 {left} 题没有作答；已有的答案都在。</p>')
        st.button("继续回答", key="batch-again", on_click=_resume, args=(api, batch["id"]), type="primary")


def _exports(api: Api, batch: Json) -> None:
    part = "" if batch["done"] == batch["total"] else "已有的"
    name = batch["name"].rpartition(".")[0][:36] or "批量提问"
    exports.row(f"{part}答案与出处", exports.BATCH, f"{name}_答案", lambda form: api.batch_file(batch["id"], form), "batch-export")


def _rows(api: Api, batch: Json) -> None:
    """The questions, a page of them at a time; an answer is fetched when its question is opened."""
    counts = batch_rows.counts(batch)
    chosen = st.segmented_control(
        "结果", list(counts), format_func=lambda name: f"{batch_rows.OUTCOMES.get(name, '全部')} {counts[name]}", default="all", required=True,
        key=f"batch-shown-{batch['id']}", label_visibility="collapsed",
    )  # fmt: skip
    rows = [row for row in batch["rows"] if chosen in (None, "all", row["status"])]
    pages = -(-len(rows) // batch_rows.PAGE)
    page = st.pagination(pages, key=f"batch-page-{batch['id']}-{chosen}") if pages > 1 else 1
    st.html(batch_rows.listed(batch["id"], rows[(page - 1) * batch_rows.PAGE : page * batch_rows.PAGE]))
    batch_rows.listen(api, batch["id"])


def _show(batch_id: str) -> None:
    tabs.go(tabs.MANY, {_OPEN: batch_id or []})


def _resume(api: Api, batch_id: str) -> None:
    _tell(lambda: api.resume_batch(batch_id))


def _stop(api: Api, batch_id: str) -> None:
    st.session_state["batch-stopping"] = True
    _tell(lambda: api.stop_batch(batch_id))


def _remove(api: Api, batch_id: str) -> None:
    if _tell(lambda: api.remove_batch(batch_id)):
        _show("")


def _tell(act: Callable[[], Json]) -> bool:
    """Whether it was done; else the page says why when it is drawn next."""
    try:
        act()
    except ApiError as error:
        st.session_state["batch-told"] = str(error)
        return False
    return True
