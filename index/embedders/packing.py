"""Packs a published model into a folder to carry to a machine without network; downloads only what the user names."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import PlanSeekError
from index.embedders.hub import found
from index.embedders.prompts import chosen_prompts

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PROBES = ("老小区能装电梯吗", "加快生态环境修复。实施矿山复绿、岸线整治。", "到2025年，森林覆盖率达到58.2%。", "江里还能打鱼吗？")
"""Texts on which eight-bit weights are compared with the model's own."""

_LEAST_LIKENESS = 0.95


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed folder. likeness: the least cosine, over PROBES, of the eight-bit model's vectors with the model's own;
    None without such weights."""

    folder: Path
    megabytes: float
    likeness: float | None = None


def pack(setting: str, folder: Path, *, onnx: bool, say: Callable[[str], None] = lambda message: None) -> Packed:
    """Write the SentenceTransformer that `setting` names into a new folder, with `onnx` also as eight-bit ONNX weights.

    The folder appears only when it is whole. Raises PlanSeekError where it exists and ModelUnavailable where there is no
    such model.
    """
    if folder.exists():
        raise PlanSeekError(f"{folder} 已存在。请换一个文件夹，或先移走它。")

    def load(target: str, local_only: bool) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(target, local_files_only=local_only, device="cpu")

    say("正在读取模型（联网时会先下载）……")
    model, label = found(setting, "模型", "model", "bundled", load)
    # The folder may be named otherwise, and then nothing would tell which published prompts are the model's.
    model.prompts.update(chosen_prompts({name: held or "" for name, held in model.prompts.items()}, label))
    try:
        return _packed(model, folder, onnx, say)
    except OSError as error:
        raise PlanSeekError(f"无法写入 {folder}（{error.strerror or error}）。请检查磁盘空间与读写权限。") from error


def _packed(model: "SentenceTransformer", folder: Path, onnx: bool, say: Callable[[str], None]) -> Packed:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        unready = Path(scratch) / folder.name
        model.save(str(unready))
        likeness = None
        if onnx:
            say("正在转换为 8 位 ONNX……")
            _export(model, unready)
            likeness = _likeness(model, unready)
            if likeness < _LEAST_LIKENESS:
                raise PlanSeekError(
                    f"转换后的 8 位模型与原模型相差太大（最小余弦 {likeness:.3f}）。请去掉 --onnx，直接使用原模型。"
                )
        size = sum(file.stat().st_size for file in unready.rglob("*") if file.is_file())
        shutil.move(unready, folder)
    return Packed(folder, round(size / 1e6, 1), likeness)


def _export(model: "SentenceTransformer", folder: Path) -> None:
    """The transformer alone as onnx/model_int8.onnx: pooling is done by whoever reads it."""
    import torch

    try:
        import onnx
        import onnxscript  # noqa: F401 - torch's exporter needs it
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise PlanSeekError("转换为 ONNX 需要另装：pip install 'planseek[onnx]'") from error
    first: Any = model[0]
    transformer = getattr(first, "model", None) or getattr(first, "auto_model", None)
    if transformer is None or not hasattr(transformer, "config"):
        raise PlanSeekError("这个模型不是 Transformer，无需也不能转换为 ONNX。请去掉 --onnx。")
    tokenizer: Any = model.tokenizer
    tokens = tokenizer(["长度", "两句话"], padding=True, return_tensors="pt")
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in tokens]
    rows = torch.export.Dim("texts", min=1, max=4096)
    length = torch.export.Dim("tokens", min=2, max=int(getattr(model, "max_seq_length", None) or 512))

    class Hidden(torch.nn.Module):
        """The last hidden states, by place and not by name."""

        def __init__(self) -> None:
            super().__init__()
            self.inner: Any = transformer

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            states: torch.Tensor = self.inner(**dict(zip(names, inputs, strict=True))).last_hidden_state
            return states

    (folder / "onnx").mkdir()
    plain = folder / "onnx" / "plain.onnx"
    torch.onnx.export(
        Hidden().eval(), tuple(tokens[name] for name in names), str(plain), input_names=names,
        output_names=["last_hidden_state"], dynamic_shapes=(tuple({0: rows, 1: length} for _ in names),),
        dynamo=True, verbose=False,
    )  # fmt: skip
    graph = onnx.load(str(plain))
    del graph.graph.value_info[:]  # shapes of one example, which the quantiser would take for all
    onnx.save(graph, str(plain))
    quantize_dynamic(str(plain), str(folder / "onnx" / "model_int8.onnx"), weight_type=QuantType.QInt8)
    for leftover in folder.glob("onnx/plain.onnx*"):
        leftover.unlink()


def _likeness(model: "SentenceTransformer", folder: Path) -> float:
    from index.embedders.folding import folded
    from index.embedders.onnx import OnnxEmbedder

    prompt = chosen_prompts({name: held or "" for name, held in model.prompts.items()}, folder.name)["document"]
    own = np.asarray(model.encode([prompt + folded(text) for text in PROBES], normalize_embeddings=True, prompt=""))
    return float((own * OnnxEmbedder(str(folder)).encode_passages(PROBES)).sum(axis=1).min())
