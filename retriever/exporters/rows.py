"""The rows that every table export shares: one a shown passage, and one a silent region."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from corpus.model import Region
from retriever.cite import label
from retriever.model import Findings, Hit
from retriever.verdict import judge

COLUMNS = (
    "问题",
    "地区",
    "结果",
    "序号",
    "出处",
    "原文",
    "文件标题",
    "文种",
    "规划期",
    "状态",
    "来源文件",
    "起始字符",
    "结束字符",
)
NOT_FOUND = "未检索到"
FOUND = "有相关表述"
NEAR = "相近段落"
"""Of a passage that is shown for its rank and has too little evidence to answer."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an export; a silent region has no hit."""

    region: Region | None
    verdict: str
    hit: Hit | None

    def cells(self, question: str) -> tuple[str | int, ...]:
        """The values under COLUMNS."""
        name = self.region.name if self.region else ""
        if self.hit is None:
            return (question, name, self.verdict, *[""] * (len(COLUMNS) - 3))
        hit, document = self.hit, self.hit.document
        return (
            question, name, self.verdict, hit.rank, label(document, hit.passage), hit.text, document.title, document.kind,
            document.period or "", document.status, source(hit), hit.passage.span.start, hit.passage.span.end,
        )  # fmt: skip


def source(hit: Hit) -> str:
    """The source file's name without its folder: paths of this machine stay on it."""
    return PurePosixPath(hit.document.files[0]).name if hit.document.files else ""


def rows(findings: Findings) -> Iterator[Row]:
    """The passages as they are shown: by region where the question fans out, by rank otherwise."""
    if findings.interpretation.fan_out is None:
        for hit in findings.hits:
            yield Row(hit.passage.region, FOUND if hit.evidence >= judge.RELATED else NEAR, hit)
        return
    for group in findings.groups:
        if not group.hits:
            yield Row(group.region, NOT_FOUND, None)
        for hit in group.hits:
            yield Row(group.region, FOUND if hit.evidence >= judge.FOUND else NEAR, hit)
