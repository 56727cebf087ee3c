"""Each measure against numbers computed by hand, and planted rankings whose score is known beforehand."""

from math import log2

import pytest

from corpus.model import Span
from eval.measures import RANKED, covers, nugget_recall, overlaps, ranked_measures, relevance
from eval.model import Item, Nugget, Question


def item(name: str, start: int = 0, end: int = 10) -> Item:
    return Item(name, name, Span(start, end))


A, B, C, D = (item(name) for name in "abcd")


@pytest.mark.parametrize(
    ("start", "end", "covered", "touched"),
    [(0, 100, True, True), (40, 60, True, True), (45, 60, True, True), (46, 60, False, True), (50, 60, False, False)],
)
def test_covers_from_half_of_the_nugget_on(start: int, end: int, covered: bool, touched: bool) -> None:
    nugget = Nugget("d", Span(40, 50), 2)
    place = Item("p", "d", Span(start, end))
    assert covers(place, nugget) is covered
    assert overlaps(place, nugget) is touched
    assert not covers(Item("p", "other", Span(start, end)), nugget)


def test_nugget_recall_counts_each_nugget_once_within_the_depth() -> None:
    nuggets = [Nugget("a", Span(0, 4)), Nugget("a", Span(8, 16)), Nugget("c", Span(0, 2)), Nugget("d", Span(0, 2))]
    # a covers 4/4 of the first and 2/8 of the second; c the third; d comes third and k is 2.
    assert nugget_recall(nuggets, [A, C, D], 2) == 2 / 4
    assert nugget_recall(nuggets, [A, A, C, D], 4) == 3 / 4
    assert nugget_recall(nuggets, [], 10) == 0
    assert nugget_recall([], [A], 10) == 0


def test_relevance_is_the_highest_grade_covered() -> None:
    question = Question(
        "q", "?", nuggets=(Nugget("a", Span(0, 4), 1), Nugget("a", Span(4, 8), 2), Nugget("b", Span(9, 19), 2))
    )
    assert relevance(question, [A, B, C]) == {"a": 2}


def test_ranked_measures_by_hand() -> None:
    # Relevant: a (grade 2), c (1), and one that is never returned (1). Returned: b, a, d, c.
    values = ranked_measures({"q": {"a": 2, "c": 1, "z": 1}}, {"q": [B, A, D, C]})["q"]
    dcg = 2 / log2(3) + 1 / log2(5)
    ideal = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert values["nDCG@10"] == pytest.approx(dcg / ideal, abs=1e-6)
    assert values["R@10"] == values["R@100"] == pytest.approx(2 / 3, abs=1e-6)
    assert values["RR@10"] == 1 / 2
    assert values["AP"] == pytest.approx((1 / 2 + 2 / 4) / 3, abs=1e-6)


def test_depth_of_ten() -> None:
    ranking = [item(f"x{i}") for i in range(10)] + [A]
    values = ranked_measures({"q": {"a": 1}}, {"q": ranking})["q"]
    assert (values["R@10"], values["R@100"], values["RR@10"], values["nDCG@10"]) == (0, 1, 0, 0)
    assert values["AP"] == pytest.approx(1 / 11, abs=1e-6)


def test_a_perfect_ranking_scores_one() -> None:
    values = ranked_measures({"q": {"a": 2, "b": 1}}, {"q": [A, B, C]})
    assert values == {"q": dict.fromkeys(RANKED, 1.0)}


def test_missing_empty_and_unanswered_questions_count_zero() -> None:
    values = ranked_measures({"gone": {"a": 1}, "empty": {"a": 1}, "uncovered": {}}, {"empty": [], "uncovered": [A]})
    assert values == {name: dict.fromkeys(RANKED, 0.0) for name in ("gone", "empty", "uncovered")}


def test_the_order_given_is_kept() -> None:
    """trec_eval breaks ties by name; systems have broken them before."""
    for ranking, expected in (([A, B], 1.0), ([B, A], 0.5)):
        assert ranked_measures({"q": {"a": 1}}, {"q": ranking})["q"]["RR@10"] == expected
