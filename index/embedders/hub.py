"""Finds a published model of sentence-transformers' kinds: a folder, or a name in the local cache and then on the network."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from index.embedders.errors import ModelUnavailable

Model = TypeVar("Model")


def found(setting: str, what: str, key: str, fallback: str, load: Callable[[str, bool], Model]) -> tuple[Model, str]:
    """The model that a setting means, and a short name for it; a folder is never looked up on the network.

    load: given the folder or name, and whether to keep off the network. what, key and fallback stand in the message: the
    kind of model (Chinese), the setting's name and the value that always works. Raises ModelUnavailable.
    """
    is_folder = looks_like_folder(setting)
    # Said at once, before seconds of imports.
    if is_folder and not Path(setting).expanduser().is_dir():
        raise ModelUnavailable(f"找不到{what}文件夹「{setting}」。请检查 {key} 设置中的路径，或改为 {fallback}。")
    target = str(Path(setting).expanduser()) if is_folder else setting
    failure: Exception | None = None
    # The cache first: an office without network should not wait for the hub's time-outs.
    for local_only in (True,) if is_folder else (True, False):
        try:
            return load(target, local_only), Path(target).resolve().name if is_folder else setting
        except ModuleNotFoundError as error:
            raise ModelUnavailable(
                f"读取{what}「{setting}」需要 {error.name}，请先安装：pip install {str(error.name).replace('_', '-')}"
            ) from error
        except Exception as error:  # the library raises OSError, ValueError, KeyError, its hub's own …
            failure = error
    place = f"{what}文件夹「{setting}」无法读取" if is_folder else f"本机没有{what}「{setting}」，也无法从网络获取"
    reason = str(failure).strip().splitlines()[0][:120] if failure and str(failure).strip() else "原因不明"
    raise ModelUnavailable(
        f"{place}（{reason}）。请在联网电脑上下载后整个文件夹复制过来，再把 {key} 设为该文件夹，或设为 {fallback}。"
    ) from failure


def looks_like_folder(setting: str) -> bool:
    """Whether a setting means a folder: it exists, or it is written as a path rather than as owner/name."""
    if Path(setting).expanduser().exists():
        return True
    return setting.startswith((".", "/", "~")) or "\\" in setting or setting.count("/") > 1
