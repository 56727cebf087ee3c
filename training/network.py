"""The trainable table of token rows and its contrastive loss; reads no text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from training.pairs import Batch

Bag = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages one after the other: `ids` of their tokens, where each clause begins, and how many clauses and tokens each
    passage has."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    clauses: NDArray[np.int64]
    tokens: NDArray[np.int64]


FEW = 6_000
"""Tokens of a batch's passages that late interaction is trained on: all would cost ten times the rest."""


class Table(nn.Module):
    """Rows of tokens: exp(weight) · (own vector + mean of its characters' vectors), folded into one at export."""

    spelling: Tensor
    spelling_starts: Tensor
    known: Tensor

    def __init__(self, tokens: list[str], vectors: NDArray[np.float32], weights: NDArray[np.float32]) -> None:
        super().__init__()
        characters = sorted({character for token in tokens[1:] for character in token})
        number = {character: at for at, character in enumerate(characters)}
        flat: list[int] = []
        starts: list[int] = []
        for at, token in enumerate(tokens):
            starts.append(len(flat))
            # The unknown token at 0 has no characters: an empty bag is a zero row.
            flat += [number[character] for character in token] if at else []
        self.register_buffer("spelling", torch.tensor(flat))
        self.register_buffer("spelling_starts", torch.tensor(starts))
        self.own = nn.Parameter(torch.from_numpy(vectors.copy()))
        self.characters = nn.Parameter(torch.zeros(len(characters), vectors.shape[1]))
        self.weight = nn.Parameter(torch.from_numpy(np.log(weights)))
        known = torch.ones(len(tokens), 1)
        known[0] = 0
        self.register_buffer("known", known)

    def rows(self) -> Tensor:
        """(tokens, dimension): what the exported model looks up."""
        spelled = functional.embedding_bag(self.spelling, self.characters, self.spelling_starts, mode="mean")
        return (self.own + spelled) * self.weight.exp()[:, None] * self.known


def embed(rows: Tensor, bag: Bag) -> Tensor:
    """(texts, dimension) unit vectors of bags of token ids."""
    ids, starts = bag
    summed = functional.embedding_bag(torch.from_numpy(ids), rows, torch.from_numpy(starts), mode="sum")
    return functional.normalize(summed, dim=1)


def similarities(rows: Tensor, queries: Tensor, passages: Passages) -> tuple[Tensor, Tensor]:
    """(queries, passages) twice: the cosine with the whole passage, and the greatest cosine with one of its clauses."""
    sums = functional.embedding_bag(
        torch.from_numpy(passages.ids), rows, torch.from_numpy(passages.starts), mode="sum"
    )
    counts = torch.from_numpy(passages.clauses)
    whole = functional.normalize(torch.segment_reduce(sums, "sum", lengths=counts, unsafe=True), dim=1)
    likest = torch.segment_reduce(functional.normalize(sums, dim=1) @ queries.T, "max", lengths=counts, unsafe=True)
    return queries @ whole.T, likest.T


def late(rows: Tensor, queries: Bag, passages: Passages) -> Tensor:
    """(queries, passages): over a question's tokens, the mean of the greatest cosine with a token of the passage, each
    weighted by its length (MaxSim of Khattab and Zaharia 2020, weighted)."""
    ids, starts = queries
    asked = rows[torch.from_numpy(ids)]
    weight = asked.norm(dim=1)
    held = functional.normalize(rows[torch.from_numpy(passages.ids)], dim=1)
    near = (held @ functional.normalize(asked, dim=1).T).clamp(min=0)
    nearest = torch.segment_reduce(near, "max", lengths=torch.from_numpy(passages.tokens), unsafe=True)
    lengths = torch.from_numpy(np.diff(np.append(starts, len(ids))))
    total = torch.segment_reduce((nearest * weight).T.contiguous(), "sum", lengths=lengths, unsafe=True)
    return total / torch.segment_reduce(weight, "sum", lengths=lengths, unsafe=True).clamp(min=1e-6)[:, None]


def contrast(scores: Tensor, excused: Tensor, scale: float) -> Tensor:
    """InfoNCE both ways over the batch's own pairs (van den Oord 2018); `excused` pairs are no negatives."""
    scores = (scores * scale).masked_fill(excused, float("-inf"))
    size = len(scores)
    right = torch.arange(size)
    return functional.cross_entropy(scores, right) + 0.5 * functional.cross_entropy(scores[:, :size].T, right)


def rarity(frequency: NDArray[np.float64], half: float = 5e-4) -> NDArray[np.float32]:
    """First weights a/(a + p) of the tokens (smooth inverse frequency, Arora, Liang and Ma 2017)."""
    share = frequency / frequency.sum()
    return (half / (half + share)).astype(np.float32)


def spelled(
    tokens: list[str], vectors: NDArray[np.float32], frequency: NDArray[np.float64], enough: float = 20.0
) -> NDArray[np.float32]:
    """Vectors of rare tokens drawn towards those of their characters.

    A character's vector is the mean over the tokens that hold it, weighted by the root of their counts; a token
    seen n times keeps n / (n + enough) of its own.
    """
    sums: dict[str, NDArray[np.float32]] = {}
    for token, vector, count in zip(tokens[1:], vectors[1:], frequency[1:], strict=True):
        for character in set(token):
            share = (vector * np.sqrt(count)).astype(np.float32)
            sums[character] = sums[character] + share if character in sums else share
    units = {character: total / max(float(np.linalg.norm(total)), 1e-9) for character, total in sums.items()}
    drawn = np.zeros_like(vectors)
    for at, token in enumerate(tokens):
        if at:
            own = frequency[at] / (frequency[at] + enough)
            from_characters = np.mean([units[character] for character in token], axis=0)
            drawn[at] = own * vectors[at] + (1 - own) * from_characters
    lengths = np.linalg.norm(drawn, axis=1, keepdims=True)
    return np.divide(drawn, lengths, out=np.zeros_like(drawn), where=lengths > 0)


def train(
    table: Table,
    draw: Callable[[int], Batch],
    steps: int,
    batch: int,
    rate: float,
    say: Callable[[str], None],
    shares: tuple[float, float, float] = (1.0, 1.0, 1.0),
    scale: float = 20.0,
) -> None:
    """Adam with a linear warm-up and decay; weights learn faster than vectors. shares: of the whole passage, of its best
    clause and of late interaction in the loss."""
    optimizer = torch.optim.Adam(
        [
            {"params": [table.own, table.characters], "lr": rate},
            {"params": [table.weight], "lr": 3 * rate},
        ],
        betas=(0.9, 0.99),
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / 50, (steps - step) / steps + 0.02)
    )
    running = 0.0
    for step in range(steps):
        drawn = draw(batch)
        rows = table.rows()
        whole, clause = similarities(rows, embed(rows, drawn.queries), drawn.passages)
        loss = shares[0] * contrast(whole, drawn.excused, scale)
        if shares[1]:
            loss = loss + shares[1] * contrast(clause, drawn.excused, scale)
        if shares[2]:
            few = drawn.first(FEW)
            loss = loss + shares[2] * contrast(late(rows, few.queries, few.passages), few.excused, scale)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
        if step % 100 == 99:
            say(f"step {step + 1} of {steps}, loss {running:.3f}")
