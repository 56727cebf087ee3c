"""Says what a reader of an ingest's report should check of a document, a Chinese sentence each. Decides nothing."""

from corpus.model import Document

_DOUBTFUL = 0.7


def remarks(document: Document) -> tuple[str, ...]:
    """What was not certain, what is missing, and what the format's reader noted."""
    found = list(document.notes)
    if document.region is None:
        found.append("地区未能确定，请在页面的“语料”里更正，或在 metadata.csv 中填写 region")
    elif _confidence(document, "region") < _DOUBTFUL:
        found.append(f"地区「{document.region.name}」依据不足，请核对")
    title = document.evidence.get("title")
    if title is None or title.source == "inferred":
        found.append("正文中没有标题，标题为推定，请核对")
    if document.period is None and document.kind in ("规划纲要", "政府工作报告"):
        found.append("没有读到规划期或年份")
    if document.missing:
        found.append(f"只是全文的一部分：{document.missing}")
    if document.final:
        found.append("是草案或征求意见稿，语料中有它的正式版本，检索时以正式版本为先")
    return tuple(sentence.rstrip("。") for sentence in found)


def _confidence(document: Document, name: str) -> float:
    evidence = document.evidence.get(name)
    return evidence.confidence if evidence else 0.0


