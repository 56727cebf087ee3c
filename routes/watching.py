"""Sees every request come and go: gives it a number, counts it, logs one line of it, answers for what nobody expected. Of a request
it keeps method, route, status, time and the key's id, and nothing that the caller wrote."""

import logging
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routes.limits import FREE
from routes.logs import REQUEST, REQUESTS
from routes.metrics import Meters
from routes.problems import unexpected

NOWHERE = "-"
"""Stands for the route of a request that reached none."""
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Watched:
    """The outermost ASGI middleware."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app, self._meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A number of our own: one that the caller sends could be anything.
        number = secrets.token_hex(8)
        REQUEST.set(number)
        began, status = time.perf_counter(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", number.encode())]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception as error:  # the last resort: whoever asked must hear of it
            REQUESTS.exception("unexpected error")
            if not status:
                await unexpected(error)(scope, receive, sent)
        finally:
            self._noted(scope, status, time.perf_counter() - began)

    def _noted(self, scope: Scope, status: int, seconds: float) -> None:
        # Any word may stand where a method belongs.
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", NOWHERE)
        self._meters.answered(method, route, status, seconds)
        key = getattr(scope.get("state", {}).get("caller"), "id", "")
        level = logging.DEBUG if scope["path"] in FREE else logging.WARNING if status >= 500 else logging.INFO
        told = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1), "key": key}
        REQUESTS.log(level, "%s %s", method, route, extra=told)
