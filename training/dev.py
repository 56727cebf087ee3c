"""Scores a table of rows on held-out questions over training texts; never opens a test document or benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import bm25s
import numpy as np
import rjieba
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retriever.lexicon.table import Entry
from training.lexicon import fold
from training.network import embed, late, similarities
from training.pairs import Bags, Clauses, joined, passages
from training.texts import Piece, Question

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Task:
    """Questions over passages; right[i] are the passages that answer question i."""

    name: str
    questions: list[str]
    passages: list[str]
    right: list[frozenset[int]]


def lexicon_task(name: str, asked: Sequence[tuple[str, Entry]], pieces: Sequence[Piece], most: int = 30) -> Task:
    """Everyday questions whose term stands in one to `most` passages of the plans."""
    passages = [piece.with_heading for piece in pieces]
    folded = [fold(piece.text) for piece in pieces]
    questions: list[str] = []
    right: list[frozenset[int]] = []
    for question, entry in asked:
        names = [fold(name) for name in (entry.term, *entry.same)]
        found = frozenset(at for at, text in enumerate(folded) if any(name in text for name in names))
        if 1 <= len(found) <= most:
            questions.append(question)
            right.append(found)
    return Task(name, questions, passages, right)


def away(question: Question) -> bool:
    """Whether --dev keeps a written question out of training: one passage in seven, by the passage."""
    return sha256(question.context.encode()).digest()[0] % 7 == 0


def question_task(name: str, asked: Sequence[Question], contexts: Sequence[str], most: int = 400) -> Task:
    number = {context: at for at, context in enumerate(contexts)}
    asked = asked[:most]
    return Task(name, [q.text for q in asked], list(contexts), [frozenset({number[q.context]}) for q in asked])


def lead_task(name: str, pieces: Sequence[Piece], away: frozenset[str], most: int = 400) -> Task:
    """Lead phrases of the plans `away` from training, in official words; the right passage lacks its lead."""
    chosen = [at for at, piece in enumerate(pieces) if len(piece.lead) >= 6 and piece.title in away][:most]
    passages = [piece.body for piece in pieces]
    return Task(name, [pieces[at].lead for at in chosen], passages, [frozenset({at}) for at in chosen])


def measure(task: Task, tokenizer: Tokenizer, rows: Floats) -> dict[str, dict[str, float]]:
    """R@10 and nDCG@10 of BM25 over jieba's words, of the vectors of whole passages, of their best clauses, of late
    interaction, and of the three vectors' standardised scores together."""
    table = torch.from_numpy(rows)
    questions = Bags(tokenizer, task.questions)
    asked = joined(questions[at] for at in range(len(questions)))
    held = Clauses(tokenizer, task.passages)
    found: list[list[Floats]] = [[], [], []]
    with torch.no_grad():
        queries = embed(table, asked)
        for at in range(0, len(task.passages), 256):
            block = passages(held[i] for i in range(at, min(at + 256, len(task.passages))))
            for scores, more in zip(found, (*similarities(table, queries, block), late(table, asked, block)), strict=True):
                scores.append(more.numpy())
    whole, clause, interaction = (np.concatenate(scores, axis=1) for scores in found)
    together = _standardised(whole) + _standardised(clause) + _standardised(interaction)
    kinds = {"bm25": bm25(task), "whole": whole, "clause": clause, "late": interaction, "together": together}
    return {
        name: {"R@10": round(recall(scores, task.right), 3), "nDCG@10": round(ndcg(scores, task.right), 3)}
        for name, scores in kinds.items()
    }


def _standardised(scores: Floats) -> Floats:
    deviation = scores.std(axis=1, keepdims=True)
    return (scores - scores.mean(axis=1, keepdims=True)) / np.maximum(deviation, 1e-9)


def bm25(task: Task) -> Floats:
    cutter = rjieba.Jieba()
    index = bm25s.BM25()
    index.index([_words(cutter, text) for text in task.passages], show_progress=False)
    return np.stack([index.get_scores(_words(cutter, text)) for text in task.questions])


def recall(scores: Floats, right: Sequence[frozenset[int]], depth: int = 10) -> float:
    """Mean share of the right passages among the first `depth` (at most `depth` of them can be)."""
    total = 0.0
    for top, answers in zip(_tops(scores, depth), right, strict=True):
        total += len(answers.intersection(top)) / min(len(answers), depth)
    return total / len(right)


def ndcg(scores: Floats, right: Sequence[frozenset[int]], depth: int = 10) -> float:
    """Mean nDCG with gains of 0 or 1 (Järvelin and Kekäläinen 2002)."""
    discount = 1 / np.log2(np.arange(2, depth + 2))
    total = 0.0
    for top, answers in zip(_tops(scores, depth), right, strict=True):
        gained = sum(discount[rank] for rank, at in enumerate(top) if at in answers)
        total += gained / discount[: min(len(answers), depth)].sum()
    return total / len(right)


def _tops(scores: Floats, depth: int) -> list[list[int]]:
    return [list(map(int, np.argsort(-row, kind="stable")[:depth])) for row in scores]


def _words(cutter: rjieba.Jieba, text: str) -> list[str]:
    return [word for word in cutter.cut(fold(text)) if word.strip() and word.isalnum()]
