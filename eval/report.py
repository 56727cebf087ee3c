"""A saved run as one self-contained HTML page, or as Markdown: tables, bars by kind, the questions that failed. Computes no
measure."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from corpus.model import Document, Span
from eval.compare import Comparison
from eval.measures import NUGGETS, covers
from eval.model import Item, Question
from eval.table import KINDS, LABELS, MEASURES

_COLOURS = ("#1d4e58", "#b9802f", "#7a8f3c", "#8d4a5b", "#5b6c9a", "#999999")
_FAILED = 0.5
_MOST_FAILURES = 60
_STYLE = """
body{font:15px/1.75 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#1c2326;max-width:62rem;margin:2.5rem auto;padding:0 1.5rem}
h1{font-size:1.5rem;color:#1d4e58}h2{font-size:1.1rem;margin:2.2rem 0 .6rem}small,.hint{color:#6b777b}
table{border-collapse:collapse;width:100%;font-size:.88rem}th,td{text-align:right;padding:.35rem .6rem;border-bottom:1px solid #e3e2dc;font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:left}th{font-weight:400;color:#6b777b}
details{border-top:1px solid #e3e2dc;padding:.5rem 0}summary{cursor:pointer}blockquote{margin:.3rem 0 .3rem 1rem;padding-left:.8rem;border-left:3px solid #e3e2dc;font-size:.9rem}
.missed{border-color:#b9802f}.key{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .3em 0 1em}
"""


def html(report: Mapping[str, Any], questions: Sequence[Question], documents: Mapping[str, Document]) -> str:
    """The whole page; it asks no other host for anything."""
    title = f"评测报告：{report['set']}（{report['split']}，{report['questions']} 题）"
    index = report["index"]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="hint">索引 {index["passages"]} 段，分词 {escape(index["tokenizer"])}，向量 {escape(index["embedder"])}，词典 {escape(str(index["lexicon"]))}</p>',
        _bars(report),
    ]
    for kind, rows in _by_kind(report):
        count = max(row["questions"] for row in rows.values())
        parts.append(f"<h2>{escape(KINDS.get(kind, kind) or '全部')}<small>　{count} 题</small></h2>{_table(rows)}")
    for system in report["details"]:
        failed = failures(report, questions, system)
        if failed:
            shown = "".join(_failure(report, question, system, documents) for question, _ in failed[:_MOST_FAILURES])
            parts.append(f"<h2>{escape(system)} 没答好的题<small>　{len(failed)} 题</small></h2>{shown}")
    return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>{"".join(parts)}</html>\n'


def markdown(report: Mapping[str, Any]) -> str:
    """The tables alone."""
    lines = [f"# 评测：{report['set']}（{report['split']}，{report['questions']} 题）", ""]
    for kind, rows in _by_kind(report):
        shown = _measures(rows)
        lines += [f"## {KINDS.get(kind, kind) or '全部'}", "", "| 系统 | " + " | ".join(LABELS.get(m, m) for m in shown) + " |"]
        lines.append("| --- |" + " ---: |" * len(shown))
        for name, row in rows.items():
            lines.append(f"| {name} | " + " | ".join(f"{row[m]:.4f}" if m in row else "—" for m in shown) + " |")
        lines.append("")
    return "\n".join(lines)


def failures(report: Mapping[str, Any], questions: Sequence[Question], system: str) -> list[tuple[Question, float]]:
    """The questions that a system answered less than half, worst first: by recall of nuggets, or right verdicts."""
    values = report["details"][system]["values"]
    found = []
    for question in questions:
        row = values.get(question.id, {})
        score = row.get(NUGGETS, row.get("verdict-accuracy"))
        if score is not None and score < _FAILED:
            found.append((question, score))
    return sorted(found, key=lambda pair: (pair[1], pair[0].id))


def _by_kind(report: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    systems = report["systems"]
    kinds = sorted({kind for row in systems.values() for kind in row.get("kinds", {})})
    if not kinds:
        return [("", dict(systems))]
    return [
        (kind, rows)
        for kind in kinds
        if (rows := {n: row["kinds"][kind] for n, row in systems.items() if row["kinds"][kind]["questions"]})
    ]


def _measures(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [measure for measure in MEASURES if any(measure in row for row in rows.values())]


def _table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    shown = _measures(rows)
    head = "".join(f"<th>{escape(LABELS.get(m, m))}</th>" for m in shown)
    body = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(f'<td>{row[m]:.4f}</td>' if m in row else '<td>—</td>' for m in shown)}</tr>"
        for name, row in rows.items()
    )
    return f"<table><thead><tr><th>系统</th>{head}</tr></thead><tbody>{body}</tbody></table>"


def _bars(report: Mapping[str, Any]) -> str:
    """Bars by kind and system: recall of nuggets, or right verdicts for a fan-out."""
    groups = [
        (KINDS.get(kind, kind) or "全部", [(name, row.get(NUGGETS, row.get("verdict-accuracy"))) for name, row in rows.items()])
        for kind, rows in _by_kind(report)
    ]
    groups = [(label, [(n, v) for n, v in bars if v is not None]) for label, bars in groups]
    groups = [group for group in groups if group[1]]
    names = list(report["systems"])
    width, height, left = 900, 220, 40
    step = (width - left) / max(len(groups), 1)
    marks = [
        f'<line x1="{left}" x2="{width}" y1="{20 + height * (1 - v)}" y2="{20 + height * (1 - v)}" stroke="#e3e2dc"/>'
        f'<text x="0" y="{24 + height * (1 - v)}" font-size="11" fill="#6b777b">{v:.0%}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    ]
    for g, (label, bars) in enumerate(groups):
        wide = step * 0.8 / max(len(names), 1)
        for name, value in bars:
            i = names.index(name)
            x, tall = left + g * step + step * 0.1 + i * wide, height * value
            marks.append(
                f'<rect x="{x:.1f}" y="{20 + height - tall:.1f}" width="{wide * 0.9:.1f}" height="{tall:.1f}" fill="{_COLOURS[i % len(_COLOURS)]}">'
                f"<title>{escape(name)} {value:.4f}</title></rect>"
            )
        marks.append(
            f'<text x="{left + g * step + step / 2:.1f}" y="{height + 40}" font-size="12" text-anchor="middle" fill="#1c2326">{escape(label)}</text>'
        )
    key = "".join(f'<span class="key" style="background:{_COLOURS[i % len(_COLOURS)]}"></span>{escape(n)}' for i, n in enumerate(names))
    chart = f'<svg viewBox="0 0 {width} {height + 50}" role="img" aria-label="各类问题的得分">{"".join(marks)}</svg>'
    return f'<h2>各类问题<small>　要点召回@10；逐区问题为判定正确率</small></h2>{chart}<p class="hint">{key}</p>'


def _failure(report: Mapping[str, Any], question: Question, system: str, documents: Mapping[str, Document]) -> str:
    returned = [Item("", d, Span(a, b)) for d, a, b in report["details"][system]["returned"].get(question.id, ())]
    missed = [n for n in question.nuggets if not any(covers(item, n) for item in returned)]
    quotes = "".join(f'<blockquote class="missed">{_quote(n.document, n.span, documents)}</blockquote>' for n in missed[:8])
    shown = "".join(f"<blockquote>{_quote(i.document, i.span, documents)}</blockquote>" for i in returned[:5])
    kind = KINDS.get(question.kind, question.kind)
    return (
        f"<details><summary>{escape(question.id)}　{escape(question.query)}　<small>{escape(kind)}</small></summary>"
        f"<p>漏掉的要点（{len(missed)} / {len(question.nuggets)}）</p>{quotes or '<p class=hint>无</p>'}<p>返回的前几段</p>{shown or '<p class=hint>没有返回段落</p>'}</details>"
    )


def _quote(name: str, span: Span, documents: Mapping[str, Document]) -> str:
    document = documents.get(name)
    if document is None:
        return f"<small>（文档 {escape(name[:12])}… 不在语料中）</small>"
    return f"{escape(' '.join(span.of(document.text).split()))[:600]}<small>　——《{escape(document.title)}》</small>"


def compared(rows: Iterable[Comparison], first: str, second: str, most: int) -> list[str]:
    """Lines of a comparison for a terminal: a row a kind and measure, then the questions that changed most."""
    lines = [f"{first} → {second}（差为后者减前者，方括号内为 95% 区间）"]
    changed: dict[str, tuple[str, float, float]] = {}
    for row in rows:
        label = f"{KINDS.get(row.kind, row.kind) or '全部'}　{LABELS.get(row.measure, row.measure)}（{row.questions} 题）"
        lines.append(
            f"{label}：{row.first:.4f} → {row.second:.4f}，差 {row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}]，"
            f"p = {row.p:.4f}，胜 {row.wins} 负 {row.losses}"
        )
        if row.measure in (NUGGETS, "verdict-accuracy"):
            changed |= {name: (LABELS.get(row.measure, row.measure), a, b) for name, a, b in row.changed}
    ordered = sorted(changed.items(), key=lambda item: (-abs(item[1][2] - item[1][1]), item[0]))[:most]
    if ordered:
        lines.append("变化最大的题：")
        lines += [f"  {name}　{measure} {a:.2f} → {b:.2f}" for name, (measure, a, b) in ordered]
    return lines
