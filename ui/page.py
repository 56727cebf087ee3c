"""The page: asks the API, shows what it found region by region, takes in files. All it knows comes over HTTP."""

import logging
import re
from functools import partial
from pathlib import Path

import streamlit as st

from ui import evaluation, filters, judging, library, reading, results
from ui.client import Api, ApiError, Json, Unreachable
from ui.examples import examples
from ui.marks import escaped

HERE = Path(__file__).parent
FORMATS = {"xlsx": "Excel", "csv": "CSV", "md": "Markdown", "json": "JSON"}
_MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv", "md": "text/markdown",
    "json": "application/json",
}  # fmt: skip


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
        _stopped("连不上检索服务", str(error))
    except ApiError as error:
        _stopped("请求没有完成", str(error))
    except Exception:
        # Control flow of Streamlit is no Exception; what arrives here is a fault, and its traceback no user's business.
        logging.getLogger(__name__).exception("page")
        _stopped("页面出错", "页面出现意外错误。请刷新重试；若仍如此，请把运行 planseek serve 的窗口内容发给维护者。")


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
    asking, corpus, evaluating = st.tabs(["提问", "语料", "评测"], key="tab")
    chosen = filters.sidebar(documents)
    with corpus:
        _corpus(api, documents)
    with asking:
        question = _question()
        if fault:
            _stopped("暂时不能检索", fault)
        elif question:
            _answered(api, {"query": question} | chosen)
        else:
            _examples(documents)
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


def _question() -> str:
    with st.container(horizontal=True, vertical_alignment="bottom", key="ask"):
        # The API refuses anything near the limit, with a sentence; the limit keeps the address within what servers take.
        asked = st.text_input(
            "问题", key="q", placeholder="想查什么？例如：各区生态修复措施", label_visibility="collapsed", bind="query-params",
            autocomplete="off", max_chars=2000,
        )  # fmt: skip
        # Leaving the box commits the question; the button is there to be clicked.
        st.button("检索", type="primary", width="content")
    return asked or ""


def _examples(documents: list[Json]) -> None:
    st.html('<p class="ps-hint" lang="zh-CN">可以直接点一个试试：</p>')
    with st.container(horizontal=True, key="examples"):
        for i, example in enumerate(examples(documents)):
            st.button(example, key=f"example-{i}", on_click=_take, args=(example,))
    if st.session_state.pop("first", False):
        st.html(st.session_state["report"])
    st.html(
        '<ul class="ps-guide" lang="zh-CN"><li><b>问各区、各县、各省</b>逐个地区回答，没有的也会列出“未检索到”。</li>'
        "<li><b>写上地名</b>只看那个地区的文件。</li><li><b>用平常的话问</b>会同时按规划里的说法检索，并告诉您用了哪些词。</li></ul>"
    )


def _take(example: str) -> None:
    st.session_state["q"] = example


def _answered(api: Api, question: Json) -> None:
    try:
        with st.spinner("正在检索…", show_time=False):
            answer = api.ask(question)
    except Unreachable:
        raise
    except ApiError as error:
        _message("没有检索", str(error))
        return
    st.html(results.understood(answer))
    level = answer["interpretation"]["fan_out"]
    if level and not answer["groups"]:
        _message(
            "没有可以逐个回答的地区", f"语料里没有{level}地区的文件。可以换成其他层级（如各省、各市）来问，或补充文件。"
        )
        return
    if answer["hits"] or answer["groups"]:
        _exports(api, question)
    st.html(results.grouped(answer) if level else results.flat(answer))
    shown = judging.passages(answer)
    if shown:
        _judged(api, question["query"], shown)


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
                st.html(_note(str(error)))
                return
            told = f"已保存 {kept['marks']} 条评价；题集“mine”现有 {kept['questions']} 题。" if kept else "还没有选择评价。"
            st.html(_note(told))


def _exports(api: Api, question: Json) -> None:
    stem = re.sub(r"\W+", "_", question["query"])[:40].strip("_") or "规划问答"
    with st.container(horizontal=True, vertical_alignment="center", key="exports"):
        st.html('<span class="ps-hint" lang="zh-CN">导出原文与出处</span>', width="content")
        for name, label in FORMATS.items():
            # A callable: the file is made when it is asked for, not four times at every question.
            make = partial(api.export, question, name)
            st.download_button(
                label, make, f"{stem}.{name}", _MIME[name], key=f"export-{name}", on_click="ignore", type="tertiary"
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
            st.html(_note(str(error)))


def _upload(api: Api) -> bool:
    """The upload form and the report on the last upload. True when files have just been sent."""
    with st.form("upload", clear_on_submit=True, border=False):
        files = st.file_uploader("添加文件", accept_multiple_files=True, label_visibility="collapsed", key="files")
        sent = st.form_submit_button("入库", type="primary")
    if sent and not files:
        st.session_state["report"] = _note("请先选择文件，再点「入库」。")
    elif sent:
        try:
            with st.container(key="uploading"), st.spinner("正在读入文件、更新索引…", show_time=True):
                outcome = api.ingest([(file.name, file.getvalue()) for file in files])
            st.session_state["report"] = library.report(outcome)
        except ApiError as error:
            st.session_state["report"] = _note(str(error))
    if "report" in st.session_state:
        st.html(st.session_state["report"])
    return bool(sent and files)


def _note(sentence: str) -> str:
    return f'<p class="ps-note" lang="zh-CN" role="status">{escaped(sentence)}</p>'


def _message(title: str, sentence: str) -> None:
    st.html(
        f'<div class="ps-empty" lang="zh-CN" role="status"><h2>{escaped(title)}</h2><p>{escaped(sentence)}</p></div>'
    )


def _stopped(title: str, sentence: str) -> None:
    _message(title, sentence)
    st.button("重试", key="retry")


main()
