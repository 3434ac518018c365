import math

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from salviewer.numeric.ranks import rank_correlation, ranks


def test_ties_share_the_mean_of_their_ranks():
    assert ranks(np.array([10, 20, 20, 5])).tolist() == [1, 2.5, 2.5, 0]


def test_it_agrees_with_scipy_with_and_without_ties():
    random = np.random.default_rng(0)
    for values in (random.normal(size=(2, 200)), random.integers(0, 9, size=(2, 200))):
        a, b = values[0], values[1] + values[0]
        assert ranks(a) + 1 == pytest.approx(rankdata(a))
        assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic, abs=1e-12)


def test_a_reversed_order_is_minus_one_and_a_constant_has_none():
    assert rank_correlation(np.arange(5), -np.arange(5)) == pytest.approx(-1)
    assert math.isnan(rank_correlation(np.arange(5), np.ones(5)))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="compare"):
        rank_correlation(np.arange(5), np.arange(6))
