"""Routes of a document as it is looked at: its numbered paragraphs, the citation of a span, pictures of its pages."""

from contextlib import closing
from dataclasses import replace
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from corpus.errors import PlanSeekError
from corpus.model import Span
from corpus.paragraphs import paragraphs
from corpus.pictures import MEDIA_TYPE, NARROWEST, WIDEST, Pictures
from retriever.cite import label, titled
from retriever.service import Service

At = Annotated[int, Query(ge=0)]


def routes(served: Service) -> APIRouter:
    router = APIRouter(prefix="/v1/documents", tags=["文档"])
    pictures = Pictures()

    @router.get("/{document_id}/paragraphs", summary="一份文档的自然段及其段号，各页从哪里开始")
    def numbered(document_id: str) -> dict[str, Any]:
        with closing(served.store()) as store:
            found = store.found(document_id)
            rows = paragraphs(found, store.passages(document_id))
        return {
            "paragraphs": [{"start": r.span.start, "end": r.span.end, "first": r.first, "last": r.last} for r in rows],
            "pages": list(found.pages),
        }

    @router.get("/{document_id}/citation", summary="一段原文的出处")
    def citation(document_id: str, start: At, end: At) -> dict[str, Any]:
        with closing(served.store()) as store:
            found = store.found(document_id)
            if not start < end <= len(found.text):
                raise PlanSeekError(f"这份文档有 {len(found.text)} 个字符，没有从 {start} 到 {end} 的一段。请检查链接里的 from 和 to。")
            covered = [p for p in store.passages(document_id) if p.span.start < end and start < p.span.end]
        # One label a section: its first passage's, up to the last paragraph of its last.
        sections = [list(own) for _, own in groupby(covered, key=lambda p: p.trail[: p.headings])]
        labels = [label(found, replace(own[0], last_paragraph=own[-1].last_paragraph)) for own in sections]
        span = Span(start, end)
        return {
            "span": {"start": start, "end": end},
            "quote": span.of(found.text),
            "citation": "；".join(dict.fromkeys(labels)) or titled(found.title),
            "page": found.page_of(start),
        }

    @router.get(
        "/{document_id}/pages/{number}", summary="PDF 或图片的一页，WebP 图", response_class=Response,
        responses={200: {"content": {MEDIA_TYPE: {}}}},
    )  # fmt: skip
    def picture(
        document_id: str, number: Annotated[int, Path(ge=1)], width: Annotated[int, Query(ge=NARROWEST, le=WIDEST)] = 1000
    ) -> Response:
        with closing(served.store()) as store:
            found = store.found(document_id)
        # A document's bytes are its name: its pages never change.
        headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
        return Response(pictures.page(found, number, width), media_type=MEDIA_TYPE, headers=headers)

    return router
