"""Any SentenceTransformer by folder or name, with its prompts; a folder is never looked up on the network."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from index.embedders.folding import folded
from index.embedders.hub import found
from index.embedders.prompts import chosen_prompts
from index.protocols import Floats

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

# Values of each tensor that go into the model's name: enough to tell trainings apart, fast for gigabytes.
SAMPLED = 4096


class SentenceTransformerEmbedder:
    """Wraps a SentenceTransformer; `encode_*` give unit rows whether or not the model ends in a Normalize."""

    def __init__(self, setting: str) -> None:
        """`setting`: a folder, or a model's name, which is looked up in the local cache first and then fetched."""

        def load(target: str, local_only: bool) -> "SentenceTransformer":
            from sentence_transformers import SentenceTransformer

            return SentenceTransformer(target, local_files_only=local_only)

        model, label = found(setting, "模型", "model", "bundled", load)
        self._model = model
        self._prompts = chosen_prompts({name: prompt or "" for name, prompt in model.prompts.items()}, label)
        self.dimension = int(model.get_embedding_dimension() or self._encode(["长度"], "").shape[1])
        self.name = f"{label}-{_fingerprint(model.state_dict(), repr(sorted(self._prompts.items())))}"

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """(len(texts), dimension) float32 unit rows, with the model's query prompt where it has one."""
        return self._encode(texts, self._prompts["query"], task="query")

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """(len(texts), dimension) float32 unit rows, with the model's passage prompt where it has one."""
        return self._encode(texts, self._prompts["document"], task="document")

    def _encode(self, texts: Sequence[str], prompt: str, task: str | None = None) -> Floats:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        clean = [folded(text) for text in texts]
        rows = self._model.encode(
            clean,
            prompt=prompt,
            task=task,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        vectors = np.asarray(rows, dtype=np.float32)
        # Models return bfloat16 or truncated rows, too: the length is made 1 in float32, here.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        # A transformer gives a vector to nothing as well; nothing must be found by it.
        vectors[[not text.strip() for text in clean]] = 0
        return vectors


def _fingerprint(state: "dict[str, torch.Tensor]", more: str) -> str:
    """Twelve hex digits over the names, shapes and sampled values of all tensors."""
    import torch

    digest = hashlib.sha256(more.encode())
    for name in sorted(state):
        tensor = state[name].detach().cpu()
        digest.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
        step = max(1, tensor.numel() // SAMPLED)
        digest.update(tensor.flatten()[::step].to(torch.float64).numpy().tobytes())
    return digest.hexdigest()[:12]
