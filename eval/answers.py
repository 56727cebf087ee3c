"""The measures of answers: when to say nothing, whether quotations are exact. Pure functions."""

from collections.abc import Iterable, Mapping

from corpus.model import Document
from retriever.model import Answer

ABSTAINED, EXACT = "abstained", "citation-exact"
PRECISION, RECALL = "abstention-precision", "abstention-recall"


def abstention(judged: Iterable[tuple[bool, bool]]) -> dict[str, float]:
    """From (answerable, abstained) pairs: precision = unanswerable and abstained / abstained, recall = unanswerable and
    abstained / unanswerable; a measure without a denominator is left out."""
    pairs = list(judged)
    right = sum(abstained and not answerable for answerable, abstained in pairs)
    said_nothing = sum(abstained for _, abstained in pairs)
    unanswerable = sum(not answerable for answerable, _ in pairs)
    measures = {}
    if said_nothing:
        measures[PRECISION] = right / said_nothing
    if unanswerable:
        measures[RECALL] = right / unanswerable
    return measures


def exactness(answer: Answer, documents: Mapping[str, Document]) -> float | None:
    """Of all quotations in an answer, the share equal to the stored text at their span; None without quotations."""
    statements = [*answer.statements, *(s for found in answer.by_region.values() for s in found)]
    cited = [citation for statement in statements for citation in statement.citations]
    if not cited:
        return None
    return sum(c.quote == c.span.of(documents[c.document.id].text) != "" for c in cited) / len(cited)
