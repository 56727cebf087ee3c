"""HTML of how one document was read: what to check, its outline, its tables, and what was left out with the reason. Escapes
all it is given."""

from itertools import groupby

from ui.client import Json
from ui.marks import escaped

FIELDS = {"title": "标题", "region": "地区", "kind": "文种", "period": "规划期", "status": "状态", "issued": "日期", "number": "文号",
          "issuer": "发文机关"}  # fmt: skip
MOST_LINES = 400
_UNSURE = 0.7


def shown(document: Json) -> str:
    """All of it; what must be looked at stands first."""
    parts = [checks(document), facts(document), _outline(document), _tables(document), _left_out(document)]
    return f'<div class="ps-reading" lang="zh-CN">{"".join(parts)}</div>'


def checks(document: Json) -> str:
    """What to look at: a line each."""
    told = document["document"]["checks"]
    return f'<ul class="ps-note">{"".join(f"<li>提示：{escaped(check)}</li>" for check in told)}</ul>' if told else ""


def facts(document: Json) -> str:
    """Title, region and so on, each with the words it was read from."""
    rows = []
    for name, label in FIELDS.items():
        field = document["document"][name]
        value = field["value"]["name"] if isinstance(field["value"], dict) else field["value"]
        if value is None:
            continue
        sure = "" if field["confidence"] >= _UNSURE else '<span class="ps-unsure">？把握不大</span>'
        span = field["span"]
        quote = document["text"][span["start"] : span["end"]] if span else ""
        where = f"<small>读自：{escaped(' '.join(quote.split())[:80])}</small>" if quote and quote != value else ""
        rows.append(f"<tr><th>{label}</th><td>{escaped(value)} {sure}{where}</td></tr>")
    return f'<table class="ps-table ps-fields"><tbody>{"".join(rows)}</tbody></table>'


def _outline(document: Json) -> str:
    sections = [s for s in document["sections"] if s["kind"] in ("heading", "box", "appendix", "glossary")]
    if not sections:
        return '<p class="ps-hint">没有识别到标题层级，全文按自然段切分。</p>'
    rows = "".join(
        f'<li style="--level:{min(int(s["level"]), 8)}">{"<i>专栏</i>" if s["kind"] == "box" else ""}{escaped(s["heading"])}</li>'
        for s in sections[:MOST_LINES]
    )
    return _folded(f"章节目录（{len(sections)} 个标题）", f'<ol class="ps-outline">{rows}</ol>{_rest(len(sections))}')


def _tables(document: Json) -> str:
    tables = document["tables"]
    if not tables:
        return ""
    content = "".join(
        "<table class='ps-table'>"
        + (f"<thead><tr>{''.join(f'<th>{escaped(c)}</th>' for c in table['columns'])}</tr></thead>" if table["columns"] else "")
        + "<tbody>"
        + "".join(f"<tr>{''.join(f'<td>{escaped(c)}</td>' for c in row)}</tr>" for row in table["rows"][:MOST_LINES])
        + f"</tbody></table>{_rest(len(table['rows']))}"
        for table in tables[:50]
    )
    return _folded(f"表格（{len(tables)} 张）", content)


def _left_out(document: Json) -> str:
    noise = [s for s in document["sections"] if s["kind"] == "boilerplate"]
    if not noise:
        return '<p class="ps-hint">没有略去任何内容。</p>'
    rows = "".join(
        f"<tr><td>{escaped(reason)}</td><td>{'<br>'.join(_words(document, s) for s in group)}</td></tr>"
        for reason, group in groupby(noise[:MOST_LINES], key=lambda s: s["heading"])
    )
    table = f'<table class="ps-table"><thead><tr><th>原因</th><th>原文</th></tr></thead><tbody>{rows}</tbody></table>'
    return _folded(f"略去的内容（{len(noise)} 处，不参与检索）", table + _rest(len(noise)))


def _words(document: Json, section: Json) -> str:
    return escaped(" ".join(document["text"][section["start"] : section["end"]].split())[:200])


def _folded(summary: str, content: str) -> str:
    return f"<details><summary>{escaped(summary)}</summary>{content}</details>"


def _rest(count: int) -> str:
    return f'<p class="ps-hint">另有 {count - MOST_LINES} 行未列出。</p>' if count > MOST_LINES else ""
