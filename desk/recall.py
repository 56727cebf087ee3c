"""Answers kept as JSON and made into answers again, without asking: a quotation comes back only if it still stands, word for
word and under the same citation, in the corpus at hand."""

from typing import Any

from corpus.model import Document, Passage, Region, Span
from retriever.cite import cite, label
from retriever.expand import Expansion
from retriever.model import Answer, Asked, Citation, Findings, Group, Hit, Interpretation, Query, Read, Statement
from retriever.state import Corpus
from retriever.wire import answer_json

Json = dict[str, Any]


def kept(answer: Answer) -> Json:
    """An answer as the API's JSON, with the evidence unrounded: verdicts are made of it."""
    found = answer_json(answer)
    for shown, hits in ((found, answer.findings.hits), *zip(found["groups"], (g.hits for g in answer.findings.groups), strict=True)):
        for entry, hit in zip(shown["hits"], hits, strict=True):
            entry["evidence"] = hit.evidence
    return found


def recalled(found: Json, query: Query, corpus: Corpus) -> tuple[Answer, int]:
    """A kept answer over the corpus at hand, and how many of its quotations no longer stand there.

    Those are left out; a region all of whose quotations are is left out too, for nothing can be said of it any more.
    """
    back = _Recall(corpus)
    groups, by_region = [], {}
    for entry in found["groups"]:
        group = back.group(entry)
        if group.hits or entry["status"] != "found":
            groups.append(group)
            by_region[group.region.code] = back.statements(entry["statements"])
    findings = Findings(query, back.understood(found["interpretation"]), back.hits(found["hits"]), tuple(groups), Asked({}))
    answer = Answer(findings, found["status"], back.statements(found["statements"]), by_region)
    return answer, len(back.lost)


class _Recall:
    """One answer's way back; `lost` are the places (document, start, end) whose words do not stand any more."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.lost: set[tuple[str, int, int]] = set()

    def group(self, entry: Json) -> Group:
        nearest = self._hit(entry["best_rejected"]) if entry["best_rejected"] else None
        return Group(self.region(entry["region"]), entry["status"], self.hits(entry["hits"]), nearest)

    def region(self, entry: Json) -> Region:
        known = self._corpus.gazetteer
        code = entry["code"]
        return known.region(code) if code in known.places else Region(code, entry["name"], entry["level"])

    def hits(self, entries: list[Json]) -> tuple[Hit, ...]:
        return tuple(hit for entry in entries if (hit := self._hit(entry)))

    def statements(self, entries: list[Json]) -> tuple[Statement, ...]:
        found = []
        for entry in entries:
            citations = tuple(c for cited in entry["citations"] if (c := self._citation(cited)))
            if citations:
                found.append(Statement(entry["text"], citations))
        return tuple(found)

    def _hit(self, entry: Json) -> Hit | None:
        span = Span(**entry["span"])
        for document, passage in self._around(entry["document"]["id"], span):
            text = span.of(document.text)
            if passage.span == span and text == entry["text"] and label(document, passage) == entry["citation"]:
                also = tuple(self.region(region) for region in entry["also"])
                return Hit(passage, document, text, entry["score"], entry["rank"], entry["evidence"], also=also)
        self.lost.add((entry["document"]["id"], span.start, span.end))
        return None

    def _citation(self, entry: Json) -> Citation | None:
        span = Span(**entry["span"])
        for document, passage in self._around(entry["document"]["id"], span):
            if span.of(document.text) == entry["quote"] and label(document, passage) == entry["citation"]:
                return cite(document, passage, span)
        self.lost.add((entry["document"]["id"], span.start, span.end))
        return None

    def _around(self, document_id: str, span: Span) -> list[tuple[Document, Passage]]:
        """The passages of a document that hold a span."""
        rows = self._corpus.by_document.get(document_id, ())
        passages = (self._corpus.passages[int(row)] for row in rows)
        held = [p for p in passages if p.span.start <= span.start < span.end <= p.span.end]
        return [(self._corpus.documents[document_id], passage) for passage in held]

    def understood(self, entry: Json) -> Interpretation:
        fields: Json = {name: entry[name] for name in ("topic", "fan_out", "period", "wants", "document", "compare")}
        fields |= {name: tuple(entry[name]) for name in ("kinds", "statuses", "periods", "exact", "excluded", "notes")}
        fields |= {name: tuple(self.region(r) for r in entry[name]) for name in ("regions", "within", "without", "mentioned")}
        fields["expansions"] = tuple(Expansion(e["word"], e["weight"], e["entry"]) for e in entry["expansions"])
        fields["read"] = tuple(Read(r["words"], r["as"], r["value"]) for r in entry["read"])
        return Interpretation(**fields)
