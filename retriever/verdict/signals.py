"""What a search knows of each candidate passage that may tell whether it speaks of the topic. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.model import Document, Passage
from index.clauses import Table
from index.protocols import Backend, Floats, Rows
from index.tokenizer import fold
from retriever import evidence
from retriever.expand import Lexicon
from retriever.folded import folded
from retriever.model import Asked
from retriever.rerankers.late import compared

SIGNALS = (
    "evidence", "own", "official", "words", "clause", "whole", "rank", "company", "same",
    "missing", "terms", "covered",
)  # fmt: skip
"""The columns, in order. Of a passage: its evidence in 0–1, and that by the question's own words; the greatest weight of an
official word in it; how near it is to the question word by word, by its best clause and as a whole (cosines); log(1 + the
candidates before it); its likeness to the leading passages of the others; the length, in sixths, of the longest name in it
of what the topic names. Of the question: how far its words fail in these texts, log(1 + its terms), and the share of it
that the lexicon's names cover."""

_LEADING = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may speak of the topic; `group` is what it stands for: a region, or itself."""

    row: int
    group: object
    passage: Passage
    document: Document


def signals(
    topic: str, what: Asked, missing: float, candidates: Sequence[Candidate], fused: Floats, whole: Floats,
    backend: Backend, table: Table, lexicon: Lexicon, leading: int | None = None,
) -> Floats:  # fmt: skip
    """(candidates, len(SIGNALS)) for candidates of one question; `fused` ranks them and `whole` is their dense score.
    leading: how many of the first may lead the company, so that asking for more changes nothing; all where None."""
    count = len(candidates)
    rows = np.array([candidate.row for candidate in candidates], np.int32)
    names = lexicon.named(topic)
    same = sorted({name for found in names for name in found.names}, key=len, reverse=True)
    values = np.zeros((count, len(SIGNALS)), np.float32)
    column = {name: values[:, at] for at, name in enumerate(SIGNALS)}
    passages = folded((candidate.passage, candidate.document) for candidate in candidates)
    own = evidence.shares(what, passages, [candidate.document.title for candidate in candidates])
    witnessed, official = evidence.witnessed(what, passages)
    column["evidence"][:] = np.maximum(own, witnessed)
    column["own"][:] = own
    column["official"][:] = official
    column["same"][:] = [next((min(6, len(name)) for name in same if name in passage.body), 0) / 6 for passage in passages]
    column["clause"][:], column["words"][:] = _near(topic, rows, backend, table)
    column["whole"][:] = whole[rows]
    column["rank"][np.argsort(-fused[rows], kind="stable")] = np.log1p(np.arange(count))
    column["company"][:] = _company(candidates, rows, values, backend, leading or count)
    column["missing"][:] = missing
    column["terms"][:] = np.log1p(len(what.terms))
    column["covered"][:] = sum(found.length for found in names) / max(1, sum(c.isalnum() for c in fold(topic)))
    return values


def _near(topic: str, rows: Rows, backend: Backend, table: Table) -> tuple[Floats, Floats]:
    (tokens,) = table.tokens([topic])
    if not len(tokens) or not rows.size:
        return np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
    return compared(table.rows, tokens, backend.clauses(rows))


def _company(
    candidates: Sequence[Candidate], rows: Rows, values: Floats, backend: Backend, among: int
) -> Floats:
    """The likeness of each to the mean of the leading passages of up to six groups, itself left out (after Rocchio 1971)."""
    promise = values[:, SIGNALS.index("evidence")] + 0.3 * (
        values[:, SIGNALS.index("clause")] + values[:, SIGNALS.index("words")]
    )
    best: dict[object, int] = {}
    for at in np.argsort(-promise[:among], kind="stable").tolist():
        best.setdefault(candidates[at].group, at)
    leading = list(best.values())[:_LEADING]
    vectors = backend.vectors(rows)
    total = vectors[leading].sum(axis=0)
    # Whoever does not lead is beside the same mean.
    dots = np.einsum("ij,ij->i", vectors, np.broadcast_to(total, vectors.shape))
    lengths = np.full(len(vectors), np.linalg.norm(total[None], axis=1))
    others = total - vectors[leading]
    dots[leading] = np.einsum("ij,ij->i", vectors[leading], others)
    lengths[leading] = np.linalg.norm(others, axis=1)
    return np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 1e-9).astype(np.float32)
