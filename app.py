"""The HTTP API: puts the routes together; all the work is the service's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

import settings as configuration
from access.audit import Audit
from access.keys import Keys
from access.model import Caller
from desk.jobs import Jobs
from desk.watch import Watch
from retriever.service import Service
from retriever.within import Parts, Within
from routes import (
    asking,
    batches,
    callers,
    desk,
    documents,
    evaluations,
    guard,
    health,
    library,
    limits,
    logs,
    metrics,
    pages,
    problems,
    reference,
    suggestions,
    uploads,
    views,
    watching,
)

VERSION = "0.1.0"
LAST_SECONDS = 20.0
"""What jobs under way have to come to a step where they may stop, once the service ends."""


def create_app(service: Service | None = None) -> FastAPI:
    """The application over one home folder; that of the settings where none is given, whose log is then this process's."""
    if service is None:
        service = Service(configuration.load())
        logs.begin(service.settings.log)
    served, settings = service, service.settings
    parts = Parts(served)
    watch, jobs, meters = Watch(settings.home), Jobs(), metrics.Meters()
    turns = {kind.name: limits.Turns(kind) for kind in limits.KINDS}
    meters.registry.register(metrics.State(served, watch, jobs, turns))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watch.begin()
        yield
        await run_in_threadpool(jobs.end, LAST_SECONDS)

    app = FastAPI(
        title="规划问答 PlanSeek", version=VERSION, description="对政府规划文本提问，逐区返回可核对的原文与出处。",
        docs_url=None, redoc_url=None, lifespan=lifespan,
    )  # fmt: skip

    def part(caller: Caller) -> FastAPI:
        """The application of one who may see only some collections: nothing in it knows of the others."""
        within = Within(parts, frozenset(caller.collections or ()), caller.id)
        limited = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        problems.install(limited)
        for family in (asking, documents, pages, desk, suggestions):
            limited.include_router(family.routes(within))
        limited.include_router(batches.routes(within, jobs))
        limited.include_router(health.routes(within, watch, VERSION))
        limited.include_router(callers.routes())
        return limited

    # From the inside out: what is let through the door is limited, and all is seen.
    app.add_middleware(views.Views, made=part)
    app.add_middleware(
        limits.Limits, per_minute=settings.requests_per_minute, upload_mb=settings.upload_mb, turns=turns, refused=meters.refused
    )
    guard.install(app, Keys(settings.home), Audit(settings.home))
    app.add_middleware(watching.Watched, meters=meters)
    reference.install(app)
    problems.install(app)
    for family in (asking, documents, pages, evaluations, desk, suggestions):
        app.include_router(family.routes(served))
    for working in (uploads, library, batches):
        app.include_router(working.routes(served, jobs))
    app.include_router(health.routes(served, watch, VERSION))
    app.include_router(callers.routes())
    app.include_router(metrics.routes(meters))
    return app
