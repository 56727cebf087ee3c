"""Writes trained rows as a sentence-transformers folder of 8-bit rows with a scale each; trains nothing."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    },
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.base.modules.normalize.Normalize",
    },
]
SENTENCE_TRANSFORMERS = {
    "default_prompt_name": None,
    "model_type": "SentenceTransformer",
    "prompts": {"document": "", "query": ""},
    "similarity_fn_name": "cosine",
}
NORMALIZE = {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"}


def write(folder: Path, tokenizer: Tokenizer, rows: NDArray[np.float32]) -> int:
    """Writes the model and returns the folder's size in bytes.

    `embeddings` (int8) and `weights` (float32, one a token) are the keys of model2vec's format, which
    StaticEmbedding multiplies to float32 rows when it loads: half the bytes of float16 rows.
    """
    coded, scales = eight_bits(rows)
    (folder / "1_Normalize").mkdir(parents=True, exist_ok=True)
    save_file({"embeddings": coded, "weights": scales}, folder / "model.safetensors")
    # safetensors writes for its owner alone; a model that ships is for all to read.
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in (
        ("modules.json", MODULES),
        ("config_sentence_transformers.json", SENTENCE_TRANSFORMERS),
        ("1_Normalize/config.json", NORMALIZE),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def eight_bits(rows: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Each row as int8 and its scale, so that row ≈ int8 · scale with an error of at most scale / 2."""
    largest = np.abs(rows).max(axis=1)
    scales = np.where(largest > 0, largest / 127, 1.0).astype(np.float32)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales
