"""Pseudo-relevance feedback: scores every row by its likeness to passages already found. Never decides a verdict."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from index.protocols import Backend, Floats, Rows
from index.tokenizer import Tokenizer

_TERMS = 20


def feedback(found: Rows, texts: Sequence[str], tokenizer: Tokenizer, backend: Backend) -> tuple[Floats, Floats]:
    """(lexical, dense) scores of all rows against some found ones and their texts (Rocchio 1971, positive part only).

    dense: inner products with the mean of their vectors. lexical: BM25 of the 20 terms that weigh most among them, a
    term's weight being the share of them that hold it, times its idf; a term of a single one does not speak for all.
    """
    mean = backend.vectors(found).mean(axis=0)
    dense = backend.dense_scores(np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32))
    held = Counter(term for text in texts for term in dict.fromkeys(tokenizer.terms(text)))
    shared = {term: count / len(texts) for term, count in held.items() if count > 1 or len(texts) == 1}
    heaviest = sorted(shared, key=lambda term: (-shared[term] * backend.idf(term), term))[:_TERMS]
    return backend.lexical_scores({term: shared[term] for term in heaviest}), dense
