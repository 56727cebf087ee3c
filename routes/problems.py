"""Every fault as RFC 9457 problem details in Chinese: no traceback and no word of the framework's own leaves."""

import sqlite3
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from corpus.errors import Busy, NotReady, PlanSeekError, Unknown, of_database
from routes.logs import REQUEST

_STATUSES: dict[type[PlanSeekError], int] = {NotReady: 503, Busy: 409, Unknown: 404}
"""Our own refusals that are not simply a bad request → the status."""

_REFUSALS = {
    "Not Found": "没有这个地址。接口说明见 /docs。",
    "Method Not Allowed": "这个地址不支持该请求方法。接口说明见 /docs。",
}
"""The framework's own words → ours."""

_UNREAD = "请求的格式不对，无法读取。接口说明见 /docs。"
"""For whatever else the framework says: a body that is no JSON, a form that breaks off."""


def install(app: FastAPI) -> None:
    """Answer every exception of the application with a problem."""

    @app.exception_handler(PlanSeekError)
    def refused(request: Request, error: PlanSeekError) -> JSONResponse:
        return problem(next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 422), str(error))

    @app.exception_handler(sqlite3.DatabaseError)
    def torn(request: Request, error: sqlite3.DatabaseError) -> JSONResponse:
        return problem(503, str(of_database(error)))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        places = "、".join(sorted({".".join(str(part) for part in e["loc"][1:]) or "请求体" for e in error.errors()}))
        return problem(422, f"请求的这些字段不符合要求：{places}。字段说明见 /docs。")

    @app.exception_handler(StarletteHTTPException)
    def failed(request: Request, error: StarletteHTTPException) -> JSONResponse:
        detail = _REFUSALS.get(str(error.detail), str(error.detail))
        return problem(error.status_code, _UNREAD if detail.isascii() else detail, error.headers)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> JSONResponse:
        return unexpected(error)


def unexpected(error: Exception) -> JSONResponse:
    """What is said of an error that nobody foresaw: the number under which the log has it, and nothing of its message."""
    told = f"程序出错（{type(error).__name__}，请求编号 {REQUEST.get()}）。请把编号告诉管理员：原因在运行 planseek serve 的窗口或日志里。"
    return problem(500, told)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """RFC 9457 problem details."""
    body = {"type": "about:blank", "title": "请求未能完成", "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")
