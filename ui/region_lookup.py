"""Which regions the corpus has, which documents each of them, and which have none: found by name or code. Escapes all it is given."""

from collections.abc import Sequence

import streamlit as st

from ui import library
from ui.client import Api, Json
from ui.marks import escaped
from ui.original_place import Place, link
from ui.regions import name_parts

MOST = 60
_NEXT = {"国家": "省级", "省级": "地级", "地级": "县级", "县级": "乡级"}
_DIGITS = {"省级": 2, "地级": 4, "县级": 6}
"""How many digits of a GB/T 2260 code are those of the region itself; what lies in it begins with them."""


def section(api: Api, documents: list[Json]) -> None:
    """A box to look regions up by name or code, and what was found. Raises ApiError."""
    of: dict[str, list[Json]] = {}
    for document in library.ordered(documents):
        if document["region"]:
            of.setdefault(document["region"]["code"], []).append(document)
    st.html(f'<h2 class="ps-h" lang="zh-CN">地区<small>{len(of)} 个地区有文件</small></h2>')
    wanted = st.text_input(
        "查地区", key="region-wanted", placeholder="按名称或代码查地区有没有文件，例如：芜湖市、弋江区、340203", label_visibility="collapsed",
        max_chars=100, autocomplete="off",
    ).strip()  # fmt: skip
    if not wanted:
        had = [papers[0]["region"] for papers in of.values()]
        st.html(f'<details class="ps-regions" lang="zh-CN"><summary>有文件的地区和它们的文件</summary>{table(had, of)}</details>')
        return
    found = api.regions(wanted, MOST)
    if not found:
        st.html(f'<p class="ps-hint" lang="zh-CN">行政区划表和自设地区里都没有“{escaped(wanted)}”。请核对名称或代码；开发区等可以在下面自己增加。</p>')
        return
    inside = _inside(api, found[0]) if found[0]["own_name"] == wanted or found[0]["code"] == wanted or len(found) == 1 else []
    listed = [*found, *(r for r in inside if r["documents"] and r not in found)]
    st.html(f'<div class="ps-regions" lang="zh-CN">{table(listed, of)}{_rest(found)}{silent(found[0], inside)}</div>')


def table(regions: Sequence[Json], of: dict[str, list[Json]]) -> str:
    """A row a region with links to its documents. of: documents by region's code."""
    rows = "".join(_row(region, of.get(region["code"], [])) for region in regions)
    heads = "".join(f"<th>{word}</th>" for word in ("地区", "级别", "代码", "文件"))
    return f'<table class="ps-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def silent(region: Json, inside: Sequence[Json]) -> str:
    """How many of the regions inside one have documents, and the names of the others."""
    if not inside:
        return ""
    without = [r for r in inside if not r["documents"]]
    names = "、".join(escaped(name_parts(r["name"])[1]) for r in without)
    line = f"{escaped(name_parts(region['name'])[1])}下面 {len(inside)} 个{inside[0]['level']}地区，{len(inside) - len(without)} 个有文件"
    return f'<p class="ps-hint">{line}{f"；没有文件的：{names}" if names else ""}。</p>'


def _inside(api: Api, region: Json) -> list[Json]:
    """The regions one level below."""
    digits, level = _DIGITS.get(region["level"], 0), _NEXT.get(region["level"])
    begin = region["code"][:digits]
    if not (digits and begin.isdigit()):
        return []
    below = [r for r in api.regions(begin, 5000) if r["code"].startswith(begin) and r["code"] != region["code"]]
    # The districts of a municipality lie right below it.
    return [r for r in below if r["level"] == level] or [r for r in below if r["level"] == "县级"]


def _row(region: Json, documents: list[Json]) -> str:
    parents, own = name_parts(region["name"])
    papers = "<br>".join(
        f'<a href="{escaped(link(Place(d["id"])))}" target="_self" title="{escaped(library.file_name(d["file"]))}">{escaped(d["title"])}</a>' for d in documents
    )
    return (
        f'<tr><td><b>{escaped(own)}</b><small>{escaped(parents)}</small></td><td class="k">{escaped(region["level"])}</td>'
        f'<td class="n">{escaped(region["code"])}</td><td>{papers or "<i>没有文件</i>"}</td></tr>'
    )


def _rest(found: Sequence[Json]) -> str:
    return f'<p class="ps-hint">只列出前 {MOST} 个，请把名称写得更完整。</p>' if len(found) == MOST else ""
