"""Routes that change or describe the corpus as a whole: corrections, removals, regions, disk use. The work is the library's."""

from contextlib import closing
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from corpus.errors import PlanSeekError
from desk.jobs import Jobs, Json, Progress
from retriever import wire_library as wire
from retriever.service import Service

Word = Annotated[str | None, Field(max_length=500)]


class Correction(BaseModel):
    """Fields of a document as they should be; null: back to what was read or metadata.csv says; "": there is none."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"region": "安徽省芜湖市弋江区", "period": "2021-2025"}]})

    title: Word = Field(None, description="标题")
    region: Word = Field(None, description="地区：全称、名称或代码")
    kind: Word = Field(None, description="文种，如 规划纲要")
    period: Word = Field(None, description="规划期：2021-2025 或 2026")
    status: Word = Field(None, description="状态，如 正式")
    issued: Word = Field(None, description="日期：2021-03-05、2021-03 或 2021")
    number: Word = Field(None, description="文号")
    issuer: Word = Field(None, description="发文机关")


class CorrectionOf(Correction):
    """The same of one of several documents."""

    id: str = Field(max_length=64, description="文档编号")


class Corrections(BaseModel):
    """Corrections of several documents, saved together."""

    model_config = ConfigDict(extra="forbid")

    documents: list[CorrectionOf] = Field(min_length=1, max_length=1000)


class Removals(BaseModel):
    """Documents to remove."""

    model_config = ConfigDict(extra="forbid")

    documents: list[Annotated[str, Field(max_length=64)]] = Field(min_length=1, max_length=10_000, description="文档编号")


class Region(BaseModel):
    """A row of regions.csv."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    code: str = Field(max_length=40, description="代码，不与行政区划代码重复")
    name: str = Field(max_length=100, description="名称，不带上级地区")
    level: str = Field(max_length=10, description="国家、省级、地级、县级或乡级")
    parent: str = Field("", max_length=100, description="上级地区：代码或名称")
    aliases: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=50, description="别名")
    lon: float | None = Field(None, description="经度，十进制度数")
    lat: float | None = Field(None, description="纬度，十进制度数")
    since: str = Field("", alias="from", max_length=10, description="从何时起叫这个名称，如 2009 或 2009-07-01")
    until: str = Field("", alias="to", max_length=10, description="到何时为止")

    def row(self) -> dict[str, str | float | None]:
        return self.model_dump(by_alias=True) | {"aliases": "|".join(self.aliases)}


class Regions(BaseModel):
    """Regions to add, all or none."""

    model_config = ConfigDict(extra="forbid")

    regions: list[Region] = Field(min_length=1, max_length=1000)


def routes(served: Service, jobs: Jobs) -> APIRouter:
    library = served.library
    router = APIRouter(prefix="/v1", tags=["语料"])

    @router.patch("/documents", summary="更正几份文档的标题、地区、文种等，一次保存")
    def correct(body: Corrections) -> Json:
        changes = {c.id: c.model_dump(exclude_unset=True, exclude={"id"}) for c in body.documents}
        if len(changes) < len(body.documents):
            raise PlanSeekError("同一份文档在请求里出现了两次。请合并后再保存。")
        return {"documents": [wire.corrected_json(done) for done in library.correct(changes)]}

    @router.patch("/documents/{document_id}", summary="更正一份文档的标题、地区、文种等；null 表示恢复读出的内容")
    def correct_one(document_id: str, body: Correction) -> Json:
        with closing(served.store()) as store:
            store.found(document_id)
        (done,) = library.correct({document_id: body.model_dump(exclude_unset=True)})
        if done.refusal:
            raise PlanSeekError(done.refusal)
        return wire.corrected_json(done)

    @router.delete("/documents/{document_id}", summary="移除一份文档：连同段落、索引和上传的副本")
    def remove(document_id: str) -> Json:
        (gone,) = library.remove([document_id])
        return wire.removed_json(gone)

    @router.post("/documents/removals", summary="移除几份文档（在后台进行，返回任务）", status_code=202)
    def remove_several(body: Removals) -> Json:
        with closing(served.store()) as store:
            for document_id in body.documents:
                store.found(document_id)

        def work(progress: Progress) -> Json:
            return {"documents": [wire.removed_json(gone) for gone in library.remove(body.documents, progress)]}

        return jobs.start("remove", work).as_json()

    @router.get("/regions", summary="地区：自设的、有文件的，或按名称、代码查找")
    def regions(
        q: Annotated[str, Query(max_length=100)] = "", limit: Annotated[int, Query(ge=1, le=5000)] = 100
    ) -> dict[str, Any]:
        found = library.regions(q)
        return {"regions": [wire.region_row_json(row) for row in found[:limit]], "total": len(found)}

    @router.post("/regions", summary="增加自设的地区，如开发区", status_code=201)
    def add_regions(body: Regions) -> Json:
        added = library.add_regions([region.row() for region in body.regions])
        return {"regions": [wire.region_row_json(row) for row in added], "note": wire.REREAD}

    @router.delete("/regions/{code}", summary="删除一个自设的地区")
    def remove_region(code: str) -> Json:
        library.remove_region(code)
        return {"removed": code}

    @router.get("/usage", summary="磁盘占用（字节）与文档、段落数")
    def usage() -> Json:
        return library.usage()

    return router
