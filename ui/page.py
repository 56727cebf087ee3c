"""The page: asks the API, shows what it found region by region, takes in files. All it knows comes over HTTP."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from ui import asking, batch, comparing, corpus_tab, evaluation, faults, filters, large_type, original, signing, tabs
from ui.client import Api, ApiError, Json, Unreachable, Unsigned
from ui.marks import escaped

HERE = Path(__file__).parent


@st.cache_resource(max_entries=100)
def _api(key: str) -> Api:
    return Api.from_environment(key)


def main() -> None:
    """Draw the page for the question in its address."""
    st.set_page_config(asking.title(), page_icon=str(HERE / "icon.png"), layout="wide", initial_sidebar_state="auto")
    st.html(HERE / "style.css")
    with faults.told():
        _draw()


def _draw() -> None:
    api = _api(signing.key())
    with st.spinner("正在连接检索服务…", show_time=False):
        fault = api.fault()
    documents, seen = _documents(api, fault), api.collections()
    _heading(documents)
    if not documents and seen is not None:
        told = f"您的密钥只能查看资料集「{'、'.join(seen)}」，其中还没有文件。请联系管理员。"
        st.html(f'<div class="ps-empty" lang="zh-CN"><h2>还没有可以查看的文件</h2><p>{escaped(told)}</p></div>')
        return
    if not documents:
        corpus_tab.first_files(api)
        return
    # What changes or measures the whole corpus is not for who sees a part of it.
    opened = tabs.draw(tabs.NAMES if seen is None else tabs.OF_A_PART)
    chosen = filters.sidebar(documents)
    with opened[tabs.ORIGINAL]:
        original.tab(api, documents, bool(opened[tabs.ORIGINAL].open))
    others: dict[str, tuple[Callable[[], None], tuple[str, ...]]] = {
        tabs.BESIDE: (partial(comparing.tab, api, documents, chosen, fault), comparing.KEPT),
        tabs.MANY: (partial(batch.tab, api, fault), batch.KEPT),
        tabs.CORPUS: (partial(corpus_tab.tab, api, documents), corpus_tab.KEPT),
        tabs.EVALUATING: (partial(evaluation.tab, api), evaluation.KEPT),
    }
    for name, (draw, kept) in others.items():
        if name not in opened:
            continue
        if opened[name].open:
            with opened[name]:
                draw()
        else:
            tabs.keep(kept)
    # The question belongs to all of the page: its tab is always drawn, but after the one that is open.
    with opened[tabs.ASKING]:
        asking.tab(api, documents, chosen, fault)


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
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head"):
        st.html(
            f'<div class="ps-head" lang="zh-CN"><h1>规划问答</h1><p>对政府规划文本提问，逐个地区给出可核对的原文与出处。<span>{size}</span></p></div>'
        )
        large_type.switch()


main()
