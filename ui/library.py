"""HTML of the corpus: the table of documents and what became of uploaded files. Escapes all it is given."""

from collections import Counter
from pathlib import PurePosixPath

from ui.client import Json
from ui.marks import escaped

OUTCOMES = {"added": "新增", "replaced": "更新", "unchanged": "未变", "removed": "移除", "refused": "未能读入"}
MOST_ROWS = 300
_ROWS_OPEN = 12
"""A report of more files than that shows them only when it is opened."""
_UNSURE = 0.8
"""Below this confidence a region read from the text is shown with a question mark."""


def file_name(path: str | None) -> str:
    """A file's name without the folders of the machine that ingested it."""
    return PurePosixPath((path or "").replace("\\", "/")).name


def matching(documents: list[Json], wanted: str) -> list[Json]:
    """The documents whose title, file or region holds every word of `wanted`."""
    words = wanted.casefold().split()
    return [d for d in documents if all(word in _words(d) for word in words)]


def ordered(documents: list[Json]) -> list[Json]:
    """Documents by region and file: one whose title is corrected stays where it was."""
    return sorted(documents, key=lambda d: ((d["region"] or {}).get("code", "~"), d["file"] or "", d["id"]))


def outcome(job: Json, *, folded: bool = False) -> str:
    """What a job that has ended did; folded: only its first line until it is opened."""
    if job["kind"] == "remove":
        return _removal(job["result"])
    return report(job["result"], folded=folded)


def usage(sizes: Json) -> str:
    """What takes how much of the disk, in one line."""
    words = {"store": "语料", "index": "索引", "uploads": "上传的文件", "cache": "缓存", "models": "模型", "other": "其他"}
    parts = "，".join(f"{word} {size(sizes[name])}" for name, word in words.items() if sizes[name] >= 100_000)
    return f'<p class="ps-usage" lang="zh-CN">磁盘占用：{parts}；还可用 {size(sizes["free"])}。</p>'


def size(count: int) -> str:
    """Bytes in the unit that leaves one to three figures before the point."""
    value = count / 1e6
    return f"{value / 1000:.1f} GB" if value >= 1000 else f"{value:.1f} MB"


def report(outcome: Json, *, folded: bool = False) -> str:
    """One line on the whole upload, then a row a file; what could not be read comes first, with its reason. Files that had
    not changed are only counted where there are others."""
    files = outcome["documents"]
    counts = Counter(file["status"] for file in files)
    summary = (
        "，".join(f"{OUTCOMES[status]} {counts[status]} 个" for status in OUTCOMES if counts[status]) or "没有新的文件"
    )
    told = [file for file in files if file["status"] != "unchanged"] or files
    told.sort(key=lambda file: file["status"] != "refused")
    rows = "".join(_outcome(file) for file in told[:MOST_ROWS])
    rest = f'<p class="ps-hint">另有 {len(told) - MOST_ROWS} 个文件未列出。</p>' if len(told) > MOST_ROWS else ""
    head = f"<b>{summary}</b>，用时 {float(outcome['seconds']):.1f} 秒。"
    content = f'<table class="ps-table"><tbody>{rows}</tbody></table>{rest}'
    if folded or len(told) > _ROWS_OPEN:
        content = f"<details><summary>{head}</summary>{content}</details>"
    else:
        content = f"<p>{head}</p>{content}"
    return f'<div class="ps-report" lang="zh-CN" role="status">{content}</div>'


def _removal(outcome: Json) -> str:
    """What was removed, and what would bring it back."""
    gone = outcome["documents"]
    left = [document for document in gone if document["note"]]
    names = "、".join(file_name(path) for document in left[:10] for path in document["left"]) + ("等" if len(left) > 10 else "")
    back = (
        f"<small>其中 {len(left)} 份的原文件还在原处（{escaped(names)}），再次读入它所在的文件夹或压缩包时会重新入库。</small>" if left else ""
    )
    passages = sum(int(document["passages"]) for document in gone)
    return f'<div class="ps-report" lang="zh-CN" role="status"><p><b>已移除 {len(gone)} 份文件、{passages} 段。</b></p>{back}</div>'


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
        + "".join(f'<tr class="more"><td></td><td colspan="4"><small>提示：{escaped(check)}</small></td></tr>' for check in file["checks"])
    )


def _document(document: Json) -> str:
    return f"<b>{escaped(document['title'] or '未识别标题')}</b><small>{escaped(file_name(document['file']))}</small>"


def _region(region: Json | None) -> str:
    if region is None:
        return '<span class="ps-unsure">未识别</span>'
    if region.get("confidence", 1.0) < _UNSURE:
        return f'<span class="ps-unsure" title="识别把握不大，请核对">{escaped(region["name"])}？</span>'
    return escaped(region["name"])


def _words(document: Json) -> str:
    region = document["region"] or {}
    parts = (document["title"], file_name(document["file"]), region.get("name"), document["kind"], document["period"])
    return " ".join(part for part in parts if part).casefold()
