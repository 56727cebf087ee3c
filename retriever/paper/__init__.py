"""What is handed on: turns answers, comparisons, tables and collections into papers. Writes no file."""

from index.generations import Manifest
from retriever.paper.answers import of_answer, of_matrix
from retriever.paper.gathered import Kept, of_basket, of_batch
from retriever.paper.model import FOUND, NEAR, NOT_FOUND, Cell, Chapter, Paper, Part, Quotation, Source, Table
from retriever.paper.tables import of_changes, of_duties, of_targets

__all__ = [
    "FOUND", "NEAR", "NOT_FOUND", "WHATS",
    "Cell", "Chapter", "Kept", "Paper", "Part", "Quotation", "Source", "Table", "edition_of", "of_answer", "of_basket", "of_batch",
    "of_changes", "of_duties", "of_matrix", "of_targets",
]  # fmt: skip

WHATS = ("passages", "matrix", "targets", "duties")
"""What of a question can be exported."""


def edition_of(manifest: Manifest) -> str:
    """The index in words: 索引 b3d6d36b（5012 段；分词 jieba-search-3；模型 bundled-e94412c6）."""
    tokenizer, model = manifest.tokenizer.split("/")[0], manifest.embedder
    return f"索引 {manifest.generation[:8]}（{manifest.passages} 段；分词 {tokenizer}；模型 {model}）"
