"""Figures on retrieval: every system on the colloquial questions, the facts, the fan-outs and the two BEIR sets."""

from pathlib import Path
from typing import Any

from benchmarks.model import Figure, Section, markdown
from eval.measures import NUGGETS, RANKED
from eval.run import run
from eval.table import KINDS
from eval.verdicts import FAN_OUT
from settings import Settings


def beir(settings: Settings, folder: Path) -> Section:
    """nDCG@10 and the rest on one BEIR folder: hybrid must not fall below BM25."""
    report = run(settings, "", folder, "", "all")
    systems = report["systems"]
    ours, theirs = systems["hybrid"]["nDCG@10"], systems["bm25"]["nDCG@10"]
    rows = [[name, *(f"{row[m]:.4f}" for m in RANKED)] for name, row in systems.items()]
    return Section(
        f"{report['set']}（{report['questions']} 题）",
        (
            Figure(
                f"{report['set']}：hybrid 的 nDCG@10", f"{ours:.4f}（bm25 {theirs:.4f}）", "不低于 bm25", ours >= theirs
            ),
        ),
        (markdown(["系统", *RANKED], rows),),
        report,
    )


def plans(settings: Settings, split: str) -> Section:
    """One half of the plans set, by kind."""
    report = run(settings, "plans", None, "", split)
    spoken = {name: row["kinds"]["colloquial"] for name, row in report["systems"].items()}
    base = spoken["bm25"][NUGGETS]
    tables = [
        f"口语问题（{spoken['bm25']['questions']} 题）：\n\n"
        + markdown(
            ["系统", "要点 R@10", "与 bm25 之比", *RANKED],
            [
                [n, f"{r[NUGGETS]:.4f}", f"{r[NUGGETS] / base:.2f}", *(f"{r[m]:.4f}" for m in RANKED)]
                for n, r in spoken.items()
            ],
        ),
        *(_kind(report, kind) for kind in sorted(report["systems"]["hybrid"]["kinds"]) if kind != "colloquial"),
    ]
    ratio = spoken["hybrid"][NUGGETS] / base if base else float("inf")
    fan_out = report["systems"]["hybrid"]["kinds"]["fan_out"]
    return Section(
        f"规划问题集 plans 的 {split} 部分（{report['questions']} 题）",
        (
            Figure(f"口语问题 {split}：hybrid 的要点 R@10 与 bm25 之比", f"{spoken['hybrid'][NUGGETS]:.3f} / {base:.3f} = {ratio:.2f}", "≥ 2", ratio >= 2),
            Figure(f"逐区问题 {split}：判定正确率", f"{fan_out['verdict-accuracy']:.3f}"),
            Figure(f"逐区问题 {split}：放错地区的段落", f"{fan_out['wrong-region']:.0f}", "0", fan_out["wrong-region"] == 0),
        ),
        tuple(tables),
        report,
    )  # fmt: skip


def _kind(report: dict[str, Any], kind: str) -> str:
    rows = {name: row["kinds"][kind] for name, row in report["systems"].items() if row["kinds"][kind]["questions"]}
    if not rows:
        return f"{KINDS.get(kind, kind)}：还没有这一类的指标。"
    measures = [m for m in (NUGGETS, *RANKED, *FAN_OUT) if m in next(iter(rows.values()))]
    body = [[name, *(f"{row[m]:.4f}" for m in measures)] for name, row in rows.items()]
    count = max(row["questions"] for row in rows.values())
    return f"{KINDS.get(kind, kind)}（{count} 题）：\n\n" + markdown(["系统", *measures], body)
