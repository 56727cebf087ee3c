"""The tab 原文: a document with its outline, the cited words marked where they stand, and pictures of its pages. Changes none."""

import base64
from pathlib import Path
from typing import Any

import streamlit as st

from ui import library, notices, original_place, reading
from ui.client import Api, ApiError, Json
from ui.marks import escaped, marked, shortened
from ui.original_place import Place
from ui.original_text import article, outline, parts

_SCRIPT = Path(__file__).with_name("original.js")
_WIDTH = 1400
"""Pixels of a page's picture: enough for a sharp screen."""
_SUMMARY = 120
_WORDS, _PICTURES = "文字", "原页"


@st.fragment
def tab(api: Api, documents: list[Json], is_open: bool) -> None:
    """All of the tab, or, while it is not open, only the script that knows where its reader comes from. What is chosen in the
    tab redraws only it."""
    place = original_place.asked()
    with st.container(key="original-place"):
        _component()(key="original", data={"open": is_open, "place": place.words if place else ""})
    if not is_open:
        return
    _chooser(documents, place)
    if place is None:
        st.html(
            '<p class="ps-hint" lang="zh-CN">在上面选一份文件，看它的全文、章节和每一段的段号；在“提问”里点“看原文”，会直接翻到所引的那一段。</p>'
        )
    else:
        try:
            _document(api, documents, place)
        except ApiError as error:
            # Said here: a fragment that is drawn again by itself has nobody above it to catch this.
            notices.message("没有打开原文", str(error))


def _chooser(documents: list[Json], place: Place | None) -> None:
    names = {d["id"]: _name(d) for d in library.ordered(documents)}
    here = place.document if place and place.document in names else None
    if st.session_state.get("original-document") != here:
        st.session_state["original-document"] = here  # The address has changed since: it decides.
    st.selectbox(
        "文件", list(names), None, lambda document: names.get(document, document), key="original-document",
        placeholder="选择文件：可以输入标题、地区或文件名", label_visibility="collapsed", on_change=_choose,
    )  # fmt: skip


def _choose() -> None:
    document = st.session_state["original-document"]
    original_place.go(Place(document) if document else None)


def _name(document: Json) -> str:
    region = document["region"]["name"] if document["region"] else ""
    return " · ".join(part for part in (document["title"], region, library.file_name(document["file"])) if part)


def _document(api: Api, documents: list[Json], place: Place) -> None:
    document, numbered = api.document(place.document), api.paragraphs(place.document)
    cited = api.citation(place.document, *place.cited) if place.cited else None
    st.html(_head(document, documents) + (_card(place, cited) if cited else ""))
    pages = len(numbered["pages"])
    page = min(place.page, pages) if place.page else None
    with st.container(horizontal=True, vertical_alignment="center", key="original-bar"):
        st.html('<button class="ps-back" data-original="back" lang="zh-CN">返回提问</button>', width="content")
        if pages:
            _switch(place, cited, page)
        if page:
            _turning(place, page, pages)
        elif out := sum(s["kind"] == "boilerplate" for s in document["sections"]):
            st.toggle(f"显示略去的内容（{out} 处）", key="original-out")
    if page:
        _leaf(api, place, page)
    else:
        _text(document, numbered, place)
    st.html(
        f'<details class="ps-how" lang="zh-CN"><summary>标题、地区等是怎样读出的</summary>{reading.facts(document)}</details>'
    )


def _head(document: Json, documents: list[Json]) -> str:
    """Title, what is known of the document in a line, and the documents that it is tied to."""
    about = document["document"]
    known = {d["id"]: d for d in documents}
    values = [about[name]["value"] for name in ("region", "kind", "period", "status", "issued", "number", "issuer")]
    words = [value["name"] if isinstance(value, dict) else value for value in values if value]
    words += [f"{len(document['text'])} 字", *(library.file_name(path) for path in about["files"])]
    ties = [("接着", about["follows"]), ("正式稿：", about["final"])]
    links = [
        f'{label}<a href="{escaped(original_place.link(Place(other)))}" target="_self">《{escaped(known[other]["title"])}》</a>'
        for label, other in ties
        if other in known
    ]
    tied = f"<p>{'；'.join(links)}</p>" if links else ""
    return (
        f'<header class="ps-about" lang="zh-CN"><h2>{escaped(about["title"]["value"])}</h2>'
        f"<p>{' · '.join(map(escaped, words))}</p>{tied}{reading.checks(document)}</header>"
    )


def _card(place: Place, cited: Json) -> str:
    """The cited words with their citation, to be copied (ui/gestures.js does that)."""
    quote = f"<blockquote>{marked(cited['quote'])}</blockquote>"
    if len(cited["quote"]) > _SUMMARY:
        quote = f"<details><summary>{escaped(shortened(cited['quote'], _SUMMARY))}</summary>{quote}</details>"
    reference = f"{place.document}:{cited['span']['start']}:{cited['span']['end']}"
    return (
        f'<div class="ps-cited" lang="zh-CN" data-ref="{escaped(reference)}">{quote}'
        f'<p><cite>{escaped(cited["citation"])}</cite><button data-act="copy">复制引文和出处</button></p></div>'
    )


def _switch(place: Place, cited: Json | None, page: int | None) -> None:
    """Between the text and the pictures of the pages."""
    shown = _PICTURES if page else _WORDS
    if st.session_state.get("original-view") != shown:
        st.session_state["original-view"] = shown
    first = (cited and cited["page"]) or 1
    st.segmented_control(
        "看法", [_WORDS, _PICTURES], key="original-view", required=True, label_visibility="collapsed", width="content",
        on_change=_look, args=(place, first),
    )  # fmt: skip


def _look(place: Place, first: int) -> None:
    original_place.go(Place(place.document, place.cited, first if st.session_state["original-view"] == _PICTURES else None))


def _turning(place: Place, page: int, pages: int) -> None:
    if st.session_state.get("original-page") != page:
        st.session_state["original-page"] = page
    turn = lambda to: original_place.go(Place(place.document, place.cited, to))  # noqa: E731
    st.button("上一页", key="original-before", disabled=page <= 1, on_click=turn, args=(page - 1,))
    st.number_input(
        "页", 1, pages, key="original-page", label_visibility="collapsed", width=110,
        on_change=lambda: turn(st.session_state["original-page"]),
    )  # fmt: skip
    st.html(f'<span class="ps-hint" lang="zh-CN">共 {pages} 页</span>', width="content")
    st.button("下一页", key="original-after", disabled=page >= pages, on_click=turn, args=(page + 1,))


def _leaf(api: Api, place: Place, page: int) -> None:
    """The picture of a page with the cited words framed."""
    boxes = api.boxes(place.document, *place.cited) if place.cited else []
    picture = base64.b64encode(api.page_picture(place.document, page, _WIDTH)).decode()
    st.html(leaf(picture, boxes, page, place))


def leaf(picture: str, boxes: list[Json], page: int, place: Place) -> str:
    """A page's picture (WebP in base64) with frames over the boxes that lie on it, and links to the other pages that hold some."""
    spots = "".join(
        f'<span class="ps-spot"{"" if i else " id=cited"} style="left:{b["left"]:.3%};top:{b["top"]:.3%};'
        f'width:{b["right"] - b["left"]:.3%};height:{b["bottom"] - b["top"]:.3%}"></span>'
        for i, b in enumerate(box for box in boxes if box["page"] == page)
    )
    others = sorted({box["page"] for box in boxes} - {page})
    links = "、".join(
        f'<a href="{escaped(original_place.link(Place(place.document, place.cited, other)))}" target="_self">第 {int(other)} 页</a>' for other in others
    )
    note = f'<p class="ps-hint">引文{"还" if spots else ""}在{links}。</p>' if links else ""
    return (
        f'<div class="ps-original" data-place="{escaped(place.words)}" lang="zh-CN">{note}<div class="ps-leaves" tabindex="0">'
        f'<figure class="ps-leaf"><img alt="第 {page} 页" src="data:image/webp;base64,{picture}">{spots}</figure></div></div>'
    )


def _text(document: Json, numbered: Json, place: Place) -> None:
    pieces = parts(document)
    part = pieces[0]
    if len(pieces) > 1:
        here = next((i for i, (a, b) in enumerate(pieces) if place.cited and a <= place.cited[0] < b), 0)
        number = st.selectbox(
            "部分", range(len(pieces)), here, lambda i: f"第 {i + 1} 部分，共 {len(pieces)} 部分", key=f"original-part-{place.words}",
            label_visibility="collapsed",
        )  # fmt: skip
        part = pieces[number or 0]
    contents = outline(document, part)
    contents = f'<details class="ps-contents"><summary>章节目录</summary>{contents}</details>' if contents else ""
    link = lambda page: original_place.link(Place(place.document, place.cited, page))  # noqa: E731
    st.html(
        f'<div class="ps-original" data-place="{escaped(place.words)}" lang="zh-CN">{contents}'
        f"{article(document, numbered, part, place.cited, link)}</div>"
    )


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("planseek_original", js=_SCRIPT.read_text("utf-8"))
