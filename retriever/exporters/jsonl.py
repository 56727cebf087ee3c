"""Exports a paper as JSON Lines: an object a passage or a row of a table, for programs that read line by line."""

import json
from collections.abc import Iterator
from typing import Any

from retriever.paper import Cell, Paper, Quotation
from retriever.wire import region_json

Json = dict[str, Any]


def export(paper: Paper) -> bytes:
    lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in _entries(paper)]
    return "".join(lines).encode("utf-8", "replace")


def _entries(paper: Paper) -> Iterator[Json]:
    for chapter in paper.chapters:
        for part in chapter.parts:
            for quotation in part.quotations:
                yield {"query": quotation.question or chapter.question} | _quotation(quotation)
            if not part.quotations:
                yield {"query": chapter.question, "region": region_json(part.region), "verdict": part.verdict}
        if not chapter.parts:
            for table in chapter.tables:
                for row in table.rows:
                    yield {"query": chapter.question, "table": table.name} | {
                        column: _cell(cell) for column, cell in zip(table.columns, row, strict=True)
                    }


def _cell(cell: Cell) -> Any:
    return [_quotation(quotation) for quotation in cell] if isinstance(cell, tuple) else cell


def _quotation(q: Quotation) -> Json:
    d = q.document
    told: Json = {
        "region": region_json(q.region), "verdict": q.verdict, "rank": q.rank, "citation": q.label, "text": q.text,
        "span": {"start": q.span.start, "end": q.span.end},
        "marks": [{"start": mark.start, "end": mark.end} for mark in q.marks],
        "document": {"id": d.id, "title": d.title, "file": q.file, "kind": d.kind, "period": d.period, "status": d.status,
                     "issuer": d.issuer, "issued": d.issued, "number": d.number},
        "aspect": q.aspect, "also": list(q.also), "note": q.note, "added": q.added,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", None, [])}
