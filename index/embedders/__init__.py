"""The table of embedder families and the choice between them; loads no library before a model is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedders.errors import ModelUnavailable
from index.protocols import Embedder

if TYPE_CHECKING:
    from index.embedders.static import StaticEmbedder

BUNDLED = Path(__file__).parent / "bundled"


def _static(setting: str) -> Embedder:
    from index.embedders.static import StaticEmbedder

    folder = Path(setting).expanduser()
    if not folder.is_dir():
        raise ModelUnavailable(f"找不到模型文件夹「{setting}」。请检查 model 设置中的路径，或改为 bundled。")
    return StaticEmbedder(folder)


def _sentence_transformer(setting: str) -> Embedder:
    from index.embedders.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(setting)


def _onnx(setting: str) -> Embedder:
    from index.embedders.onnx import OnnxEmbedder

    return OnnxEmbedder(setting)


def _api(setting: str) -> Embedder:
    from index.embedders.api import ApiEmbedder

    return ApiEmbedder(setting)


FAMILIES: dict[str, Callable[[str], Embedder]] = {
    "static": _static,
    "sentence-transformer": _sentence_transformer,
    "onnx": _onnx,
    "api": _api,
}


def load_bundled() -> "StaticEmbedder":
    """The model that ships. Raises ModelUnavailable where the installation has lost it."""
    from index.embedders.static import StaticEmbedder

    return StaticEmbedder(BUNDLED)


def load_embedder(setting: str = "bundled") -> Embedder:
    """The embedder that a setting names.

    setting: `bundled`, the folder or name of a sentence-transformers model, or either after a family of FAMILIES
    (`sentence-transformer:./model`, `onnx:./model`, `api:http://127.0.0.1:11434/v1#bge-m3`). A folder of a static model is
    read by the fast family unless another is named.
    Raises ModelUnavailable where the model is absent or broken.
    """
    setting = setting.strip()
    if not setting:
        raise ModelUnavailable("model 设置为空：请填 bundled、模型文件夹或模型名称。")
    if setting == "bundled":
        return load_bundled()
    family, colon, rest = setting.partition(":")
    if colon and family in FAMILIES:
        return FAMILIES[family](str(BUNDLED) if rest == "bundled" else rest)
    from index.embedders.static import is_static

    folder = Path(setting).expanduser()
    return FAMILIES["static" if folder.is_dir() and is_static(folder) else "sentence-transformer"](setting)
