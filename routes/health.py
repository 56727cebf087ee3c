"""Whether the service is there and can answer: three routes that need no key and are never limited. Repairs nothing."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from access.model import NOBODY
from corpus.errors import PlanSeekError
from desk.watch import Watch
from retriever.service import Service


def routes(served: Service, watch: Watch, version: str) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["服务"])

    @router.get("/health", summary="服务是否可用，索引的最近一次核对")
    def health(request: Request) -> Response:
        try:
            corpus = served.searcher.corpus()
        except PlanSeekError as error:
            return JSONResponse({"status": "not_ready", "reason": str(error)}, status_code=503)
        if watch.damages:
            return JSONResponse({"status": "not_ready", "reason": watch.damages[0]}, status_code=503)
        if request.state.caller == NOBODY:
            return JSONResponse({"status": "ok", "version": version})
        return JSONResponse(
            {"status": "ok", "version": version, "documents": len(corpus.documents), "passages": len(corpus.passages),
             "index": watch.as_json()}
        )  # fmt: skip

    @router.get("/live", summary="进程是否在运行；不查语料")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/ready", summary="能不能作答：语料打得开，索引完好；不能时 503")
    def ready(request: Request) -> Response:
        found = health(request)
        return found if found.status_code != 200 else JSONResponse({"status": "ok"})

    return router
