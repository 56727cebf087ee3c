"""Scores a table of rows on held-out questions over training texts; never opens a test document or benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import rjieba
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.lexicon import Entry, fold
from training.pairs import Bags
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
        term = fold(entry.term)
        found = frozenset(at for at, text in enumerate(folded) if term in text)
        if 1 <= len(found) <= most:
            questions.append(question)
            right.append(found)
    return Task(name, questions, passages, right)


def question_task(name: str, asked: Sequence[Question], contexts: Sequence[str]) -> Task:
    number = {context: at for at, context in enumerate(contexts)}
    return Task(name, [q.text for q in asked], list(contexts), [frozenset({number[q.context]}) for q in asked])


def lead_task(name: str, pieces: Sequence[Piece], away: frozenset[str], most: int = 400) -> Task:
    """Lead phrases of the plans `away` from training, in official words; the right passage lacks its lead."""
    chosen = [at for at, piece in enumerate(pieces) if len(piece.lead) >= 6 and piece.title in away][:most]
    passages = [piece.body for piece in pieces]
    return Task(name, [pieces[at].lead for at in chosen], passages, [frozenset({at}) for at in chosen])


def measure(task: Task, tokenizer: Tokenizer, rows: Floats) -> dict[str, dict[str, float]]:
    """R@10 and nDCG@10 of BM25 over jieba's words and of the vectors."""
    dense = encode(tokenizer, rows, task.questions) @ encode(tokenizer, rows, task.passages).T
    lexical = bm25(task)
    return {
        name: {"R@10": round(recall(scores, task.right), 3), "nDCG@10": round(ndcg(scores, task.right), 3)}
        for name, scores in (("bm25", lexical), ("dense", dense))
    }


def encode(tokenizer: Tokenizer, rows: Floats, texts: Sequence[str]) -> Floats:
    bags = Bags(tokenizer, texts)
    vectors = np.stack([rows[bags[at]].sum(axis=0) for at in range(len(bags))])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)


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
