"""The table of documents: corrected in its cells, taken back, removed. Keeps what is not yet saved while the page goes on."""

import hashlib
import json
from typing import Any

import streamlit as st

from ui import library, notices, working
from ui.client import Api, ApiError, Json
from ui.corrections import FIELDS, KINDS, STATUSES, Pending, chosen, pending, request, row, value, with_pending
from ui.marks import escaped, plain

_WIDTHS = {"title": 330, "region": 170, "kind": 110, "period": 95, "status": 90, "issued": 100, "number": 130, "issuer": 150}
_ROWS_SHOWN = 12


def table(api: Api, documents: list[Json]) -> None:
    """Filter, table and buttons."""
    passages = sum(document["passages"] for document in documents)
    st.html(f'<h2 class="ps-h" lang="zh-CN">已入库<small>{len(documents)} 份文件，{passages} 段</small></h2>')
    wanted = st.text_input("筛选文件", key="wanted", placeholder="按标题、地区、文种或文件名筛选", label_visibility="collapsed") or ""
    shown = library.ordered(library.matching(documents, wanted))
    if not shown:
        st.html(f'<p class="ps-hint" lang="zh-CN">没有与“{escaped(wanted)}”相符的文件。</p>')
        return
    shown = _page(shown)
    waiting: Pending = st.session_state.setdefault("corrections", {})
    ticked = _editor(shown, waiting)
    by_id = {document["id"]: document for document in documents}
    for gone in waiting.keys() - by_id.keys():
        del waiting[gone]
    _buttons(api, by_id, waiting, ticked)
    for line in st.session_state.get("refused", ()):
        st.html(notices.note(line))


def _page(documents: list[Json]) -> list[Json]:
    most = library.MOST_ROWS
    if len(documents) <= most:
        return documents
    starts = range(0, len(documents), most)
    label = lambda start: f"第 {start + 1}–{min(start + most, len(documents))} 份，共 {len(documents)} 份"  # noqa: E731
    start = st.selectbox("分页", starts, 0, label, key="documents-from", label_visibility="collapsed")
    return documents[start or 0 : (start or 0) + most]


def _editor(shown: list[Json], waiting: Pending) -> list[Json]:
    """Draw the table, note in `waiting` what its cells say otherwise; the documents whose box is ticked."""
    # A table keeps its changes by number of row: another choice of rows, or other values in them, is another table.
    facts = json.dumps([shown, st.session_state.get("ticks", 0)], ensure_ascii=False)
    key = f"documents-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"
    if st.session_state.get("documents-key") != key or key not in st.session_state:
        st.session_state["documents-key"] = key
        st.session_state["documents-rows"] = [with_pending(d, waiting.get(d["id"], {})) for d in shown]
    rows = st.session_state["documents-rows"]
    column = st.column_config
    columns: dict[str, Any] = {
        head: column.TextColumn(head, width=_WIDTHS[field], max_chars=200, required=field == "title") for field, head in FIELDS.items()
    }
    columns |= {
        "选": column.CheckboxColumn("选", width=58, help="选中后可还原更正或移除"),
        "文种": column.SelectboxColumn("文种", options=KINDS, required=True, width=_WIDTHS["kind"]),
        "状态": column.SelectboxColumn("状态", options=STATUSES, required=True, width=_WIDTHS["status"]),
        "段数": column.NumberColumn("段数", disabled=True, width=60),
        "已更正": column.TextColumn("已更正", disabled=True, width=110, help="这些栏目以更正为准；选中这一行可以还原"),
        "文件": column.TextColumn("文件", disabled=True, width=260),
    }
    heads = list(row(shown[0]))
    if any(document["edited"] for document in shown):
        # Beside the title, where it is seen without scrolling.
        heads.insert(2, heads.pop(heads.index("已更正")))
    else:
        heads.remove("已更正")
    with st.container(key="documents"):
        st.data_editor(
            rows, key=key, hide_index=True, num_rows="fixed", column_config=columns, column_order=heads,
            height=36 + 35 * min(len(rows), _ROWS_SHOWN) + (18 if len(rows) > _ROWS_SHOWN else 2), alt="已入库的文件，可更正",
        )  # fmt: skip
    edited = st.session_state[key]["edited_rows"]
    for document in shown:
        waiting.pop(document["id"], None)
    waiting |= pending(shown, rows, edited)
    return chosen(shown, edited)


def _buttons(api: Api, by_id: dict[str, Json], waiting: Pending, ticked: list[Json]) -> None:
    corrected = [document for document in ticked if document["edited"]]
    with st.container(horizontal=True, key="documents-buttons", vertical_alignment="center"):
        save = st.button(f"保存更正（{len(waiting)} 份）", type="primary", key="save-corrections") if waiting else False
        drop = st.button("放弃未保存的", key="drop-corrections") if waiting else False
        back = st.button(f"还原更正（{len(corrected)} 份）", key="take-back") if corrected else False
        away = st.button(f"移除（{len(ticked)} 份）", key="remove") if ticked else False
        if not (waiting or ticked):
            st.html('<p class="ps-hint" lang="zh-CN">双击单元格即可更正；勾选“选”一栏，可还原更正或移除文件。</p>')
    if save:
        _send(api, [request(name, changes, by_id) for name, changes in waiting.items()], by_id, waiting)
    if drop:
        waiting.clear()
        _afresh()
    if back or away:
        st.session_state["confirming"] = "back" if back else "away"
    confirming = st.session_state.get("confirming")
    if confirming == "back" and corrected:
        _confirm_back(api, corrected, by_id)
    elif confirming == "away" and ticked:
        _confirm_away(api, ticked)
    else:
        st.session_state.pop("confirming", None)


def _confirm_back(api: Api, documents: list[Json], by_id: dict[str, Json]) -> None:
    lines = [
        f"<b>{escaped(d['title'])}</b><small>"
        + "；".join(f"{FIELDS[f]}：{escaped(value(d, f) or '空')} → {escaped(read or '空')}" for f, read in d["edited"].items())
        + "</small>"
        for d in documents
    ]
    if _confirmed("还原为读出的内容（或 metadata.csv 所写）", lines, "确认还原"):
        _send(api, [{"id": d["id"]} | dict.fromkeys(d["edited"]) for d in documents], by_id, {})


def _confirm_away(api: Api, documents: list[Json]) -> None:
    lines = [f"<b>{escaped(d['title'])}</b><small>{escaped(library.file_name(d['file']))}，{int(d['passages'])} 段</small>" for d in documents]
    passages = sum(d["passages"] for d in documents)
    head = f"移除 {len(documents)} 份文件、{passages} 段，连同索引、更正和上传的副本；不能撤销。不是从页面上传的原文件不会删除"
    if _confirmed(head, lines, "确认移除"):
        try:
            working.begun(api.remove([d["id"] for d in documents]))
        except ApiError as error:
            st.html(notices.note(str(error)))
            return
        _afresh()


def _confirmed(head: str, lines: list[str], label: str) -> bool:
    """Say what is about to happen; True once that is confirmed."""
    most = 20
    rest = f"<li>……另有 {len(lines) - most} 份</li>" if len(lines) > most else ""
    st.html(
        f'<div class="ps-confirm" lang="zh-CN" role="alert"><p>{head}：</p><ul>'
        + "".join(f"<li>{line}</li>" for line in lines[:most]) + f"{rest}</ul></div>"
    )  # fmt: skip
    with st.container(horizontal=True, key="confirm"):
        sure = st.button(label, type="primary", key="sure")
        if st.button("取消", key="not-sure"):
            _afresh()
    return sure


def _send(api: Api, requests: list[Json], by_id: dict[str, Json], waiting: Pending) -> None:
    """Save corrections; those that are refused stay in the table, with the reason below it."""
    try:
        done = api.correct(requests)
    except ApiError as error:
        st.session_state["refused"] = [str(error)]
        st.rerun()
    for outcome in done:
        if outcome["status"] != "refused":
            waiting.pop(outcome["id"], None)
    refused = [outcome for outcome in done if outcome["status"] == "refused"]
    saved = len(done) - len(refused)
    if saved:
        st.toast(plain(f"已保存 {saved} 份文件的更正。"))
    _afresh([f"{by_id[o['id']]['title']}（{library.file_name(by_id[o['id']]['file'])}）没有保存：{o['reason']}" for o in refused])


def _afresh(refused: list[str] | None = None) -> None:
    """Draw everything again, with a table whose boxes are empty."""
    st.session_state["ticks"] = st.session_state.get("ticks", 0) + 1
    st.session_state["refused"] = refused or []
    st.session_state.pop("confirming", None)
    st.rerun()
