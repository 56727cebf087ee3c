"""A client of the HTTP API for scripts: one file that needs httpx and nothing else of PlanSeek, free to be copied. Decides nothing that
the service decides."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NotRequired, Self, TypedDict, Unpack
from urllib.parse import quote

import httpx

_EVERY = 0.5
"""Seconds between two looks at a job."""
_PAGE = 1000


class Region(TypedDict):
    """A region; confidence: of the document that is taken to be about it."""

    code: str
    name: str
    level: str
    confidence: NotRequired[float]


class Span(TypedDict):
    """Code points of the document's text, end exclusive."""

    start: int
    end: int


class DocumentRow(TypedDict):
    """A document in short. passages and what follows stand in lists of the corpus only."""

    id: str
    title: str | None
    file: str | None
    region: Region | None
    kind: str | None
    period: str | None
    status: str | None
    passages: NotRequired[int]
    issued: NotRequired[str | None]
    number: NotRequired[str | None]
    issuer: NotRequired[str | None]


class Hit(TypedDict):
    """A passage that was found: its words, where they stand, how they are cited, and how likely they answer (0 to 1)."""

    rank: int
    score: float
    document: DocumentRow
    region: Region | None
    trail: list[str]
    paragraph: int | None
    page: int | None
    span: Span
    text: str
    citation: str
    evidence: float
    why: dict[str, Any]


class Citation(TypedDict):
    """Where a statement stands, word for word."""

    document: DocumentRow
    trail: list[str]
    paragraph: int | None
    span: Span
    quote: str
    citation: str


class Statement(TypedDict):
    """A sentence of an answer."""

    text: str
    citations: list[Citation]


class Group(TypedDict):
    """One region's share of a question about every region. best_rejected: the nearest where nothing answers."""

    region: Region
    status: Literal["found", "not_found"]
    hits: list[Hit]
    best_rejected: Hit | None
    statements: NotRequired[list[Statement]]


class Findings(TypedDict):
    """What a search found. interpretation: how the question was understood (docs/api.md)."""

    query: str
    interpretation: dict[str, Any]
    hits: list[Hit]
    groups: list[Group]


class Answer(Findings):
    """Findings with the sentences that answer."""

    status: Literal["answered", "partly", "not_found"]
    statements: list[Statement]


class FileReport(TypedDict):
    """What became of one file. status: added, unchanged, replaced, removed or refused, then with the reason (Chinese)."""

    file: str
    id: str | None
    status: str
    reason: str | None
    title: str | None
    region: Region | None
    kind: str | None
    period: str | None
    passages: int
    parts: dict[str, int]
    checks: list[str]


class Report(TypedDict):
    """What an ingest did; passages: of the whole corpus afterwards."""

    documents: list[FileReport]
    passages: int
    seconds: float


class Restrictions(TypedDict, total=False):
    """What may go with a question; see docs/api.md."""

    k: int
    per_region: int
    mode: Literal["hybrid", "bm25", "dense"]
    regions: Sequence[str]
    kinds: Sequence[str]
    periods: Sequence[str]
    statuses: Sequence[str]
    document: str
    expand: bool
    previous: str
    literal: Sequence[str]


Progress = Callable[[str, int, int], None]
"""Called with the stage (Chinese), steps done and steps in all."""


class PlanSeekError(Exception):
    """A request that was refused or failed; its words are the service's own (Chinese). status: of HTTP, 0 where nothing answered.
    request: the number under which the service's log has it."""

    def __init__(self, detail: str, status: int = 0, request: str = "") -> None:
        super().__init__(detail)
        self.detail, self.status, self.request = detail, status, request


class Client:
    """The service at one address, under a key where it wants one. Where it is busy (429, 503 with Retry-After) requests are sent again,
    for at most `patience` seconds. Every method raises PlanSeekError. Safe to share between threads."""

    def __init__(
        self, address: str = "http://127.0.0.1:8000", key: str = "", *, timeout: float = 120.0, patience: float = 60.0
    ) -> None:
        self._patience = patience
        self._http = httpx.Client(
            base_url=address.rstrip("/"), timeout=httpx.Timeout(timeout, connect=5.0), trust_env=False,
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )  # fmt: skip

    def search(self, question: str, **restrictions: Unpack[Restrictions]) -> Findings:
        """Passages for a question, by region where it asks about each."""
        found: Findings = self._send("POST", "/v1/search", json={"query": question, **restrictions}).json()
        return found

    def ask(self, question: str, **restrictions: Unpack[Restrictions]) -> Answer:
        """Sentences that answer a question, each word for word with its citation."""
        found: Answer = self._send("POST", "/v1/ask", json={"query": question, **restrictions}).json()
        return found

    def export(
        self, question: str, format: str = "xlsx", *, what: str = "passages", columns: Sequence[str] = (),  # noqa: A002 - the API's name
        **restrictions: Unpack[Restrictions],
    ) -> bytes:  # fmt: skip
        """The answer as the bytes of a file. what: passages, matrix (with columns), targets or duties."""
        asked = {"query": question, "format": format, "what": what, "columns": list(columns), **restrictions}
        return self._send("POST", "/v1/export", json=asked).content

    def documents(self) -> Iterator[DocumentRow]:
        """Every document of the corpus."""
        seen, total = 0, 1
        while seen < total:
            page = self._send("GET", "/v1/documents", params={"offset": seen, "limit": _PAGE}).json()
            yield from page["documents"]
            seen, total = seen + _PAGE, page["total"]

    def document(self, document_id: str) -> dict[str, Any]:
        """All of one document: its text, what was read of it, sections and passages (docs/api.md)."""
        found: dict[str, Any] = self._send("GET", f"/v1/documents/{quote(document_id, safe='')}").json()
        return found

    def ingest(self, files: Iterable[Path | str], progress: Progress = lambda stage, done, total: None) -> Report:
        """Upload files and wait until they are in. An error of `progress`, Ctrl-C too, leaves the service at work."""
        with ExitStack() as opened:
            parts = [("files", (Path(file).name, opened.enter_context(Path(file).open("rb")))) for file in files]
            job = self._send("POST", "/v1/ingest/jobs", files=parts).json()
        while job["state"] in ("waiting", "running"):
            progress(job["stage"], job["done"], job["total"])
            time.sleep(_EVERY)
            job = self._send("GET", f"/v1/jobs/{job['id']}").json()
        if job["state"] != "done":
            raise PlanSeekError(job["error"] or "导入被停下了。已读的内容保留，再次上传即可接着做。")
        report: Report = job["result"]
        return report

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        until = time.monotonic() + self._patience
        while True:
            try:
                answer = self._http.request(method, path, **request)
            except httpx.TimeoutException as error:
                raise PlanSeekError("服务太久没有回应。请稍后重试。") from error
            except httpx.TransportError as error:
                raise PlanSeekError(f"连不上服务（{self._http.base_url}）。请确认 planseek serve 正在运行、地址无误。") from error
            if answer.is_success:
                return answer
            wait = answer.headers.get("Retry-After", "")
            # An upload was read to its end: it is not sent twice.
            if "files" in request or not wait.isdigit() or time.monotonic() + int(wait) > until:
                raise _refusal(answer)
            time.sleep(int(wait))


def _refusal(answer: httpx.Response) -> PlanSeekError:
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = f"服务出错（{answer.status_code}）。请确认地址是规划问答的接口，或稍后重试。"
    return PlanSeekError(str(detail), answer.status_code, answer.headers.get("X-Request-ID", ""))
