"""HTML of what was found: coverage, regions, quotations, citations. Escapes all it is given."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from ui import places
from ui.client import Json
from ui.marks import escaped, marked
from ui.regions import name_parts

RANKERS = {"bm25": "字词匹配", "dense": "语义相近", "late": "逐句细比", "cross-encoder": "重排模型"}


def grouped(answer: Json, question: str = "") -> str:
    """A fan-out: the coverage line with its bar, an index of the regions, each region with its quotations. question: what is
    asked, saying so by itself, where that is not the answer's own query."""
    groups = answer["groups"]
    body = _coverage(groups) + "".join(_group(answer, group) for group in groups)
    return f'<div class="ps-results" lang="zh-CN" data-question="{escaped(question or answer["query"])}">{body}</div>'


def flat(answer: Json, question: str = "") -> str:
    """A question about one thing: the sentences that answer it, then the passages. question: as of `grouped`."""
    answered = answer["status"] != "not_found"
    lead = _statements(answer) if answered else _silence(bool(answer["hits"]))
    title = "相关原文" if answered else "最接近的原文，不足以作答"
    hits = "".join(_hit(answer, hit, answer["statements"]) for hit in answer["hits"])
    below = f'<h2 class="ps-h">{title}<small>{len(answer["hits"])} 段</small></h2>{hits}' if hits else ""
    return f'<div class="ps-results ps-flat" lang="zh-CN" data-question="{escaped(question or answer["query"])}">{lead}{below}</div>'


def _coverage(groups: list[Json]) -> str:
    found = [group for group in groups if group["status"] == "found"]
    bar = "".join(f'<span class="{"on" if group["status"] == "found" else "off"}"></span>' for group in groups)
    links = "".join(
        f'<a class="{"on" if group["hits"] else "off"}" href="#{_anchor(group)}">{escaped(name_parts(group["region"]["name"])[1])}'
        f"<small>{len(group['hits']) or '—'}</small></a>"
        for group in groups
    )
    line = f"<b>{len(groups)}</b> 个地区中 <b>{len(found)}</b> 个有相关表述"
    return (
        f'<div class="ps-coverage"><p>{line}</p><div class="ps-bar" role="img" '
        f'aria-label="{len(found)} / {len(groups)}">{bar}</div><nav>{links}</nav></div>'
    )


def _anchor(group: Json) -> str:
    return "region-" + escaped(re.sub(r"\W", "-", str(group["region"]["code"])))


def _group(answer: Json, group: Json) -> str:
    parents, own = name_parts(group["region"]["name"])
    head = f"<header><h2>{escaped(own)}</h2><p>{escaped(parents)}</p></header>"
    if group["hits"]:
        body = "".join(_hit(answer, hit, group.get("statements", ()), group["region"]) for hit in group["hits"])
        return f'<section class="ps-group" id="{_anchor(group)}">{head}<div>{body}</div></section>'
    rejected = group["best_rejected"]
    nearest = (
        f"<details><summary>最接近但不足以作答</summary>{_hit(answer, rejected, (), group['region'])}</details>"
        if rejected
        else '<p class="ps-hint">也没有相近的段落。</p>'
    )
    verdict = '<p class="ps-verdict">未检索到</p>'
    return f'<section class="ps-group ps-silent" id="{_anchor(group)}">{head}<div>{verdict}{nearest}</div></section>'


def _hit(answer: Json, hit: Json, statements: Iterable[Json], region: Json | None = None) -> str:
    asked, also = _words(answer, hit)
    quotation = f"<blockquote>{marked(hit['text'], asked, also, _answering(hit, statements))}</blockquote>"
    # What was asked often stands in the heading, which only the citation shows.
    cited = marked(hit["citation"], asked, also)
    reference = places.reference(hit["document"]["id"], hit["span"])
    # What can be done with a hit is put below it by ui/gestures.js: every element here is cleaned once more by the browser.
    return (
        f'<article class="ps-hit" tabindex="-1" data-ref="{escaped(reference)}">{quotation}{_rows(hit)}<p class="ps-cite"><span>{hit["rank"]}</span><cite>{cited}</cite>'
        f'{_labels(answer, hit, region)}</p><details class="ps-why"><summary><span>{_source(hit, region)}</span><em>为什么命中</em></summary>'
        f"{_why(hit)}</details>{_also(hit)}</article>"
    )


def _also(hit: Json) -> str:
    """The other regions that word it alike."""
    others = hit.get("also", ())
    if not others:
        return ""
    names = "、".join(escaped(name_parts(region["name"])[1]) for region in others)
    return f'<details class="ps-also"><summary>相同表述另见 {len(others)} 个地区</summary><p>{names}</p></details>'


def _rows(hit: Json) -> str:
    """A table's rows under their column names, beside the words as they stand in the text."""
    rows = hit.get("rows", ())
    if not rows:
        return ""
    lists = "".join(
        "<dl>" + "".join(f"<dt>{escaped(c['column'])}</dt><dd>{escaped(c['text'])}</dd>" for c in row) + "</dl>" for row in rows
    )
    return f'<details class="ps-rows"><summary>按列查看（{len(rows)} 行）</summary>{lists}</details>'


def _answering(hit: Json, statements: Iterable[Json]) -> list[tuple[int, int]]:
    """Where in a hit's text the sentences stand that answer, as (start, end)."""
    start, length = hit["span"]["start"], len(hit["text"])
    spans = [
        (citation["span"]["start"] - start, citation["span"]["end"] - start)
        for statement in statements
        for citation in statement["citations"]
        if citation["document"]["id"] == hit["document"]["id"]
    ]
    return [(a, b) for a, b in spans if 0 <= a < b <= length]


def _words(answer: Json, hit: Json) -> tuple[list[str], list[str]]:
    """The matched words that the question uses, and those it was translated to, which are marked more quietly."""
    question = answer["query"].casefold()
    matched = hit["why"].get("bm25", {}).get("terms", [])
    also = [term for term in matched if term not in question]
    also += [expansion["word"] for expansion in answer["interpretation"].get("expansions", ())]
    return [term for term in matched if term in question], also


def _labels(answer: Json, hit: Json, region: Json | None) -> str:
    labels = []
    if {"document": hit["document"]["id"], **hit["span"]} in answer.get("new", ()):
        labels.append('<span class="ps-label ps-new" title="上次查询时没有列出这一段">新</span>')
    if hit["page"] is not None:
        labels.append(f'<span class="ps-label">第 {escaped(hit["page"])} 页</span>')
    status = hit["document"]["status"]
    if status and status != "正式":
        labels.append(f'<span class="ps-label ps-draft">{escaped(status)}</span>')
    issuer = hit["document"]["region"]
    if region and issuer and issuer["code"] != region["code"]:
        labels.append(f'<span class="ps-label">见于{escaped(name_parts(issuer["name"])[1])}文件</span>')
    return "".join(labels)


def _source(hit: Json, region: Json | None) -> str:
    """File, kind and period; the region too where no heading names it."""
    document, about = hit["document"], hit["region"]
    place = name_parts(about["name"])[1] if about and region is None else None
    # Folders of the machine that ingested stay out of the page.
    name = PurePosixPath((document["file"] or "").replace("\\", "/")).name
    return " · ".join(escaped(part) for part in (place, name, document["kind"], document["period"]) if part)


def _why(hit: Json) -> str:
    """A line a ranker, its columns parted by tabs: as a table it would be half of all the elements of an answer."""
    rows = []
    for ranker, reason in hit["why"].items():
        terms = "、".join(reason.get("terms", ()))
        matched = f"\t命中 {escaped(terms)}" if terms else ""
        rows.append(f"{RANKERS.get(ranker, escaped(ranker))}\t第 {int(reason['rank'])} 名\t得分 {float(reason['score']):.2f}{matched}")
    if "evidence" in hit:
        rows.append(f"切题程度\t{float(hit['evidence']):.0%}\t这一段确实说到所问内容的可能性")
    return f"<p>{chr(10).join(rows)}</p>"


def _statements(answer: Json) -> str:
    items = []
    cited = ["；".join(escaped(c["citation"]) for c in statement["citations"]) for statement in answer["statements"]]
    for statement, source, following in zip(answer["statements"], cited, [*cited[1:], None], strict=True):
        # Sentences of one place stand together above its citation.
        citation = "" if source == following else f"<cite>{source}</cite>"
        items.append(f"<li><q>{marked(statement['text'])}</q>{citation}</li>")
    return (
        f'<div class="ps-answer"><h2 class="ps-h">直接回答<small>均为原文</small></h2><ol>{"".join(items)}</ol></div>'
    )


def _silence(nearby: bool) -> str:
    advice = "下面是最接近的段落，供您判断。" if nearby else "现有筛选下没有任何相近的段落，可以先放宽左侧的筛选。"
    return (
        '<div class="ps-empty"><h2>未检索到</h2><p>语料里没有足以直接作答的原文。' + advice + "</p>"
        "<p>可以换用文件里的说法（如“医疗卫生服务”），去掉过细的限定，或补充相关文件后再问。</p></div>"
    )
