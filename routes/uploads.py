"""The routes by which files come in, at once or as a job, and those of all jobs; an upload is kept under its bare names before
it is read."""

import filecmp
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, File, UploadFile

from corpus import tray
from corpus.errors import PlanSeekError
from desk.jobs import Jobs, Json
from retriever import wire
from retriever.service import Service

SIDE_FILES = frozenset(("metadata.csv", "regions.csv"))
_LONGEST_NAME = 200


Files = Annotated[list[UploadFile], File(description="文本、网页、Word、PDF、表格、图片或 ZIP；可附 metadata.csv、regions.csv")]


def routes(served: Service, jobs: Jobs) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["语料"])
    uploads = served.settings.home / "uploads"

    @router.post("/ingest", summary="上传文件并编入索引")
    def ingest(files: Files) -> Json:
        with received(files, uploads, served.settings.upload_mb) as saved:
            return wire.report_json(served.ingest(saved))

    @router.post("/ingest/jobs", summary="上传文件，在后台编入索引（返回任务）", status_code=202)
    def ingest_job(files: Files) -> Json:
        with received(files, uploads, served.settings.upload_mb) as saved:
            job = jobs.start("ingest", lambda progress: wire.report_json(served.ingest(saved, progress=progress)))
        return job.as_json()

    @router.post("/ingest/again", summary="按现在的地区表重新读入已入库的文件（返回任务）", status_code=202)
    def read_again() -> Json:
        return jobs.start("reread", lambda progress: wire.report_json(served.library.reread(progress))).as_json()

    @router.get("/jobs", summary="后台任务，新的在前")
    def recent() -> Json:
        return {"jobs": [job.as_json() for job in jobs.recent()]}

    @router.get("/jobs/{job_id}", summary="一项后台任务的进度与结果")
    def job(job_id: str) -> Json:
        return jobs.get(job_id).as_json()

    @router.delete("/jobs/{job_id}", summary="请一项后台任务停下；已读的内容保留，可以接着做")
    def stop(job_id: str) -> Json:
        return jobs.stop(job_id).as_json()

    @router.post("/jobs/{job_id}/again", summary="接着做一项停下或失败的任务（返回新任务）", status_code=202)
    def again(job_id: str) -> Json:
        return jobs.again(job_id).as_json()

    return router


@contextmanager
def received(uploads: Iterable[UploadFile], folder: Path, limit_mb: int) -> Iterator[list[Path]]:
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
        saved = [_put(Path(waiting) / name, folder / name) for name in names]
    yield [folder] if SIDE_FILES.intersection(names) else saved


def _put(new: Path, kept: Path) -> Path:
    """Where an upload is kept; the same content sent again leaves its file, and so all that was read of it, untouched."""
    if kept.is_file() and filecmp.cmp(new, kept, shallow=False):
        return kept
    return new.replace(kept)


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
