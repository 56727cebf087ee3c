"""Sends a caller who may see only some collections to an application that knows nothing else. Lets nobody in."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from access.model import Caller

_MOST = 64
"""Applications that are kept at a time."""


class Views:
    """Stands behind the guard, which has noted the caller. made: the application of one who sees only some collections."""

    def __init__(self, app: ASGIApp, made: Callable[[Caller], ASGIApp]) -> None:
        self._app, self._made = app, made
        self._lock = threading.Lock()
        self._open: OrderedDict[Caller, ASGIApp] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get("state", {}).get("caller")
        whole = caller is None or caller.collections is None or not scope["path"].startswith("/v1/")
        await (self._app if whole else self._of(caller))(scope, receive, send)

    def _of(self, caller: Caller) -> ASGIApp:
        with self._lock:
            if caller not in self._open:
                self._open[caller] = self._made(caller)
            self._open.move_to_end(caller)
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
            return self._open[caller]
