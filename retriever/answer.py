"""Answers from findings with verbatim sentences, each with its citation. Never writes a word of its own."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from corpus.model import Passage, Span
from index.tokenizer import fold
from retriever import evidence
from retriever.cite import cite
from retriever.model import Answer, Asked, Findings, Hit, Statement
from retriever.verdict.judge import ANSWERED, FOUND, RELATED

if TYPE_CHECKING:
    from corpus.duties.model import Duty

_PER_PASSAGE = 2
_MOST_STATEMENTS = 8
_MOST_PER_REGION = 3
_CLOSE = 160
"""Characters of a measure and its units that are quoted as one."""


def answer(findings: Findings) -> Answer:
    """The sentences that answer, in order of their passages' rank; a region or a question without evidence gets none."""
    if findings.interpretation.fan_out is not None:
        by_region = {
            group.region.code: tuple(_told(findings, _trusted(group.hits, FOUND), _MOST_PER_REGION))
            for group in findings.groups
        }
        found = sum(group.status == "found" for group in findings.groups)
        status = "not_found" if not found else "answered" if found == len(findings.groups) else "partly"
        overview = tuple(statement for group in findings.groups for statement in by_region[group.region.code][:1])
        return Answer(findings, status, overview, by_region)
    hits = findings.hits if findings.answered >= ANSWERED else ()
    statements = tuple(_told(findings, _trusted(hits, RELATED) or hits[:1], _MOST_STATEMENTS))
    return Answer(findings, "answered" if statements else "not_found", statements)


def _trusted(hits: Iterable[Hit], least: float) -> list[Hit]:
    """The hits that speak of the topic: what is merely related is shown, but answers nothing."""
    return [hit for hit in hits if hit.evidence >= least]


def _told(findings: Findings, hits: Sequence[Hit], most: int) -> list[Statement]:
    in_charge = _in_charge(findings, hits)
    said = {statement.text for statement in in_charge}
    rest = [statement for statement in _statements(hits, findings.what, most) if statement.text not in said]
    return [*in_charge, *rest][:most]


def _in_charge(findings: Findings, hits: Iterable[Hit]) -> list[Statement]:
    """Where the question asks who is in charge: the words of the likeliest passage that name the units."""
    if findings.interpretation.wants != "责任单位":
        return []
    # Reading who is in charge takes patterns that no other question needs.
    from corpus.duties.extract import duties

    for hit in hits:
        found = duties(hit.document, hit.passage)
        if asked := found if len(found) == 1 else asked_about(found, findings.what, hit.document.text):
            quoted = [cite(hit.document, hit.passage, _with_measure(duty, hit.passage)) for duty in asked]
            return [Statement(citation.quote, (citation,)) for citation in quoted]
    return []


def asked_about(found: "Iterable[Duty]", what: Asked, text: str) -> "list[Duty]":
    """Of a passage with many measures, as a table has, those that hold most of what is asked; none where none holds any."""
    weighed = [(_weight(what, fold(duty.measure.of(text))), duty) for duty in found]
    most = max((weight for weight, _ in weighed), default=0.0)
    return [duty for weight, duty in weighed if weight == most > 0]


def _weight(what: Asked, folded: str) -> float:
    own = sum(weight for term, weight in what.terms.items() if term in folded)
    return own + sum(weight for word, weight in what.words if word in folded)


def _with_measure(duty: "Duty", passage: Passage) -> Span:
    """The words that name the units, from the measure on where that stands close before."""
    start = duty.measure.start
    close = passage.span.start <= start < duty.span.start and duty.span.end - start <= _CLOSE
    return Span(start, duty.span.end) if close else duty.span


def _statements(hits: Iterable[Hit], what: Asked, most: int) -> list[Statement]:
    statements: list[Statement] = []
    said: set[str] = set()
    for hit in hits:
        for span in evidence.best_sentences(what, hit.passage, hit.document.text, _PER_PASSAGE):
            citation = cite(hit.document, hit.passage, span)
            if citation.quote not in said and len(statements) < most:
                said.add(citation.quote)
                statements.append(Statement(citation.quote, (citation,)))
    return statements
