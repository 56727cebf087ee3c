"""Feedback on a tiny index: shared terms and the mean vector decide, by hand arithmetic."""

from pathlib import Path

import numpy as np

from index.backends.local import LocalBackend
from index.bags import Bags
from index.clauses import Clauses
from index.protocols import Floats
from index.tokenizer import Tokenizer
from retriever.feedback import feedback
from tests.index.small_table import Characters

TEXTS = ("湿地修复与矿山修复", "湿地保护与修复工程", "环境整治与湿地", "图书馆与体育馆")


def indexed(folder: Path, tokenizer: Tokenizer, vectors: Floats) -> LocalBackend:
    terms = Bags.of([tokenizer.terms(text) for text in TEXTS])
    LocalBackend.build(folder, terms, vectors, Clauses.of(TEXTS, Characters()))
    return LocalBackend(folder)


def test_likeness_to_what_was_found(tmp_path: Path) -> None:
    tokenizer = Tokenizer()
    vectors = np.eye(4, 3, dtype=np.float32)
    backend = indexed(tmp_path / "index", tokenizer, vectors)
    found = np.array([0, 1], np.int32)
    lexical, dense = feedback(found, TEXTS[:2], tokenizer, backend)
    # The mean of the first two unit vectors, at length 1: cosine 1/√2 with each, 0 with the others.
    assert np.allclose(dense, [2**-0.5, 2**-0.5, 0, 0])
    # 湿地 and 修复 stand in both and weigh 1; 矿山 and 保护 in one each and do not speak for both.
    assert np.allclose(lexical, backend.lexical_scores({"湿地": 1.0, "修复": 1.0}))
    assert lexical[2] > 0 == lexical[3]


def test_one_found_passage_speaks_for_itself(tmp_path: Path) -> None:
    tokenizer = Tokenizer()
    backend = indexed(tmp_path / "index", tokenizer, np.eye(4, 3, dtype=np.float32))
    lexical, _ = feedback(np.array([3], np.int32), TEXTS[3:], tokenizer, backend)
    assert lexical[3] > 0 and not lexical[:3].any()
