"""Speaks HTTP to the API and turns every failure into one Chinese sentence. Knows nothing of the page."""

import json
import os
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import httpx

Json = dict[str, Any]

PATIENCE = 8.0
"""Seconds to wait for an API that does not answer yet: `planseek serve` starts both at once, the page is faster."""

_PAGE_SIZE = 1000
_SEARCH_SECONDS = 60.0
_INGEST_SECONDS = 1800.0


class ApiError(Exception):
    """A request that the API refused or failed at; the message is shown as it is."""


class Unreachable(ApiError):  # noqa: N818 - names the state
    """Nothing answers at the API's address."""


class Api:
    """The API at one address. Safe to share between sessions."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        # A proxy set for the office's browsers must not see questions that never leave the machine.
        self._http = httpx.Client(
            base_url=self.address, timeout=httpx.Timeout(_SEARCH_SECONDS, connect=3.0), trust_env=False
        )

    @classmethod
    def from_environment(cls) -> "Api":
        return cls(os.environ.get("PLANSEEK_API", "http://127.0.0.1:8000"))

    def fault(self) -> str | None:
        """Why searches cannot be answered now, or None. Raises Unreachable, after some patience."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._send("GET", "/v1/health")
            except Unreachable:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.3)
                continue
            if answer.status_code == 200:
                return None
            return _field(answer, "reason") or _sentence(answer)

    def documents(self) -> list[Json]:
        """Every document in the corpus, in short."""
        found: list[Json] = []
        while True:
            page = self._json("GET", "/v1/documents", params={"offset": len(found), "limit": _PAGE_SIZE})
            found += page["documents"]
            if not page["documents"] or len(found) >= page["total"]:
                return found

    def document(self, document_id: str) -> Json:
        """One document's text with how it was read."""
        return self._json("GET", f"/v1/documents/{document_id}")

    def around(self, document_id: str, start: int, end: int) -> Json:
        """The passages before and after a span; None at either end of the document."""
        return self._json("GET", f"/v1/documents/{quote(document_id, safe='')}/around", params={"start": start, "end": end})

    def changes(self, document_id: str) -> list[Json]:
        """What the final version changed of a draft."""
        found: list[Json] = self._json("GET", f"/v1/documents/{quote(document_id, safe='')}/changes")["changes"]
        return found

    def matrix(self, question: Json) -> Json:
        """Regions by `columns` of the question, or by what it names itself; every cell with its passages."""
        return self._json("POST", "/v1/compare", json=question)

    def ask(self, question: Json) -> Json:
        """Findings with cited sentences."""
        return self._json("POST", "/v1/ask", json=question)

    def judge(self, query: str, marks: Sequence[Json]) -> Json:
        """Keep what the user says of shown passages: document, start, end, mark."""
        return self._json("POST", "/v1/judgements", json={"query": query, "marks": list(marks)})

    def export(self, question: Json, format_name: str) -> bytes:
        """The findings as a file."""
        answer = self._send("POST", "/v1/export", json=question | {"format": format_name})
        return _checked(answer).content

    def ingest(self, files: Sequence[tuple[str, bytes]]) -> Json:
        """Add files by name and content; the report, a row a file."""
        parts = [("files", (name, content)) for name, content in files]
        return self._json("POST", "/v1/ingest", files=parts, timeout=_INGEST_SECONDS)

    def evaluations(self) -> Json:
        """The kept runs, and the sets, halves and systems that a new one can be made of."""
        return self._json("GET", "/v1/evaluations")

    def evaluate(self, set_name: str, split: str, systems: Sequence[str]) -> Json:
        """Begin a run; its progress."""
        return self._json("POST", "/v1/evaluations", json={"set": set_name, "split": split, "systems": list(systems)})

    def evaluating(self) -> Json:
        """How far the run under way has come."""
        return self._json("GET", "/v1/evaluations/running")

    def evaluation(self, run: str) -> Json:
        """A kept run's tables and the values of every question."""
        return self._json("GET", f"/v1/evaluations/{run}")

    def evaluated(self, run: str, question: str) -> Json:
        """What one question was answered with, and what that missed."""
        return self._json("GET", f"/v1/evaluations/{run}/questions/{quote(question, safe='')}")

    def compared(self, first: tuple[str, str], second: tuple[str, str]) -> Json:
        """The second (run, system) against the first."""
        asked = {"other": second[0], "first": first[1], "second": second[1]}
        return self._json("GET", f"/v1/evaluations/{first[0]}/compare", params=asked)

    def _json(self, method: str, path: str, **request: Any) -> Json:
        try:
            body: Json = _checked(self._send(method, path, **request)).json()
        except json.JSONDecodeError as error:
            raise ApiError(
                f"{self.address} 返回的不是规划问答的结果。请检查 PLANSEEK_API 是否指向规划问答的接口。"
            ) from error
        return body

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **request)
        except httpx.TimeoutException as error:
            if isinstance(error, httpx.ConnectTimeout):
                raise Unreachable(self._away()) from error
            raise ApiError("检索服务太久没有回应。请稍后重试；若在导入大批文件，请等它完成。") from error
        except httpx.TransportError as error:
            raise Unreachable(self._away()) from error

    def _away(self) -> str:
        return f"连不上检索服务（{self.address}）。请在终端运行 planseek serve，然后点「重试」。"


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    raise ApiError(_sentence(answer))


def _sentence(answer: httpx.Response) -> str:
    """What a problem response says (RFC 9457 `detail`), or what to do where it says nothing."""
    if answer.status_code == 413:
        return "文件太大，服务没有接收。请拆分后再上传。"
    fallback = f"检索服务出错（{answer.status_code}）。请查看运行 planseek serve 的窗口，或稍后重试。"
    return _field(answer, "detail") or fallback


def _field(answer: httpx.Response, name: str) -> str | None:
    reader: Callable[[], Any] = answer.json
    try:
        body = reader()
    except ValueError:
        return None
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) and value else None
