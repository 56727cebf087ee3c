"""Routes of questions: search, ask, write, compare, targets, duties, export. The work is the service's."""

import json
import logging
import queue
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from corpus.errors import PlanSeekError
from retriever import exporters, wire
from retriever import paper as papers
from retriever.interpret import check
from retriever.model import Query as Question
from retriever.service import Service
from routes.bodies import Compare, Export, Search

Unit = Annotated[str, Query(min_length=2, max_length=60, description="单位名称，例如：区教育局")]
Format = Annotated[str, Query(alias="format", description="导出格式：" + "、".join(exporters.EXPORTERS))]


def routes(served: Service) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["提问"])

    @router.post("/search", summary="检索：返回带出处的原文段落")
    def search(body: Search) -> dict[str, Any]:
        return wire.findings_json(served.search(body.question()))

    @router.post("/ask", summary="提问：返回逐字引用的句子")
    def ask(body: Search) -> dict[str, Any]:
        return wire.answer_json(served.ask(body.question()))

    @router.post("/write", summary="归纳：由设置里的大模型据原文写成，逐句核对；核对不过的句子标明并划去")
    def written(body: Search) -> dict[str, Any]:
        answered, text = served.write(body.question())
        return wire.answer_json(answered) | {"written": wire.written_json(text)}

    @router.post("/write/stream", summary="归纳，边写边送：每行一个 JSON，最后一行是全部结果", response_class=StreamingResponse)
    def written_as_it_comes(body: Search) -> StreamingResponse:
        question = body.question()
        check(question)
        return StreamingResponse(_lines(served, question), media_type="application/x-ndjson")

    @router.post("/compare", summary="对比：地区 × 主题、时期或草案与正式稿，每格都是带出处的原文")
    def compare(body: Compare) -> dict[str, Any]:
        return wire.matrix_json(served.compare(body.question(), body.columns))

    @router.post("/targets", summary="目标表：所问指标在各地区的目标值、单位、年份与出处")
    def targets(body: Search) -> dict[str, Any]:
        return wire.targets_json(*served.targets(body.question()))

    @router.post("/duties", summary="责任单位：所问措施由谁牵头、负责、配合")
    def duties(body: Search) -> dict[str, Any]:
        return wire.duties_json(*served.duties(body.question()))

    @router.get("/duties", summary="一个单位的全部任务")
    def duties_of_unit(unit: Unit) -> dict[str, Any]:
        return {"rows": [wire.duty_json(row) for row in served.duties_of_unit(unit)]}

    @router.post("/export", summary="导出为文件：原文、对照表、目标表或责任单位", response_class=Response)
    def export(body: Export) -> Response:
        return _file(served.export(body.question(), body.format, body.what, body.columns), body.format, body.what)

    @router.get("/duties/export", summary="导出一个单位的全部任务", response_class=Response)
    def export_duties_of_unit(unit: Unit, format_name: Format = "xlsx") -> Response:
        rows = served.duties_of_unit(unit)
        return _file(exporters.export(papers.of_duties(unit, None, rows, *served.stamp()), format_name), format_name, "duties")

    @router.get("/documents/{document_id}/changes/export", summary="导出正式稿对草案的改动", response_class=Response)
    def export_changes(document_id: str, format_name: Format = "xlsx") -> Response:
        found = served.changes(document_id)
        with closing(served.store()) as store:
            draft = store.found(document_id)
            final = store.found(draft.final or "")
        return _file(exporters.export(papers.of_changes(draft, final, found, *served.stamp()), format_name), format_name, "changes")

    return router


def _file(content: bytes, format_name: str, what: str) -> Response:
    exporter = exporters.EXPORTERS[format_name]
    name = "planseek" if what == "passages" else f"planseek-{what}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{exporter.suffix}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=exporter.media_type, headers=headers)


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
            logging.getLogger(__name__).exception("write")
            waiting.put({"error": f"程序出错（{type(error).__name__}）。请查看运行 planseek serve 的窗口。"})
        finally:
            waiting.put(None)

    threading.Thread(target=work, daemon=True).start()
    while (line := waiting.get()) is not None:
        yield json.dumps(line, ensure_ascii=False) + "\n"
