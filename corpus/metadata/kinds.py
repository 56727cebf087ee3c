"""Tells a document's kind and status from its title, its file's name or its opening. Never from what it quotes."""

import re
from collections.abc import Iterator

from corpus.model import Evidence, Span
from corpus.structure.lines import Line

# What a title ends with, brackets and a draft's marks left out; the first that fits counts.
_ENDINGS = (
    ("其他", r"(?:执行情况|预算|决算|审计|评估|调研|法院|检察院).{0,40}报告|(?<=[划要告见])(?:的)?(?:说明|解读)"),
    ("政府工作报告", r"政府工作报告|^(?:[0-9]{4}年)?工作报告"),
    ("规划建议", r"制定.{0,40}(?:五年规划|规划|五年计划).{0,30}建议|五年(?:计划|规划)的建议"),
    ("实施意见", r"意见"),
    ("行动计划", r"(?:行动|实施|工作|三年|专项行动)(?:计划|方案)|三年行动|攻坚方案"),
    (
        "规划纲要",
        r"国民经济.{0,60}(?:纲要|规划|计划)|第.{1,3}个五年(?:计划|规划)(?:纲要)?|(?:规划|计划|目标|五年)纲要|五年规划|远景目标",
    ),
    ("专项规划", r"规划"),
    ("通知", r"通知|公告|通告"),
)
_KIND_RULES = tuple((kind, re.compile(rf"(?:{pattern})$")) for kind, pattern in _ENDINGS)
_ANYWHERE = tuple((kind, re.compile(pattern)) for kind, pattern in _ENDINGS if kind not in ("实施意见", "通知"))
_MARKS = re.compile(
    r"[\s·*]*(?:[（(〔\[【][^（()）〕\]】]*[)）〕\]】]|全文|文本|（?(?:征求意见|送审|报批|修订)稿）?|[_\-— ](?:正式(?:稿)?|[上中下一二三四0-9]{1,2}))[\s·*]*$"
)
_STATUS_RULES = (
    ("废止", re.compile(r"[（(【\[](?:本?文件)?(?:已)?(?:废止|失效)[)）】\]]")),
    ("征求意见稿", re.compile(r"征求意见稿|意见征集稿|公示稿|讨论稿|公开征求.{0,60}意见|征求意见的(?:公告|通知)")),
    ("送审稿", re.compile(r"送审稿|报审稿|报批稿")),
    ("草案", re.compile(r"[（(](?:[\u4e00-\u9fff]{0,4})草案(?:稿|[\u4e00-\u9fff]{0,4})[)）]|[（(]草稿[)）]")),
    ("修订", re.compile(r"[（(](?:[0-9]{4}\s*年?)?(?:[^（()）]{0,6})(?:修订|修编|修正|修改)(?:版|稿|本)?[)）]")),
)
_OUTLINE = re.compile(r"国民经济和社会发展(?:的)?第.{1,3}个五年(?:[（(][^（()）]{4,16}[)）])?(?:规划|计划)")


def read_kind(text: str, title: str, title_span: Span | None, stem: str, evidence: dict[str, Evidence]) -> str:
    """The kind of document."""
    sure = min(0.95, evidence["title"].confidence) if "title" in evidence else 0.0
    for source, content, confidence in (("text", title, sure), ("file name", stem, 0.8)):
        if source == "text" and not sure:
            continue
        bare = _unmarked(content)
        for rules, weight in ((_KIND_RULES, 1.0), (_ANYWHERE, 0.7)):
            for kind, pattern in rules:
                if match := pattern.search(bare):
                    span = _within(text, match.group(), title_span) if source == "text" else None
                    origin = source if span or source != "text" else "file name"
                    evidence["kind"] = Evidence(span, round(confidence * weight, 2), origin)
                    return kind
        if source == "text" and sure >= 0.9:
            evidence["kind"] = Evidence(title_span, 0.6)
            return "其他"
    for place, span in _openings(text):
        if match := re.search(r"(?:代表.{0,10}人民政府|代表国务院).{0,10}报告(?:政府)?工作|政府工作报告", place):
            evidence["kind"] = Evidence(Span(span.start + match.start(), span.start + match.end()), 0.9)
            return "政府工作报告"
        if (match := re.search(r"各位代表[！!：:]", place)) and _speaks(text):
            evidence["kind"] = Evidence(Span(span.start + match.start(), span.start + match.end()), 0.75)
            return "政府工作报告"
    if match := _OUTLINE.search(text, 0, 400):
        evidence["kind"] = Evidence(Span(*match.span()), 0.7)
        return "规划纲要"
    own = list(re.finditer(r"本?规划纲要|本纲要", text))
    plans = list(re.finditer(r"第[一二三四五六七八九十]{1,2}个五年计划", text))
    for matches, least, confidence in ((own, 2, 0.6), (plans, 8, 0.5)):
        if len(matches) >= least:
            evidence["kind"] = Evidence(Span(*matches[0].span()), confidence)
            return "规划纲要"
    return "其他"


def _unmarked(title: str) -> str:
    """A title without its brackets and draft's marks at the end: 某规划（2021—2025年）（征求意见稿） → 某规划."""
    while (cut := _MARKS.sub("", title)) != title:
        title = cut
    return title.strip(" *·_》")


def _openings(text: str) -> Iterator[tuple[str, Span]]:
    for start, end in ((0, min(400, len(text))), (max(0, len(text) - 1500), len(text))):
        yield text[start:end], Span(start, end)


def _speaks(text: str) -> bool:
    """Whether a text lays out a government's work: a congress hears other reports too."""
    return re.search(r"法院工作|检察院工作|常委会工作报告", text[:400]) is None


def read_status(
    text: str, title: str, title_span: Span | None, stem: str, head: list[Line], evidence: dict[str, Evidence],
    validity: tuple[str, Span, float] | None, settled: Span | None,
) -> str:  # fmt: skip
    """The status. `validity`: the value of a label 有效性; `settled`: where a number stands, or a session's
    line that says the text was passed."""
    if validity and re.search(r"废止|失效|^否", validity[0]):
        evidence["status"] = Evidence(validity[1], validity[2])
        return "废止"
    lines = "\n".join(line.text for line in head[:8] if "。" not in line.text)
    for place, content, confidence in (("title", title, 0.95), ("lines", lines, 0.85), ("file name", stem, 0.85)):
        for status, pattern in _STATUS_RULES:
            match = pattern.search(content)
            if match is None or (place == "lines" and status in ("废止", "修订")):
                continue
            span = None
            if place != "file name":
                span = _within(text, match.group(), title_span if place == "title" else _over(head))
            evidence["status"] = Evidence(span, confidence if span else 0.85, "text" if span else "file name")
            return status
    for line in head[:12]:
        if match := re.match(r"征\s*集\s*(?:时\s*间|日\s*期)|征求意见", line.text):
            evidence["status"] = Evidence(Span(line.span.start, line.span.start + match.end()), 0.85)
            return "征求意见稿"
        if re.match(r"[（(].{0,4}提请.{4,40}(?:审查|审议)[)）]$", line.text):
            evidence["status"] = Evidence(line.span, 0.65)
            return "草案"
    titled = "title" in evidence and evidence["title"].confidence >= 0.9
    if settled:
        evidence["status"] = Evidence(settled, 0.92)
    else:
        evidence["status"] = Evidence(None, 0.75 if titled else 0.6, "default")
    return "正式"


def _over(lines: list[Line]) -> Span | None:
    return Span(lines[0].span.start, lines[-1].span.end) if lines else None


def _within(text: str, words: str, span: Span | None) -> Span | None:
    """Where words stand inside a span of the text; the span itself where line breaks part them."""
    if span is None:
        return None
    at = text.rfind(words, span.start, span.end)
    return Span(at, at + len(words)) if at >= 0 else span if span.end - span.start < 200 else None
