"""The HTTP API: routes, request models and problem responses; all the work is the service's."""

import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import FastAPI, File, HTTPException, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

import settings as configuration
from corpus import tray
from corpus.errors import NotReady, PlanSeekError
from corpus.layout import boxes
from corpus.model import Span
from corpus.store import Store
from eval import own
from eval.questions import rows_of
from eval.service import Busy, Evaluations, Unknown
from retriever import exporters, wire
from retriever.interpret import check
from retriever.model import Query as Question
from retriever.service import Service

VERSION = "0.1.0"
SIDE_FILES = frozenset(("metadata.csv", "regions.csv"))
_LONGEST_NAME = 200
_JUDGING = threading.Lock()


class Search(BaseModel):
    """A question with the user's own restrictions; the fields of `planseek search`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"query": "各区生态修复措施"}]})

    query: str = Field(max_length=20_000, description="问题，例如：各区生态修复措施")
    k: int = Field(10, ge=1, le=1000, description="平铺结果的最多条数")
    per_region: int = Field(3, ge=1, le=50, description="每个地区的最多条数")
    mode: str = Field("hybrid", description="检索方式：hybrid、bm25 或 dense")
    regions: list[str] = Field([], max_length=500, description="只看这些地区（名称或代码）")
    kinds: list[str] = Field([], max_length=20, description="只看这些文种")
    periods: list[str] = Field([], max_length=50, description="只看这些规划期，如 2021-2025")
    statuses: list[str] = Field([], max_length=20, description="只看这些状态，如 正式")
    document: str | None = Field(None, description="只看这一份文档（编号）")
    expand: bool = Field(True, description="是否把日常说法同时译成规划用语检索")
    previous: str = Field("", max_length=20_000, description="上一个问题：这一问是追问时填写")
    literal: list[str] = Field([], max_length=50, description="问题里不作限定的词，例如把“安徽”只当主题词")

    def question(self) -> Question:
        return Question(
            self.query, self.k, self.per_region, self.mode, tuple(self.regions), tuple(self.kinds),
            tuple(self.periods), tuple(self.statuses), self.document, self.expand, self.previous, tuple(self.literal),
        )  # fmt: skip


class Mark(BaseModel):
    """What a user says of one shown passage."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(pattern="^[0-9a-f]{64}$", description="文档编号")
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    mark: str = Field(description="有用、无用或区域不对")


class Judgements(BaseModel):
    """Marks on the passages shown for one question."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=20_000, description="问题")
    marks: list[Mark] = Field(min_length=1, max_length=1000)


class Compare(Search):
    """A question and what stands side by side."""

    columns: list[str] = Field([], max_length=50, description="并排的几列：主题（养老、托育）或时期（十三五、2026）；空则取问题里的时期或草案、正式稿")


class Export(Search):
    """A question and the format of the file."""

    format: str = Field("xlsx", description="导出格式：" + "、".join(exporters.EXPORTERS))


class Evaluation(BaseModel):
    """What to evaluate: a set that ships, one half of it or all, and the systems."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"set": "sample", "systems": ["bm25", "hybrid"]}]})

    set: str = Field("sample", max_length=100, description="评测集名称，如 sample、plans")
    split: str = Field("all", max_length=10, description="dev、test 或 all")
    systems: list[str] = Field([], max_length=50, description="检索系统的名称；空则全部")


def create_app(service: Service | None = None) -> FastAPI:
    """The application over one home folder; that of the settings where none is given."""
    served = service or Service(configuration.load())
    evaluations = Evaluations(served.settings)
    app = FastAPI(
        title="规划问答 PlanSeek", version=VERSION, description="对政府规划文本提问，逐区返回可核对的原文与出处。"
    )

    @app.exception_handler(PlanSeekError)
    def refused(request: Request, error: PlanSeekError) -> JSONResponse:
        return _problem(next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 422), str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        places = "、".join(sorted({".".join(str(part) for part in e["loc"][1:]) or "请求体" for e in error.errors()}))
        return _problem(422, f"请求的这些字段不符合要求：{places}。字段说明见 /docs。")

    @app.exception_handler(StarletteHTTPException)
    def failed(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return _problem(error.status_code, _REFUSALS.get(str(error.detail), str(error.detail)), error.headers)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> JSONResponse:
        return _problem(
            500, f"程序出错（{type(error).__name__}）。请查看运行 planseek serve 的窗口，并把输出发给维护者。"
        )

    @app.post("/v1/search", summary="检索：返回带出处的原文段落")
    def search(body: Search) -> dict[str, Any]:
        return wire.findings_json(served.search(body.question()))

    @app.post("/v1/ask", summary="提问：返回逐字引用的句子")
    def ask(body: Search) -> dict[str, Any]:
        return wire.answer_json(served.ask(body.question()))

    @app.post("/v1/write", summary="归纳：由设置里的大模型据原文写成，逐句核对；核对不过的句子标明并划去")
    def written(body: Search) -> dict[str, Any]:
        answered, text = served.write(body.question())
        return wire.answer_json(answered) | {"written": wire.written_json(text)}

    @app.post("/v1/write/stream", summary="归纳，边写边送：每行一个 JSON，最后一行是全部结果", response_class=StreamingResponse)
    def written_as_it_comes(body: Search) -> StreamingResponse:
        question = body.question()
        check(question)
        return StreamingResponse(_lines(served, question), media_type="application/x-ndjson")

    @app.post("/v1/compare", summary="对比：地区 × 主题、时期或草案与正式稿，每格都是带出处的原文")
    def compare(body: Compare) -> dict[str, Any]:
        return wire.matrix_json(served.compare(body.question(), body.columns))

    @app.post("/v1/targets", summary="目标表：所问指标在各地区的目标值、单位、年份与出处")
    def targets(body: Search) -> dict[str, Any]:
        understood, rows = served.targets(body.question())
        return {"interpretation": wire.interpretation_json(understood), "rows": [wire.target_json(row) for row in rows]}

    @app.post("/v1/duties", summary="责任单位：所问措施由谁牵头、负责、配合")
    def duties(body: Search) -> dict[str, Any]:
        understood, rows = served.duties(body.question())
        return {"interpretation": wire.interpretation_json(understood), "rows": [wire.duty_json(row) for row in rows]}

    @app.get("/v1/duties", summary="一个单位的全部任务")
    def duties_of_unit(unit: Annotated[str, Query(min_length=2, max_length=60)]) -> dict[str, Any]:
        return {"rows": [wire.duty_json(row) for row in served.duties_of_unit(unit)]}

    @app.post("/v1/export", summary="导出检索结果为文件", response_class=Response)
    def export(body: Export) -> Response:
        content = served.export(body.question(), body.format)
        _, media_type = exporters.EXPORTERS[body.format]
        headers = {
            "Content-Disposition": f'attachment; filename="planseek.{body.format}"',
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, media_type=media_type, headers=headers)

    @app.post("/v1/ingest", summary="上传文件并编入索引")
    def ingest(
        files: Annotated[list[UploadFile], File(description="文本、网页、Word、PDF、表格、图片或 ZIP；可附 metadata.csv、regions.csv")],
    ) -> dict[str, Any]:
        with _received(files, served.settings.home / "uploads", served.settings.upload_mb) as saved:
            return wire.report_json(served.ingest(saved))

    @app.get("/v1/documents", summary="已入库的文档")
    def documents(
        offset: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> dict[str, Any]:
        with _open(served.store) as store:
            listed = store.documents(with_text=False)
            counts = store.passage_counts()
        page = [wire.document_json(d) | {"passages": counts.get(d.id, 0)} for d in listed[offset : offset + limit]]
        return {"documents": page, "total": len(listed)}

    @app.get("/v1/documents/{document_id}", summary="一份文档的全文、结构与段落")
    def document(document_id: str) -> dict[str, Any]:
        with _open(served.store) as store:
            found = store.document(document_id)
            if found is None:
                raise HTTPException(404, f"没有编号为 {document_id} 的文档。")
            return wire.inspection_json(found, store.passages(document_id)) | {"text": found.text}

    @app.get("/v1/documents/{document_id}/boxes", summary="一段文字在页面上的位置")
    def places_on_pages(
        document_id: str, start: Annotated[int, Query(ge=0)], end: Annotated[int, Query(ge=0)]
    ) -> dict[str, Any]:
        with _open(served.store) as store:
            if store.document(document_id) is None:
                raise HTTPException(404, f"没有编号为 {document_id} 的文档。")
            return {"boxes": [asdict(box) for box in boxes(store.layout(document_id), Span(start, end))]}

    @app.get("/v1/documents/{document_id}/around", summary="一段原文的前一段和后一段")
    def around(
        document_id: str, start: Annotated[int, Query(ge=0)], end: Annotated[int, Query(ge=0)]
    ) -> dict[str, Any]:
        with _open(served.store) as store:
            found = store.document(document_id)
            if found is None:
                raise HTTPException(404, f"没有编号为 {document_id} 的文档。")
            return wire.neighbours_json(found, store.passages(document_id), start, end)

    @app.get("/v1/documents/{document_id}/targets", summary="一份文档的全部目标")
    def targets_of(document_id: str) -> dict[str, Any]:
        rows = served.targets_of(document_id)
        if rows is None:
            raise HTTPException(404, f"没有编号为 {document_id} 的文档。")
        return {"rows": [wire.target_json(row) for row in rows]}

    @app.get("/v1/documents/{document_id}/changes", summary="正式稿对这份草案改了什么")
    def changed(document_id: str) -> dict[str, Any]:
        with _open(served.store) as store:
            if store.document(document_id) is None:
                raise HTTPException(404, f"没有编号为 {document_id} 的文档。")
        return {"changes": [wire.change_json(change) for change in served.changes(document_id)]}

    @app.get("/v1/evaluations", summary="保存的评测结果，和可以评测的题集与系统")
    def kept_evaluations() -> dict[str, Any]:
        return evaluations.offered()

    @app.post("/v1/evaluations", summary="开始一次评测（在后台运行，一次一个）", status_code=202)
    def evaluate(body: Evaluation) -> dict[str, Any]:
        return evaluations.start(body.set, body.split, body.systems)

    @app.get("/v1/evaluations/running", summary="正在运行的评测的进度")
    def evaluation_progress() -> dict[str, Any]:
        return evaluations.progress()

    @app.get("/v1/evaluations/{run_id}", summary="一次评测：各系统的指标与逐题得分")
    def evaluation(run_id: str) -> dict[str, Any]:
        return evaluations.tables(run_id)

    @app.get("/v1/evaluations/{run_id}/questions/{question_id}", summary="一道题：返回了什么，漏了哪些要点")
    def evaluated_question(run_id: str, question_id: str) -> dict[str, Any]:
        return evaluations.question(run_id, question_id)

    @app.get("/v1/evaluations/{run_id}/compare", summary="两次评测的差别：差值、95% 区间、置换检验、胜负、变化的题")
    def compared(run_id: str, other: str | None = None, first: str = "bm25", second: str = "hybrid") -> dict[str, Any]:
        return evaluations.comparison(run_id, other, first, second)

    @app.post("/v1/judgements", summary="对检索结果的评价，进入自己的评测集")
    def judge(body: Judgements) -> dict[str, Any]:
        folder = served.settings.home / "sets" / "mine"
        marks = [(mark.document, Span(mark.start, mark.end), mark.mark) for mark in body.marks]
        with _JUDGING:
            rows = own.marked(rows_of("mine", served.settings.home), body.query.strip(), marks)
            own.write_set(folder, rows)
        return {"set": "mine", "questions": len(rows), "marks": len(marks)}

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


_STATUSES: dict[type[PlanSeekError], int] = {NotReady: 503, Busy: 409, Unknown: 404}
"""Our own refusals that are not simply a bad request → the status."""

_REFUSALS = {
    "Not Found": "没有这个地址。接口说明见 /docs。",
    "Method Not Allowed": "这个地址不支持该请求方法。接口说明见 /docs。",
}
"""The framework's own words → ours."""


def _lines(served: Service, question: Question) -> Iterator[str]:
    """One JSON object a line: {"sentence"} for each as it is checked, then {"answer"} with all; {"error"} where it fails.

    A sentence that was sent counts only if it is in the answer.
    """
    waiting: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def work() -> None:
        try:
            answered, text = served.write(question, lambda s: waiting.put({"sentence": wire.checked_json(s)}))
            waiting.put({"answer": wire.answer_json(answered) | {"written": wire.written_json(text)}})
        except PlanSeekError as error:
            waiting.put({"error": str(error)})
        except Exception as error:
            # The answer has begun: its status can no longer tell.
            waiting.put({"error": f"程序出错（{type(error).__name__}）。请查看运行 planseek serve 的窗口。"})
        finally:
            waiting.put(None)

    threading.Thread(target=work, daemon=True).start()
    while (line := waiting.get()) is not None:
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """RFC 9457 problem details."""
    body = {"type": "about:blank", "title": "请求未能完成", "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


@contextmanager
def _open(opener: Callable[[], Store]) -> Iterator[Store]:
    store = opener()
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _received(uploads: Iterable[UploadFile], folder: Path, limit_mb: int) -> Iterator[list[Path]]:
    """The paths to ingest of an upload, kept under their bare names in `folder`; all of it is kept or none.

    A metadata.csv or regions.csv speaks of every file of the folder: with one, the whole folder is ingested. Raises
    PlanSeekError for a name that is none or stands twice, a file past the limit, a side file that is not understood.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=folder) as waiting:
        names: list[str] = []
        for upload in uploads:
            name = bare_name(upload.filename or "")
            if name in names:
                raise PlanSeekError(f"有两个文件同名「{name}」。请改名后再上传。")
            names.append(name)
            _save(upload, Path(waiting) / name, limit_mb)
        tray.find([Path(waiting)])
        saved = [(Path(waiting) / name).replace(folder / name) for name in names]
    yield [folder] if SIDE_FILES.intersection(names) else saved


def bare_name(given: str) -> str:
    """The last part of a name in an upload, of printable characters and at most 200 bytes, its suffix kept.

    Raises PlanSeekError where nothing is left.
    """
    name = PurePath(given.replace("\\", "/")).name.strip().lstrip(".")
    name = "".join(c for c in name if c.isprintable() and c not in '<>:"|?*/')
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= 10:
        room = _LONGEST_NAME - len(f".{suffix}".encode())
        name = stem.encode()[:room].decode(errors="ignore") + "." + suffix if stem else suffix
    else:
        name = name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    if not name:
        raise PlanSeekError("上传的文件没有文件名。请重新选择文件。")
    return name


def _save(upload: UploadFile, path: Path, limit_mb: int) -> None:
    size = 0
    with path.open("wb") as out:
        while chunk := upload.file.read(1 << 20):
            size += len(chunk)
            if size > limit_mb << 20:
                raise PlanSeekError(f"「{path.name}」超过 {limit_mb} MB 的上限。请拆分后再上传。")
            out.write(chunk)
