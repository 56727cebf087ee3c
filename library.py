"""The sub-commands of `planseek` that change what is already in the corpus: edit, remove, regions. Each a few lines over the
library; none takes in files."""

import csv
import io
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asking import service_of
from corpus.edits import FIELDS
from corpus.errors import PlanSeekError, Unknown
from terminal import AsJson, Home, print_json, progress, say

if TYPE_CHECKING:
    from corpus.model import Document
    from retriever.service import Service

_SHORTEST = 6
_DOCUMENT = "编号（或它的前几位）、文件名或路径"


def edit(
    document: Annotated[str, typer.Argument(metavar="文档", help=_DOCUMENT)],
    title: Annotated[str | None, typer.Option(help="标题")] = None,
    region: Annotated[str | None, typer.Option(help="地区：全称、名称或代码")] = None,
    kind: Annotated[str | None, typer.Option(help="文种，如 规划纲要")] = None,
    period: Annotated[str | None, typer.Option(help="规划期：2021-2025 或 2026")] = None,
    status: Annotated[str | None, typer.Option(help="状态，如 正式、征求意见稿")] = None,
    issued: Annotated[str | None, typer.Option(help="日期：2021-03-05、2021-03 或 2021")] = None,
    number: Annotated[str | None, typer.Option(help="文号")] = None,
    issuer: Annotated[str | None, typer.Option(help="发文机关")] = None,
    reset: Annotated[list[str] | None, typer.Option("--reset", help="恢复读出的内容：title、region……或 all（可重复）")] = None,
    home: Home = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """更正一份文档的标题、地区、文种等；更正优先于 metadata.csv 和读出的内容。"""
    from retriever.wire_library import corrected_json

    given = {
        "title": title, "region": region, "kind": kind, "period": period, "status": status, "issued": issued, "number": number,
        "issuer": issuer,
    }  # fmt: skip
    changes: dict[str, str | None] = dict.fromkeys(_fields(reset or ()))
    changes |= {field: value for field, value in given.items() if value is not None}
    if not changes:
        raise PlanSeekError("没有给出要更正的内容。例如：planseek edit 文件名 --region 弋江区")
    service = service_of(home)
    found = _found(service, document)
    (done,) = service.library.correct({found.id: changes})
    if done.refusal:
        raise PlanSeekError(done.refusal)
    if as_json:
        print_json(corrected_json(done))
        return
    now = done.document
    say(f"{'已更正' if done.changed else '没有变化'}：{now.title if now else ''}")
    for field in changes:
        value = getattr(now, field)
        say(f"{FIELDS[field]}：{value.name if field == 'region' and value else value or '无'}")


def _fields(names: Sequence[str]) -> list[str]:
    """The fields that words on the command line name, in English or Chinese."""
    if "all" in names:
        return list(FIELDS)
    english = {word: field for field, word in FIELDS.items()} | {field: field for field in FIELDS}
    if unknown := [name for name in names if name not in english]:
        raise PlanSeekError(f"--reset 不认识「{unknown[0]}」。可用：{'、'.join(FIELDS)} 或 all。")
    return [english[name] for name in names]


def remove(
    documents: Annotated[list[str], typer.Argument(metavar="文档…", help=_DOCUMENT)], home: Home = None, as_json: AsJson = False
) -> None:
    """移除文档：连同段落、索引和从页面上传的副本；其他原文件不动。"""
    from retriever.wire_library import removed_json

    service = service_of(home)
    ids = [_found(service, word).id for word in documents]
    with progress() as shown:
        gone = [removed_json(one) for one in service.library.remove(ids, shown)]
    if as_json:
        print_json({"documents": gone})
        return
    for one in gone:
        say(f"已移除：{one['title']}（{one['passages']} 段）")
        if one["note"]:
            say(f"      提示：{one['note']}")


regions = typer.Typer(no_args_is_help=True, help="地区：查找，增加和删除自设的地区（开发区、新区）。")


@regions.command("list")
def list_regions(
    name: Annotated[str, typer.Argument(metavar="名称", help="名称、别名或代码；不写则列出自设的和有文件的")] = "",
    home: Home = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """列出地区。"""
    from retriever.wire_library import region_row_json

    found = service_of(home).library.regions(name)
    if as_json:
        print_json({"regions": [region_row_json(row) for row in found]})
        return
    for row in found:
        say(f"{row.place.code}  {row.place.level}  {row.name}{'（自设）' if row.own else ''}  {row.documents} 份文件")
    if not found:
        say(f"没有找到「{name}」。可用 planseek regions add 增加。" if name else "还没有自设的地区，也没有认出地区的文件。")


@regions.command("add")
def add_regions(
    file: Annotated[Path, typer.Argument(metavar="文件", readable=False, help="regions.csv：code,name,level,parent,aliases…")], home: Home = None
) -> None:
    """增加自设的地区。"""
    from corpus.tray import csv_text
    from retriever.wire_library import REREAD

    try:
        text = csv_text(file.read_bytes())
    except OSError as error:
        raise PlanSeekError(f"无法读取 {file}（{error.strerror}）。请检查路径。") from error
    table = csv.DictReader(io.StringIO(text, newline=""))
    if missing := {"code", "name", "level"} - set(table.fieldnames or ()):
        raise PlanSeekError(f"{file.name} 缺少列：{'、'.join(sorted(missing))}。请按 code,name,level,parent,aliases 的表头填写。")
    added = service_of(home).library.add_regions([{key: value for key, value in row.items() if key} for row in table])
    say(f"已增加 {len(added)} 个地区：{'、'.join(row.name for row in added)}" if added else "文件里没有地区。")
    say(f"{REREAD.rstrip('。')}：对原来的文件夹再运行一次 planseek ingest 即可。")


@regions.command("remove")
def remove_region(code: Annotated[str, typer.Argument(metavar="代码")], home: Home = None) -> None:
    """删除一个自设的地区；还有文件属于它时不能删除。"""
    service_of(home).library.remove_region(code)
    say(f"已删除地区 {code}。")


def _found(service: "Service", word: str) -> "Document":
    """The one document that a word names. Raises Unknown, PlanSeekError where it names several."""
    with closing(service.store()) as store:
        documents = store.documents(with_text=False)
    there = Path(word).expanduser().resolve().as_posix()
    found = [
        document for document in documents
        if (len(word) >= _SHORTEST and document.id.startswith(word.lower()))
        or any(file == there or file.endswith(f"/{word}") for file in document.files)
    ]  # fmt: skip
    if not found:
        raise Unknown(f"没有找到文档「{word}」。请给出编号、文件名或路径；编号见 planseek ingest --json。")
    if len(found) > 1:
        raise PlanSeekError(f"「{word}」对应 {len(found)} 份文档：{'、'.join(d.id[:12] for d in found[:5])}。请给出编号。")
    return found[0]
