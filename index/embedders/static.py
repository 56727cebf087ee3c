"""Reads a static embedding folder with tokenizers, safetensors and numpy alone; never imports torch."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedders.errors import ModelUnavailable
from index.embedders.folding import simplified
from index.embedders.prompts import Prompted, chosen_prompts
from index.protocols import Floats

# Texts tokenised at once: enough for the tokenizer's threads, little enough to hold their encodings.
TOGETHER = 512
# Rows gathered at once: 4 MB at 256 dimensions, which stays in cache. A longer text is summed in parts.
GATHERED = 4096


def is_static(folder: Path) -> bool:
    """Whether a folder is a sentence-transformers model of a StaticEmbedding and at most a Normalize after it."""
    try:
        kinds = [module["type"].rsplit(".", 1)[-1] for module in _modules(folder)]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return kinds in (["StaticEmbedding"], ["StaticEmbedding", "Normalize"])


class StaticEmbedder(Prompted):
    """Sums one row a token and scales to length 1: what sentence-transformers' StaticEmbedding and Normalize give.

    (The mean and the sum point the same way.) Rows may be of any float type under `embedding.weight`, or in
    model2vec's form: `embeddings` of any type with `weights` and `mapping` a token where given.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors import SafetensorError
        from safetensors.numpy import load
        from tokenizers import Tokenizer

        if not is_static(folder):
            raise ModelUnavailable(
                f"「{folder}」不是静态词向量模型文件夹（应有 modules.json，首个模块为 StaticEmbedding）。"
            )
        inner = folder / _modules(folder)[0].get("path", "")
        try:
            raw = (inner / "model.safetensors").read_bytes()
            spelling = (inner / "tokenizer.json").read_bytes()
            self.rows = _rows(load(raw))
            self._tokenizer = Tokenizer.from_buffer(spelling)
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise ModelUnavailable(f"模型文件夹「{folder}」不完整或已损坏（{error}），请重新复制该文件夹。") from error
        # A saved padding or truncation would add or lose tokens; sentence-transformers drops both, too.
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.dimension = int(self.rows.shape[1])
        digest = hashlib.sha256(raw)
        digest.update(spelling)
        self.name = f"{folder.resolve().name}-{digest.hexdigest()[:12]}"
        self._prompts = _prompts(folder)

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """The tokens of each text by their place in `rows`, without those that are unknown (0 stands for them)."""
        batches = (self._bags(texts[start : start + TOGETHER]) for start in range(0, len(texts), TOGETHER))
        return [bag[bag > 0] for batch in batches for bag in batch]

    def _bags(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        batch = [simplified(text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
        return [np.array(encoding.ids, dtype=np.int64) for encoding in encodings]

    def _encode(self, texts: Sequence[str], prompt: str) -> Floats:
        sums = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), TOGETHER):
            bags = self._bags([prompt + text for text in texts[start : start + TOGETHER]])
            for first, ids, offsets in _gathers(bags):
                parts = np.add.reduceat(self.rows[ids], offsets, axis=0)
                sums[start + first : start + first + len(parts)] += parts
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)


def _gathers(bags: list[NDArray[np.int64]]) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Cuts bags into runs of (number of the first bag, ids, where each bag starts) of about GATHERED ids.

    An empty bag ends a run, as reduceat has no empty segments; a bag longer than GATHERED comes in several runs.
    """
    run: list[NDArray[np.int64]] = []
    held = 0
    for number, bag in enumerate(bags):
        if run and (held + len(bag) > GATHERED or not len(bag)):
            yield _run(number - len(run), run)
            run, held = [], 0
        if len(bag) > GATHERED:
            for at in range(0, len(bag), GATHERED):
                yield _run(number, [bag[at : at + GATHERED]])
        elif len(bag):
            run.append(bag)
            held += len(bag)
    if run:
        yield _run(len(bags) - len(run), run)


def _run(first: int, run: list[NDArray[np.int64]]) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
    offsets = np.cumsum([0] + [len(bag) for bag in run[:-1]])
    return first, np.concatenate(run), offsets


def _rows(tensors: dict[str, NDArray]) -> Floats:
    """(tokens, dimension) float32, whichever way the file holds them."""
    if "embedding.weight" in tensors:
        return tensors["embedding.weight"].astype(np.float32)
    rows = tensors["embeddings"]
    if "mapping" in tensors:
        rows = rows[tensors["mapping"].astype(np.int64)]
    rows = rows.astype(np.float32)
    if "weights" in tensors:
        rows *= tensors["weights"].astype(np.float32)[:, None]
    return rows


def _modules(folder: Path) -> list[dict[str, str]]:
    modules: list[dict[str, str]] = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    return modules


def _prompts(folder: Path) -> dict[str, str]:
    """What sentence-transformers' encode_query and encode_document put before a text; empty where there is none."""
    path = folder / "config_sentence_transformers.json"
    settings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return chosen_prompts(settings.get("prompts") or {})
