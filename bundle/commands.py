"""The sub-command `planseek bundle`: one archive that installs without a network. Needs a network itself."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bundle.target import SYSTEMS, here
from corpus.errors import PlanSeekError
from terminal import AsJson, print_json, progress, say


def bundle(
    output: Annotated[Path, typer.Option("-o", "--output", help="写入的文件（.zip 或 .tar）或文件夹")] = Path(),
    system: Annotated[str, typer.Option("--platform", help="给哪种电脑：" + "、".join(SYSTEMS))] = here(),
    pythons: Annotated[list[str] | None, typer.Option("--python", help="那台电脑的 Python 版本，可重复；默认 3.11")] = None,
    with_torch: Annotated[bool, typer.Option("--with-torch", help="连同 torch 与 sentence-transformers，用于随附模型以外的模型")] = False,
    with_ocr: Annotated[bool, typer.Option("--with-ocr", help="连同扫描件识别（OCR）")] = False,
    as_json: AsJson = False,
) -> None:
    """制作离线安装包：在能上网的电脑上运行，拷到没有网络的电脑上安装。"""
    from bundle.archive import Contents, lay_out, pack
    from bundle.lock import locked_at, project_at
    from bundle.target import target_of
    from bundle.wheels import PIP, fetch, fetched, own_wheel

    targets = list(dict.fromkeys(target_of(system, python) for python in pythons or ["3.11"]))
    project, locked = project_at(), locked_at()
    archive = _archive(output, f"planseek-{project.version}-{system}", ".zip" if targets[0].system.os_name == "nt" else ".tar")
    wheels = archive.with_name(f"{archive.stem}.wheels")
    extras = ("ocr",) if with_ocr else ()
    try:
        with progress() as shown, tempfile.TemporaryDirectory(dir=_made(archive.parent)) as scratch:
            found = {t: fetched(project, locked, t, wheels, shown, with_torch=with_torch, extras=extras) for t in targets}
            own = own_wheel(project, Path(scratch))
            contents = Contents(project, targets[0].system, found, own, fetch(PIP, targets[0], wheels), with_torch, with_ocr)
            shown("打包", 0, 1)
            lay_out(contents, Path(scratch) / "planseek")
            pack(Path(scratch) / "planseek", archive)
            shown("打包", 1, 1)
    except OSError as error:
        raise PlanSeekError(f"安装包写不进 {archive.parent}（{error.strerror}）。请检查磁盘空间与写入权限后重新运行，已下载的会保留。") from error
    size = archive.stat().st_size
    if as_json:
        print_json({
            "file": archive.as_posix(), "bytes": size, "platform": system, "pythons": [t.version for t in targets],
            "wheels": len(contents.wheels), "missing": contents.missing,
        })  # fmt: skip
        return
    say(f"已写入 {archive}（{size / 1e6:.0f} MB，{len(contents.wheels)} 个安装包）。拷到那台电脑解压，按“先读我.txt”安装。")
    for name, lost in contents.missing.items():
        say(f"注意：{name} 没有适用于 {system} 的安装包，那台电脑上不能用{lost}，其余不受影响。")
    say(f"下载的文件留在 {wheels}，再次制作时不必重新下载；不需要时可以删除。")


def _archive(output: Path, name: str, suffix: str) -> Path:
    if output.suffix in (".zip", ".tar"):
        return output
    if output.suffix and not output.is_dir():
        raise PlanSeekError(f"-o {output}：安装包请以 .zip 或 .tar 结尾，或给出一个文件夹。")
    return output / f"{name}{suffix}"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
