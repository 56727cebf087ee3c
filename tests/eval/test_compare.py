"""Comparing runs: by hand arithmetic, by enumeration, and against what must not be seen as a difference."""

from itertools import product

import pytest

from eval.compare import chance, compare, interval

FIRST = {"a": {"R@10": 0.0}, "b": {"R@10": 0.5}, "c": {"R@10": 1.0}, "d": {"AP": 1.0}}
SECOND = {"a": {"R@10": 1.0}, "b": {"R@10": 0.25}, "c": {"R@10": 1.0}, "e": {"R@10": 1.0}}


def test_means_wins_and_losses_by_hand():
    found = compare(FIRST, SECOND, "R@10", "fact")
    assert found is not None and (found.questions, found.kind) == (3, "fact")
    assert (found.first, found.second, found.difference) == (0.5, 0.75, 0.25)
    assert (found.wins, found.losses) == (1, 1)
    assert found.changed == (("a", 0.0, 1.0), ("b", 0.5, 0.25))
    assert found.low <= found.difference <= found.high
    assert compare(FIRST, SECOND, "RR@10") is None


def test_fewer_wrong_regions_are_a_win():
    found = compare({"a": {"wrong-region": 2.0}}, {"a": {"wrong-region": 0.0}}, "wrong-region")
    assert found is not None and (found.wins, found.losses) == (1, 0)


@pytest.mark.parametrize("differences", [(1.0, 0.5, 0.25), (0.3, -0.1, 0.2, 0.4, 0.0), (0.1,) * 8])
def test_chance_is_the_share_of_sign_patterns_at_least_as_far_out(differences):
    seen = abs(sum(differences))
    patterns = list(product((1, -1), repeat=len(differences)))
    share = sum(abs(sum(s * d for s, d in zip(signs, differences, strict=True))) >= seen - 1e-12 for signs in patterns)
    assert chance(differences) == pytest.approx(share / len(patterns))


def test_no_difference_is_no_finding():
    assert chance((0.0, 0.0)) == 1.0
    assert interval((0.5,)) == (0.5, 0.5)


def test_an_interval_holds_the_mean_and_narrows_with_the_sample():
    few, many = interval((0.0, 1.0) * 5), interval((0.0, 1.0) * 200)
    assert few[0] < 0.5 < few[1] and many[1] - many[0] < few[1] - few[0]
    # The standard error of a mean of 400 coin flips is 0.025: the interval spans about 1.96 of them either way.
    assert many == pytest.approx((0.451, 0.549), abs=0.006)
