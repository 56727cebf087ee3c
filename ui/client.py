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


class Unsigned(ApiError):  # noqa: N818 - names the state
    """The API wants a key, or another one than was given."""


class Api:
    """The API at one address, under one key where it wants one. Safe to share between sessions of the same key."""

    def __init__(self, address: str, key: str = "") -> None:
        self.address = address.rstrip("/")
        # A proxy set for the office's browsers must not see questions that never leave the machine.
        self._http = httpx.Client(
            base_url=self.address, timeout=httpx.Timeout(_SEARCH_SECONDS, connect=3.0), trust_env=False,
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )  # fmt: skip

    @classmethod
    def from_environment(cls, key: str = "") -> "Api":
        return cls(os.environ.get("PLANSEEK_API", "http://127.0.0.1:8000"), key)

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

    def collections(self) -> list[str] | None:
        """The collections that this key may see; None where it sees everything."""
        found: list[str] | None = self._json("GET", "/v1/me")["collections"]
        return found

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
        return self._json("GET", f"/v1/documents/{quote(document_id, safe='')}")

    def paragraphs(self, document_id: str) -> Json:
        """Where a document's numbered paragraphs and its pages begin."""
        return self._json("GET", f"/v1/documents/{quote(document_id, safe='')}/paragraphs")

    def citation(self, document_id: str, start: int, end: int) -> Json:
        """A slice of a document with its citation."""
        return self._json("GET", f"/v1/documents/{quote(document_id, safe='')}/citation", params={"start": start, "end": end})

    def boxes(self, document_id: str, start: int, end: int) -> list[Json]:
        """Where a slice stands on the pages: page from 1; left, top, right and bottom in parts of the page."""
        found = self._json("GET", f"/v1/documents/{quote(document_id, safe='')}/boxes", params={"start": start, "end": end})
        boxes: list[Json] = found["boxes"]
        return boxes

    def page_picture(self, document_id: str, page: int, width: int) -> bytes:
        """A page as WebP, so many pixels wide."""
        path = f"/v1/documents/{quote(document_id, safe='')}/pages/{page}"
        return _checked(self._send("GET", path, params={"width": width})).content

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

    def targets(self, question: Json) -> Json:
        """The targets on what is asked, a row each."""
        return self._json("POST", "/v1/targets", json=question)

    def duties(self, question: Json) -> Json:
        """Who is in charge of what is asked."""
        return self._json("POST", "/v1/duties", json=question)

    def duties_of_unit(self, unit: str) -> list[Json]:
        """Every task of a unit."""
        found: list[Json] = self._json("GET", "/v1/duties", params={"unit": unit})["rows"]
        return found

    def duties_file(self, unit: str, format_name: str) -> bytes:
        """Every task of a unit as a file."""
        return _checked(self._send("GET", "/v1/duties/export", params={"unit": unit, "format": format_name})).content

    def changes_file(self, document_id: str, format_name: str) -> bytes:
        """What the final version changed of a draft, as a file."""
        path = f"/v1/documents/{quote(document_id, safe='')}/changes/export"
        return _checked(self._send("GET", path, params={"format": format_name})).content

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

    def ingest_job(self, files: Sequence[tuple[str, bytes]]) -> Json:
        """Begin to add files by name and content; the job."""
        parts = [("files", (name, content)) for name, content in files]
        return self._json("POST", "/v1/ingest/jobs", files=parts, timeout=_INGEST_SECONDS)

    def read_again(self) -> Json:
        """Begin to read the files of all documents again; the job."""
        return self._json("POST", "/v1/ingest/again")

    def jobs(self) -> list[Json]:
        """The jobs of the service, the newest first."""
        found: list[Json] = self._json("GET", "/v1/jobs")["jobs"]
        return found

    def job(self, job: str) -> Json:
        return self._json("GET", f"/v1/jobs/{quote(job, safe='')}")

    def stop(self, job: str) -> Json:
        """Ask a job to stop."""
        return self._json("DELETE", f"/v1/jobs/{quote(job, safe='')}")

    def again(self, job: str) -> Json:
        """Begin a job that stopped or failed once more; the new one."""
        return self._json("POST", f"/v1/jobs/{quote(job, safe='')}/again")

    def correct(self, documents: Sequence[Json]) -> list[Json]:
        """Correct fields of documents by id; what became of each."""
        found: list[Json] = self._json("PATCH", "/v1/documents", json={"documents": list(documents)})["documents"]
        return found

    def remove(self, documents: Sequence[str]) -> Json:
        """Begin to remove documents; the job."""
        return self._json("POST", "/v1/documents/removals", json={"documents": list(documents)})

    def regions(self, wanted: str = "", limit: int = 100) -> list[Json]:
        """Regions by name or code; without, one's own and those with documents."""
        found: list[Json] = self._json("GET", "/v1/regions", params={"q": wanted, "limit": limit})["regions"]
        return found

    def add_region(self, row: Json) -> Json:
        return self._json("POST", "/v1/regions", json={"regions": [row]})

    def remove_region(self, code: str) -> Json:
        return self._json("DELETE", f"/v1/regions/{quote(code, safe='')}")

    def usage(self) -> Json:
        """Bytes by what takes them."""
        return self._json("GET", "/v1/usage")

    def batches(self) -> list[Json]:
        """The batches of questions that were handed in, the newest first."""
        found: list[Json] = self._json("GET", "/v1/batches")["batches"]
        return found

    def begin_batch(self, name: str, content: bytes, per_region: int, mode: str) -> Json:
        """Hand in a file of questions; the batch, which is answered from now on."""
        fields = {"per_region": str(per_region), "mode": mode}
        return self._json("POST", "/v1/batches", files={"file": (name, content)}, data=fields)

    def batch(self, batch: str) -> Json:
        """A batch with a row a question."""
        return self._json("GET", f"/v1/batches/{quote(batch, safe='')}")

    def batch_answer(self, batch: str, number: int) -> Json:
        """The answer to one question of a batch."""
        return self._json("GET", f"/v1/batches/{quote(batch, safe='')}/answers/{number}")

    def resume_batch(self, batch: str) -> Json:
        return self._json("POST", f"/v1/batches/{quote(batch, safe='')}/resume")

    def stop_batch(self, batch: str) -> Json:
        return self._json("POST", f"/v1/batches/{quote(batch, safe='')}/stop")

    def remove_batch(self, batch: str) -> Json:
        return self._json("DELETE", f"/v1/batches/{quote(batch, safe='')}")

    def batch_file(self, batch: str, format_name: str) -> bytes:
        """All answers of a batch as a file."""
        path = f"/v1/batches/{quote(batch, safe='')}/export"
        return _checked(self._send("GET", path, params={"format": format_name}, timeout=_INGEST_SECONDS)).content

    def batch_template(self) -> bytes:
        """The workbook to write questions in."""
        return _checked(self._send("GET", "/v1/batches/template")).content

    def judged(self, query: str) -> list[Json]:
        """What was said of passages shown for a question: document, start, end, mark."""
        found: list[Json] = self._json("GET", "/v1/judgements", params={"query": query})["marks"]
        return found

    def suggest(self, text: str, limit: int) -> Json:
        """Regions, terms and questions that a text may go on with; of an empty one, what the corpus has most of."""
        return self._json("GET", "/v1/suggest", params={"q": text, "limit": limit})

    def baskets(self) -> list[Json]:
        """The baskets, the one changed last first."""
        found: list[Json] = self._json("GET", "/v1/baskets")["baskets"]
        return found

    def basket(self, basket: int) -> Json:
        """A basket with its items."""
        return self._json("GET", f"/v1/baskets/{basket}")

    def add_basket(self, name: str) -> Json:
        return self._json("POST", "/v1/baskets", json={"name": name})

    def rename_basket(self, basket: int, name: str) -> Json:
        return self._json("PATCH", f"/v1/baskets/{basket}", json={"name": name})

    def remove_basket(self, basket: int) -> Json:
        return self._json("DELETE", f"/v1/baskets/{basket}")

    def keep(self, basket: int, document: str, start: int, end: int, question: str) -> Json:
        """Put a passage into a basket; the item."""
        place = {"document": document, "start": start, "end": end}
        return self._json("POST", f"/v1/baskets/{basket}/items", json=place | {"question": question})

    def change_item(self, basket: int, item: int, change: Json) -> Json:
        """Write the note of an item, or move it to a position."""
        return self._json("PATCH", f"/v1/baskets/{basket}/items/{item}", json=change)

    def remove_item(self, basket: int, item: int) -> Json:
        return self._json("DELETE", f"/v1/baskets/{basket}/items/{item}")

    def basket_file(self, basket: int, format_name: str) -> bytes:
        """A basket as a file."""
        return _checked(self._send("GET", f"/v1/baskets/{basket}/export", params={"format": format_name})).content

    def saved(self) -> list[Json]:
        """The saved questions, the newest first."""
        found: list[Json] = self._json("GET", "/v1/saved")["saved"]
        return found

    def save(self, name: str, question: Json) -> Json:
        return self._json("POST", "/v1/saved", json={"name": name, "query": question})

    def run_saved(self, saved: int) -> Json:
        """A saved question asked again: the answer with what is new since the last run."""
        return self._json("POST", f"/v1/saved/{saved}/run")

    def remove_saved(self, saved: int) -> Json:
        return self._json("DELETE", f"/v1/saved/{saved}")

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
    if answer.status_code == 401:
        raise Unsigned(_sentence(answer))
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
