"""The tab 语料: files in, what became of them, the table of documents, regions, disk use. Reads no file itself."""

import streamlit as st

from ui import documents as shelf
from ui import library, notices, original_place, own_regions, reading, region_lookup, working
from ui.client import Api, ApiError, Json
from ui.marks import escaped

_HINT = (
    "支持 TXT、网页、Word、WPS、PDF（扫描件需安装 OCR 组件）、Excel、图片和 ZIP 压缩包；可附 metadata.csv 更正标题、地区等，"
    "附 regions.csv 增加自设的开发区。"
)

KEPT = ("wanted", "documents-from", "reading", "region-wanted")
"""What keeps its value while the tab is not drawn."""


def first_files(api: Api) -> None:
    """In place of everything else where nothing has been ingested yet."""
    st.html(
        '<div class="ps-empty" lang="zh-CN"><h2>先放入规划文本</h2><p>把规划纲要、政府工作报告、实施意见等文件拖到下面，入库后就能提问。'
        "支持 TXT、网页、Word、WPS、PDF、Excel 和 ZIP 压缩包；也可以在终端用 planseek ingest 一次读入整个文件夹。</p></div>"
    )
    _intake(api)
    # A run to come has a corpus and shows the questions; what became of the files must not be lost from sight.
    st.session_state["first"] = True
    st.session_state.setdefault("report", notices.note("文件已入库，可以提问了。"))


@st.fragment
def tab(api: Api, documents: list[Json]) -> None:
    """All of the tab; what is done in it redraws only it, until the corpus has changed."""
    try:
        st.html(f'<h2 class="ps-h" lang="zh-CN">添加文件</h2><p class="ps-hint" lang="zh-CN">{_HINT}</p>')
        _intake(api)
        shelf.table(api, documents)
        _read(api, documents)
        region_lookup.section(api, documents)
        own_regions.section(api)
        st.html(library.usage(api.usage()))
    except ApiError as error:
        # Said here: a fragment that is drawn again by itself has nobody above it to catch this.
        st.html(notices.note(str(error)))


def _intake(api: Api) -> None:
    """The upload form, what is under way, and what became of the last of it."""
    with st.form("upload", clear_on_submit=True, border=False):
        files = st.file_uploader("添加文件", accept_multiple_files=True, label_visibility="collapsed", key="files")
        sent = st.form_submit_button("入库", type="primary")
    if sent and not files:
        st.html(notices.note("请先选择文件，再点「入库」。"))
    elif sent:
        try:
            with st.container(key="uploading"), st.spinner("正在上传…", show_time=True):
                working.begun(api.ingest_job([(file.name, file.getvalue()) for file in files]))
        except ApiError as error:
            st.html(notices.note(str(error)))
    jobs = working.of_corpus(api)
    working.under_way(api, jobs)
    last = next((job for job in jobs if job["state"] in working.OVER), None)
    if last:
        _outcome(api, last, folded=not working.is_mine(last) or any(job["state"] not in working.OVER for job in jobs))


def _outcome(api: Api, job: Json, *, folded: bool) -> None:
    """What became of a job that has ended."""
    if job["state"] == "done":
        st.html(library.outcome(job, folded=folded))
        return
    what = working.WORDS[job["kind"]]
    stopped = "：已停止。已经读过的部分保留着，继续时不会重读" if job["state"] == "stopped" else f"没有完成：{job['error']}"
    st.html(notices.note(f"{what}{stopped.rstrip('。')}。"))
    if not folded and st.button(f"继续{what}" if job["state"] == "stopped" else "再试一次", key=f"again-{job['id']}"):
        try:
            working.begun(api.again(job["id"]))
        except ApiError as error:
            st.html(notices.note(str(error)))
        else:
            st.rerun()


def _read(api: Api, documents: list[Json]) -> None:
    titles = {d["id"]: f"{d['title']}（{library.file_name(d['file'])}）" for d in documents}
    chosen = st.selectbox(
        "查看一份文件是怎样读入的", list(titles), None, titles.__getitem__, key="reading",
        placeholder="选择文件，查看它的章节、表格和略去的内容", label_visibility="collapsed",
    )  # fmt: skip
    if chosen:
        link = escaped(original_place.link(original_place.Place(chosen)))
        st.html(f'<p class="ps-hint" lang="zh-CN"><a href="{link}" target="_self">看这份文件的原文</a></p>{reading.shown(api.document(chosen))}')
