"""Error bars and differences: numbers known by hand, and scipy's bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from salviewer.bench.statistics import difference, estimate


def test_a_mean_leaves_out_and_counts_what_has_no_value():
    found = estimate(np.array([1.0, np.nan, 3.0, np.inf]))
    assert (found.mean, found.n, found.missing) == (2.0, 2, 2)


def test_nothing_has_no_mean():
    found = estimate(np.array([np.nan, np.nan]))
    assert np.isnan(found.mean)
    assert (found.n, found.missing) == (0, 2)


def test_the_interval_is_scipys():
    values = np.random.default_rng(0).normal(3, 2, 60)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(1))
    mine = estimate(values)
    assert (mine.low, mine.high) == pytest.approx(tuple(theirs.confidence_interval), abs=0.12)
    assert mine.error == pytest.approx(theirs.standard_error, rel=0.1)
    assert mine.error == pytest.approx(values.std(ddof=1) / np.sqrt(60), rel=0.1)


def test_a_difference_is_taken_picture_by_picture():
    a = np.random.default_rng(2).normal(0, 5, 40)
    found = difference(a + 0.5, a)
    assert (found.mean, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))
    assert found.p <= 0.001


def test_no_difference_is_not_found():
    rng = np.random.default_rng(3)
    found = difference(rng.normal(size=200), rng.normal(size=200))
    assert found.low < 0 < found.high
    assert found.p > 0.05


def test_the_same_seed_gives_the_same_bars():
    values = np.arange(9.0)
    assert estimate(values, 1) == estimate(values, 1)
    assert estimate(values, 1) != estimate(values, 2)
