"""Any sentence-transformers CrossEncoder by folder or name; a folder is never looked up on the network."""

from typing import TYPE_CHECKING

import numpy as np

from index.embedders.hub import found
from index.protocols import Floats
from retriever.rerankers.protocols import Candidates

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class CrossEncoderReranker:
    """Reads question and passage together. Slow on a CPU, so it looks at few passages and outweighs the first ranking."""

    name, depth, weight = "cross-encoder", 30, 3.0

    def __init__(self, setting: str) -> None:
        """`setting`: a folder, or a model's name, looked up in the local cache first and then fetched."""

        def load(target: str, local_only: bool) -> "CrossEncoder":
            from sentence_transformers import CrossEncoder

            return CrossEncoder(target, local_files_only=local_only)

        self._model, _ = found(setting, "重排模型", "reranker", "late", load)

    def scores(self, question: str, candidates: Candidates) -> Floats:
        """(len(candidates.rows),): the model's scores of (question, text), standardised over the candidates."""
        if not candidates.rows.size:
            return np.zeros(0, np.float32)
        pairs = [(question, candidates.text(int(row))) for row in candidates.rows]
        scores = np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float32).reshape(len(pairs), -1)[:, -1]
        deviation = float(scores.std())
        return (scores - scores.mean()) / deviation if deviation > 0 else np.zeros_like(scores)
