"""The page: asks the API, shows what it found region by region, takes in files. All it knows comes over HTTP."""

import logging
from pathlib import Path

import streamlit as st

from ui import asking, batch, comparing, corpus_tab, evaluation, filters, notices, original, signing
from ui.client import Api, ApiError, Json, Unreachable, Unsigned

HERE = Path(__file__).parent


@st.cache_resource(max_entries=100)
def _api(key: str) -> Api:
    return Api.from_environment(key)


def main() -> None:
    """Draw the page for the question in its address."""
    question = st.session_state.get("q") or st.query_params.get("q") or ""
    title = f"{question[:30]} · 规划问答" if question.strip() else "规划问答"
    st.set_page_config(page_title=title, page_icon=str(HERE / "icon.png"), layout="wide", initial_sidebar_state="auto")
    st.html(HERE / "style.css")
    try:
        _draw()
    except Unsigned as error:
        signing.form(str(error))
    except Unreachable as error:
        notices.stopped("连不上检索服务", str(error))
    except ApiError as error:
        notices.stopped("请求没有完成", str(error))
    except Exception:
        # Control flow of Streamlit is no Exception; what arrives here is a fault, and its traceback no user's business.
        logging.getLogger(__name__).exception("page")
        notices.stopped("页面出错", "页面出现意外错误。请刷新重试；若仍如此，请把运行 planseek serve 的窗口内容发给维护者。")


def _draw() -> None:
    api = _api(signing.key())
    with st.spinner("正在连接检索服务…", show_time=False):
        fault = api.fault()
    documents = _documents(api, fault)
    if not documents:
        _heading(documents)
        corpus_tab.first_files(api)
        return
    _heading(documents)
    opened = original.NAME if original.opened() else "批量" if batch.opened() else "对比" if comparing.opened() else None
    names = ["提问", original.NAME, "对比", "批量", "语料", "评测"]
    asked, whole, beside, many, corpus, evaluating = st.tabs(names, key="tab", default=opened)
    chosen = filters.sidebar(documents)
    with whole:
        original.tab(api, documents)
    # What is asked most comes first: the page shows each tab as it is done.
    with asked:
        asking.tab(api, documents, chosen, fault)
    with corpus:
        corpus_tab.tab(api, documents)
    with beside:
        comparing.tab(api, documents, chosen, fault)
    with many:
        batch.tab(api, fault)
    with evaluating:
        evaluation.tab(api)


def _documents(api: Api, fault: str | None) -> list[Json]:
    """Every document; none where nothing has been ingested yet."""
    try:
        return api.documents()
    except (Unreachable, Unsigned):
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


main()
