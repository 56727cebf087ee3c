"""HTML of an evaluation: tables of measures, one question's passages and missed nuggets, one run against another. Escapes all
it is given."""

from ui.client import Json
from ui.marks import escaped

_FEW = 3
"""Passages that a system returned which stand open; the others are folded."""
_CHANGED = 30


def made(run: Json) -> str:
    """When a run was made, to the minute, as the machine's clock had it."""
    return str(run["made"])[:16].replace("T", " ")


def index_line(run: Json) -> str:
    """What the run searched."""
    index = run["index"]
    parts = [
        f"{int(run['questions'])} 题", f"索引 {int(index['passages'])} 段", f"分词 {index['tokenizer']}",
        f"向量 {index['embedder']}", f"词典 {index['lexicon']}",
    ]  # fmt: skip
    return f'<p class="ps-hint" lang="zh-CN">{escaped(" · ".join(parts))}</p>'


def measures(run: Json, table: Json) -> str:
    """Measures down, each with a line on what it says, systems across; the best of every row is set off."""
    about = {m["name"]: m for m in run["measures"]}
    head = "".join(f"<th>{escaped(row['system'])}</th>" for row in table["rows"])
    body = "".join(
        f"<tr><th>{escaped(about[name]['label'])}<small>{escaped(about[name]['meaning'])}</small></th>{_cells(name, table)}</tr>"
        for name in table["measures"] if name in about
    )  # fmt: skip
    return (
        f'<div class="ps-scores" lang="zh-CN"><div class="ps-wide"><table class="ps-measures"><thead><tr><th>指标</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></div>"
    )


def latencies(run: Json) -> str:
    """How long a question took each system; nothing where it was not measured."""
    timed = [(s["name"], s["latency_ms"]) for s in run["systems"] if s.get("latency_ms")]
    if not timed:
        return ""
    line = "；".join(f"{escaped(name)} {float(t['p50']):.1f} / {float(t['p95']):.1f}" for name, t in timed)
    return f'<p class="ps-hint" lang="zh-CN">每题排序用时（毫秒，一半的题以内 / 95% 的题以内）：{line}</p>'


def question(found: Json, system: str) -> str:
    """What one system returned for a question, and what that missed."""
    row = found["systems"][system]
    returned, missed = row["returned"], row["missed"]
    total, hidden = int(found["nuggets"]), returned[_FEW:]
    first = "".join(_returned(i, passage) for i, passage in enumerate(returned[:_FEW], 1))
    rest = "".join(_returned(i, passage) for i, passage in enumerate(hidden, _FEW + 1))
    folded = f"<details><summary>其余 {len(hidden)} 段</summary>{rest}</details>" if rest else ""
    gone = "".join(_quote(nugget, "missed") for nugget in missed)
    body = f'<h3>返回的段落<small>{len(returned)} 段</small></h3>{first}{folded}' if returned else _none(found)
    if total:
        said = f"{total} 个要点中漏掉 {len(missed)} 个" if missed else f"{total} 个要点都找到了"
        body += f"<h3>漏掉的要点<small>{said}</small></h3>{gone}"
    regions = f"判定 {int(found['found'])} 个地区有表述、{int(found['silent'])} 个没有。" if found["found"] or found["silent"] else ""
    answer = "" if found["answerable"] else "语料里没有答案，应当回答“未检索到”。"
    note = f'<p class="ps-hint">{regions}{answer}</p>' if regions or answer else ""
    return f'<div class="ps-asked" lang="zh-CN">{note}{body}</div>'


def comparison(found: Json) -> str:
    """Differences by kind and measure with interval, p, wins and losses, then the questions that changed."""
    rows, kind = [], None
    for row in found["rows"]:
        name = row["kind_label"] or "全部"
        head = f"<th>{escaped(name)}<small>{int(row['questions'])} 题</small></th>" if name != kind else "<th></th>"
        kind = name
        rows.append(f"<tr>{head}{_difference(row)}</tr>")
    heads = "".join(f"<th>{word}</th>" for word in ("题类", "指标", "甲", "乙", "差（乙 − 甲）", "95% 区间", "p", "乙胜", "乙负"))
    warning = "" if found["same_index"] else '<p class="ps-note">两次运行检索的索引不同：差别也可能来自语料、分词或模型。</p>'
    if not rows:
        return '<p class="ps-note" lang="zh-CN">两次运行没有共同的题，无法比较。请选同一部分（全部、开发或测试）的结果。</p>'
    return (
        f'<div class="ps-scores" lang="zh-CN">{warning}<div class="ps-wide"><table><thead><tr>{heads}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div><p class="ps-hint">'
        "区间：把题目反复重抽 9999 次，差值有 95% 落在其中；不含 0 的加粗。p：假如两者并无差别，碰巧出现这么大差值的概率，小于 0.05 才值得当真。"
        f"</p>{_changed(found['changed'])}</div>"
    )


def note(sentence: str) -> str:
    return f'<p class="ps-note" lang="zh-CN" role="status">{escaped(sentence)}</p>'


def _best(measure: str, table: Json) -> float | None:
    values = [row["values"][measure] for row in table["rows"] if measure in row["values"]]
    # With one system there is nothing to be better than; how often nothing was said is good or bad by kind.
    if len(values) < 2 or len(set(values)) == 1 or (measure == "abstained" and table["kind"] != "unanswerable"):
        return None
    return float(min(values) if measure == "wrong-region" else max(values))


def _cells(measure: str, table: Json) -> str:
    best = _best(measure, table)
    values = [row["values"].get(measure) for row in table["rows"]]
    return "".join(
        "<td>—</td>" if value is None else f'<td class="{"best" if value == best else ""}">{value:.3f}</td>' for value in values
    )


def _returned(rank: int, passage: Json) -> str:
    label = '<span class="ps-label ps-right">含要点</span>' if passage["answers"] else ""
    return _quote(passage, "answers" if passage["answers"] else "", f"<i>{rank}</i>", label)


def _quote(passage: Json, kind: str, before: str = "", after: str = "") -> str:
    text = passage["text"] or "（原文没有随这次结果保存）"
    return f'<blockquote class="{kind}">{escaped(text)}<cite>{before}{escaped(passage["citation"])}{after}</cite></blockquote>'


def _none(found: Json) -> str:
    why = "这类题只看回答是不是“未检索到”，不记录返回的段落。" if not found["nuggets"] else "没有返回段落，或这个系统不回答这类题。"
    return f'<p class="ps-hint">{why}</p>'


def _difference(row: Json) -> str:
    sure = row["low"] > 0 or row["high"] < 0
    difference = f"{row['difference']:+.3f}"
    return (
        f"<td>{escaped(row['label'])}</td><td>{row['first']:.3f}</td><td>{row['second']:.3f}</td>"
        f'<td class="{"best" if sure else ""}">{difference}</td><td>{row["low"]:+.3f} — {row["high"]:+.3f}</td>'
        f"<td>{_chance(row['p'])}</td><td>{int(row['wins'])}</td><td>{int(row['losses'])}</td>"
    )


def _chance(p: float) -> str:
    return "&lt; 0.001" if p < 0.001 else f"{p:.3f}"


def _changed(changed: list[Json]) -> str:
    if not changed:
        return '<h3>变化的题</h3><p class="ps-hint">没有一道题的得分有变化。</p>'
    rows = "".join(
        f"<tr><th>{escaped(c['id'])}</th><td class='q'>{escaped(c['query'])}</td><td>{escaped(c['label'])}</td><td>{escaped(c['measure'])}</td>"
        f"<td>{c['first']:.2f} → {c['second']:.2f}</td></tr>"
        for c in changed[:_CHANGED]
    )
    more = f'<p class="ps-hint">另有 {len(changed) - _CHANGED} 题变化较小，没有列出。</p>' if len(changed) > _CHANGED else ""
    heads = "<th>题号</th><th class='q'>问题</th><th>题类</th><th>指标</th><th>甲 → 乙</th>"
    return (
        f"<h3>变化的题<small>{len(changed)} 题，变化最大的在前</small></h3>"
        f'<div class="ps-wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{more}'
    )
