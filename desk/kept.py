"""What was put aside, found again in the corpus at hand; what has left it is told from what was kept. Keeps nothing itself."""

from datetime import datetime

from corpus.errors import PlanSeekError, Unknown
from corpus.model import Document, Passage, Span
from desk.model import Item, Place
from retriever import paper
from retriever.cite import cite
from retriever.model import Answer, Citation
from retriever.state import Corpus

MISSING = "（原文件已不在语料中）"


def cited(place: Place, corpus: Corpus) -> tuple[Citation, Passage]:
    """A slice of the corpus that is a passage or lies inside one. Raises Unknown, PlanSeekError."""
    document, start, end = place
    if document not in corpus.documents:
        raise Unknown(f"没有编号为 {document} 的文档。")
    holding = _around(document, Span(start, end), corpus)
    if holding is None:
        raise PlanSeekError(f"第 {start}—{end} 个字符不在任何一段正文之内。请从检索结果里选取段落。")
    return cite(corpus.documents[document], holding, Span(start, end)), holding


def again(item: Item, corpus: Corpus) -> Citation | None:
    """An item's citation in the corpus at hand; None where its words no longer stand there.

    A document that was read anew may have its words elsewhere: they count where they stand just once.
    """
    document = corpus.documents.get(item.document)
    if document is None:
        return None
    span = item.span
    if span.of(document.text) != item.quote:
        at = document.text.find(item.quote)
        if at < 0 or document.text.find(item.quote, at + 1) >= 0:
            return None
        span = Span(at, at + len(item.quote))
    holding = _around(document.id, span, corpus)
    return cite(document, holding, span) if holding else None


def for_paper(item: Item, corpus: Corpus) -> paper.Kept:
    """An item as it goes into a file; one that is missing in the words that were kept of it, its note saying so."""
    citation = again(item, corpus)
    note = item.note if citation else f"{item.note}{MISSING}"
    day = datetime.fromisoformat(item.added).astimezone()
    added = f"{day.year}年{day.month}月{day.day}日"
    return paper.Kept(item.question, note, item.region, citation or _as_kept(item), added)


def shown(answer: Answer) -> list[Place]:
    """The places of the passages that an answer shows, each once, in its order."""
    groups = answer.findings.groups
    hits = [hit for group in groups for hit in group.hits] if groups else answer.findings.hits
    return list(dict.fromkeys((h.document.id, h.passage.span.start, h.passage.span.end) for h in hits))


def _around(document: str, span: Span, corpus: Corpus) -> Passage | None:
    passages = (corpus.passages[int(row)] for row in corpus.by_document.get(document, ()))
    held = (p for p in passages if p.span.start <= span.start < span.end <= p.span.end)
    return next(held, None)


def _as_kept(item: Item) -> Citation:
    """A citation over nothing but the words that were kept, standing where they stood."""
    known = item.source["document"]
    text = " " * item.span.start + item.quote
    document = Document(
        item.document, (known["file"],) if known["file"] else (), text, known["title"], None, known["kind"], known["period"],
        known["status"],
    )  # fmt: skip
    return Citation(document, tuple(item.source["trail"]), item.source["paragraph"], item.span, item.quote, item.label)
