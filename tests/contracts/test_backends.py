"""Every backend gives the scores that the formulas give, computed here in plain Python and numpy."""

import random
from collections import Counter
from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.errors import NotReady
from index.backends import BACKENDS
from index.bags import Bags
from index.clauses import Clauses
from index.generations import backend_class
from index.protocols import Backend, Floats
from tests.index.small_table import Characters, listed

K1, B = 1.5, 0.75
WORDS = ["生态", "修复", "水", "养老", "gdp", "12.5%", "产业", "园区", "矿山", "湿地", "的", "罕见"]


def made_rows(number: int) -> list[list[str]]:
    """Rows of 0 to 40 terms, some words in nearly all of them, one in a single row, one row empty."""
    draw = random.Random(number)
    rows = [draw.choices(WORDS[:-1], weights=range(11, 0, -1), k=draw.randint(1, 40)) for _ in range(number)]
    rows[number // 2] = []
    rows[-1] = [*rows[-1], "罕见", "罕见"]
    return rows


def made_vectors(number: int) -> Floats:
    vectors = np.random.default_rng(number).normal(size=(number, 24)).astype(np.float32)
    vectors[0] = 0
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


ROWS, VECTORS = made_rows(60), made_vectors(60)
CLAUSES = Clauses.of(["，".join(row) for row in ROWS], Characters())


def idf(rows: list[list[str]], term: str) -> float:
    n = sum(term in row for row in rows)
    return log(1 + (len(rows) - n + 0.5) / (n + 0.5))


def bm25(rows: list[list[str]], terms: dict[str, float]) -> list[float]:
    """Sum over terms of weight · idf · tf / (tf + k1 (1 - b + b · length / mean length)): Lucene's BM25."""
    mean = sum(map(len, rows)) / len(rows)
    scores = []
    for row in rows:
        counts = Counter(row)
        norm = K1 * (1 - B + B * len(row) / mean)
        scores.append(sum(w * idf(rows, t) * counts[t] / (counts[t] + norm) for t, w in terms.items() if counts[t] > 0))
    return scores


@pytest.fixture(scope="module", params=sorted(BACKENDS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def backend(name: str, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    folder = tmp_path_factory.mktemp(name) / "代"
    backend_class(name).build(folder, Bags.of(ROWS), VECTORS, CLAUSES)
    opened: Backend = backend_class(name)(folder)
    return opened


def test_by_hand(name: str, tmp_path: Path) -> None:
    """Lengths 1, 3 and 2, mean 2; 水 in two of three rows: idf ln(1 + 1.5 / 2.5)."""
    rows = [["水"], ["水", "水", "林"], ["林", "田"]]
    three_clauses = Clauses.of(["水", "水水林", "林田"], Characters())
    backend_class(name).build(tmp_path / "x", Bags.of(rows), np.eye(3, dtype=np.float32), three_clauses)
    three = backend_class(name)(tmp_path / "x")
    weight = log(1.6)
    expected = [weight / (1 + 1.5 * 0.625), weight * 2 / (2 + 1.5 * 1.375), 0.0]
    np.testing.assert_allclose(three.lexical_scores({"水": 1.0}), expected, atol=1e-5)
    assert three.idf("水") == pytest.approx(weight)
    assert three.idf("田") == pytest.approx(log(1 + 2.5 / 1.5))
    assert three.rows_with("水").tolist() == [0, 1]


@pytest.mark.parametrize(
    "terms",
    [
        {"生态": 1.0}, {"生态": 1.0, "修复": 1.0}, {"罕见": 1.0}, dict.fromkeys(WORDS, 1.0),
        {"生态": 0.25, "矿山": 2.0, "gdp": 0.5}, {"12.5%": 1.0, "没有": 3.0}, {"湿地": 0.0}, {"水": -1.0},
    ],
)  # fmt: skip
def test_lexical_scores(backend: Backend, terms: dict[str, float]) -> None:
    scores = backend.lexical_scores(terms)
    assert scores.shape == (60,) and scores.dtype == np.float32
    np.testing.assert_allclose(scores, bm25(ROWS, terms), atol=1e-5)


@pytest.mark.parametrize("terms", [{}, {"没有": 1.0}, {"": 1.0}, {"生": 1.0}, {"生态 修复": 1.0}])
def test_unknown_terms_count_nothing(backend: Backend, terms: dict[str, float]) -> None:
    assert backend.lexical_scores(terms).tolist() == [0.0] * 60


@pytest.mark.parametrize("term", [*WORDS, "没有", ""])
def test_idf_and_rows(backend: Backend, term: str) -> None:
    assert backend.idf(term) == pytest.approx(idf(ROWS, term), abs=1e-9)
    rows = backend.rows_with(term)
    assert rows.dtype == np.int32
    assert rows.tolist() == [number for number, row in enumerate(ROWS) if term in row]


@pytest.mark.parametrize("seed", range(8))
def test_a_part_is_an_index_of_its_rows_alone(name: str, backend: Backend, tmp_path: Path, seed: int) -> None:
    """Every number as if nothing else had been indexed: weights of terms and mean length betray no other row."""
    draw = random.Random(seed)
    rows = np.array(sorted(draw.sample(range(60), draw.choice([1, 2, 13, 59, 60]))), np.int32)
    own = [ROWS[row] for row in rows]
    if not any(own):
        own, rows = ROWS[:3], np.arange(3, dtype=np.int32)
    backend_class(name).build(tmp_path / "只有", Bags.of(own), VECTORS[rows], CLAUSES.take(rows))
    alone, part = backend_class(name)(tmp_path / "只有"), backend.part(rows)
    assert part.size == len(rows)
    for term in [*WORDS, "没有"]:
        assert part.idf(term) == alone.idf(term)
        assert part.rows_with(term).tolist() == alone.rows_with(term).tolist()
        assert part.lexical_scores({term: 1.5}).tolist() == alone.lexical_scores({term: 1.5}).tolist()
    np.testing.assert_allclose(part.lexical_scores(dict.fromkeys(WORDS, 1.0)), bm25(own, dict.fromkeys(WORDS, 1.0)), atol=1e-5)
    np.testing.assert_allclose(part.dense_scores(VECTORS[5]), VECTORS[rows] @ VECTORS[5], atol=1e-5)
    some = np.array([len(rows) - 1, 0], np.int32)
    assert part.vectors(some).tolist() == alone.vectors(some).tolist()
    assert listed(part.clauses(some)) == listed(alone.clauses(some))
    half = np.arange(0, len(rows), 2, dtype=np.int32)
    assert part.part(half).lexical_scores({"生态": 1.0}).tolist() == backend.part(rows[half]).lexical_scores({"生态": 1.0}).tolist()


def test_dense_scores(backend: Backend) -> None:
    for query in (VECTORS[7], VECTORS[0], -VECTORS[3]):
        scores = backend.dense_scores(query)
        assert scores.shape == (60,) and scores.dtype == np.float32
        np.testing.assert_allclose(scores, VECTORS @ query, atol=1e-5)
    assert backend.dense_scores(VECTORS[7])[7] == pytest.approx(1, abs=1e-5)


def test_vectors_come_back(backend: Backend) -> None:
    rows = np.array([59, 0, 7, 7], np.int32)
    np.testing.assert_allclose(backend.vectors(rows), VECTORS[rows], atol=1e-5)
    assert backend.vectors(rows[:0]).shape == (0, 24)
    assert backend.size == 60


@given(st.lists(st.integers(0, 59), max_size=80))
@example(list(range(60)))
@example([59, 0, 30, 30, 7, 59])
@example([])
def test_clauses_come_back_in_any_order(backend: Backend, rows: list[int]) -> None:
    """Row 30 is empty: the unknown token stands there."""
    expected, first = listed(CLAUSES), np.cumsum([0, *map(len, listed(CLAUSES))])
    found = backend.clauses(np.array(rows, np.int32))
    assert listed(found) == [expected[row] for row in rows]
    lengths = [length for row in rows for length in CLAUSES.lengths[first[row] : first[row + 1]].tolist()]
    assert found.lengths.dtype == np.float32 and found.lengths.tolist() == lengths


def test_scores_are_the_callers_own(backend: Backend) -> None:
    first = backend.lexical_scores({"水": 1.0})
    first[:] = 99
    backend.vectors(np.array([1], np.int32))[:] = 99
    taken = backend.clauses(np.array([1], np.int32))
    taken.tokens[:], taken.lengths[:] = 99, 99
    np.testing.assert_allclose(backend.lexical_scores({"水": 1.0}), bm25(ROWS, {"水": 1.0}), atol=1e-5)
    np.testing.assert_allclose(backend.dense_scores(VECTORS[1]), VECTORS @ VECTORS[1], atol=1e-5)
    assert listed(backend.clauses(np.array([1], np.int32))) == listed(CLAUSES)[1:2]


def test_a_path_that_c_cannot_open_is_read_and_written_by_python(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where FAISS finds no file below a folder with a Chinese name."""
    import faiss

    def refusing_paths(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any) -> Any:
            if any(isinstance(one, str) for one in given):
                raise RuntimeError("could not open")
            return call(*given)

        return called

    for function in ("write_index", "read_index"):
        monkeypatch.setattr(faiss, function, refusing_paths(getattr(faiss, function)))
    backend_class(name).build(tmp_path / "张三", Bags.of(ROWS), VECTORS, CLAUSES)
    opened = backend_class(name)(tmp_path / "张三")
    np.testing.assert_allclose(opened.dense_scores(VECTORS[1]), VECTORS @ VECTORS[1], atol=1e-5)


def test_one_row(name: str, tmp_path: Path) -> None:
    backend_class(name).build(tmp_path / "x", Bags.of([["水"]]), np.ones((1, 1), np.float32), Clauses.of(["水"], Characters()))
    one = backend_class(name)(tmp_path / "x")
    np.testing.assert_allclose(one.lexical_scores({"水": 1.0}), [log(1 + 0.5 / 1.5) / 2.5], atol=1e-5)
    assert one.dense_scores(np.ones(1, np.float32)).tolist() == [1.0]
    assert listed(one.clauses(np.array([0, 0], np.int32))) == listed(Clauses.of(["水", "水"], Characters()))


def test_a_damaged_or_missing_index_is_one_clear_line(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "代"
    with pytest.raises(NotReady, match="请运行 planseek doctor --repair"):
        backend_class(name)(folder)
    backend_class(name).build(folder, Bags.of(ROWS), VECTORS, CLAUSES)
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and "corpus" not in path.name):
        whole = file.read_bytes()
        for broken in (whole[: len(whole) // 2], b""):
            file.write_bytes(broken)
            with pytest.raises(NotReady, match="请运行 planseek doctor --repair"):
                backend_class(name)(folder)
        file.write_bytes(whole)
    assert backend_class(name)(folder).size == 60


def test_scores_are_those_of_bm25s(tmp_path: Path) -> None:
    """The library's own matrix for the same rows, term by term."""
    import bm25s

    rows = made_rows(200)
    backend_class("local").build(tmp_path / "x", Bags.of(rows), np.eye(200, 2, dtype=np.float32), Clauses.of(["，".join(row) for row in rows], Characters()))
    own = backend_class("local")(tmp_path / "x")
    library = bm25s.BM25(k1=K1, b=B, method="lucene")
    library.index(rows, show_progress=False)
    for term in set(library.vocab_dict) - {""}:
        number = library.vocab_dict[term]
        start, end = library.scores["indptr"][number : number + 2]
        expected = np.zeros(200, np.float32)
        expected[library.scores["indices"][start:end]] = library.scores["data"][start:end]
        np.testing.assert_allclose(own.lexical_scores({term: 1.0}), expected, rtol=1e-5)
