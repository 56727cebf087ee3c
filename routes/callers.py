"""The route that tells a caller who it is taken for. Decides nothing of it."""

from typing import Any

from fastapi import APIRouter, Request

from access.model import Caller


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["服务"])

    @router.get("/me", summary="这个密钥是谁的、什么角色、能看哪些资料集")
    def me(request: Request) -> dict[str, Any]:
        caller: Caller = request.state.caller
        return {"name": caller.name, "role": caller.role, "collections": caller.collections}

    return router
