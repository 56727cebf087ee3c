"""The sub-commands of `planseek` on models and on the lexicon: each a few lines over the packages."""

import logging
import warnings
from pathlib import Path
from typing import Annotated

import typer

import settings as configuration
from corpus.errors import PlanSeekError
from terminal import AsJson, Home, print_json, say

model = typer.Typer(no_args_is_help=True, help="向量模型：在联网电脑上打包，带到不联网的电脑上用。")


@model.callback()
def _models() -> None:
    pass


@model.command()
def pack(
    name: Annotated[str, typer.Argument(metavar="模型", help="名称（如 BAAI/bge-small-zh-v1.5）或本机文件夹")],
    output: Annotated[Path, typer.Option("-o", "--output", help="写入的新文件夹")],
    onnx: Annotated[bool, typer.Option("--onnx", help="同时转换为 8 位 ONNX，在普通电脑上更快")] = False,
    as_json: AsJson = False,
) -> None:
    """把模型打包成一个文件夹。"""
    from index.embedders.packing import pack as packed_into

    # The exporter's own talk is for its makers.
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed = packed_into(name, output, onnx=onnx, say=lambda message: typer.echo(message, err=True))
    if as_json:
        print_json({"folder": str(packed.folder), "megabytes": packed.megabytes, "likeness": packed.likeness})
        return
    say(f"已打包：{packed.folder}（{packed.megabytes} MB）")
    if packed.likeness is not None:
        say(f"8 位模型与原模型向量的最小余弦：{packed.likeness:.4f}")
    setting = f"onnx:{packed.folder.name}" if onnx else packed.folder.name
    say(f"复制到目标电脑后，在 planseek.toml 写 model = \"{setting}\"（文件夹的路径），再运行 planseek ingest 重建索引。")


lexicon = typer.Typer(no_args_is_help=True, help="日常说法词表：导出查看，补充本单位的说法。")


@lexicon.command()
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="写入的 CSV 文件")],
    own: Annotated[bool, typer.Option("--own", help="只导出自己补充的")] = False,
    home: Home = None,
) -> None:
    """导出词表为 CSV，可用 Excel 或 WPS 打开修改。"""
    from retriever.lexicon import table

    path = _own(home)
    if own:
        content = path.read_bytes() if path.is_file() else table.written([])
    else:
        content = table.written(table.entries(path))
    try:
        output.write_bytes(content)
    except OSError as error:
        raise PlanSeekError(f"无法写入 {output}（{error.strerror}）。请检查文件夹是否存在、文件是否正被打开。") from error
    say(f"已导出：{output}")


@lexicon.command()
def add(file: Annotated[Path, typer.Argument(metavar="文件")], home: Home = None) -> None:
    """补充词条：与已有的合并；“停用”一栏写“是”的词条不再使用。"""
    from retriever.lexicon import table

    try:
        content = file.read_bytes()
    except OSError as error:
        raise PlanSeekError(f"无法读取 {file}（{error.strerror}）。请检查路径。") from error
    path = _own(home)
    added, stopped = table.merge(path, content, file.name)
    say(f"词表 {path}：补充 {added} 条，停用 {stopped} 条。下次检索起生效，无需重建索引。")


def _own(home: Path | None) -> Path:
    from retriever.lexicon.table import OWN

    return configuration.load(home).home / OWN
