"""HTML of a comparison: regions down, topics, periods or states across, a cited passage in every cell. Escapes all it is given."""

from ui.client import Json
from ui.marks import escaped, marked, shortened
from ui.regions import name_parts

LEAST, MOST = 2, 6
"""Columns that stand side by side."""
SHORT = 160
BY = {"topic": "主题", "period": "时期", "status": "版本"}


def columns(typed: str) -> list[str]:
    """The columns a user typed, each once: 养老、托育 or 十三五，2026."""
    for mark in "，,；;|/\n\t　":
        typed = typed.replace(mark, "、")
    parts = (part.strip() for piece in typed.split("、") for part in piece.split())
    return list(dict.fromkeys(part for part in parts if part))


def table(matrix: Json) -> str:
    """The whole comparison: a line on what it holds, then the table."""
    heads = "".join(f'<th scope="col">{escaped(name)}{_count(matrix, i)}</th>' for i, name in enumerate(matrix["columns"]))
    body = "".join(_row(matrix, row) for row in matrix["rows"])
    regions = f"{len(matrix['rows'])} 个地区" if any(row["region"] for row in matrix["rows"]) else "全部文件"
    what = f"{regions} × {len(matrix['columns'])} 个{BY.get(matrix['by'], '列')}"
    return (
        f'<div class="ps-matrix" lang="zh-CN"><h2 class="ps-h">对照表<small>{what}，格内为原文</small></h2>'
        f'<div class="ps-grid" tabindex="0" role="region" aria-label="对照表，可左右滚动"><table><thead><tr><th scope="col">地区</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></div>"
    )


def _count(matrix: Json, column: int) -> str:
    found = sum(row["cells"][column]["status"] == "found" for row in matrix["rows"])
    return f"<small>{found} / {len(matrix['rows'])} 有表述</small>"


def _row(matrix: Json, row: Json) -> str:
    region = row["region"] or row["cells"][0]["region"]
    parents, own = name_parts(region["name"])
    cells = "".join(_cell(cell, name) for cell, name in zip(row["cells"], matrix["columns"], strict=True))
    return f'<tr><th scope="row"><div>{escaped(own)}<small>{escaped(parents)}</small></div></th>{cells}</tr>'


def _cell(cell: Json, column: str) -> str:
    if not cell["hits"]:
        nearest = cell["best_rejected"]
        folded = _folded("最接近但不足以作答", [nearest], column) if nearest else ""
        return f'<td class="off"><p>未检索到</p>{folded}</td>'
    first, rest = cell["hits"][0], cell["hits"][1:]
    short = shortened(first["text"], SHORT)
    whole = short != " ".join(first["text"].split())
    quote = f"<blockquote>{marked(short, _terms(first))}</blockquote>{_cited(first)}"
    summary = "全文" * whole + "，" * (whole and bool(rest)) + (f"另 {len(rest)} 段" if rest else "")
    hits = cell["hits"] if whole else rest
    return f"<td>{quote}{_folded(summary, hits, column) if hits else ''}</td>"


def _folded(summary: str, hits: list[Json], column: str) -> str:
    quotes = "".join(f"<blockquote>{marked(hit['text'], _terms(hit))}</blockquote>{_cited(hit)}" for hit in hits)
    return f'<details><summary aria-label="{escaped(column)}：{escaped(summary)}">{escaped(summary)}</summary>{quotes}</details>'


def _cited(hit: Json) -> str:
    status = hit["document"]["status"]
    draft = f'<span class="ps-label ps-draft">{escaped(status)}</span>' if status and status != "正式" else ""
    return f"<cite>{escaped(hit['citation'])}{draft}</cite>"


def _terms(hit: Json) -> list[str]:
    found: list[str] = hit["why"].get("bm25", {}).get("terms", [])
    return found
