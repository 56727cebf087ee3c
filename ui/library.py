"""HTML of the corpus: the table of documents and what became of uploaded files. Escapes all it is given."""

from collections import Counter
from pathlib import PurePosixPath

from ui.client import Json
from ui.marks import escaped

OUTCOMES = {"added": "新增", "replaced": "更新", "unchanged": "未变", "removed": "移除", "refused": "未能读入"}
MOST_ROWS = 300
_UNSURE = 0.8
"""Below this confidence a region read from the text is shown with a question mark."""


def file_name(path: str | None) -> str:
    """A file's name without the folders of the machine that ingested it."""
    return PurePosixPath((path or "").replace("\\", "/")).name


def matching(documents: list[Json], wanted: str) -> list[Json]:
    """The documents whose title, file or region holds every word of `wanted`."""
    words = wanted.casefold().split()
    return [d for d in documents if all(word in _words(d) for word in words)]


def table(documents: list[Json]) -> str:
    """Documents by region, title and file, the first MOST_ROWS of them."""
    ordered = sorted(documents, key=lambda d: ((d["region"] or {}).get("code", "~"), d["title"] or "", d["file"] or ""))
    rows = "".join(
        f'<tr><td>{_document(d)}</td><td>{_region(d["region"])}</td><td class="k">{escaped(d["kind"])}</td>'
        f'<td class="n">{escaped(d["period"] or "—")}</td><td>{_status(d["status"])}</td><td class="n">{int(d["passages"])}</td></tr>'
        for d in ordered[:MOST_ROWS]
    )
    heads = "<th>标题与文件</th><th>地区</th><th>文种</th><th>规划期</th><th>状态</th><th>段数</th>"
    rest = len(ordered) - MOST_ROWS
    more = f'<p class="ps-hint">另有 {rest} 份未列出，请用上面的筛选框缩小范围。</p>' if rest > 0 else ""
    return f'<table class="ps-table" lang="zh-CN"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}'


def report(outcome: Json) -> str:
    """One line on the whole upload, then a row a file; what could not be read comes first, with its reason."""
    files = outcome["documents"]
    counts = Counter(file["status"] for file in files)
    summary = (
        "，".join(f"{OUTCOMES[status]} {counts[status]} 个" for status in OUTCOMES if counts[status]) or "没有新的文件"
    )
    rows = "".join(_outcome(file) for file in sorted(files, key=lambda f: f["status"] != "refused"))
    seconds = f"{float(outcome['seconds']):.1f}"
    return (
        f'<div class="ps-report" lang="zh-CN" role="status"><p><b>{summary}</b>，用时 {seconds} 秒。</p>'
        f'<table class="ps-table"><tbody>{rows}</tbody></table></div>'
    )


def _outcome(file: Json) -> str:
    status = file["status"]
    label = f'<span class="ps-outcome {escaped(status)}">{OUTCOMES.get(status, escaped(status))}</span>'
    if file["reason"]:
        name = file_name(file["file"])
        reason = file["reason"].removeprefix(f"{name}：")
        return f'<tr><td>{label}</td><td colspan="4"><b>{escaped(name)}</b><small>{escaped(reason)}</small></td></tr>'
    return (
        f"<tr><td>{label}</td><td>{_document(file)}</td><td>{_region(file['region'])}</td>"
        f'<td>{escaped(file["kind"])} {escaped(file["period"])}</td><td class="n">{int(file["passages"])} 段</td></tr>'
        + "".join(f'<tr><td></td><td colspan="4"><small>提示：{escaped(check)}</small></td></tr>' for check in file["checks"])
    )


def _document(document: Json) -> str:
    return f"<b>{escaped(document['title'] or '未识别标题')}</b><small>{escaped(file_name(document['file']))}</small>"


def _region(region: Json | None) -> str:
    if region is None:
        return '<span class="ps-unsure">未识别</span>'
    if region.get("confidence", 1.0) < _UNSURE:
        return f'<span class="ps-unsure" title="识别把握不大，请核对">{escaped(region["name"])}？</span>'
    return escaped(region["name"])


def _status(status: str | None) -> str:
    return escaped(status) if status == "正式" else f'<span class="ps-label ps-draft">{escaped(status)}</span>'


def _words(document: Json) -> str:
    region = document["region"] or {}
    parts = (document["title"], file_name(document["file"]), region.get("name"), document["kind"], document["period"])
    return " ".join(part for part in parts if part).casefold()
