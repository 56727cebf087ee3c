"""Ranking and ranks over score vectors: the same as sorting everything, ties included."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.protocols import Floats, Rows
from retriever.model import Asked
from retriever.score import Scores, _Standing, ranking

VALUES = st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.25, -1.0]), min_size=1, max_size=200)


def scores_of(values: list[float], ties: Rows | None = None) -> Scores:
    fused = np.array(values, np.float32)
    return Scores(np.maximum(fused, 0), fused, fused, Counter(), Asked({}), (), ties=ties)


@given(VALUES, st.data())
def test_the_best_are_those_of_a_full_sort(values: list[float], data: st.DataObject) -> None:
    count = len(values)
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1)))), np.int32)
    ties = np.array(data.draw(st.permutations(range(count))), np.int32)
    k = data.draw(st.integers(0, count + 2))
    for scores, place in ((scores_of(values), np.arange(count)), (scores_of(values, ties), ties)):
        expected = sorted(rows.tolist(), key=lambda row: (-values[row], place[row]))
        assert ranking(scores, "hybrid", rows, k) == expected[:k]
        assert ranking(scores, "bm25", rows, k) == [row for row in expected if values[row] > 0][:k]


@given(VALUES, st.integers(1, 80))
def test_a_rank_counts_the_better_ones_however_often_it_is_asked(values: list[float], times: int) -> None:
    held: Floats = np.array(values, np.float32)
    rows = np.arange(0, len(values), 2, dtype=np.int32)
    standing = _Standing(held, rows)
    for at in range(times):
        asked = values[at % len(values)]
        assert standing.rank(asked) == 1 + sum(values[row] > asked for row in rows)
