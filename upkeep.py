"""The sub-commands of `planseek` that keep a home in order: doctor, backup, restore. Each a few lines over the desk."""

from pathlib import Path
from typing import Annotated, Any

import typer

import settings as configuration
from retriever.service import Service
from terminal import AsJson, Home, print_json, progress, say


def doctor(
    home: Home = None,
    repair: Annotated[bool, typer.Option("--repair", help="修复能修复的：抢救语料库、重读文档、重建索引、删除遗留文件")] = False,
    as_json: AsJson = False,
) -> None:
    """检查数据文件夹是否完好：权限、空间、语料库、索引校验和、原文件、遗留文件。"""
    from desk.mending import mended
    from desk.upkeep import as_json as shown_json
    from desk.upkeep import examined

    folder, makers = _makers(home)
    with progress() as shown:
        found, done = mended(folder, makers, shown) if repair else (examined(folder, makers), ())
    if as_json:
        print_json(shown_json(found, done))
    else:
        for finding in done:
            say(f"已修复　{finding.part}：{finding.what}")
        for finding in found.findings:
            say(f"{'有问题' if finding.serious else '提　示'}　{finding.part}：{finding.what}")
        say(f"{found.home}：{found.documents} 份文件，{found.passages} 段，" + ("状态良好。" if found.healthy else "需要处理。"))
    if not found.healthy:
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(metavar="文件.zip", help="写入的备份文件；已有的备份会被替换")],
    home: Home = None,
    uploads: Annotated[bool, typer.Option("--with-uploads", help="连同在页面上传的原文件")] = False,
    index: Annotated[bool, typer.Option("--with-index", help="连同索引；不带时，恢复后自动重建")] = False,
    as_json: AsJson = False,
) -> None:
    """备份语料库、更正、词表、收藏与记录到一个 ZIP；服务运行中也可以备份。"""
    from desk.backup import backed_up

    with progress() as shown:
        kept = backed_up(configuration.load(home).home, file, uploads=uploads, index=index, progress=shown)
    if as_json:
        print_json({"file": file.as_posix(), "bytes": kept.size, "members": list(kept.members), "documents": kept.documents})
        return
    say(f"已备份到 {file}：{kept.documents} 份文件，{len(kept.members)} 项，{kept.size / (1 << 20):.1f} MB。")
    if not uploads and kept.left_out:
        say(f"上传的 {kept.left_out} 个原文件未包含在内（文字已在语料库中）；需要时加 --with-uploads。")


def restore(
    file: Annotated[Path, typer.Argument(metavar="文件.zip", help="planseek backup 写成的文件")],
    home: Home = None,
    force: Annotated[bool, typer.Option("--force", help="数据文件夹已有内容时，移到一旁再恢复")] = False,
    as_json: AsJson = False,
) -> None:
    """从备份恢复到数据文件夹：先核对每一项，再一次换上；任何一步失败，原有数据不变。"""
    from desk.restore import restored

    folder, makers = _makers(home)
    with progress() as shown:
        done = restored(file, folder, makers, force=force, progress=shown)
    if as_json:
        aside = done.aside.as_posix() if done.aside else None
        print_json({"home": folder.as_posix(), "documents": done.documents, "passages": done.passages, "aside": aside, "made": done.made})
        return
    say(f"已恢复到 {folder}：{done.documents} 份文件，{done.passages} 段（备份于 {done.made}）。")
    if done.aside:
        say(f"原有数据移到了 {done.aside}，确认无误后可以删除。")


def _makers(home: Path | None) -> tuple[Path, Any]:
    service = Service(configuration.load(home))
    return service.settings.home, lambda: service.makers
