"""The sub-view 目标表: a question's targets as a cited table, and charts of those that compare. Reads no target itself."""

import hashlib
from collections.abc import Sequence

import streamlit as st

from ui import comparable, exports, figures, maps, notices, sheet, understanding
from ui.client import Api, Json
from ui.comparable import Indicator, Measure, Value
from ui.marks import escaped, plain, shortened
from ui.regions import name_parts

DEPTH = 50
"""Passages that a question about one place is read from; a file of the table is made from as many."""
_MOST_NAMES = 12
_CHARTS = {"bars": "条形图", "slopes": "变化图", "map": "位置图"}
_ALL = "全部"


def draw(api: Api, asked: Json, stamp: tuple[int, int]) -> None:
    """The answer to a question. stamp: changes with the corpus. Raises ApiError."""
    asked = asked | {"k": DEPTH}
    with st.spinner("正在读出目标…", show_time=False):
        found = _targets(api.address, asked, stamp, api)
    reading = found["interpretation"]
    st.html(understanding.shown(understanding.chips(reading, asked)) + understanding.notes(reading))
    if not found["rows"]:
        notices.message(
            "没有读到写明数值的目标", "可以写出指标的名称（如“城镇新增就业”“粮食产量”），或放宽左侧的筛选；文件里只有定性的要求时，请到“提问”里查原文。"
        )
        return
    groups = comparable.indicators(comparable.values(found["rows"]), reading["topic"])
    key = hashlib.sha256(repr(sorted(asked.items())).encode()).hexdigest()[:12]
    chosen = _chosen(groups, len(found["rows"]), key)
    values = chosen.values if chosen else tuple(sorted((v for group in groups for v in group.values), key=lambda v: v.region))
    st.html(coverage(reading, values, chosen))
    exports.of_table(f"全部目标（{len(found['rows'])} 条）", asked["query"], lambda name: api.export(asked | {"what": "targets"}, name))
    if chosen:
        _charts(chosen, reading["periods"], key)
    st.html(table(values))
    sheet.listen()


def table(values: Sequence[Value]) -> str:
    """The targets, a row each; columns that would be empty are left out."""
    based = any(value.row["base"] for value in values)
    natured = any(value.row["nature"] for value in values)
    heads = (
        sheet.head("地区") + sheet.head("指标") + sheet.head("目标（原文）", "n", sortable=False) + sheet.head("折算值", "n") + sheet.head("年份", "n")
        + sheet.head("口径", sortable=False) + (sheet.head("基期", "n", sortable=False) if based else "")
        + (sheet.head("性质") if natured else "") + sheet.head("出处", sortable=False)
    )  # fmt: skip
    return sheet.table(heads, [_row(value, based, natured) for value in values])


def coverage(reading: Json, values: Sequence[Value], chosen: Indicator | None) -> str:
    """How many of the asked regions name a target, and which do not."""
    what = f"“{escaped(chosen.label)}”的目标" if chosen else "目标"
    have = {value.region for value in values}
    if not reading["fan_out"]:
        line = f"<b>{len(values)}</b> 条{what}" + (f"，涉及 <b>{len(have)}</b> 个地区" if len(have) > 1 else "")
        return f'<div class="ps-coverage" lang="zh-CN"><p>{line}</p></div>'
    silent = [name_parts(region["name"])[1] for region in reading["regions"] if region["code"] not in have]
    names = "、".join(escaped(name) for name in silent[:_MOST_NAMES]) + (f" 等 {len(silent)} 个" if len(silent) > _MOST_NAMES else "")
    total = len(reading["regions"])
    return (
        f'<div class="ps-coverage" lang="zh-CN"><p><b>{total}</b> 个{escaped(reading["fan_out"])}地区中 <b>{total - len(silent)}</b> 个写明了{what}</p>'
        + (f'<p class="ps-hint">未检索到：{names}</p>' if silent else "")
        + "</div>"
    )


def _row(value: Value, based: bool, natured: bool) -> str:
    row, year = value.row, value.year or ""
    cells = [
        sheet.region(row["region"]), sheet.cell("指标", escaped(row["indicator"]), value.name),
        sheet.cell("目标", f"<b>{escaped(' '.join(str(row['text']).split()))}</b>", kind="n"),
        sheet.cell("折算值", f"{value.shown} <small>{escaped(value.unit)}</small>", value.middle, "n", f"{value.unit} {value.sense} {value.pace}"),
        sheet.cell("年份", escaped(year), year, "n"),
        sheet.cell("口径", escaped(_terms(value)), kind="k"),
    ]  # fmt: skip
    if based:
        cells.append(sheet.cell("基期", _base(row["base"]), kind="n"))
    if natured:
        cells.append(sheet.cell("性质", escaped(row["nature"]), row["nature"] or ""))
    return f"<tr>{''.join(cells)}{sheet.cited(row['citation'], row['span'])}</tr>"


def _terms(value: Value) -> str:
    """年均增长 · 左右, 累计下降, 新增 …"""
    pace = "年均" if value.row["annual"] and value.sense != "level" else "累计" if value.pace == "累计" else ""
    return " · ".join(part for part in (pace + comparable.SENSES[value.sense], value.row["comparator"]) if part)


def _base(base: Json | None) -> str:
    if base is None:
        return ""
    year = f"<small>{int(base['year'])}年</small> " if base["year"] else ""
    return f"{year}{comparable.number(base['value'])} <small>{escaped(base['unit'])}</small>"


def _chosen(groups: list[Indicator], total: int, key: str) -> Indicator | None:
    """The indicator to look at; None for all of them."""
    if len(groups) == 1:
        return groups[0]
    shown = groups[:_MOST_NAMES]
    labels = {i: f"{plain(shortened(group.label, 20))} {len(group.values)}" for i, group in enumerate(shown)} | {-1: f"{_ALL} {total}"}
    # Where nothing is told twice there is nothing to compare, and all is what to look at.
    first = 0 if len(shown[0].values) > 1 else -1
    index = st.pills(
        "指标", list(labels), format_func=labels.__getitem__, default=first, required=True, key=f"targets-of-{key}", label_visibility="collapsed",
    )  # fmt: skip
    return shown[index] if index is not None and index >= 0 else None


def _charts(chosen: Indicator, asked: Sequence[str], key: str) -> None:
    measures = [m for m in comparable.measures(chosen.values, asked) if len(m.values) > 1]
    pairs = comparable.pairs(chosen.values)
    places = [m for m in measures if len(maps.mapped(m)) > 2]
    offered = [name for name, some in (("bars", measures), ("slopes", pairs), ("map", places)) if some]
    if not offered:
        st.html('<p class="ps-hint" lang="zh-CN">没有两个地区的这项目标口径、单位和年份相同，不画图比较。</p>')
        return
    with st.container(horizontal=True, vertical_alignment="center", key="figure-choice"):
        kind = st.segmented_control(
            "图", offered, format_func=_CHARTS.__getitem__, default=offered[0], required=True, key=f"chart-{key}", label_visibility="collapsed"
        )
        choices = pairs if kind == "slopes" else places if kind == "map" else measures
        labels = [c.label if kind == "slopes" else f"{c.label}，{len(c.values)} 个地区" for c in choices]  # type: ignore[union-attr]
        at = 0
        if len(choices) > 1:
            at = st.selectbox(
                "比较什么", range(len(choices)), format_func=labels.__getitem__, key=f"measure-{key}-{kind}-{chosen.label}", label_visibility="collapsed"
            )
    label = chosen.label
    if kind == "slopes":
        _figure(figures.slopes(pairs[at], label), f"{label}：{pairs[at].label}", _slope_notes(pairs[at].moves))
    elif kind == "map":
        drawn = maps.mapped(places[at])
        left = len(places[at].values) - len(drawn)
        notes = ["仅示位置（政府驻地），不表示行政界线。", f"另有 {left} 个地区没有单独的坐标，未画入图。" if left else ""]
        alt = f"{label}，{places[at].label}：{len(drawn)} 个地区的位置"
        # One of the two is shown, as wide as the page is.
        with st.container(key="map-wide"):
            _figure(maps.bubbles(drawn, places[at], label), alt, notes)
        with st.container(key="map-narrow"):
            _figure(maps.bubbles(drawn, places[at], label, maps.NARROW), alt, notes, "narrow")
    else:
        _figure(figures.bars(measures[at], label), f"{label}，{measures[at].label}：{len(measures[at].values)} 个地区", _bar_notes(chosen, measures[at]))


def _bar_notes(chosen: Indicator, measure: Measure) -> list[str]:
    return [
        "圆圈：原文带“左右”“以上”一类的词。" if any(v.row["comparator"] and v.low == v.high for v in measure.values) else "",
        "浅色：原文是一个区间。" if any(v.high > v.low for v in measure.values) else "",
        f"只画数值最大的 {figures.MOST} 个地区。" if len(measure.values) > figures.MOST else "",
        comparable.left_out(chosen.values, measure),
    ]


def _slope_notes(moves: Sequence[comparable.Move]) -> list[str]:
    return ["区间按中点画。" if any("—" in words for move in moves for words in move.told) else ""]


def _figure(spec: figures.Spec, alt: str, notes: Sequence[str], name: str = "wide") -> None:
    with st.container(key=f"figure-{name}"):
        st.vega_lite_chart(spec=spec, width="stretch", theme=None, alt=alt)
        if any(notes):
            st.html(f'<p class="ps-hint" lang="zh-CN">{escaped("".join(notes))}</p>')


@st.cache_data(max_entries=16, ttl=600, show_spinner=False)
def _targets(address: str, asked: Json, stamp: tuple[int, int], _api: Api) -> Json:
    return _api.targets(asked)
