"""The request bodies of the API, each field with its words for /docs. No behaviour but turning one into a query."""

from pydantic import BaseModel, ConfigDict, Field

from retriever import exporters
from retriever import paper as papers
from retriever.model import Query


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

    def question(self) -> Query:
        return Query(
            self.query, self.k, self.per_region, self.mode, tuple(self.regions), tuple(self.kinds),
            tuple(self.periods), tuple(self.statuses), self.document, self.expand, self.previous, tuple(self.literal),
        )  # fmt: skip


class Mark(BaseModel):
    """What a user says of one shown passage."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(pattern="^[0-9a-f]{64}$", description="文档编号")
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    mark: str = Field(description="有用、无用或区域不对；未评：收回先前的评价")


class Judgements(BaseModel):
    """Marks on the passages shown for one question."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=20_000, description="问题")
    marks: list[Mark] = Field(min_length=1, max_length=1000)


class Compare(Search):
    """A question and what stands side by side."""

    columns: list[str] = Field([], max_length=50, description="并排的几列：主题（养老、托育）或时期（十三五、2026）；空则取问题里的时期或草案、正式稿")


class Export(Search):
    """A question, what of it, and the format of the file."""

    format: str = Field("xlsx", description="导出格式：" + "、".join(exporters.EXPORTERS))
    what: str = Field("passages", description="导出什么：" + "、".join(papers.WHATS))
    columns: list[str] = Field([], max_length=50, description="导出对照表（matrix）时并排的几列，同 /v1/compare")


class Evaluation(BaseModel):
    """What to evaluate: a set that ships, one half of it or all, and the systems."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"set": "sample", "systems": ["bm25", "hybrid"]}]})

    set: str = Field("sample", max_length=100, description="评测集名称，如 sample、plans")
    split: str = Field("all", max_length=10, description="dev、test 或 all")
    systems: list[str] = Field([], max_length=50, description="检索系统的名称；空则全部")
