"""Fusion by hand arithmetic."""

import numpy as np
import pytest

from retriever import fuse


def test_need_falls_from_one_to_zero_between_its_bounds() -> None:
    low, high = fuse.LEXICAL_SPEAKS
    assert [fuse.need(c) for c in (0.0, low, high, 1.0)] == [1.0, 1.0, 0.0, 0.0]
    assert fuse.need((low + high) / 2) == pytest.approx(0.5)
    assert fuse.need(low + 0.25 * (high - low)) == pytest.approx(0.75)


def test_dense_weight_follows_need() -> None:
    low, high = fuse.LEXICAL_SPEAKS
    assert fuse.dense_weight(0) == fuse.dense_weight(low) == pytest.approx(fuse.DENSE_MOST)
    assert fuse.dense_weight(1) == fuse.dense_weight(high) == pytest.approx(fuse.DENSE_LEAST)
    assert fuse.dense_weight((low + high) / 2) == pytest.approx((fuse.DENSE_LEAST + fuse.DENSE_MOST) / 2)


def test_standardised_over_the_given_rows() -> None:
    """Over 1, 3 (mean 2, deviation 1); the others are measured by the same scale."""
    scores = np.array([1, 3, 7, 2], np.float32)
    np.testing.assert_allclose(fuse.standardised(scores, np.array([0, 1], np.int32)), [-1, 1, 5, 0], atol=1e-6)
    z = fuse.standardised(scores, np.arange(4, dtype=np.int32))
    assert z.mean() == pytest.approx(0, abs=1e-6) and z.std() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("rows", [[0, 3], [2], []])
def test_standardised_without_spread_is_zero(rows: list[int]) -> None:
    scores = np.array([1, 5, 9, 1], np.float32)
    assert fuse.standardised(scores, np.array(rows, np.int32)).tolist() == [0, 0, 0, 0]


def test_weighted_sum() -> None:
    """z(lexical) is -1, 1 and z(dense) 1, -1 over both rows."""
    both = np.array([0, 1], np.int32)
    lexical, dense = np.array([2, 4], np.float32), np.array([0.5, 0.1], np.float32)
    np.testing.assert_allclose(fuse.weighted_sum(lexical, dense, both, 0.25), [-0.75, 0.75], atol=1e-5)
    np.testing.assert_allclose(fuse.weighted_sum(lexical, dense, both, 2.0), [1, -1], atol=1e-5)
