"""The door of the API: who may come in, from where, and what of it is written down. Knows what a path needs, not what it does."""

import re
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import RequestResponseEndpoint

from access.audit import Audit
from access.keys import Keys
from access.model import HERE, NOBODY, Caller
from corpus.errors import PlanSeekError
from routes.problems import problem

OPEN = frozenset(("/v1/health", "/v1/live", "/v1/ready"))
"""What needs no key: whether the service is there. What it holds is told only under one."""

_ASKING = re.compile(r"/v1/(?:search|ask|write|write/stream|compare|targets|duties|export|judgements|baskets(?:/.*)?|saved(?:/.*)?|batches(?:/.*)?)")
_CHANGING = re.compile(r"/v1/(?:ingest(?:/.*)?|jobs/.*|documents(?:/.*)?|regions(?:/.*)?|evaluations)")
_IN_PART = re.compile(
    r"/v1/(?:health|live|ready|me|search|ask|write|write/stream|compare|targets|duties|duties/export|export|suggest|documents(?:/.*)?"
    r"|judgements|baskets(?:/.*)?|saved(?:/.*)?|batches(?:/.*)?)"
)
"""What a caller who may see only some collections may ask for; routes.views answers it."""
_LOCAL = frozenset(("127.0.0.1", "localhost", "::1", "testserver", "testclient"))
"""This machine's names; the last two are those of Starlette's TestClient, which no socket and no name server bears."""
_ACTIONS = (
    ("POST", re.compile(r"/v1/(?:search|ask|write(?:/stream)?|compare|targets|duties)"), "提问"),
    ("POST", re.compile(r"/v1/export"), "导出"),
    ("GET", re.compile(r"/v1/.*/export"), "导出"),
    ("POST", re.compile(r"/v1/batches.*"), "批量提问"),
    ("GET", re.compile(r"/v1/documents/[^/]+(?:/pages/.*)?"), "查看原文"),
    ("POST", re.compile(r"/v1/ingest.*"), "上传文件"),
    ("PATCH", re.compile(r"/v1/documents.*"), "更正信息"),
    ("DELETE", re.compile(r"/v1/documents.*"), "移除文档"),
    ("POST", re.compile(r"/v1/regions.*"), "增加地区"),
    ("DELETE", re.compile(r"/v1/regions.*"), "移除地区"),
)
"""Method and path → what the audit log calls it."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}  # fmt: skip


def install(app: FastAPI, keys: Keys, audit: Audit) -> None:
    """Let nothing reach a route that may not, and note down what was asked, exported and changed under a key."""

    @app.middleware("http")
    async def guarded(request: Request, following: RequestResponseEndpoint) -> Response:
        try:
            caller = await run_in_threadpool(admitted, request, keys)
        except PlanSeekError as error:
            return _headed(problem(503, str(error)))
        if isinstance(caller, Response):
            return _headed(caller)
        request.state.caller = caller
        action = _action(request.method, request.url.path) if caller.id else None
        answer = await following(request)
        if action:
            await run_in_threadpool(audit.note, caller, action, answer.status_code, path=request.url.path)
        return _headed(answer)


def admitted(request: Request, keys: Keys) -> Caller | Response:
    """Who sends a request, or why it goes no further. Raises PlanSeekError where the keys cannot be read."""
    path, method = request.url.path, request.method
    if refusal := _from_elsewhere(request):
        return refusal
    if not keys.exist():
        if request.client is not None and request.client.host in _LOCAL:
            return HERE
        return problem(403, "这项服务没有设置访问密钥，只接受本机的请求。请在服务器上运行 planseek keys add 名称 新建密钥。")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    key = keys.holder(given.strip()) if scheme.casefold() == "bearer" else None
    if key is None and path in OPEN:
        return NOBODY
    if key is None:
        told = "密钥不对或已停用。请核对，或向管理员要新的。" if given else "请先出示访问密钥（Authorization: Bearer 密钥）。"
        return problem(401, told, {"WWW-Authenticate": "Bearer"})
    caller = Caller(key.id, key.name, key.role, key.collections)
    if not caller.may(needed := needs(method, path)):
        return problem(403, f"「{key.name}」的密钥是{key.role}，这项操作需要{needed}。请联系管理员。")
    if caller.collections is not None and not _in_part(method, path):
        seen = "、".join(caller.collections)
        return problem(403, f"「{key.name}」的密钥只能查看资料集「{seen}」，这项操作涉及全部语料。请联系管理员。")
    return caller


def needs(method: str, path: str) -> str:
    """The role that a request needs; what is not known here is the administrator's."""
    if path == "/v1/metrics":
        return "管理员"
    if method in ("GET", "HEAD") or (_ASKING.fullmatch(path) and method in ("POST", "PATCH", "DELETE")):
        return "读者"
    return "编辑" if _CHANGING.fullmatch(path) else "管理员"


def _in_part(method: str, path: str) -> bool:
    """Whether a request can be answered from some collections alone. A mark counts in everyone's evaluation."""
    marking = path == "/v1/judgements" and method == "POST"
    return not path.startswith("/v1/") or (_IN_PART.fullmatch(path) is not None and not marking)


def _from_elsewhere(request: Request) -> Response | None:
    """A refusal for what another web site makes a browser send: a page elsewhere must neither ask nor upload here."""
    host = urlsplit(f"//{request.headers.get('host', '')}")
    origin = request.headers.get("origin")
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site") or (origin and urlsplit(origin).netloc != host.netloc):
        return problem(403, "请求来自别的网站，已拒绝。请直接打开规划问答的页面或接口。")
    here = request.client is not None and request.client.host in _LOCAL
    if here and "authorization" not in request.headers and host.hostname not in _LOCAL:
        # A name that someone else's server resolves to this machine.
        return problem(403, f"请求用的地址「{host.hostname or ''}」不是本机。请用 127.0.0.1 访问。")
    return None


def _action(method: str, path: str) -> str | None:
    return next((name for verb, pattern, name in _ACTIONS if verb == method and pattern.fullmatch(path)), None)


def _headed(answer: Response) -> Response:
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
