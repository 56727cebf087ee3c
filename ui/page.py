"""The page: asks the API, shows what it found region by region, takes in files. All it knows comes over HTTP."""

import logging
from pathlib import Path

import streamlit as st

from ui import asking, comparing, evaluation, filters, library, notices, reading
from ui.client import Api, ApiError, Json, Unreachable
from ui.marks import escaped

HERE = Path(__file__).parent


@st.cache_resource
def _api() -> Api:
    return Api.from_environment()


def main() -> None:
    """Draw the page for the question in its address."""
    question = st.session_state.get("q") or st.query_params.get("q") or ""
    title = f"{question[:30]} · 规划问答" if question.strip() else "规划问答"
    st.set_page_config(page_title=title, page_icon=str(HERE / "icon.png"), layout="wide", initial_sidebar_state="auto")
    st.html(HERE / "style.css")
    try:
        _draw()
    except Unreachable as error:
        notices.stopped("连不上检索服务", str(error))
    except ApiError as error:
        notices.stopped("请求没有完成", str(error))
    except Exception:
        # Control flow of Streamlit is no Exception; what arrives here is a fault, and its traceback no user's business.
        logging.getLogger(__name__).exception("page")
        notices.stopped("页面出错", "页面出现意外错误。请刷新重试；若仍如此，请把运行 planseek serve 的窗口内容发给维护者。")


def _draw() -> None:
    api = _api()
    with st.spinner("正在连接检索服务…", show_time=False):
        fault = api.fault()
    documents = _documents(api, fault)
    if not documents:
        _heading(documents)
        _first_files(api)
        return
    _heading(documents)
    asked, beside, corpus, evaluating = st.tabs(["提问", "对比", "语料", "评测"], key="tab")
    chosen = filters.sidebar(documents)
    with corpus:
        _corpus(api, documents)
    with asked:
        asking.tab(api, documents, chosen, fault)
    with beside:
        comparing.tab(api, documents, chosen, fault)
    with evaluating:
        evaluation.tab(api)


def _documents(api: Api, fault: str | None) -> list[Json]:
    """Every document; none where nothing has been ingested yet."""
    try:
        return api.documents()
    except Unreachable:
        raise
    except ApiError:
        # Without a corpus the list is refused as the search is; a fault of the list alone is worth telling.
        if fault:
            return []
        raise


def _heading(documents: list[Json]) -> None:
    regions = len({d["region"]["code"] for d in documents if d["region"]})
    size = f"现有 {len(documents)} 份文件、{regions} 个地区" if documents else "还没有文件"
    st.html(
        f'<div class="ps-head" lang="zh-CN"><h1>规划问答</h1><p>对政府规划文本提问，逐个地区给出可核对的原文与出处。<span>{size}</span></p></div>'
    )


def _first_files(api: Api) -> None:
    st.html(
        '<div class="ps-empty" lang="zh-CN"><h2>先放入规划文本</h2><p>把规划纲要、政府工作报告、实施意见等文件拖到下面，入库后就能提问。'
        "支持 TXT、网页、Word、WPS、PDF、Excel 和 ZIP 压缩包；也可以在终端用 planseek ingest 一次读入整个文件夹。</p></div>"
    )
    if _upload(api):
        # The next run has a corpus and shows the questions; what became of the files must not be lost from sight.
        st.session_state["first"] = True
        st.rerun()


def _corpus(api: Api, documents: list[Json]) -> None:
    passages = sum(document["passages"] for document in documents)
    st.html(
        '<h2 class="ps-h" lang="zh-CN">添加文件</h2><p class="ps-hint" lang="zh-CN">支持 TXT、网页、Word、WPS、PDF（扫描件需安装 OCR 组件）、Excel、图片和 ZIP 压缩包；可附 metadata.csv 更正标题、地区等，'
        "附 regions.csv 增加自设的开发区。</p>"
    )
    if _upload(api):
        st.rerun()  # The filters beside were drawn before the files came in.
    st.html(f'<h2 class="ps-h" lang="zh-CN">已入库<small>{len(documents)} 份文件，{passages} 段</small></h2>')
    wanted = st.text_input(
        "筛选文件", key="wanted", placeholder="按标题、地区、文种或文件名筛选", label_visibility="collapsed"
    )
    shown = library.matching(documents, wanted or "")
    if shown:
        st.html(library.table(shown))
    else:
        st.html(f'<p class="ps-hint" lang="zh-CN">没有与“{escaped(wanted)}”相符的文件。</p>')
        return
    titles = {d["id"]: f"{d['title']}（{library.file_name(d['file'])}）" for d in shown[: library.MOST_ROWS]}
    chosen = st.selectbox(
        "查看一份文件是怎样读入的", list(titles), None, titles.__getitem__, key="reading",
        placeholder="选择文件，查看它的章节、表格和略去的内容", label_visibility="collapsed",
    )  # fmt: skip
    if chosen:
        try:
            st.html(reading.shown(api.document(chosen)))
        except ApiError as error:
            st.html(notices.note(str(error)))


def _upload(api: Api) -> bool:
    """The upload form and the report on the last upload. True when files have just been sent."""
    with st.form("upload", clear_on_submit=True, border=False):
        files = st.file_uploader("添加文件", accept_multiple_files=True, label_visibility="collapsed", key="files")
        sent = st.form_submit_button("入库", type="primary")
    if sent and not files:
        st.session_state["report"] = notices.note("请先选择文件，再点「入库」。")
    elif sent:
        try:
            with st.container(key="uploading"), st.spinner("正在读入文件、更新索引…", show_time=True):
                outcome = api.ingest([(file.name, file.getvalue()) for file in files])
            st.session_state["report"] = library.report(outcome)
        except ApiError as error:
            st.session_state["report"] = notices.note(str(error))
    if "report" in st.session_state:
        st.html(st.session_state["report"])
    return bool(sent and files)


main()
