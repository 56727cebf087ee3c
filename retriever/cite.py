"""Makes citations and checks them: a quotation leaves only if it is the slice it claims to be."""

from corpus.errors import PlanSeekError
from corpus.model import Document, Passage, Span
from retriever.model import Citation


def label(document: Document, passage: Passage) -> str:
    """《标题》第三节 加强生态保护修复 第3段: title, headings, paragraph (第3—5段 where a passage covers several); what is no
    final text says so behind the title."""
    headings = " ".join(passage.trail[: passage.headings])
    first, last = passage.paragraph, passage.last_paragraph
    paragraph = f"第{first}段" if first == last else f"第{first}—{last}段"
    state = document.status if document.status != "正式" and document.status not in document.title else ""
    return f"{titled(document.title)}{f'（{state}）' if state else ''}{headings + ' ' if headings else ''}{paragraph}"


def titled(title: str) -> str:
    """A title in 《》, its own 《》 turned into 〈〉 as the punctuation standard (GB/T 15834) asks."""
    return "《" + title.replace("《", "〈").replace("》", "〉") + "》"


def cite(document: Document, passage: Passage, span: Span) -> Citation:
    """Cite a span of a passage. Raises PlanSeekError if the span is not inside it (a fault of ours, not the user's)."""
    quote = span.of(document.text)
    if not (passage.span.start <= span.start < span.end <= passage.span.end) or not quote.strip():
        raise PlanSeekError(
            f"引文与原文不符（{document.title} {span.start}–{span.end}）。请运行 planseek ingest 重建后重试。"
        )
    return Citation(document, passage.trail, passage.paragraph, span, quote, label(document, passage))
