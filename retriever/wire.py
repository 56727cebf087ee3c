"""The JSON of DESIGN.md §4: findings and answers as plain objects, the same on the command line and over HTTP."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from corpus.model import Document, Passage, Region, Span
from corpus.remarks import remarks
from retriever.changes import Change
from retriever.cite import label
from retriever.model import Answer, Citation, Findings, Group, Hit, Interpretation, Matrix, Statement

if TYPE_CHECKING:
    from index.ingest import FileReport, Report
    from retriever.synthesis import Checked, Written
    from retriever.tables import DutyRow, TargetRow

Json = dict[str, Any]


def findings_json(findings: Findings) -> Json:
    return {
        "query": findings.query.text,
        "interpretation": interpretation_json(findings.interpretation),
        "hits": [hit_json(hit) for hit in findings.hits],
        "groups": [group_json(group) for group in findings.groups],
    }


def answer_json(answer: Answer) -> Json:
    groups = [
        group_json(group) | {"statements": [statement_json(s) for s in answer.by_region.get(group.region.code, ())]}
        for group in answer.findings.groups
    ]
    statements = [statement_json(statement) for statement in answer.statements]
    return findings_json(answer.findings) | {"status": answer.status, "statements": statements, "groups": groups}


def interpretation_json(understood: Interpretation) -> Json:
    return {
        "topic": understood.topic,
        "regions": [region_json(region) for region in understood.regions],
        "fan_out": understood.fan_out,
        "period": understood.period,
        "kinds": list(understood.kinds),
        "statuses": list(understood.statuses),
        "periods": list(understood.periods),
        "within": [region_json(region) for region in understood.within],
        "without": [region_json(region) for region in understood.without],
        "mentioned": [region_json(region) for region in understood.mentioned],
        "wants": understood.wants,
        "exact": list(understood.exact),
        "excluded": list(understood.excluded),
        "document": understood.document,
        "compare": understood.compare,
        "read": [{"words": read.words, "as": read.what, "value": read.value} for read in understood.read],
        "expansions": [{"word": e.word, "weight": round(e.weight, 3), "entry": e.entry} for e in understood.expansions],
        "notes": list(understood.notes),
    }


def region_json(region: Region | None) -> Json | None:
    return {"code": region.code, "name": region.name, "level": region.level} if region else None


def document_json(document: Document) -> Json:
    """A document in short, as it stands in a hit."""
    region = region_json(document.region)
    if region is not None:
        region["confidence"] = document.evidence["region"].confidence if "region" in document.evidence else 0.0
    return {
        "id": document.id,
        "title": document.title,
        "file": document.files[0] if document.files else None,
        "region": region,
        "kind": document.kind,
        "period": document.period,
        "status": document.status,
    }


def hit_json(hit: Hit) -> Json:
    passage = hit.passage
    why: Json = {}
    for ranker, reason in hit.why.items():
        why[ranker] = {"rank": reason.rank, "score": round(reason.score, 4)}
        if ranker == "bm25":
            why[ranker]["terms"] = list(reason.terms)
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "document": document_json(hit.document),
        "region": region_json(passage.region),
        "trail": list(passage.trail),
        "paragraph": passage.paragraph,
        "page": passage.page,
        "span": {"start": passage.span.start, "end": passage.span.end},
        "text": hit.text,
        "rows": [
            [{"column": column, "text": words} for column, words in row] for row in hit.document.rows_in(passage.span)
        ],
        "citation": label(hit.document, passage),
        "evidence": round(hit.evidence, 3),
        "also": [region_json(region) for region in hit.also],
        "why": why,
    }


def group_json(group: Group) -> Json:
    return {
        "region": region_json(group.region),
        "status": group.status,
        "hits": [hit_json(hit) for hit in group.hits],
        "best_rejected": hit_json(group.best_rejected) if group.best_rejected else None,
    }


def matrix_json(matrix: Matrix) -> Json:
    return {
        "query": matrix.query.text,
        "interpretation": interpretation_json(matrix.interpretation),
        "by": matrix.by,
        "columns": list(matrix.columns),
        "rows": [
            {"region": region_json(row.region), "cells": [group_json(cell) for cell in row.cells]} for row in matrix.rows
        ],
    }


def change_json(change: Change) -> Json:
    return {
        "before": citation_json(change.before) if change.before else None,
        "after": citation_json(change.after) if change.after else None,
        "words": [{"tag": tag, "before": before, "after": after} for tag, before, after in change.words],
    }


def written_json(written: "Written") -> Json:
    return {"note": written.note, "sentences": [checked_json(sentence) for sentence in written.sentences]}


def checked_json(sentence: "Checked") -> Json:
    return {
        "text": sentence.text,
        "kept": sentence.kept,
        "reason": sentence.reason,
        "citations": [citation_json(citation) for citation in sentence.citations],
    }


def target_json(row: "TargetRow") -> Json:
    target = row.target
    value, unit = row.amount
    region = region_json(row.region)
    if region is not None:
        region["place"] = {"lon": row.place.lon, "lat": row.place.lat, "own": row.place.own} if row.place else None
    return {
        "region": region,
        "indicator": target.indicator,
        "kind": target.kind,
        "value": target.low,
        "high": target.high,
        "unit": target.unit,
        "change": target.change,
        "year": target.year,
        "annual": target.annual,
        "comparator": target.comparator,
        "base": {"value": target.base, "unit": target.base_unit, "year": target.base_year} if target.base is not None else None,
        "nature": target.nature,
        "text": target.span.of(row.citation.document.text),
        "amount": {"value": value, "unit": unit},
        "span": {"start": target.span.start, "end": target.span.end},
        "citation": citation_json(row.citation),
    }


def targets_json(understood: Interpretation, rows: "Sequence[TargetRow]") -> Json:
    return {"interpretation": interpretation_json(understood), "rows": [target_json(row) for row in rows]}


def duties_json(understood: Interpretation, rows: "Sequence[DutyRow]") -> Json:
    return {"interpretation": interpretation_json(understood), "rows": [duty_json(row) for row in rows]}


def duty_json(row: "DutyRow") -> Json:
    return {
        "region": region_json(row.region),
        "measure": row.measure,
        "lead": list(row.lead),
        "responsible": list(row.responsible),
        "support": list(row.support),
        "citation": citation_json(row.citation),
    }


def neighbours_json(document: Document, passages: Sequence[Passage], span: Span) -> Json:
    """The passages before and after a span, in reading order; None at either end of the document."""
    before = [passage for passage in passages if passage.span.end <= span.start]
    after = [passage for passage in passages if passage.span.start >= span.end]

    def short(passage: Passage) -> Json:
        return {
            "span": {"start": passage.span.start, "end": passage.span.end},
            "text": passage.span.of(document.text),
            "trail": list(passage.trail),
            "citation": label(document, passage),
        }

    return {"before": short(before[-1]) if before else None, "after": short(after[0]) if after else None}


def statement_json(statement: Statement) -> Json:
    return {"text": statement.text, "citations": [citation_json(citation) for citation in statement.citations]}


def citation_json(c: Citation) -> Json:
    return {
        "document": document_json(c.document),
        "trail": list(c.trail),
        "paragraph": c.paragraph,
        "span": {"start": c.span.start, "end": c.span.end},
        "quote": c.quote,
        "citation": c.label,
    }


def report_json(report: "Report") -> Json:
    """What an ingest did, a row a file."""
    return {
        "documents": [_file_json(file) for file in report.files],
        "passages": report.passages,
        "seconds": round(report.seconds, 3),
    }


def _file_json(file: "FileReport") -> Json:
    short: Json = {"file": file.file, "id": None, "status": file.status, "reason": file.reason, "title": None, "region": None,
                   "kind": None, "period": None, "passages": file.passages, "parts": dict(file.parts),
                   "checks": list(file.checks)}  # fmt: skip
    if file.document:
        known = document_json(file.document)
        short |= {key: known[key] for key in ("id", "title", "region", "kind", "period")}
    return short


def inspection_json(document: Document, passages: Sequence[Passage]) -> Json:
    """A document as it was read: every field with its span and confidence, the sections, the passages."""

    def field(name: str, value: Any) -> Json:
        evidence = document.evidence.get(name)
        span = {"start": evidence.span.start, "end": evidence.span.end} if evidence and evidence.span else None
        return {
            "value": value,
            "span": span,
            "confidence": evidence.confidence if evidence else 0.0,
            "source": evidence.source if evidence else None,
        }

    return {
        "document": {
            "id": document.id,
            "files": list(document.files),
            "title": field("title", document.title),
            "region": field("region", region_json(document.region)),
            "kind": field("kind", document.kind),
            "period": field("period", document.period),
            "status": field("status", document.status),
            "issued": field("issued", document.issued),
            "number": field("number", document.number),
            "issuer": field("issuer", document.issuer),
            "pages": len(document.pages) or None,
            "follows": document.follows,
            "missing": document.missing,
            "final": document.final,
            "checks": list(remarks(document)),
        },
        "sections": [
            {"kind": s.kind, "level": s.level, "heading": s.heading, "start": s.span.start, "end": s.span.end}
            for s in document.sections
        ],
        "tables": [
            {
                "start": table.span.start,
                "end": table.span.end,
                "columns": [cell.of(document.text) for cell in table.columns],
                "rows": [[cell.of(document.text) for cell in row] for row in table.rows],
            }
            for table in document.tables
        ],
        "passages": [
            {
                "start": p.span.start,
                "end": p.span.end,
                "trail": list(p.trail),
                "paragraph": p.paragraph,
                "region": region_json(p.region),
                "page": p.page,
            }
            for p in passages
        ],
    }
