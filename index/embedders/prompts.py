"""The prompts for queries and passages: those that a model names, else those its makers publish; and embedders that use them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from index.protocols import Floats

QUERY = ("query",)
PASSAGE = ("document", "passage", "corpus")

_BGE = "为这个句子生成表示以用于检索相关文章："
PUBLISHED: tuple[tuple[str, str, str, str], ...] = (
    # pattern of the name, a specimen, query prompt, passage prompt; from the models' own pages.
    (r"bge-(?:small|base|large)-zh", "BAAI/bge-small-zh-v1.5", _BGE, ""),
    (r"(?:^|[/_-])e5-(?!mistral)", "intfloat/multilingual-e5-small", "query: ", "passage: "),
    (r"qwen3-embedding", "Qwen/Qwen3-Embedding-0.6B", "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:", ""),
)  # fmt: skip
"""Models that were trained with prompts and whose folders do not all name them. M3E, GTE and Conan use none."""


def chosen_prompts(prompts: Mapping[str, str], name: str = "") -> dict[str, str]:
    """{"query": …, "document": …}: the first non-empty prompt under a name that sentence-transformers knows.

    Where the model names none at all, those published for a model of this name.
    """
    chosen = {
        "query": next((prompts[key] for key in QUERY if prompts.get(key)), ""),
        "document": next((prompts[key] for key in PASSAGE if prompts.get(key)), ""),
    }
    if not any(chosen.values()):
        for pattern, _, query, passage in PUBLISHED:
            if re.search(pattern, name.lower()):
                return {"query": query, "document": passage}
    return chosen


class Prompted(ABC):
    """An embedder that differs for queries and passages in the prompt alone; `_prompts` as chosen_prompts gives them."""

    _prompts: dict[str, str]

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """(len(texts), dimension) float32 rows of length 1, or 0 where nothing of a text is known."""
        return self._encode(texts, self._prompts["query"])

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """(len(texts), dimension) float32 rows of length 1, or 0 where nothing of a text is known."""
        return self._encode(texts, self._prompts["document"])

    @abstractmethod
    def _encode(self, texts: Sequence[str], prompt: str) -> Floats: ...
