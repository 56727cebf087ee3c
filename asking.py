"""The options of a question on the command line, and the commands that lay out answers side by side: compare, targets,
duties, changes. Talks to standard error but for results."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import settings as configuration
from terminal import AsJson, Home, print_json, say

if TYPE_CHECKING:
    from retriever.model import Hit, Query
    from retriever.service import Service

Question = Annotated[str, typer.Argument(metavar="问题", help="例如：各区生态修复措施")]
K = Annotated[int, typer.Option("-k", help="平铺结果的最多条数")]
PerRegion = Annotated[int, typer.Option("--per-region", help="每个地区的最多条数")]
Mode = Annotated[str, typer.Option("--mode", help="检索方式：hybrid、bm25 或 dense")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="只看这个地区（名称或代码，可重复）")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="只看这个文种（可重复）")]
Periods = Annotated[list[str] | None, typer.Option("--period", help="只看这个规划期，如 2021-2025")]
Statuses = Annotated[list[str] | None, typer.Option("--status", help="只看这个状态，如 正式、征求意见稿")]
DocumentId = Annotated[str | None, typer.Option("--document", help="只看这一份文档（编号）")]
Expand = Annotated[bool, typer.Option("--expand/--no-expand", help="是否把日常说法同时译成规划用语检索")]
After = Annotated[str, typer.Option("--after", help="上一个问题：这一问是追问时填写，如 --after 各区生态修复措施")]
Literal = Annotated[list[str] | None, typer.Option("--literal", help="问题里这个词不作限定，只当主题（可重复）")]


def query_of(
    question: str, k: int, per_region: int, mode: str, region: list[str] | None, kind: list[str] | None,
    period: list[str] | None, status: list[str] | None, document: str | None, expand: bool, after: str = "",
    literal: list[str] | None = None,
) -> "Query":  # fmt: skip
    from retriever.model import Query

    return Query(
        question, k, per_region, mode, tuple(region or ()), tuple(kind or ()), tuple(period or ()), tuple(status or ()),
        document, expand, after, tuple(literal or ()),
    )  # fmt: skip


def service_of(home: Path | None) -> "Service":
    from retriever.service import Service

    return Service(configuration.load(home))


def compare(
    question: Question,
    column: Annotated[list[str] | None, typer.Option("--column", help="并排的一列：主题（养老）或时期（十三五、2026），可重复")] = None,
    per_region: PerRegion = 1, mode: Mode = "hybrid", region: Regions = None, kind: Kinds = None, home: Home = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """对比：各地区并排几个主题、几个时期或草案与正式稿，每格都是带出处的原文。"""
    from retriever.wire import matrix_json

    query = query_of(question, 10, per_region, mode, region, kind, None, None, None, True)
    found = service_of(home).compare(query, column or ())
    if as_json:
        print_json(matrix_json(found))
        return
    for row in found.rows:
        for name, cell in zip(found.columns, row.cells, strict=True):
            say(f"\n【{cell.region.name}｜{name}】" + ("" if cell.hits else "未检索到"))
            print_hits(cell.hits)


def targets(
    question: Question, region: Regions = None, kind: Kinds = None, period: Periods = None, document: DocumentId = None,
    home: Home = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """目标表：所问指标在各地区的目标值、单位、年份，每行都有出处。例如：各省2026年地区生产总值目标"""
    from retriever.wire import targets_json

    query = query_of(question, 50, 3, "hybrid", region, kind, period, None, document, True)
    understood, rows = service_of(home).targets(query)
    if as_json:
        print_json(targets_json(understood, rows))
        return
    if not rows:
        say("未检索到：相关段落里没有写明数值的目标。可以换个说法，或用 planseek search 查看段落。")
    for row in rows:
        t = row.target
        words = t.span.of(row.citation.document.text)
        base = f"，基期 {t.base:g}{t.base_unit or ''}" if t.base is not None else ""
        say(f"{row.region.name if row.region else '地区未定'}｜{t.indicator}｜{words}｜{t.year or '年份未写'}{base}")
        say(f"        ——{row.citation.label}")


def duties(
    question: Question, region: Regions = None, kind: Kinds = None, document: DocumentId = None,
    unit: Annotated[bool, typer.Option("--unit", help="把“问题”当作单位名称，列出它的全部任务")] = False,
    home: Home = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """责任单位：所问措施由谁牵头、负责、配合；--unit 区教育局 列出一个单位的全部任务。"""
    from retriever.wire import duties_json, duty_json

    service = service_of(home)
    understood = None
    if unit:
        rows = service.duties_of_unit(question)
    else:
        understood, rows = service.duties(query_of(question, 20, 3, "hybrid", region, kind, None, None, document, True))
    if as_json:
        print_json(duties_json(understood, rows) if understood else {"rows": [duty_json(row) for row in rows]})
        return
    if not rows:
        say("未检索到：相关段落里没有写明责任单位。")
    for row in rows:
        roles = (("牵头", row.lead), ("责任", row.responsible), ("配合", row.support))
        say(f"{row.region.name if row.region else '地区未定'}｜{row.measure}｜" + "；".join(f"{name}：{'、'.join(units)}" for name, units in roles if units))
        say(f"        ——{row.citation.label}")


def changes(
    document: Annotated[str, typer.Argument(metavar="编号", help="草案的文档编号（planseek ingest --json 可见）")],
    home: Home = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """正式稿对一份草案改了什么：增、删、改的句子，两边都有出处。"""
    from retriever.wire import change_json

    found = service_of(home).changes(document)
    if as_json:
        print_json({"changes": [change_json(change) for change in found]})
        return
    say(f"共 {len(found)} 处不同。" if found else "两份文件的正文没有不同。")
    for change in found:
        kind = "改动" if change.before and change.after else "新增" if change.after else "删去"
        say(f"\n【{kind}】")
        for name, citation in (("草案", change.before), ("正式", change.after)):
            if citation:
                say(f"    {name}：{' '.join(citation.quote.split())}")
                say(f"        ——{citation.label}")


def print_hits(hits: "tuple[Hit, ...]") -> None:
    from retriever.cite import label

    if not hits:
        return
    for hit in hits:
        say(f"{hit.rank}. {label(hit.document, hit.passage)}")
        say("    " + " ".join(hit.text.split()))
        if hit.also:
            say(f"    相同表述另见 {len(hit.also)} 个地区：{'、'.join(region.name for region in hit.also)}")
