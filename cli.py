"""The `planseek` command: each sub-command a few lines over the packages. Results to standard output, talk to error."""

import io
import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

# A query is a few small products: more BLAS threads only spin (half of the CPU time of a search).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import settings as configuration
from access.commands import keys
from asking import (
    After,
    AnswersFile,
    DocumentId,
    Expand,
    K,
    Kinds,
    Literal,
    Mode,
    Periods,
    PerRegion,
    Question,
    QuestionsFile,
    Regions,
    Statuses,
    ask_all,
    changes,
    compare,
    duties,
    print_hits,
    query_of,
    service_of,
    targets,
)  # fmt: skip
from bundle.commands import bundle
from commands import lexicon, model
from corpus.errors import PlanSeekError, of_database
from eval.commands import evaluation
from library import edit, regions, remove
from terminal import AsJson, Home, print_json, progress, say
from upkeep import backup, doctor, restore

if TYPE_CHECKING:
    from corpus.regions.places import Place
    from retriever.model import Answer, Findings, Group, Statement
    from retriever.synthesis import Written

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
                  help="规划问答：对政府规划文本提问，逐区返回可核对的原文与出处。")  # fmt: skip

_INTERRUPTED = 130


def main() -> None:
    """Run the command; every fault is one Chinese line and an exit code, never a traceback."""
    # A terminal or pipe that is not UTF-8 gets a question mark for what it cannot show, not a crash.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        # Outside Typer's standalone mode an Exit, and Ctrl+C, come back as the code.
        code = app(standalone_mode=False) or 0
        _stop("已中断，原有数据未受影响。" if code == _INTERRUPTED else "", code)
    except PlanSeekError as error:
        _stop(str(error), 2)
    except sqlite3.DatabaseError as error:
        _stop(str(of_database(error)), 2)
    except (typer.Abort, KeyboardInterrupt):
        _stop("已中断，原有数据未受影响。", _INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if _is_usage_error(error):
            told = error.format_message()  # type: ignore[attr-defined]
            # Without a command, the help has been printed and there is nothing to add.
            _stop(f"命令有误：{_in_chinese(told)}。用 planseek --help 查看用法。" if told else "", 2)
        if os.environ.get("PLANSEEK_DEBUG"):
            raise
        _stop(f"程序出错（{type(error).__name__}: {error}）。请设置 PLANSEEK_DEBUG=1 重试，并把输出发给维护者。", 1)


def _is_usage_error(error: Exception) -> bool:
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


_USAGE = (
    (r"Missing (?:argument|option) '(.+?)'.*", r"缺少「\1」"),
    (r"Invalid value for '(.+?)'.*", r"「\1」的值无效"),
    (r"No such option:? '?(.+?)'?(?:[. ].*)?", r"没有选项 \1"),
    (r"No such command '(.+?)'.*", r"没有命令「\1」"),
    (r"Option '(.+?)' requires an argument.*", r"选项 \1 后缺少值"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\).*", r"多出「\1」（带空格的问题请加引号）"),
)
"""Typer's messages → ours; one it does not know stays as it is."""


def _in_chinese(message: str) -> str:
    message = " ".join(message.split())
    for pattern, words in _USAGE:
        if match := re.fullmatch(pattern, message):
            return match.expand(words)
    return message.rstrip(".")


def _stop(message: str, code: int) -> None:
    if message:
        print(" ".join(message.split()), file=sys.stderr)  # noqa: T201
    sys.exit(code)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="路径…", readable=False, help="文件或文件夹")],
    home: Home = None,
    prune: Annotated[bool, typer.Option("--prune", help="同时移除已不在这些文件夹里的文件")] = False,
    as_json: AsJson = False,
) -> None:
    """读入文件、标注结构并更新索引；未变的文件不再处理。"""
    from retriever.wire import report_json

    with progress() as shown:
        report = service_of(home).ingest(paths, prune=prune, progress=shown)
    if as_json:
        print_json(report_json(report))
    else:
        _print_report(report_json(report))
    if not report.succeeded:
        raise typer.Exit(1)


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(metavar="文件", readable=False)], home: Home = None, as_json: AsJson = False
) -> None:
    """查看一个文件会被读成什么：元数据、结构、段落。不写入任何数据。"""
    from corpus import intake, tray
    from corpus.errors import UnreadableFile
    from corpus.regions.places import Gazetteer
    from retriever.wire import inspection_json

    held = tray.find([file])
    if len(held.files) != 1:
        reason = held.refused[0][1] if held.refused else "不是单个文件。请给出一个文件。"
        raise PlanSeekError(f"{file}：{reason}")
    found = held.files[0]
    try:
        gazetteer = Gazetteer((*_places(home), *held.places))
        document, passages = intake.read_document(intake.load(found), found, gazetteer)
    except UnreadableFile as error:
        raise PlanSeekError(f"{file.name}：{error}" if file.name not in str(error) else str(error)) from error
    shown = inspection_json(document, passages)
    if as_json:
        print_json(shown)
        return
    for name, value in shown["document"].items():
        if isinstance(value, dict):
            content = value["value"]["name"] if isinstance(value["value"], dict) else value["value"]
            sure = f"（可信度 {value['confidence']:.2f}）" if content is not None else ""
            say(f"{_FIELDS[name]}：{content if content is not None else '—'}{sure}")
    for check in shown["document"]["checks"]:
        say(f"提示：{check}")
    for passage in passages:
        say(f"[{passage.span.start}–{passage.span.end}] {' › '.join(passage.trail)} 第{passage.paragraph}段")
        say("    " + " ".join(passage.span.of(document.text).split()))
    left_out = [section for section in document.sections if section.kind == "boilerplate"]
    say(f"略去 {len(left_out)} 处，不参与检索：")
    for section in left_out:
        say(f"[{section.span.start}–{section.span.end}] {section.heading}：{' '.join(section.span.of(document.text).split())}")


_FIELDS = {"title": "标题", "region": "地区", "kind": "文种", "period": "规划期", "status": "状态", "issued": "日期", "number": "文号",
           "issuer": "发文机关"}  # fmt: skip


def _places(home: Path | None) -> "list[Place]":
    """The regions that the store knows, where there is a store."""
    from corpus.store import Store

    database = configuration.load(home).home / "corpus.sqlite"
    if not database.exists():
        return []
    with closing(Store(database)) as store:
        return list(store.gazetteer().places.values())


@app.command()
def search(
    question: Question, k: K = 10, per_region: PerRegion = 3, mode: Mode = "hybrid", region: Regions = None,
    kind: Kinds = None, period: Periods = None, status: Statuses = None, document: DocumentId = None,
    expand: Expand = True, after: After = "", literal: Literal = None, home: Home = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """检索：返回带出处的原文段落；问「各区……」时逐区返回。"""
    from retriever.wire import findings_json

    query = query_of(question, k, per_region, mode, region, kind, period, status, document, expand, after, literal)
    findings = service_of(home).search(query)
    print_json(findings_json(findings)) if as_json else _print_findings(findings)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(metavar="问题", help="例如：各区生态修复措施")] = None, k: K = 10, per_region: PerRegion = 3, mode: Mode = "hybrid", region: Regions = None,
    kind: Kinds = None, period: Periods = None, status: Statuses = None, document: DocumentId = None,
    expand: Expand = True, after: After = "", literal: Literal = None, home: Home = None, as_json: AsJson = False,
    written: Annotated[bool, typer.Option("--write", help="另由设置里的大模型据原文归纳，逐句核对（generator 设置）")] = False,
    file: QuestionsFile = None, output: AnswersFile = None,
) -> None:  # fmt: skip
    """提问：用原文句子回答，每句附出处；没有依据就说未检索到。--file 问题.xlsx -o 答案.docx 一次问许多题。"""
    from retriever.wire import answer_json, written_json

    if file is not None or question is None or output is not None:
        others = (question, k != 10, region, kind, period, status, document, not expand, after, literal, written)
        ask_all(file, output, per_region, mode, home, as_json=as_json, alone=not any(others))
        return
    query = query_of(question, k, per_region, mode, region, kind, period, status, document, expand, after, literal)
    if not written:
        answered = service_of(home).ask(query)
        print_json(answer_json(answered)) if as_json else _print_answer(answered)
        return
    answered, text = service_of(home).write(query)
    if as_json:
        print_json(answer_json(answered) | {"written": written_json(text)})
        return
    _print_written(text)
    _print_answer(answered)


@app.command()
def export(
    question: Question,
    output: Annotated[Path, typer.Option("-o", "--output", help="写入的文件")],
    format_name: Annotated[
        str | None,
        typer.Option("--format", help="xlsx、docx、pdf、csv、md、json、jsonl、gbt7714、bib 或 ris；默认看扩展名（.txt 为 gbt7714）"),
    ] = None,
    what: Annotated[str, typer.Option("--what", help="导出什么：passages 原文、matrix 对照表、targets 目标、duties 责任单位")] = "passages",
    column: Annotated[list[str] | None, typer.Option("--column", help="对照表的一列：主题或时期，可重复")] = None,
    template: Annotated[Path | None, typer.Option("--template", readable=False, help="自己的 Word 模板（.docx）")] = None,
    k: K = 10, per_region: PerRegion = 3, mode: Mode = "hybrid", region: Regions = None, kind: Kinds = None,
    period: Periods = None, status: Statuses = None, document: DocumentId = None, expand: Expand = True, after: After = "",
    literal: Literal = None, home: Home = None,
) -> None:  # fmt: skip
    """把检索到的原文、对照表、目标或责任单位导出为 Excel、Word、PDF 等文件。"""
    from retriever.exporters import format_of

    query = query_of(question, k, per_region, mode, region, kind, period, status, document, expand, after, literal)
    own = _read(template) if template else None
    named = format_name or format_of(output.suffix.lstrip(".").lower()) or "xlsx"
    content = service_of(home).export(query, named, what, column or (), own)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise PlanSeekError(
            f"无法写入 {output}（{error.strerror}）。请检查文件夹是否存在、文件是否正被打开。"
        ) from error
    print(f"已导出：{output}", file=sys.stderr)  # noqa: T201


def _read(template: Path) -> bytes:
    try:
        return template.read_bytes()
    except OSError as error:
        raise PlanSeekError(f"无法读取模板 {template}（{error.strerror}）。请检查路径。") from error


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听地址；默认只有本机能访问")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="API 端口", min=1, max=65535)] = 8000,
    ui_port: Annotated[int, typer.Option("--ui-port", help="页面端口", min=1, max=65535)] = 8501,
    home: Home = None,
) -> None:
    """启动 API 与页面。按 Ctrl+C 停止。"""
    from access.keys import Keys
    from ui.serve import PortTaken
    from ui.serve import serve as run

    if host not in ("127.0.0.1", "localhost", "::1") and not Keys(configuration.load(home).home).exist():
        raise PlanSeekError(
            f"没有访问密钥，不能监听 {host}：同一网络上的任何人都能看到并改动语料。请先运行 planseek keys add 名称 --role 管理员 新建密钥。"
        )
    if port == ui_port:
        raise PlanSeekError(f"--port 与 --ui-port 都是 {port}。请用两个不同的端口。")
    try:
        run(configuration.load(home), host, port, ui_port)
    except PortTaken as error:
        raise PlanSeekError(str(error)) from error


for command in (compare, targets, duties, changes, edit, remove, doctor, backup, restore, bundle):
    app.command()(command)
app.add_typer(evaluation, name="eval")
app.add_typer(model, name="model")
app.add_typer(lexicon, name="lexicon")
app.add_typer(keys, name="keys")
app.add_typer(regions, name="regions")


_STATUS = {"added": "新增", "unchanged": "未变", "replaced": "更新", "removed": "移除", "refused": "未能读入"}


_PARTS = {"heading": "标题", "box": "专栏", "table": "表格", "glossary": "名词解释", "appendix": "附件", "boilerplate": "略去的页面杂项"}


def _short(file: str) -> str:
    """A file's own name; a member's with its archive's."""
    path = Path(file)
    archive = next((parent for parent in path.parents if parent.suffix.lower() == ".zip"), None)
    return path.relative_to(archive.parent).as_posix() if archive else path.name


def _print_report(report: dict[str, Any]) -> None:
    for row in report["documents"]:
        region = row["region"]
        known = (
            f"{row['title']}｜{region['name'] if region else '地区未定'}｜{row['kind']}｜{row['period'] or '—'}"
            if row["title"]
            else ""
        )
        say(f"{_STATUS[row['status']]}  {_short(row['file'])}  {row['reason'] or known}")
        if row["status"] in ("added", "replaced"):
            parts = "、".join(f"{name} {row['parts'][kind]}" for kind, name in _PARTS.items() if row["parts"].get(kind))
            say(f"      {row['passages']} 段" + (f"；{parts}" if parts else ""))
            for check in row["checks"]:
                say(f"      提示：{check}")
    say(f"共 {len(report['documents'])} 个文件，语料 {report['passages']} 段，用时 {report['seconds']:.1f} 秒。")


def _print_findings(findings: "Findings") -> None:
    _print_interpretation(findings)
    if findings.interpretation.fan_out is None:
        print_hits(findings.hits)
        return
    for group in findings.groups:
        _print_group_head(group)
        print_hits(group.hits)


_READ = {"region": "地区", "fan_out": "逐个", "period": "时间", "kind": "文种", "status": "状态", "document": "文件", "exact": "须含",
         "excluded": "不含", "wants": "想要"}  # fmt: skip


def _print_interpretation(findings: "Findings") -> None:
    understood = findings.interpretation
    if understood.read:
        parts = "；".join(f"{_READ[read.what]} {read.value}" for read in understood.read)
        say(f"理解为：{understood.topic}（{parts}）")
    if understood.expansions:
        say("已同时检索：" + "、".join(e.word for e in understood.expansions[:8]))
    for note in understood.notes:
        say(note)
    if understood.fan_out:
        found = sum(group.status == "found" for group in findings.groups)
        say(f"{len(findings.groups)} 个{understood.fan_out}地区中 {found} 个有相关表述。")


def _print_group_head(group: "Group") -> None:
    say(f"\n【{group.region.name}】" + ("" if group.hits else "未检索到"))
    if group.best_rejected and not group.hits:
        from retriever.cite import label

        say(f"    最接近但不足以作答：{label(group.best_rejected.document, group.best_rejected.passage)}")


def _print_answer(answered: "Answer") -> None:
    _print_interpretation(answered.findings)
    if answered.findings.interpretation.fan_out is None:
        if not answered.statements:
            say("未检索到：没有足以作答的原文。可以换个说法，或用 planseek search 查看相近的段落。")
        _print_statements(answered.statements)
        return
    for group in answered.findings.groups:
        _print_group_head(group)
        _print_statements(answered.by_region.get(group.region.code, ()))


def _print_written(text: "Written") -> None:
    if text.sentences:
        say("归纳（由大模型据下列原文写成，已逐句核对）：")
    for sentence in text.sentences:
        say(f"    {sentence.text}" if sentence.kept else f"    ［未通过核对，不可采用］{sentence.text}（{sentence.reason}）")
        for citation in sentence.citations if sentence.kept else ():
            say(f"        ——{citation.label}")
    if text.note:
        say(text.note)
    say("原文：")


def _print_statements(statements: "tuple[Statement, ...]") -> None:
    for statement in statements:
        say("    " + " ".join(statement.text.split()))
        for citation in statement.citations:
            say(f"        ——{citation.label}")


if __name__ == "__main__":
    main()
