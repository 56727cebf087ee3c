"""The HTTP API: puts the routes together; all the work is the service's."""

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

import settings as configuration
from corpus.errors import PlanSeekError
from retriever.service import Service
from routes import asking, documents, evaluations, problems, uploads

VERSION = "0.1.0"


def create_app(service: Service | None = None) -> FastAPI:
    """The application over one home folder; that of the settings where none is given."""
    served = service or Service(configuration.load())
    app = FastAPI(
        title="规划问答 PlanSeek", version=VERSION, description="对政府规划文本提问，逐区返回可核对的原文与出处。"
    )
    problems.install(app)
    for family in (asking, documents, uploads, evaluations):
        app.include_router(family.routes(served))

    @app.get("/v1/health", summary="服务是否可用")
    def health() -> Response:
        try:
            corpus = served.searcher.corpus()
        except PlanSeekError as error:
            return JSONResponse({"status": "not_ready", "reason": str(error)}, status_code=503)
        return JSONResponse(
            {"status": "ok", "version": VERSION, "documents": len(corpus.documents), "passages": len(corpus.passages)}
        )

    return app
