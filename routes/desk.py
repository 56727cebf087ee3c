"""Routes of the desk: baskets of passages with notes, saved questions, and how shown passages were judged. The work is the
desk's."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from desk import kept
from desk.model import Basket, Item, Place, Saved
from desk.store import LONGEST_NAME, LONGEST_NOTE, Desk
from eval import own
from eval.questions import rows_of
from retriever import exporters, wire
from retriever import paper as papers
from retriever.service import Service
from retriever.state import Corpus
from routes.bodies import Search

Json = dict[str, Any]
Format = Annotated[str, Query(description="导出格式：" + "、".join(exporters.EXPORTERS))]


class Named(BaseModel):
    """A name."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=LONGEST_NAME * 4, description=f"名称，最多 {LONGEST_NAME} 字")


class Keeping(BaseModel):
    """A passage to be put aside."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(pattern="^[0-9a-f]{64}$", description="文档编号")
    start: int = Field(ge=0, le=10**9)
    end: int = Field(gt=0, le=10**9)
    question: str = Field("", max_length=20_000, description="为哪个问题收下的")
    note: str = Field("", max_length=LONGEST_NOTE * 4, description=f"备注，最多 {LONGEST_NOTE} 字")


class Change(BaseModel):
    """What is to change of an item."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(None, max_length=LONGEST_NOTE * 4, description="备注")
    position: int | None = Field(None, ge=1, le=10**6, description="排在第几（从 1 起）")


class Saving(Named):
    """A question to be kept, under a name."""

    query: Search


def routes(served: Service) -> APIRouter:
    desk = Desk(served.settings.home, served.owner)
    router = APIRouter(prefix="/v1", tags=["资料夹与保存的问题"])

    def corpus() -> Corpus:
        return served.searcher.corpus()

    @router.get("/baskets", summary="资料夹，最近改过的在前")
    def baskets() -> Json:
        return {"baskets": [_basket(basket) for basket in desk.baskets()]}

    @router.post("/baskets", summary="新建资料夹", status_code=201)
    def add_basket(body: Named) -> Json:
        return _basket(desk.add_basket(body.name))

    @router.get("/baskets/{basket}", summary="一个资料夹和其中的原文")
    def basket(basket: int) -> Json:
        found = desk.basket(basket)
        now = corpus()
        return _basket(found) | {"items": [_item(item, now) for item in desk.items(basket)]}

    @router.patch("/baskets/{basket}", summary="给资料夹改名")
    def rename_basket(basket: int, body: Named) -> Json:
        return _basket(desk.rename_basket(basket, body.name))

    @router.delete("/baskets/{basket}", summary="删除资料夹和其中收下的原文")
    def remove_basket(basket: int) -> Json:
        desk.remove_basket(basket)
        return {"removed": basket}

    @router.post("/baskets/{basket}/items", summary="收下一段原文；已收下的不重复", status_code=201)
    def add_item(basket: int, body: Keeping) -> Json:
        now = corpus()
        place: Place = (body.document, body.start, body.end)
        citation, passage = kept.cited(place, now)
        region = passage.region or citation.document.region
        item = desk.add_item(basket, place, body.question.strip(), body.note, region, wire.citation_json(citation))
        return _item(item, now)

    @router.patch("/baskets/{basket}/items/{item}", summary="改备注，或移到另一位置")
    def change_item(basket: int, item: int, body: Change) -> Json:
        desk.change_item(basket, item, body.note, body.position)
        return {"changed": item}

    @router.delete("/baskets/{basket}/items/{item}", summary="从资料夹移出")
    def remove_item(basket: int, item: int) -> Json:
        desk.remove_item(basket, item)
        return {"removed": item}

    @router.get("/baskets/{basket}/export", summary="导出资料夹", response_class=Response)
    def export(basket: int, format: Format = "docx") -> Response:  # noqa: A002 - the name in the address
        found, now = desk.basket(basket), corpus()
        items = [kept.for_paper(item, now) for item in desk.items(basket)]
        content = exporters.export(papers.of_basket(found.name, items, *served.stamp()), format)
        exporter = exporters.EXPORTERS[format]
        name = quote(f"{found.name}.{exporter.suffix}", safe="")
        headers = {
            "Content-Disposition": f"attachment; filename=\"planseek-basket.{exporter.suffix}\"; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, media_type=exporter.media_type, headers=headers)

    @router.get("/saved", summary="保存的问题，最近保存的在前")
    def saved() -> Json:
        return {"saved": [_saved(one) for one in desk.saved()]}

    @router.post("/saved", summary="保存一个问题，并记下它现在有哪些结果", status_code=201)
    def save(body: Saving) -> Json:
        shown = kept.shown(served.ask(body.query.question()))
        return _saved(desk.save(body.name, body.query.model_dump(), shown))

    @router.post("/saved/{saved}/run", summary="再查一次：结果，以及上次没有的段落")
    def run(saved: int) -> Json:
        one = desk.one_saved(saved)
        answer = served.ask(_search(one).question())
        shown = kept.shown(answer)
        desk.ran(saved, shown)
        new = [_place(place) for place in shown if place not in one.seen]
        gone = len(one.seen.difference(shown))
        return wire.answer_json(answer) | {"new": new, "gone": gone, "since": one.run, "asked": _saved(one)["query"]}

    @router.delete("/saved/{saved}", summary="删除保存的问题")
    def remove_saved(saved: int) -> Json:
        desk.remove_saved(saved)
        return {"removed": saved}

    @router.get("/judgements", summary="一个问题下已有的评价")
    def judged(query: Annotated[str, Query(min_length=1, max_length=20_000)]) -> Json:
        marks = own.marks_of(rows_of("mine", served.settings.home), query.strip())
        return {"marks": [_place(place) | {"mark": mark} for place, mark in marks.items() if served.shows(place[0])]}

    return router


def _basket(basket: Basket) -> Json:
    return {"id": basket.id, "name": basket.name, "changed": basket.changed, "count": basket.items}


def _item(item: Item, corpus: Corpus) -> Json:
    """An item as it stands in the corpus now; `quote` and `label` are what was put aside, even of what is missing."""
    citation = kept.again(item, corpus)
    return {
        "id": item.id,
        "question": item.question,
        "note": item.note,
        "added": item.added,
        "region": wire.region_json(item.region),
        "document": item.document,
        "span": {"start": item.span.start, "end": item.span.end},
        "quote": item.quote,
        "label": item.label,
        "citation": wire.citation_json(citation) if citation else None,
        "missing": citation is None,
    }


def _saved(saved: Saved) -> Json:
    return {"id": saved.id, "name": saved.name, "query": _search(saved).model_dump(), "created": saved.created, "run": saved.run}


def _search(saved: Saved) -> Search:
    """The fields that a question has today: one may have gone since it was saved."""
    return Search(**{name: value for name, value in saved.query.items() if name in Search.model_fields})


def _place(place: Place) -> Json:
    document, start, end = place
    return {"document": document, "start": start, "end": end}
