"""What the service takes on at once: how often a caller may ask, how much is under way, how large a body is. Everything past that
is refused in Chinese with the seconds to wait; nothing is answered here."""

import asyncio
import math
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.errors import PlanSeekError
from routes.problems import problem

FREE = frozenset(("/v1/live", "/v1/ready", "/v1/health", "/v1/metrics"))
"""Never limited: what says how the service is must answer most of all where it is overloaded."""
LARGEST_BODY = 1 << 20
"""Bytes of a request that brings no files."""
FILES_AT_ONCE = 32
"""An upload may be so many times as large as the largest file."""
_PATIENCE = 15.0
"""Seconds that a request waits for its turn, and that its body may take to arrive."""
_PACE = 5.0
"""Seconds after which to try again where the service is full: by then it has answered what waited."""
_FREED_PAST = 1000
"""Callers remembered before those who have not asked lately are forgotten."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Requests that share their turns. at_once: under way; waiting: that wait for it; rated: counted against the caller."""

    name: str
    at_once: int
    waiting: int
    rated: bool = True


# What is answered by computing runs one or two a core: more at once would only make each slower. All kinds together stay below
# the forty threads of the server, so that the door and what says how the service is always find one.
ASKING = Kind("asking", max(2, min(8, os.cpu_count() or 2)), 64)
WRITING = Kind("writing", 6, 12)
CHANGING = Kind("changing", 6, 24)
READING = Kind("reading", 12, 256, rated=False)
KINDS = (ASKING, WRITING, CHANGING, READING)

_KINDS = (
    (re.compile(r"/v1/write(?:/stream)?"), WRITING),
    (re.compile(r"/v1/(?:search|ask|compare|targets|duties|export|saved/[^/]+/run)|/v1/.*/export"), ASKING),
)
_LARGE = re.compile(r"/v1/(?:ingest(?:/jobs)?|batches)")


def kind_of(method: str, path: str) -> Kind:
    """Whose turns a request takes."""
    if found := next((kind for pattern, kind in _KINDS if pattern.fullmatch(path)), None):
        return found
    return READING if method in ("GET", "HEAD", "OPTIONS") else CHANGING


class Full(PlanSeekError):  # noqa: N818 - names the state
    """No turn is to be had just now."""


class TooLarge(PlanSeekError):  # noqa: N818 - names the thing
    """A body past its limit, or one that does not come to its end."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(told)
        self.status = status


class Rates:
    """A token bucket a caller: `per_minute` in the long run, a quarter of that (at least ten) in one go."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._refill, self._most = per_minute / 60, float(max(10, per_minute // 4))
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, caller: str) -> float:
        """Take a token: 0; or the seconds until there is one, and none is taken."""
        now = self._clock()
        if len(self._left) > _FREED_PAST:
            full = self._most / self._refill
            self._left = {name: state for name, state in self._left.items() if now - state[1] < full}
        left, then = self._left.get(caller, (self._most, now))
        left = min(self._most, left + (now - then) * self._refill)
        taken = left >= 1
        self._left[caller] = (left - 1 if taken else left, now)
        return 0.0 if taken else (1 - left) / self._refill


class Turns:
    """The turns of one kind; used from one event loop."""

    def __init__(self, kind: Kind, patience: float = _PATIENCE) -> None:
        self.kind = kind
        self.under_way = self.waiting = 0
        self._patience = patience
        self._free = asyncio.Semaphore(kind.at_once)

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Raises Full where too many wait already, or where waiting was in vain."""
        if self._free.locked() and self.waiting >= self.kind.waiting:
            raise Full
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise Full from error
        finally:
            self.waiting -= 1
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
            self._free.release()


class Limits:
    """An ASGI middleware inside the door: it knows the caller by `scope["state"]["caller"]`. `refused` is told the kind and why:
    "rate", "full" or "size"."""

    def __init__(
        self, app: ASGIApp, per_minute: int, upload_mb: int, turns: Mapping[str, Turns], refused: Callable[[str, str], None],
    ) -> None:  # fmt: skip
        self._app, self._turns, self._refused = app, turns, refused
        self._rates = Rates(per_minute)
        self._per_minute = per_minute
        self._largest_upload = (upload_mb << 20) * FILES_AT_ONCE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FREE:
            await self._app(scope, receive, send)
            return
        kind = kind_of(scope["method"], scope["path"])
        # Who sits at this machine, where no key has been made, has none: only the machine's own limit holds.
        caller = getattr(scope.get("state", {}).get("caller"), "id", "")
        if kind.rated and caller and (seconds := self._rates.wait(caller)):
            self._refused(kind.name, "rate")
            told = f"请求太频繁：这个密钥每分钟最多 {self._per_minute} 次。请在 {math.ceil(seconds)} 秒后再试。"
            await problem(429, told, _after(seconds))(scope, receive, send)
            return
        try:
            if _LARGE.fullmatch(scope["path"]) and scope["method"] == "POST":
                await self._with_files(kind, scope, receive, send)
            else:
                ready = await _whole(scope, receive)
                async with self._turns[kind.name].taken():
                    await self._app(scope, ready, send)
        except Full:
            self._refused(kind.name, "full")
            told = f"服务正忙，暂时接不了更多请求。请在 {_PACE:.0f} 秒后再试。"
            await problem(503, told, _after(_PACE))(scope, receive, send)
        except TooLarge as error:
            self._refused(kind.name, "size")
            await problem(error.status, str(error))(scope, receive, send)

    async def _with_files(self, kind: Kind, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an upload through while it is counted. What the application makes of one that was cut off is not sent."""
        limit, size, over, begun = self._largest_upload, 0, False, False
        refusal = TooLarge(413, f"一次上传的文件合计超过 {limit >> 20} MB 的上限。请分几次上传。")
        if _announced(scope) > limit:
            raise refusal

        async def counted() -> Message:
            nonlocal size, over
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                over = True
                raise refusal
            return message

        async def sent(message: Message) -> None:
            nonlocal begun
            if not over:
                begun = True
                await send(message)

        async with self._turns[kind.name].taken():
            with suppress(TooLarge):
                await self._app(scope, counted, sent)
        if over and not begun:
            raise refusal


async def _whole(scope: Scope, receive: Receive) -> Receive:
    """A receive that has all of the body already: nobody who sends slowly keeps a turn. Raises TooLarge while it arrives."""
    if scope["method"] in ("GET", "HEAD"):
        return receive
    too_large = TooLarge(413, f"请求体超过 {LARGEST_BODY >> 20} MB 的上限。请减少内容，或分几次发送。")
    if _announced(scope) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                message = await receive()
                body += message.get("body", b"")
                if len(body) > LARGEST_BODY:
                    raise too_large
                if not message.get("more_body"):
                    break
    except TimeoutError as error:
        raise TooLarge(408, f"请求体在 {_PATIENCE:.0f} 秒内没有传完。请检查网络后重试。") from error
    # A caller who has gone is passed on as such.
    kept: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False} if message["type"] == "http.request" else message]

    async def again() -> Message:
        return kept.pop() if kept else await receive()

    return again


def _announced(scope: Scope) -> int:
    given = dict(scope["headers"]).get(b"content-length", b"0")
    return int(given) if given.isdigit() else 0


def _after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
