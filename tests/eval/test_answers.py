"""Measures of answers, of what is shown and of time: every formula by hand arithmetic."""

from types import SimpleNamespace

import pytest

from corpus.model import Document, Span
from eval.answers import abstention, exactness
from eval.measures import shown_nugget_recall
from eval.model import Item, Nugget
from eval.run import _percentile
from eval.verdicts import region_coverage


def test_abstention():
    # Three said nothing, two of them rightly; four could not be answered.
    judged = [(False, True), (False, True), (True, True), (False, False), (False, False), (True, False)]
    assert abstention(judged) == {"abstention-precision": 2 / 3, "abstention-recall": 2 / 4}
    assert abstention([(True, False)]) == {}
    assert abstention([(False, False)]) == {"abstention-recall": 0.0}


def answer(*quotes: tuple[str, Span]):
    document = SimpleNamespace(id="d")
    cited = [SimpleNamespace(quote=quote, span=span, document=document) for quote, span in quotes]
    return SimpleNamespace(statements=[SimpleNamespace(citations=cited[:1])], by_region={"1": [SimpleNamespace(citations=cited[1:])]})


def test_exactness_reads_the_stored_text():
    documents = {"d": Document("d", (), "修山治水，种树养林。", "题")}
    assert exactness(answer(("修山", Span(0, 2)), ("治水", Span(2, 4))), documents) == 1.0
    assert exactness(answer(("修山", Span(0, 2)), ("治 水", Span(2, 4))), documents) == 0.5
    assert exactness(answer(("", Span(3, 3)), ("林", Span(8, 9))), documents) == 0.5
    assert exactness(SimpleNamespace(statements=[], by_region={}), documents) is None


def test_nuggets_within_so_many_characters():
    items = [Item("a", "d", Span(0, 900)), Item("b", "d", Span(900, 1900)), Item("c", "d", Span(1900, 2000))]
    nuggets = [Nugget("d", Span(10, 20)), Nugget("d", Span(1000, 1010)), Nugget("d", Span(1950, 1960))]
    # 900 + 1000 fit into 1,950 characters, the next hundred do not.
    assert shown_nugget_recall(nuggets, items, 1950) == 2 / 3
    assert shown_nugget_recall(nuggets, items, 2000) == 1.0
    assert shown_nugget_recall(nuggets, items, 899) == 0.0
    assert shown_nugget_recall([], items) == 0.0


def test_region_coverage():
    groups = [SimpleNamespace(region=SimpleNamespace(code=code)) for code in ("1", "2", "9")]
    assert region_coverage(["1"], ["2", "3"], groups) == 2 / 3


@pytest.mark.parametrize(("percent", "expected"), [(50, 3), (95, 5), (0, 1), (100, 5), (40, 2), (41, 3)])
def test_percentiles_by_nearest_rank(percent, expected):
    assert _percentile([5, 1, 4, 2, 3], percent) == expected
