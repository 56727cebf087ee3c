"""The route that suggests how a question may go on. The work is the suggester's."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from retriever.service import Service
from retriever.suggest import MOST, Suggester


def routes(served: Service) -> APIRouter:
    suggester = Suggester(lambda: served.searcher.corpus(), lambda: served.searcher.tools.lexicon)
    router = APIRouter(prefix="/v1", tags=["提问"])

    @router.get("/suggest", summary="接下去可以怎么问：语料里有的地区、用语和问题")
    def suggest(
        q: Annotated[str, Query(max_length=20_000, description="已经写下的话；空则给出最常见的")] = "",
        limit: Annotated[int, Query(ge=1, le=MOST)] = 8,
    ) -> dict[str, Any]:
        found = suggester.suggest(q, limit)
        return {"regions": list(found.regions), "terms": list(found.terms), "questions": list(found.questions)}

    return router
