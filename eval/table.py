"""Shows a run as a table on a terminal, in Chinese. Nothing is computed here."""

from collections.abc import Mapping
from typing import Any
from unicodedata import east_asian_width

from eval.answers import ABSTAINED, EXACT
from eval.measures import NUGGETS, NUGGETS_SHOWN, RANKED
from eval.verdicts import FAN_OUT

MEASURES = (*RANKED, NUGGETS, NUGGETS_SHOWN, *FAN_OUT, ABSTAINED, EXACT)
LABELS = {
    NUGGETS: "要点召回@10", NUGGETS_SHOWN: "要点召回@2000字", ABSTAINED: "答未检索到", EXACT: "引文逐字相同",
    "verdict-accuracy": "判定正确率", "region-coverage": "地区覆盖", "found-recall": "有述判对", "silent-recall": "未述判对",
    "first-hit": "首段命中", "shown-nugget-recall": "展示要点召回", "wrong-region": "错区段数",
}  # fmt: skip
KINDS = {
    "colloquial": "口语问题", "fact": "事实与数字", "fan_out": "逐区问题", "comparison": "比较", "unit": "责任单位",
    "period": "限定时期", "draft": "草案与定稿", "unanswerable": "无答案",
    "unheard": "没见过的说法",
}  # fmt: skip


def table(report: Mapping[str, Any]) -> list[str]:
    """The lines of the table: one block over all questions, then one per kind."""
    systems = report["systems"]
    kinds = sorted({kind for row in systems.values() for kind in row.get("kinds", {})})
    if not kinds:
        return [f"评测集 {report['set']}：{report['questions']} 题", *_block(systems)]
    lines = [f"评测集 {report['set']}（{report['split']}）：{report['questions']} 题"]
    for kind in kinds:
        rows = {name: row["kinds"][kind] for name, row in systems.items() if row["kinds"][kind]["questions"]}
        if rows:
            count = max(row["questions"] for row in rows.values())
            lines += ["", f"{KINDS.get(kind, kind)}（{count} 题）", *_block(rows)]
    return lines


def _block(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    shown = [measure for measure in MEASURES if any(measure in row for row in rows.values())]
    head = ["系统", *(LABELS.get(measure, measure) for measure in shown)]
    body = [[name, *(f"{row[m]:.4f}" if m in row else "—" for m in shown)] for name, row in rows.items()]
    widths = [max(_width(line[i]) for line in (head, *body)) for i in range(len(head))]
    return [
        "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(line, widths, strict=True))
        for line in (head, *body)
    ]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
