"""Routes of batches: a file of questions comes in, is answered in the background, and goes out as a file of cited answers."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Response, UploadFile

from corpus.errors import Busy, Unknown
from desk.batch import Batches
from desk.jobs import OVER, Job, Jobs
from desk.questions_file import LARGEST_MB, template
from retriever.exporters import EXPORTERS
from retriever.service import Service
from routes.uploads import bare_name

Json = dict[str, Any]

_KIND = "batch"


def routes(served: Service, jobs: Jobs) -> APIRouter:
    batches = Batches(served)
    router = APIRouter(prefix="/v1/batches", tags=["批量提问"])
    at_work: dict[str, str] = {}

    def job_of(batch_id: str) -> Job | None:
        try:
            return jobs.get(at_work[batch_id]) if batch_id in at_work else None
        except Unknown:
            return None

    def begun(batch_id: str) -> Json:
        """Put a batch to work unless it is at it; its summary."""
        job = job_of(batch_id)
        if job is None or job.state in OVER:
            job = jobs.start(_KIND, lambda progress: batches.run(batch_id, progress))
            at_work[batch_id] = job.id
        return told(batches.summary(batch_id))

    def told(batch: Json) -> Json:
        """A batch with how its work stands: waiting, running, stopped, failed or done."""
        job = job_of(batch["id"])
        if job is not None and (now := job.as_json())["state"] not in OVER:
            return batch | {"state": now["state"], "stage": now["stage"], "job": job.id, "error": None}
        error = job.error if job is not None else None
        state = "failed" if error else "done" if batch["done"] == batch["total"] else "stopped"
        return batch | {"state": state, "stage": "", "job": None, "error": error}

    @router.post("", summary="提交一批问题并开始回答；同一份文件接着上次回答", status_code=202)
    def submit(
        file: Annotated[UploadFile, File(description="问题：Excel（.xlsx、.xls、.et）、CSV，或每行一个问题的 .txt、.md")],
        per_region: Annotated[int, Form(ge=1, le=50, description="每个地区的最多条数；文件里另有填写的从其填写")] = 3,
        mode: Annotated[str, Form(description="检索方式：hybrid、bm25 或 dense")] = "hybrid",
    ) -> Json:
        content = file.file.read((LARGEST_MB << 20) + 1)
        return begun(batches.open(content, bare_name(file.filename or ""), per_region, mode).id)

    @router.get("", summary="提交过的各批问题")
    def listed() -> Json:
        return {"batches": [told(batch) for batch in batches.listed()]}

    @router.get("/template", summary="问题的示例表", response_class=Response)
    def empty() -> Response:
        return _file(template(), "xlsx", "批量提问示例")

    @router.get("/{batch_id}", summary="一批问题：进度，每题的结果与首条出处")
    def batch(batch_id: str) -> Json:
        return told(batches.shown(batch_id))

    @router.get("/{batch_id}/answers/{number}", summary="一批问题里一题的答案（与 /v1/ask 同样的对象）")
    def answer(batch_id: str, number: int) -> Json:
        return batches.answer(batch_id, number)

    @router.get("/{batch_id}/export", summary="导出一批问题的答案", response_class=Response)
    def export(batch_id: str, format: str = "xlsx") -> Response:  # noqa: A002 - the name in the address
        name = batches.found(batch_id).name.rpartition(".")[0]
        return _file(batches.export(batch_id, format), format, f"{name}_答案")

    @router.post("/{batch_id}/resume", summary="接着回答；索引更新以后从头再答", status_code=202)
    def resume(batch_id: str) -> Json:
        batches.found(batch_id)
        return begun(batch_id)

    @router.post("/{batch_id}/stop", summary="停下来；已有的答案都在", status_code=202)
    def stop(batch_id: str) -> Json:
        batch = batches.summary(batch_id)
        if job := job_of(batch_id):
            jobs.stop(job.id)
        return told(batch)

    @router.delete("/{batch_id}", summary="删除一批问题和它的答案")
    def remove(batch_id: str) -> Json:
        job = job_of(batch_id)
        if job is not None and job.state not in OVER:
            raise Busy("这批问题正在回答。请先停止，再删除。")
        batches.remove(batch_id)
        return {"removed": batch_id}

    return router


def _file(content: bytes, format_name: str, stem: str) -> Response:
    exporter = EXPORTERS[format_name]
    named = quote(f"{stem}.{exporter.suffix}", safe="")
    headers = {
        "Content-Disposition": f"attachment; filename=\"planseek.{exporter.suffix}\"; filename*=UTF-8''{named}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=exporter.media_type, headers=headers)
