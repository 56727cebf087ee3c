"""The options of a question on the command line, and the commands that lay out answers side by side or one after another:
compare, targets, duties, changes, a file of questions. Talks to standard error but for results."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import settings as configuration
from corpus.errors import PlanSeekError
from terminal import AsJson, Home, print_json, progress, say

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

QuestionsFile = Annotated[Path | None, typer.Option("--file", readable=False, help="批量提问：一份问题（Excel、CSV，或每行一题的文本）；中断后再运行就接着答")]
AnswersFile = Annotated[Path | None, typer.Option("-o", "--output", help="批量提问的答案写入的文件，格式看扩展名：.xlsx、.docx、.pdf、.csv、.md、.json")]


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


def ask_all(
    file: Path | None, output: Path | None, per_region: int, mode: str, home: Path | None, *, as_json: bool, alone: bool
) -> None:
    """Answer a file of questions, going on where an earlier run stopped, and write the answers. alone: whether no option was
    given that is one question's own. Exits with 1 where no question could be answered, with 130 where it was interrupted."""
    from desk.batch import Batches
    from desk.batch_paper import OUTCOMES
    from desk.questions_file import LARGEST_MB
    from retriever.exporters import EXPORTERS, format_of

    if file is None and output is not None:
        raise PlanSeekError("-o 与 --file 同用。把一个问题的结果写成文件，请用 planseek export 问题 -o 结果.docx。")
    if file is None:
        raise PlanSeekError("缺少「问题」或 --file。请写出问题，或用 --file 问题.xlsx -o 答案.docx 批量提问。")
    if not alone:
        raise PlanSeekError("批量提问只能再加 --per-region 与 --mode。地区、文种、规划期、状态请写在问题文件的同名栏里。")
    if output is None and not as_json:
        raise PlanSeekError("没有说明答案写到哪里。请加 -o 答案.docx（或 .xlsx、.pdf 等），或加 --json。")
    format_name = format_of(output.suffix.lstrip(".").lower()) if output else ""
    if output and format_name not in EXPORTERS:
        raise PlanSeekError(f"不支持写成「{output.suffix or output.name}」。可用的扩展名：{'、'.join(f'.{e.suffix}' for e in EXPORTERS.values())}。")
    if output and not output.absolute().parent.is_dir():
        raise PlanSeekError(f"文件夹 {output.absolute().parent} 不存在。请先建立，或改写到别处。")
    try:
        with file.open("rb") as opened:
            content = opened.read((LARGEST_MB << 20) + 1)
    except OSError as error:
        raise PlanSeekError(f"无法读取 {file}（{error.strerror}）。请检查路径。") from error
    batches = Batches(service_of(home))
    batch = batches.open(content, file.name, per_region, mode)
    try:
        with progress() as shown:
            summary = batches.run(batch.id, shown)
    except KeyboardInterrupt:
        done = batches.summary(batch.id)["done"]
        note = f"已停下：{len(batch.questions)} 题里答了 {done} 题，都已保存。再运行同一条命令，就从下一题接着答。"
        print(note, file=sys.stderr)  # noqa: T201
        raise SystemExit(130) from None
    if output:
        try:
            output.write_bytes(batches.export(batch.id, format_name))
        except OSError as error:
            raise PlanSeekError(f"无法写入 {output}（{error.strerror}）。答案都已保存：请检查文件是否正被打开，再运行同一条命令。") from error
    told = batches.shown(batch.id)
    if as_json:
        print_json(told | {"output": str(output) if output else None})
    else:
        say(f"{summary['total']} 题：" + "，".join(f"{OUTCOMES[outcome]} {count}" for outcome, count in summary["counts"].items()) + "。")
        for row in told["rows"]:
            if row["error"]:
                say(f"第 {row['row']} 行「{row['question'][:40]}」：{row['error']}")
        say(f"已写入：{output}")
    if summary["counts"]["error"] == summary["total"]:
        raise typer.Exit(1)


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
