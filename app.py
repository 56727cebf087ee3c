"""The HTTP API: puts the routes together; all the work is the service's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

import settings as configuration
from access.audit import Audit
from access.keys import Keys
from corpus.errors import PlanSeekError
from desk.jobs import Jobs
from desk.watch import Watch
from retriever.service import Service
from routes import (
    asking,
    batches,
    desk,
    documents,
    evaluations,
    guard,
    library,
    pages,
    problems,
    reference,
    suggestions,
    uploads,
)

VERSION = "0.1.0"


def create_app(service: Service | None = None) -> FastAPI:
    """The application over one home folder; that of the settings where none is given."""
    served = service or Service(configuration.load())
    watch = Watch(served.settings.home)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watch.begin()
        yield

    app = FastAPI(
        title="规划问答 PlanSeek", version=VERSION, description="对政府规划文本提问，逐区返回可核对的原文与出处。",
        docs_url=None, redoc_url=None, lifespan=lifespan,
    )  # fmt: skip
    guard.install(app, Keys(served.settings.home), Audit(served.settings.home))
    reference.install(app)
    problems.install(app)
    jobs = Jobs()
    for family in (asking, documents, pages, evaluations, desk, suggestions):
        app.include_router(family.routes(served))
    for working in (uploads, library, batches):
        app.include_router(working.routes(served, jobs))

    @app.get("/v1/health", summary="服务是否可用")
    def health() -> Response:
        try:
            corpus = served.searcher.corpus()
        except PlanSeekError as error:
            return JSONResponse({"status": "not_ready", "reason": str(error)}, status_code=503)
        if watch.damages:
            return JSONResponse({"status": "not_ready", "reason": watch.damages[0]}, status_code=503)
        return JSONResponse(
            {"status": "ok", "version": VERSION, "documents": len(corpus.documents), "passages": len(corpus.passages),
             "index": watch.as_json()}
        )  # fmt: skip

    return app
