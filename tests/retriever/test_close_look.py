"""The close look at candidates: to the bit what a plain reading of its formulas gives, passage by passage and word by word."""

import json
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.model import Document, Passage, Span
from corpus.structure.sentences import sentences
from index.clauses import Clauses
from index.protocols import Floats
from index.tokenizer import Tokenizer, fold
from retriever import evidence
from retriever.expand import Lexicon
from retriever.folded import folded
from retriever.model import MODES, Asked, Query
from retriever.rerankers import late
from retriever.score import Tools
from retriever.search import Looked, Searcher, look
from retriever.verdict.signals import SIGNALS
from tests.retriever.test_folded import ODD, UNITS, of_text

QUESTIONS = [
    json.loads(line)["query"]
    for line in (Path(__file__).parents[2] / "eval" / "sets" / "sample" / "questions.jsonl").read_text("utf-8").splitlines()
]


# — the formulas, plainly ——————————————————————————————————————————————————————————————————————————————————————————


def added(weights: Sequence[float]) -> float:
    """One after the other: sum() of later Pythons compensates."""
    return reduce(lambda total, weight: total + weight, weights, 0.0)


def plainly(what: Asked, one: Passage, text: str, title: str) -> float:
    """Evidence with the official words of `what`; without them where it has none."""

    def of(part: str) -> str:
        return fold(part.replace("\x1f", " "))

    above, lead, top = of(" ".join(one.trail)), of(" ".join(one.trail[one.headings :])), fold(title)
    best = 0.0
    for span in sentences(text, one.span):
        sentence = of(UNITS.sub("", span.of(text)))
        for terms in what.parts:
            total = sum(terms.values())
            inside = added([w for t, w in terms.items() if t in sentence or t in lead])
            around = added([w for t, w in terms.items() if t in sentence or t in above])
            titled = added([w for t, w in terms.items() if t in top and t not in sentence and t not in above])
            best = max(best, (0.85 * around + 0.15 * inside + 0.4 * titled) / total if total > 0 else 0.0)
    doubt = 1.0
    for word, weight in what.words:
        if word in body(one, text):
            doubt *= 1 - (weight if len(word) >= 3 else 0.5 * weight)
    return min(1.0, max(best, 1 - doubt))


def body(one: Passage, text: str) -> str:
    return fold(UNITS.sub("", one.span.of(text)).replace("\x1f", " ")) + " " + fold(" ".join(one.trail).replace("\x1f", " "))


def near(vectors: Floats, question: NDArray[np.int64], held: Clauses) -> tuple[Floats, Floats]:
    """late.compared, everything laid out by the token of every passage."""
    asked = vectors[question]
    weights = np.linalg.norm(asked, axis=1)
    unit = np.divide(asked, weights[:, None], out=np.zeros_like(asked), where=weights[:, None] > 0)
    whole = asked.sum(axis=0)
    whole /= max(float(np.linalg.norm(whole)), 1e-9)
    known, place = np.unique(held.tokens, return_inverse=True)
    own = vectors[known]
    products = own @ np.vstack([unit, whole]).T
    lengths = np.sqrt(np.einsum("ij,ij->i", own, own))[:, None]
    cosine = np.divide(products[:, :-1], lengths, out=np.zeros_like(products[:, :-1]), where=lengths > 0)
    first = np.concatenate(([0], held.ends[:-1]))
    dots = np.add.reduceat(products[:, -1][place], first)
    cosines = np.divide(dots, held.lengths, out=np.zeros_like(dots), where=held.lengths > 0)
    clause_of_row = np.concatenate(([0], held.rows[:-1]))
    nearest = np.maximum.reduceat(np.maximum(cosine, 0)[place], first[clause_of_row], axis=0)
    words = nearest @ weights / max(float(weights.sum()), 1e-9)
    return np.maximum.reduceat(cosines, clause_of_row), words.astype(np.float32)


def company(groups: Sequence[object], promise: Floats, vectors: Floats, among: int) -> Floats:
    """The likeness of each to the mean of the leading passages of six groups, a mean of its own for each."""
    best: dict[object, int] = {}
    for at in np.argsort(-promise[:among], kind="stable").tolist():
        best.setdefault(groups[at], at)
    leading = list(best.values())[:6]
    means = np.tile(vectors[leading].sum(axis=0), (len(groups), 1))
    means[leading] -= vectors[leading]
    lengths = np.linalg.norm(means, axis=1)
    dots = np.einsum("ij,ij->i", vectors, means)
    return np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 1e-9).astype(np.float32)


# — over the sample plans ——————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("part", range(4))
def test_signals_are_those_of_the_formulas_to_the_bit(
    searcher: Searcher, tools: Tools, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch, mode: str, part: int
) -> None:
    """Of every twelfth question of the sample set, in each mode."""
    corpus = searcher.corpus()
    told: list[tuple[str, Asked]] = []
    asked = evidence.asked

    def listening(topic, *rest):  # type: ignore[no-untyped-def]
        told.append((topic, asked(topic, *rest)))
        return told[-1][1]

    monkeypatch.setattr(evidence, "asked", listening)
    for question in QUESTIONS[part::12]:
        looked = look(Query(question, mode=mode), corpus, tools)
        if not isinstance(looked, Looked) or corpus.backend is None:
            continue
        topic, what = told[-1]
        own = Asked(what.terms, what.parts)
        made = dict(zip(SIGNALS, looked.values.T, strict=True))
        passages = [corpus.passages[row] for row, _ in looked.looked_at]
        pairs = [(one, corpus.documents[one.document]) for one in passages]
        names = {name for found in lexicon.named(topic) for name in found.names}

        def column(values: Sequence[float]) -> Floats:
            return np.array(values, np.float32)

        assert (made["evidence"] == column([plainly(what, one, d.text, d.title) for one, d in pairs])).all(), question
        assert (made["own"] == column([plainly(own, one, d.text, d.title) for one, d in pairs])).all(), question
        bodies = [body(one, d.text) for one, d in pairs]
        assert (made["official"] == column([max((w for word, w in what.words if word in b), default=0.0) for b in bodies])).all()
        assert (made["same"] == column([min(6, max((len(n) for n in names if n in b), default=0)) / 6 for b in bodies])).all()
        rows = np.array([row for row, _ in looked.looked_at], np.int32)
        (tokens,) = tools.makers.table.tokens([topic])
        clause, words = near(tools.makers.table.rows, tokens, corpus.backend.clauses(rows))
        assert (made["clause"] == clause).all() and (made["words"] == words).all(), question
        promise = made["evidence"] + np.float32(0.3) * (clause + words)
        groups = [group for _, group in looked.looked_at]
        among = len(rows) if looked.understood.fan_out else 10
        assert (made["company"] == company(groups, promise, corpus.backend.vectors(rows), among)).all(), question
    assert len(told) >= 3


# — over odd texts —————————————————————————————————————————————————————————————————————————————————————————————————


@given(
    st.lists(st.text(st.sampled_from(ODD), min_size=1, max_size=30), min_size=1, max_size=4), st.text(st.sampled_from(ODD), max_size=5),
    st.lists(st.tuples(st.text(st.sampled_from("甲乙后复反答as12"), min_size=1, max_size=2), st.floats(1e-6, 12)), max_size=5),
    st.lists(st.tuples(st.text(st.sampled_from(ODD), min_size=1, max_size=3), st.floats(0, 1)), max_size=4), st.integers(0, 2),
)  # fmt: skip
def test_evidence_of_odd_texts(
    texts: list[str], trail: str, terms: list[tuple[str, float]], words: list[tuple[str, float]], headings: int
) -> None:
    text = "".join(texts)
    document = of_text(text)
    places = [sum(map(len, texts[:at])) for at in range(len(texts) + 1)]
    made = [
        Passage(document.id, Span(first, last), (trail, trail[::-1]), headings, 1, 1)
        for first, last in pairwise(places)
    ]
    what = Asked(dict(terms), (dict(terms[:3]), dict(terms[2:])), tuple((fold(word), weight) for word, weight in words))
    titles = [trail, *["甲后"] * (len(made) - 1)]
    read = folded((one, document) for one in made)
    shares = evidence.shares(what, read, titles)
    witnessed, greatest = evidence.witnessed(what, read)
    own = Asked(what.terms, what.parts)
    assert shares.tolist() == [plainly(own, one, text, title) for one, title in zip(made, titles, strict=True)]
    assert np.maximum(shares, witnessed).tolist() == [plainly(what, one, text, title) for one, title in zip(made, titles, strict=True)]
    assert greatest == [max((w for word, w in what.words if word in body(one, text)), default=0.0) for one in made]


def test_of_no_passages_nothing_is_said() -> None:
    what = Asked({"湿地": 1.0}, ({"湿地": 1.0},), (("湿地", 0.5),))
    assert evidence.shares(what, [], []).tolist() == [] and evidence.witnessed(what, []) == ([], [])


@pytest.mark.parametrize("document", [Document("d" * 64, ("甲.txt",), "修复湿地。（牵头单位：甲）\n\n养老。 \n甲", "甲")])
def test_the_sentences_that_say_most_are_those_of_each_sentence_by_itself(document: Document, tokenizer: Tokenizer) -> None:
    one = Passage(document.id, Span(0, len(document.text)), (), 0, 1, 1)
    what = Asked({"养老": 1.0, "牵头": 3.0}, (), (("湿地", 0.5),))
    best = evidence.best_sentences(what, one, document.text, 2)
    assert [span.of(document.text) for span in best] == ["修复湿地。（牵头单位：甲）"]
    assert [span.of(document.text) for span in evidence.best_sentences(Asked({"养老": 1.0}), one, document.text, 2)] == ["养老。"]


# — what a thread compared last ————————————————————————————————————————————————————————————————————————————————————


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_comparing_again_gives_the_same_whatever_was_compared_between(seed: int, order: list[int]) -> None:
    """Two tables, two questions, passages that share words or not, one after the other in any order."""
    draw = np.random.default_rng(seed)
    tables = [draw.normal(size=(20, 6)).astype(np.float32) for _ in range(2)]
    for table in tables:
        table[[0, 3]] = 0
    bags = [draw.integers(0, 20, draw.integers(1, 5)) for _ in range(6)]
    held = Clauses(
        np.concatenate(bags).astype(np.uint32), np.cumsum([len(bag) for bag in bags]), np.ones(6, np.float32), np.array([2, 3, 6])
    )
    asked = [np.array([1, 3, 7]), np.array([1, 3, 8])]
    every = [(table, question, part) for table in tables for question in asked for part in (held, held.take(np.array([2, 0], np.int32)))]
    for at in order:
        for made, expected in zip(late.compared(*every[at]), near(*every[at]), strict=True):
            assert made.tolist() == expected.tolist() and made.dtype == expected.dtype


def test_a_long_question_is_not_kept() -> None:
    table = np.ones((3000, 2), np.float32)
    held = Clauses(np.arange(3000).astype(np.uint32), np.array([3000]), np.ones(1, np.float32), np.array([1]))
    late.compared(table, np.arange(3), held)
    assert late._LAST.nearness is not None and len(late._LAST.nearness.words) == 3
    late.compared(table, np.arange(400), held)
    assert late._LAST.nearness is None
