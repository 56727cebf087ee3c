"""Figures on retrieval: every system on the colloquial questions, the facts, the fan-outs and the two BEIR sets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.model import Figure, Section, markdown
from eval.answers import ABSTAINED, EXACT
from eval.compare import Comparison, differences, interval
from eval.measures import NUGGETS, NUGGETS_SHOWN, RANKED
from eval.run import run
from eval.table import KINDS, LABELS
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


def unheard(settings: Settings, split: str) -> Section:
    """Questions whose everyday words the lexicon does not hold: what the model makes of them by itself."""
    report = run(settings, "unheard", None, _SPOKEN, split, details=True)
    details, kinds = report.pop("details"), report.pop("kinds")
    counts = {kind: sum(kinds[q] == kind for q in kinds) for kind in sorted(set(kinds.values()))}
    rows = {name: row["kinds"]["unheard"] for name, row in report["systems"].items()}
    ours, theirs = rows["hybrid"]["nDCG@10"], rows["bm25"]["nDCG@10"]
    tables = [
        f"{KINDS[kind]}（{count} 题）：\n\n" + _with_intervals(details, [q for q in kinds if kinds[q] == kind])
        for kind, count in counts.items()
    ]
    return Section(
        f"没见过的说法 unheard 的 {split} 部分（{len(kinds)} 题）",
        (
            Figure(f"没见过的说法 {split}：hybrid 与 bm25 的 nDCG@10", f"{ours:.3f} / {theirs:.3f}", "≥ 1.5 倍", ours >= 1.5 * theirs),
            Figure(f"没见过的说法 {split}：R@10", f"{rows['hybrid']['R@10']:.3f}（bm25 {rows['bm25']['R@10']:.3f}）"),
        ),
        tuple(tables),
        report,
    )  # fmt: skip


_SPOKEN = "bm25,bm25+lexicon,dense,fused,hybrid"
_WITH_INTERVALS = ("nDCG@10", "R@10", NUGGETS)


def _with_intervals(details: Mapping[str, Any], questions: Sequence[str]) -> str:
    """Means over the questions with their 95 % bootstrap intervals."""
    body = []
    for name, kept in details.items():
        cells = []
        for measure in _WITH_INTERVALS:
            values = tuple(kept["values"][q][measure] for q in questions if measure in kept["values"].get(q, {}))
            low, high = interval(values)
            cells.append(f"{sum(values) / len(values):.3f}（{low:.3f}–{high:.3f}）")
        body.append([name, *cells])
    return markdown(["系统", *(LABELS.get(m, m) for m in _WITH_INTERVALS)], body)


def plans(settings: Settings, split: str) -> Section:
    """One half of the plans set, by kind."""
    report = run(settings, "plans", None, "", split, details=True)
    details, kinds = report.pop("details"), report.pop("kinds")
    compared = differences(details["bm25"]["values"], details["hybrid"]["values"], kinds)
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
        "口语问题的 95% 区间（自助法）：\n\n" + _with_intervals(
            {name: details[name] for name in _SPOKEN.split(",")}, [q for q in kinds if kinds[q] == "colloquial"]
        ),
        *(_kind(report, kind) for kind in sorted(report["systems"]["hybrid"]["kinds"]) if kind != "colloquial"),
        "bm25 与 hybrid 相比（差为 hybrid 减 bm25，区间为 95% 自助法，p 为配对置换检验）：\n\n" + _differences(compared),
    ]
    ratio = spoken["hybrid"][NUGGETS] / base if base else float("inf")
    hybrid = report["systems"]["hybrid"]
    fan_out = hybrid["kinds"]["fan_out"]
    told, facts = hybrid["kinds"]["colloquial"], hybrid["kinds"]["fact"]
    lexical_facts = report["systems"]["bm25"]["kinds"]["fact"]
    report["compared"] = [row.as_row() | {"changed": len(row.changed)} for row in compared]
    return Section(
        f"规划问题集 plans 的 {split} 部分（{report['questions']} 题）",
        (
            Figure(f"口语问题 {split}：hybrid 的要点 R@10 与 bm25 之比", f"{spoken['hybrid'][NUGGETS]:.3f} / {base:.3f} = {ratio:.2f}", "≥ 2", ratio >= 2),
            Figure(f"口语问题 {split}：nDCG@10", f"{told['nDCG@10']:.3f}", "≥ 0.65", told["nDCG@10"] >= 0.65),
            Figure(f"口语问题 {split}：R@10", f"{told['R@10']:.3f}", "≥ 0.85", told["R@10"] >= 0.85),
            Figure(f"事实与数字 {split}：R@10", f"{facts['R@10']:.3f}（bm25 {lexical_facts['R@10']:.3f}）", "≥ 0.95，不低于 bm25", facts["R@10"] >= max(0.95, lexical_facts["R@10"])),
            Figure(f"逐区问题 {split}：判定正确率", f"{fan_out['verdict-accuracy']:.3f}"),
            Figure(f"该不该答 {split}：答“未检索到”的精确率 / 召回率", f"{hybrid['abstention-precision']:.3f} / {hybrid['abstention-recall']:.3f}"),
            Figure(f"引文与原文逐字相同 {split}", f"{hybrid['citation-exact']:.4f}", "1", hybrid["citation-exact"] == 1),
            Figure(f"检索一题（不含理解与作答）{split}：中位数 / p95", f"{hybrid['latency_ms']['p50']:.0f} / {hybrid['latency_ms']['p95']:.0f} 毫秒"),
            Figure(f"逐区问题 {split}：放错地区的段落", f"{fan_out['wrong-region']:.0f}", "0", fan_out["wrong-region"] == 0),
        ),
        tuple(tables),
        report,
    )  # fmt: skip


def verdicts(settings: Settings) -> Section:
    """Region verdicts over 48 topics, 64 of which hardly any plan speaks, and the samples' own; both halves of each."""
    rows, figures = [], []
    for name, what in (("regions", "48 个主题"), ("rare", "64 个少见的主题"), ("sample", "示例规划")):
        for split in ("dev", "test"):
            measured = run(settings, name, None, "hybrid", split)["systems"]["hybrid"]["kinds"]["fan_out"]
            rows.append([what, split, f"{measured['questions']}", *(f"{measured[m]:.4f}" for m in FAN_OUT)])
            right, first = measured["verdict-accuracy"], measured["first-hit"]
            figures.append(
                Figure(f"{what} {split}：判定正确率 / 首段切题", f"{right:.3f} / {first:.3f}", "≥ 0.95 / ≥ 0.95", min(right, first) >= 0.95)
            )
    table = markdown(["题", "部分", "题数", *FAN_OUT], rows)
    return Section("逐区判定：48 个主题、64 个少见的主题与示例规划", tuple(figures), (table,))


def _differences(rows: list[Comparison]) -> str:
    return markdown(
        ["类别", "指标", "题数", "bm25", "hybrid", "差", "95% 区间", "p", "胜 / 负"],
        [
            [KINDS.get(r.kind, r.kind), LABELS.get(r.measure, r.measure), f"{r.questions}", f"{r.first:.4f}", f"{r.second:.4f}",
             f"{r.difference:+.4f}", f"{r.low:+.4f} … {r.high:+.4f}", f"{r.p:.4f}", f"{r.wins} / {r.losses}"]
            for r in rows
        ],
    )  # fmt: skip


def _kind(report: dict[str, Any], kind: str) -> str:
    rows = {name: row["kinds"][kind] for name, row in report["systems"].items() if row["kinds"][kind]["questions"]}
    if not rows:
        return f"{KINDS.get(kind, kind)}：还没有这一类的指标。"
    measures = [m for m in (NUGGETS, NUGGETS_SHOWN, *RANKED, *FAN_OUT, ABSTAINED, EXACT) if any(m in row for row in rows.values())]
    body = [[name, *(f"{row[m]:.4f}" if m in row else "—" for m in measures)] for name, row in rows.items()]
    count = max(row["questions"] for row in rows.values())
    return f"{KINDS.get(kind, kind)}（{count} 题）：\n\n" + markdown(["系统", *measures], body)
