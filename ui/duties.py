"""The sub-view 责任单位: who leads, answers for and supports a measure, or all tasks of a unit, cited. Reads no duty itself."""

from collections import Counter

import streamlit as st

from ui import exports, notices, sheet, understanding
from ui.client import Api, Json
from ui.marks import escaped, marked

DEPTH = 20
"""Passages that a question about one place is read from; a file of the table is made from as many."""
ROLES = {"lead": "牵头", "responsible": "责任", "support": "配合"}
SHORTEST, LONGEST = 2, 60
"""Characters of a unit's name."""


def of_measure(api: Api, asked: Json, stamp: tuple[int, int]) -> None:
    """Who is in charge of what is asked. Raises ApiError."""
    asked = asked | {"k": DEPTH}
    with st.spinner("正在读出责任单位…", show_time=False):
        found = _asked(api.address, asked, stamp, api)
    reading, rows = found["interpretation"], found["rows"]
    st.html(understanding.shown(understanding.chips(reading, asked)) + understanding.notes(reading))
    if not rows:
        notices.message(
            "没有读到责任单位", "相关的段落里没有写明牵头、责任或配合的单位。可以换个说法，或选“按单位”直接查一个单位的任务。"
        )
        return
    exports.of_table(f"责任单位（{len(rows)} 条）", f"{asked['query']} 责任单位", lambda name: api.export(asked | {"what": "duties"}, name))
    _shown(rows, None)


def of_unit(api: Api, unit: str, stamp: tuple[int, int]) -> None:
    """Every task of a unit, whatever its role. Raises ApiError."""
    unit = unit.strip()
    if not SHORTEST <= len(unit) <= LONGEST:
        st.html(notices.note(f"请写一个单位的名称，{SHORTEST} 到 {LONGEST} 个字，例如：区教育局。"))
        return
    with st.spinner("正在查这个单位的任务…", show_time=False):
        rows = _of_unit(api.address, unit, stamp, api)
    if not rows:
        notices.message(
            "没有查到这个单位的任务", "请核对单位的名称：文件里写“区城管局”时，查“城管局”“区城管局”都可以，查全称“区城市管理局”则查不到。"
        )
        return
    counts = {_ALL: len(rows)} | {role: count for role in ROLES if (count := sum(_is(row, role, unit) for row in rows))}
    role = st.pills(
        "角色", list(counts), format_func=lambda name: f"{ROLES.get(name, '全部')} {counts[name]}", default=_ALL, required=True,
        key=f"role-{unit}", label_visibility="collapsed",
    )  # fmt: skip
    exports.of_table(f"全部任务（{len(rows)} 条）", f"{unit} 任务", lambda name: api.duties_file(unit, name))
    _shown([row for row in rows if role in (None, _ALL) or _is(row, role or "", unit)], unit)


def table(rows: list[Json], unit: str | None = None) -> str:
    """A row a task; the asked unit is set off. Escapes all it is given."""
    heads = sheet.head("地区") + sheet.head("措施") + "".join(sheet.head(role) for role in ROLES.values()) + sheet.head("出处", sortable=False)
    return sheet.table(heads, [_row(row, [unit] if unit else []) for row in rows])


_ALL = "all"


def _shown(rows: list[Json], unit: str | None) -> None:
    regions = Counter(row["region"]["name"] for row in rows if row["region"])
    st.html(f'<h2 class="ps-h" lang="zh-CN">责任单位<small>{len(rows)} 项任务，{len(regions)} 个地区</small></h2>')
    st.html(table(rows, unit))
    sheet.listen()


def _is(row: Json, role: str, unit: str) -> bool:
    return any(unit in name for name in row[role])


def _row(row: Json, terms: list[str]) -> str:
    roles = [sheet.cell(label, marked(names, terms), names) for role, label in ROLES.items() for names in ["、".join(row[role])]]
    task = sheet.cell("措施", escaped(row["measure"]) or "（见原文）", row["measure"], "task")
    return f"<tr>{sheet.region(row['region'])}{task}{''.join(roles)}{sheet.cited(row['citation'], terms=terms)}</tr>"


@st.cache_data(max_entries=16, ttl=600, show_spinner=False)
def _asked(address: str, asked: Json, stamp: tuple[int, int], _api: Api) -> Json:
    return _api.duties(asked)


@st.cache_data(max_entries=16, ttl=600, show_spinner=False)
def _of_unit(address: str, unit: str, stamp: tuple[int, int], _api: Api) -> list[Json]:
    return _api.duties_of_unit(unit)
