"""The measures of a fan-out against groups made by hand."""

import pytest

from corpus.model import Document, Passage, Region, Span
from eval.model import Nugget
from eval.verdicts import fan_out_measures, first_hit, shown_recall, verdict_accuracy, wrong_regions
from retriever.model import Group, Hit

CITY = Region("340200", "安徽省芜湖市", "地级", "340000")
EAST = Region("340203", "安徽省芜湖市弋江区", "县级", "340200")
WEST = Region("340207", "安徽省芜湖市鸠江区", "县级", "340200")


def hit(document: str, start: int, end: int, about: Region, author: Region | None = None) -> Hit:
    source = Document(document, (), "文" * 100, document, author or about)
    return Hit(Passage(document, Span(start, end), (), 0, 1, 1, about), source, "", 1.0, 1, 1.0)


def test_verdict_accuracy_by_hand() -> None:
    shown = {"1": True, "2": False, "3": True, "4": False}
    assert verdict_accuracy(["1", "2"], ["3", "4"], shown) == 2 / 4
    assert verdict_accuracy(["1"], ["4"], shown) == 1
    # A region without a group is no verdict: wrong on either side.
    assert verdict_accuracy(["9"], ["8"], shown) == 0


def test_first_hit_looks_at_the_first_passage_of_regions_rightly_found() -> None:
    nuggets = [Nugget("e", Span(10, 20), 2), Nugget("w", Span(0, 5), 2)]
    groups = [
        Group(EAST, "found", (hit("e", 19, 30, EAST), hit("e", 0, 5, EAST))),
        Group(WEST, "found", (hit("w", 50, 60, WEST), hit("w", 0, 5, WEST))),
    ]
    assert first_hit([EAST.code, WEST.code], groups, nuggets) == 1 / 2
    assert first_hit([EAST.code], groups, nuggets) == 1
    assert first_hit([EAST.code], [], nuggets) == 0
    # e 19–30 holds 1 of 10 characters, w 0–5 all of 5.
    assert shown_recall(groups, nuggets) == 1 / 2


def test_wrong_region_counts_passages_of_others() -> None:
    right = Group(EAST, "found", (hit("e", 0, 9, EAST), hit("c", 0, 9, EAST, author=CITY)))
    assert wrong_regions([right]) == 0
    assert wrong_regions([Group(EAST, "found", (hit("w", 0, 9, WEST),))]) == 1
    # Another district's document, whatever its passage claims to be about.
    assert wrong_regions([Group(EAST, "found", (hit("w", 0, 9, EAST, author=WEST),))]) == 1


def test_a_perfect_fan_out() -> None:
    groups = [Group(EAST, "found", (hit("e", 0, 20, EAST),)), Group(WEST, "not_found", ())]
    values = fan_out_measures((EAST.code,), (WEST.code,), (Nugget("e", Span(5, 15), 2),), groups)
    assert values.pop("wrong-region") == 0
    assert set(values.values()) == {1.0}
    assert len(values) == 6


def test_the_reverse_of_a_perfect_fan_out() -> None:
    groups = [Group(EAST, "not_found", ()), Group(WEST, "found", (hit("w", 0, 20, WEST),))]
    values = fan_out_measures((EAST.code,), (WEST.code,), (Nugget("e", Span(5, 15), 2),), groups)
    assert values.pop("region-coverage") == 1
    assert set(values.values()) == {0.0}


@pytest.mark.parametrize(("found", "silent", "expected"), [((), ("1",), 1.0), (("2",), (), 0.0)])
def test_one_sided_judgements(found: tuple[str, ...], silent: tuple[str, ...], expected: float) -> None:
    shown = {"1": False, "2": False}
    assert verdict_accuracy(found, silent, shown) == expected
