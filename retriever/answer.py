"""Answers from findings with verbatim sentences, each with its citation. Never writes a word of its own."""

from collections.abc import Iterable

from retriever import evidence
from retriever.cite import cite
from retriever.model import Answer, Asked, Findings, Hit, Statement
from retriever.verdict.judge import ANSWERED, FOUND, RELATED

_PER_PASSAGE = 2
_MOST_STATEMENTS = 8
_MOST_PER_REGION = 3


def answer(findings: Findings) -> Answer:
    """The sentences that answer, in order of their passages' rank; a region or a question without evidence gets none."""
    if findings.interpretation.fan_out is not None:
        by_region = {
            group.region.code: tuple(_statements(_trusted(group.hits, FOUND), findings.what, _MOST_PER_REGION))
            for group in findings.groups
        }
        found = sum(group.status == "found" for group in findings.groups)
        status = "not_found" if not found else "answered" if found == len(findings.groups) else "partly"
        overview = tuple(statement for group in findings.groups for statement in by_region[group.region.code][:1])
        return Answer(findings, status, overview, by_region)
    hits = findings.hits if findings.answered >= ANSWERED else ()
    statements = tuple(_statements(_trusted(hits, RELATED) or hits[:1], findings.what, _MOST_STATEMENTS))
    return Answer(findings, "answered" if statements else "not_found", statements)


def _trusted(hits: Iterable[Hit], least: float) -> list[Hit]:
    """The hits that speak of the topic: what is merely related is shown, but answers nothing."""
    return [hit for hit in hits if hit.evidence >= least]


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
