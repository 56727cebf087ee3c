"""The tab 评测: starts runs, shows kept ones in tables and bars, question by question, and one against another. Computes no
measure."""

from typing import Any

import streamlit as st

from ui import scores
from ui.client import Api, ApiError, Json

_USUAL = ("bm25", "dense", "hybrid")
_EVERY = 1.0
"""Seconds between two looks at a run under way."""
_COLOURS = ["#2f7f8c", "#c48a35", "#8a9f4a", "#a8566b", "#6f7fb3", "#8c8c8c", "#4f9d78", "#b07aa1"]
_HINT = (
    "评测用一套判定过的题来检验检索：每道题都标出了原文里能回答它的要点。可以看出哪个检索系统更好、换了语料或模型以后是好是坏，"
    "以及哪些题没有答好。"
)

KEPT = ("eval-set", "eval-split", "eval-systems", "eval-shown", "eval-kind", "eval-system", "eval-question", "eval-first", "eval-second")
"""What keeps its value while the tab is not drawn."""

Choice = tuple[str, str]
"""A system of a run: (the run's id, the system's name)."""


@st.fragment
def tab(api: Api) -> None:
    """All of the tab; a choice in it redraws only it."""
    try:
        offered = api.evaluations()
        _start(api, offered)
        _runs(api, offered)
    except ApiError as error:
        # Said here: a fragment that is drawn again by itself has nobody above it to catch this.
        st.html(scores.note(str(error)))


def _start(api: Api, offered: Json) -> None:
    st.html(f'<h2 class="ps-h" lang="zh-CN">运行评测</h2><p class="ps-hint" lang="zh-CN">{_HINT}</p>')
    sets = {s["name"]: s for s in offered["sets"]}
    splits = {s["name"]: s["label"] for s in offered["splits"]}
    systems = {s["name"]: s["label"] for s in offered["systems"]}
    running = api.evaluating()
    with st.container(horizontal=True, key="evaluating"):
        name = st.selectbox(
            "题集", list(sets), list(sets).index("sample") if "sample" in sets else 0, lambda n: f"{sets[n]['label']}（{n}）", key="eval-set",
            help="题集所依据的文件须已入库，或随软件提供；缺少时会说明缺什么。",
        )  # fmt: skip
        sizes = sets[name]["questions"] if name else {}
        split = st.segmented_control(
            "题目", list(splits), format_func=lambda s: f"{splits[s]} {sizes.get(s, 0)}", default="all", required=True, key="eval-split",
            help="开发：用来调整参数的一半。测试：调整时不看的一半，用来下结论。",
        )  # fmt: skip
    chosen = st.multiselect(
        "系统", list(systems), [s for s in _USUAL if s in systems], format_func=lambda s: f"{s} · {systems[s]}", key="eval-systems",
        placeholder="选择要比较的检索系统", select_all=False,
    )  # fmt: skip
    pressed = st.button("运行评测", type="primary", key="eval-run", disabled=running["running"] or not chosen)
    if pressed and name:
        try:
            running = api.evaluate(name, split or "all", chosen)
        except ApiError as error:
            st.html(scores.note(str(error)))
    st.fragment(_progress, run_every=_EVERY if running["running"] else None)(api, running["running"])


def _progress(api: Api, was_running: bool) -> None:
    """The run under way; looked at again and again, so that the page never waits for it."""
    try:
        now = api.evaluating()
    except ApiError as error:
        st.html(scores.note(str(error)))
        return
    if now["running"]:
        done, total = int(now["done"]), int(now["total"])
        where = f"正在运行 {now['stage']}，共 {total} 次提问，已完成 {done} 次" if total else f"正在{now['stage']}"
        st.progress(min(done / total, 1.0) if total else 0.0, f"{where}。可以离开这里去提问，评测会继续。")
    elif was_running:
        # Only the whole page can draw the new result, and only before its list is drawn can it be chosen.
        st.session_state["eval-newest"] = True
        st.rerun()
    elif now["error"]:
        st.html(scores.note(now["error"]))


def _runs(api: Api, offered: Json) -> None:
    runs = {run["id"]: run for run in offered["runs"]}
    if not runs:
        st.html(
            '<div class="ps-empty" lang="zh-CN"><h2>还没有评测结果</h2><p>在上面选好题集和系统，点「运行评测」。示例题集约需几秒到一分钟；'
            "结果会保存在数据文件夹的 evaluations 里，随时可以回来查看和比较。</p></div>"
        )
        return
    labels = _labels(offered)
    st.html(f'<h2 class="ps-h" lang="zh-CN">评测结果<small>已保存 {len(runs)} 次</small></h2>')
    if st.session_state.pop("eval-newest", False):
        st.session_state["eval-shown"] = next(iter(runs))
    shown = st.selectbox("评测结果", list(runs), 0, labels.__getitem__, key="eval-shown", label_visibility="collapsed")
    run = _run(api.address, shown, api)
    st.html(scores.index_line(run))
    _bars(run)
    tables = {table["kind"]: table for table in run["tables"]}
    kind = st.pills(
        "题类", list(tables), format_func=lambda k: f"{tables[k]['label']} {tables[k]['questions']}", default=next(iter(tables)),
        required=True, key="eval-kind", label_visibility="collapsed",
    )  # fmt: skip
    table = tables.get(kind or "", next(iter(tables.values())))
    st.html(scores.measures(run, table) + scores.latencies(run))
    _questions(api, run, table)
    _against(api, runs, labels)


def _labels(offered: Json) -> dict[str, str]:
    sets = {s["name"]: s["label"] for s in offered["sets"]}
    splits = {s["name"]: s["label"] for s in offered["splits"]}
    return {
        run["id"]: f"{scores.made(run)}　{sets.get(run['set'], run['set'])}（{splits.get(run['split'], run['split'])}）　{'、'.join(run['systems'])}"
        for run in offered["runs"]
    }


def _bars(run: Json) -> None:
    """Bars by kind and system, drawn by the browser from the page's own script."""
    measures = {m["name"]: m["label"] for m in run["measures"]}
    kinds = [table for table in run["tables"] if table["kind"] and table["lead"]] or run["tables"]
    rows = [
        {"kind": t["label"], "system": row["system"], "value": row["values"][t["lead"]], "measure": measures[t["lead"]]}
        for t in kinds for row in t["rows"] if t["lead"] in row["values"]
    ]  # fmt: skip
    font = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
    names = [system["name"] for system in run["systems"]]
    spec: dict[str, Any] = {
        "data": {"values": rows},
        "mark": {"type": "bar", "tooltip": True},
        "height": 300,
        "config": {"font": font, "axis": {"labelFontSize": 12}, "legend": {"labelFontSize": 12}},
        "encoding": {
            "x": {"field": "kind", "type": "nominal", "sort": [t["label"] for t in kinds], "title": None, "axis": {"labelAngle": 0}},
            "xOffset": {"field": "system", "type": "nominal", "sort": names},
            "y": {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "tickCount": 5}},
            "color": {
                "field": "system", "type": "nominal", "sort": names, "title": None, "legend": {"orient": "top"},
                "scale": {"domain": names, "range": _COLOURS[: len(names)]},
            },
            "tooltip": [
                {"field": "kind", "title": "题类"}, {"field": "system", "title": "系统"}, {"field": "measure", "title": "指标"},
                {"field": "value", "title": "得分", "type": "quantitative", "format": ".4f"},
            ],
        },
    }  # fmt: skip
    shown = "；".join(dict.fromkeys(f"{t['label']}一类看{measures[t['lead']]}" for t in kinds if t["lead"] != "nugget-R@10"))
    st.html(
        '<h3 class="ps-h" lang="zh-CN">各类问题的得分</h3><p class="ps-hint" lang="zh-CN">要点召回@10：标出的要点有多大比例被前 10 段覆盖。'
        f"{scores.escaped(shown)}{'。' if shown else ''}</p>"
    )
    with st.container(key="eval-chart"):
        st.vega_lite_chart(spec=spec, width="stretch", alt="各类问题、各系统的得分")


def _questions(api: Api, run: Json, table: Json) -> None:
    st.html(
        f'<h3 class="ps-h" lang="zh-CN">逐题查看<small>{scores.escaped(table["label"])}</small></h3>'
        '<p class="ps-hint" lang="zh-CN">选一个系统、一道题，看它返回了什么、漏了什么；得分低的题排在前面。</p>'
    )
    leads = {t["kind"]: t["lead"] for t in run["tables"]}
    names = [system["name"] for system in run["systems"]]
    with st.container(horizontal=True, key="eval-asking"):
        system = st.selectbox("系统", names, names.index("hybrid") if "hybrid" in names else 0, key="eval-system", width=220)
        found = {}
        for row in run["rows"]:
            score = row["values"].get(system, {}).get(leads.get(row["kind"]) or leads.get(""))
            if score is not None and table["kind"] in ("", row["kind"]):
                found[row["id"]] = (score, row["query"])
        ordered = sorted(found, key=lambda q: (found[q][0], q))
        question = st.selectbox(
            f"题目（{len(ordered)} 题）", ordered, None, lambda q: f"{found[q][0]:.2f}　{q}　{found[q][1]}", key="eval-question",
            placeholder="选择一道题" if ordered else "这个系统不回答这类题",
        )  # fmt: skip
    if question:
        st.html(scores.question(api.evaluated(run["id"], question), system))


def _against(api: Api, runs: dict[str, Json], labels: dict[str, str]) -> None:
    st.html(
        '<h2 class="ps-h" lang="zh-CN">比较</h2><p class="ps-hint" lang="zh-CN">同一套题逐题配对，看乙比甲好还是差，差别是否可能只是碰巧。'
        "可以比同一次运行的两个系统，也可以比两次运行。</p>"
    )
    choices: list[Choice] = [(run["id"], system) for run in runs.values() for system in run["systems"]]
    label = lambda choice: f"{choice[1]}　·　{labels[choice[0]].rsplit('　', 1)[0]}"  # noqa: E731
    with st.container(horizontal=True, key="eval-two"):
        first = st.selectbox("甲", choices, None, label, key="eval-first", placeholder="选择作为基准的系统")
        same = [c for c in choices if first and runs[c[0]]["set"] == runs[first[0]]["set"] and c != first]
        second = st.selectbox("乙", same, None, label, key="eval-second", placeholder="选择与它比较的系统", disabled=not first)
    if first and second:
        with st.spinner("正在比较…", show_time=False):
            found = _comparison(api.address, first, second, api)
        st.html(scores.comparison(found))


@st.cache_data(max_entries=8, show_spinner=False)
def _run(address: str, run: str, _api: Api) -> Json:
    # A kept run never changes, and is large.
    return _api.evaluation(run)


@st.cache_data(max_entries=32, show_spinner=False)
def _comparison(address: str, first: Choice, second: Choice, _api: Api) -> Json:
    return _api.compared(first, second)
