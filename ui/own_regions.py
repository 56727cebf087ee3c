"""Regions that users add: the list of them, a form for one more, taking one back. Knows no gazetteer."""

from collections.abc import Callable

import streamlit as st

from ui import notices, working
from ui.client import Api, ApiError, Json
from ui.marks import escaped

LEVELS = ("县级", "乡级", "地级", "省级")
"""From the one most asked for: development zones are run like counties."""


def section(api: Api) -> None:
    """A folded section."""
    own = [region for region in api.regions(limit=5000) if region["own"]]
    with st.expander(f"自设地区（{len(own)} 个）" if own else "自设地区", key="own-regions", expanded="regions-said" in st.session_state):
        st.html(
            '<p class="ps-hint" lang="zh-CN">行政区划表里没有的开发区、新区、功能区可以加在这里，以后读入的文件就会认出它；'
            "已入库的文件要重新读入。一次加很多，可以上传 regions.csv。</p>"
        )
        _add(api, own)
        if own:
            st.html(_listed(own))
            _remove(api, own)
        if "regions-said" in st.session_state:
            st.html(notices.note(st.session_state.pop("regions-said")))
        if st.button("重新读入已入库的文件", key="read-again", help="按现在的地区表和 metadata.csv 重新读一遍；没有变化的文件不会重读"):
            _tried(lambda: working.begun(api.read_again()), "")


def _add(api: Api, own: list[Json]) -> None:
    with st.form("own-region", border=False), st.container(horizontal=True, vertical_alignment="bottom", key="region-fields"):
        name = st.text_input("名称", placeholder="例如：芜湖经济技术开发区", max_chars=40, key="region-name", width=230)
        level = st.selectbox("级别", LEVELS, key="region-level", width=100)
        parent = st.text_input("上级地区", placeholder="例如：芜湖市", max_chars=40, key="region-parent", width=160)
        aliases = st.text_input("别名", placeholder="芜湖经开区、经开区", key="region-aliases", width=180)
        code = st.text_input("代码", placeholder="可不填", max_chars=20, key="region-code", width=110)
        sent = st.form_submit_button("增加")
    if not sent:
        return
    if not name.strip():
        st.html(notices.note("请填写名称。"))
        return
    others = [part.strip() for part in aliases.replace("，", "、").replace(",", "、").split("、") if part.strip()]
    row = {"name": name.strip(), "level": level, "parent": parent.strip(), "aliases": others, "code": code.strip()}
    _tried(lambda: api.add_region(row | {"code": row["code"] or _free_code(api, own, parent)}), f"已增加“{name.strip()}”。已入库的文件要重新读入，才会认出它。")


def _free_code(api: Api, own: list[Json], parent: str) -> str:
    """A code that no region has: the parent's, K and a number."""
    found = api.regions(parent.strip(), 1) if parent.strip() else []
    begin = f"{found[0]['code'] if found else ''}K"
    taken = {region["code"] for region in own}
    return next(code for n in range(1, len(own) + 2) if (code := f"{begin}{n:02}") not in taken)


def _listed(own: list[Json]) -> str:
    rows = "".join(
        f'<tr><td><b>{escaped(r["name"])}</b><small>{escaped("、".join(r["aliases"]))}</small></td><td class="k">{escaped(r["level"])}</td>'
        f'<td class="n">{escaped(r["code"])}</td><td class="n">{int(r["documents"])} 份文件</td></tr>'
        for r in own
    )
    return f'<table class="ps-table" lang="zh-CN"><tbody>{rows}</tbody></table>'


def _remove(api: Api, own: list[Json]) -> None:
    names = {region["code"]: region["name"] for region in own}
    with st.container(horizontal=True, key="region-removal"):
        code = st.selectbox(
            "删除地区", list(names), None, names.__getitem__, key="region-gone", placeholder="选择要删除的自设地区",
            label_visibility="collapsed", width=300,
        )  # fmt: skip
        if st.button("删除", key="remove-region", disabled=not code) and code:
            _tried(lambda: api.remove_region(code), f"已删除“{names[code]}”。")


def _tried(ask: Callable[[], object], said: str) -> None:
    """Ask the API and draw everything again, with what it said."""
    try:
        ask()
    except ApiError as error:
        st.html(notices.note(str(error)))
        return
    if said:
        st.session_state["regions-said"] = said
    st.rerun()
