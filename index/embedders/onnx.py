"""A sentence-transformers model with ONNX weights, read with onnxruntime and tokenizers alone; never imports torch."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedders.errors import ModelUnavailable
from index.embedders.folding import folded
from index.embedders.prompts import Prompted, chosen_prompts
from index.protocols import Floats

WEIGHTS = ("onnx/model_int8.onnx", "onnx/model_quantized.onnx", "onnx/model_qint8_avx512_vnni.onnx", "onnx/model.onnx", "model.onnx")
"""Where published models keep their weights; the first that is there is read, eight-bit ones before others."""

TOGETHER = 32
"""Texts run at once, of like length: padding costs as much as text."""

_LONGEST = 512
_POOLING = ("cls", "mean", "lasttoken")
_EARLIER = {"pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean"}
"""How folders before sentence-transformers 6 name them; the rest as pooling_mode_ and the name."""
_LAYERS = ("Transformer", "Pooling", "Normalize")


class OnnxEmbedder(Prompted):
    """Unit rows as sentence-transformers gives them for the same folder, with CLS, mean or last-token pooling."""

    def __init__(self, setting: str) -> None:
        folder = Path(setting).expanduser()
        weights = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
        if weights is None:
            raise ModelUnavailable(
                f"「{setting}」里没有 ONNX 权重（{'、'.join(WEIGHTS)}）。可用 planseek model pack 模型名称 --onnx -o 文件夹 制作。"
            )
        try:
            import onnxruntime
        except ImportError as error:
            raise ModelUnavailable(
                f"读取 ONNX 模型「{setting}」需要 onnxruntime，请先安装：pip install onnxruntime"
            ) from error
        from tokenizers import Tokenizer

        try:
            spelling = (folder / "tokenizer.json").read_bytes()
            self._tokenizer = Tokenizer.from_buffer(spelling)
            self._pooling, longest, prompts = _settings(folder)
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
            self._inputs = {held.name for held in self._session.get_inputs()}
            self._tokenizer.enable_truncation(longest)
            self._tokenizer.no_padding()
            self.dimension = int(self._run(["长度"]).shape[1])
        except ModelUnavailable:
            raise
        except Exception as error:  # onnxruntime raises classes of its own for a broken file
            reason = str(error).strip().splitlines()[0][:120] if str(error).strip() else "原因不明"
            raise ModelUnavailable(f"模型文件夹「{setting}」不完整或已损坏（{reason}），请重新复制该文件夹。") from error
        self._prompts = chosen_prompts(prompts, folder.resolve().name)
        digest = hashlib.sha256(spelling + repr((self._pooling, sorted(self._prompts.items()))).encode())
        with weights.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        self.name = f"{folder.resolve().name}-onnx-{digest.hexdigest()[:12]}"

    def _encode(self, texts: Sequence[str], prompt: str) -> Floats:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        clean = [folded(text) for text in texts]
        # A transformer gives a vector to nothing as well; nothing must be found by it.
        order = sorted((i for i, text in enumerate(clean) if text.strip()), key=lambda i: len(clean[i]))
        for start in range(0, len(order), TOGETHER):
            batch = order[start : start + TOGETHER]
            rows[batch] = self._run([prompt + clean[i] for i in batch])
        return rows

    def _run(self, texts: list[str]) -> Floats:
        """(len(texts), dimension) unit rows of some texts at once."""
        encodings = self._tokenizer.encode_batch(texts)
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(texts), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (hidden, *_) = self._session.run(None, {name: array for name, array in given.items() if name in self._inputs})
        pooled = _pooled(np.asarray(hidden, np.float32), mask, self._pooling)
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)


def _pooled(hidden: Floats, mask: NDArray[np.int64], pooling: str) -> Floats:
    """(texts, dimension) from (texts, tokens, dimension); what is pooled already comes back as it is."""
    if hidden.ndim == 2 or pooling == "cls":
        return hidden if hidden.ndim == 2 else hidden[:, 0]
    if pooling == "lasttoken":
        return hidden[np.arange(len(hidden)), mask.sum(axis=1) - 1]
    weights = mask[:, :, None].astype(np.float32)
    return np.asarray((hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9), np.float32)


def _settings(folder: Path) -> tuple[str, int, dict[str, str]]:
    """Pooling, the longest input in tokens, and the prompts of a sentence-transformers folder."""
    modules = _json(folder / "modules.json") or []
    if others := [kind for m in modules if (kind := m["type"].rsplit(".", 1)[-1]) not in _LAYERS]:
        raise ModelUnavailable(f"模型「{folder.name}」含有 ONNX 方式不支持的层（{'、'.join(others)}）。请直接使用原模型（不带 --onnx 与 onnx:）。")
    pooling = next((m["path"] for m in modules if m["type"].endswith("Pooling")), "1_Pooling")
    held = _json(folder / pooling / "config.json") or {}
    earlier = [_EARLIER.get(key, key.removeprefix("pooling_mode_")) for key, on in held.items() if key.startswith("pooling_mode_") and on]
    mode = held.get("pooling_mode") or "+".join(earlier) or "mean"
    if mode not in _POOLING:
        raise ModelUnavailable(f"模型「{folder.name}」的池化方式 {mode} 在 ONNX 方式下不支持。请直接使用原模型（不带 --onnx 与 onnx:）。")
    longest = (_json(folder / "sentence_bert_config.json") or {}).get("max_seq_length") or min(
        (_json(folder / "tokenizer_config.json") or {}).get("model_max_length") or _LONGEST,
        (_json(folder / "config.json") or {}).get("max_position_embeddings") or _LONGEST,
    )
    prompts = (_json(folder / "config_sentence_transformers.json") or {}).get("prompts") or {}
    return mode, int(longest), {name: prompt or "" for name, prompt in prompts.items()}


def _json(file: Path) -> Any:
    return json.loads(file.read_text("utf-8")) if file.is_file() else None
