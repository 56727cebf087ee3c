"""Routes of documents: the list, one with its structure, places on pages, neighbours, targets, changes."""

from contextlib import closing
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from corpus.errors import PlanSeekError
from corpus.layout import boxes
from corpus.model import Span
from retriever import wire
from retriever.service import Service
from retriever.wire_library import as_read_json, listing_json

At = Annotated[int, Query(ge=0)]


def routes(served: Service) -> APIRouter:
    router = APIRouter(prefix="/v1/documents", tags=["文档"])

    @router.get("", summary="已入库的文档")
    def documents(offset: At = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> dict[str, Any]:
        with closing(served.store()) as store:
            listed = store.documents(with_text=False)
            counts, edits, gazetteer = store.passage_counts(), store.edits(), store.gazetteer()
            page = listed[offset : offset + limit]
            read = {d.id: as_read_json(store.as_read(d.id), edits[d.id], gazetteer) for d in page if d.id in edits}
        rows = [listing_json(d, counts.get(d.id, 0), read.get(d.id, {})) for d in page]
        return {"documents": rows, "total": len(listed)}

    @router.get("/{document_id}", summary="一份文档的全文、结构与段落")
    def document(document_id: str) -> dict[str, Any]:
        with closing(served.store()) as store:
            found = store.found(document_id)
            return wire.inspection_json(found, store.passages(document_id)) | {"text": found.text}

    @router.get("/{document_id}/boxes", summary="一段文字在页面上的位置")
    def places_on_pages(document_id: str, start: At, end: At) -> dict[str, Any]:
        with closing(served.store()) as store:
            store.found(document_id)
            return {"boxes": [asdict(box) for box in boxes(store.layout(document_id), _span(start, end))]}

    @router.get("/{document_id}/around", summary="一段原文的前一段和后一段")
    def around(document_id: str, start: At, end: At) -> dict[str, Any]:
        with closing(served.store()) as store:
            found = store.found(document_id)
            return wire.neighbours_json(found, store.passages(document_id), _span(start, end))

    @router.get("/{document_id}/targets", summary="一份文档的全部目标")
    def targets_of(document_id: str) -> dict[str, Any]:
        return {"rows": [wire.target_json(row) for row in served.targets_of(document_id)]}

    @router.get("/{document_id}/changes", summary="正式稿对这份草案改了什么")
    def changed(document_id: str) -> dict[str, Any]:
        return {"changes": [wire.change_json(change) for change in served.changes(document_id)]}

    return router


def _span(start: int, end: int) -> Span:
    if end < start:
        raise PlanSeekError(f"起始字符 {start} 在结束字符 {end} 之后。请让 start 不大于 end。")
    return Span(start, end)
