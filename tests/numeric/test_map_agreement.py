"""Difference, rank correlation and overlap of two maps, against numbers worked out by hand and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from salviewer.numeric.agreement import BOTH, NEITHER, ONLY_A, ONLY_B, difference, overlap, rank_agreement, top_of

NAN = float("nan")


def grid(*rows):
    return np.array(rows, dtype=np.float32)


def test_the_difference_in_the_maps_own_unit():
    found = difference(grid([1, 2], [3, 4]), grid([0, 2], [5, 1]), own_maximum=False)
    assert found.tolist() == [[1, 0], [-2, 3]]
    assert found.dtype == np.float32


def test_the_difference_of_maps_divided_by_their_own_maximum():
    # a quarter less minus a half, a half less nothing, one less one, nothing less a half
    found = difference(grid([1, 2], [4, 0]), grid([-1, 0], [2, 1]), own_maximum=True)
    assert found.tolist() == [[0.75, 0.5], [0, -0.5]]


def test_a_map_of_zeros_stays_as_it_is():
    assert difference(grid([0, 0]), grid([1, 2]), own_maximum=True).tolist() == [[-0.5, -1]]


def test_there_is_no_difference_where_a_map_has_no_number():
    found = difference(grid([NAN, 1, np.inf]), grid([1, NAN, 1]), own_maximum=True)
    assert np.isnan(found).all()


def test_rank_correlation_by_hand():
    # ranks 0 1 2 3 and 1 0 3 2: 1 - 6 * (1 + 1 + 1 + 1) / (4 * 15)
    assert rank_agreement(grid([1, 2], [3, 4]), grid([20, 10], [40, 30])) == pytest.approx(0.6)


def test_rank_correlation_with_ties_is_scipys():
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 5, (9, 7)).astype(np.float32), rng.integers(0, 4, (9, 7)).astype(np.float32)
    assert rank_agreement(a, b) == pytest.approx(spearmanr(a.ravel(), b.ravel()).statistic)


def test_what_is_no_number_in_one_map_counts_in_neither():
    a, b = grid([1, 2, 3, 4, NAN]), grid([20, 10, 40, 30, 99])
    assert rank_agreement(a, b) == pytest.approx(0.6)


@pytest.mark.parametrize("b", [grid([5, 5, 5]), grid([NAN, NAN, 1])])
def test_no_rank_correlation_with_a_constant_or_with_nothing(b):
    assert np.isnan(rank_agreement(grid([1, 2, 3]), b))


def test_the_top_is_the_highest_share():
    values = np.arange(100, dtype=np.float32).reshape(10, 10)
    assert sorted(values[top_of(values)]) == [95, 96, 97, 98, 99]
    assert sorted(values[top_of(values, 0.01)]) == [99]


def test_equals_at_the_edge_are_all_in():
    assert top_of(grid([9, 7, 7, 1, 0]), 0.4).tolist() == [[True, True, True, False, False]]


def test_what_is_lowest_is_never_in():
    sparse = np.zeros((10, 10), np.float32)
    sparse[0, 0] = 1  # one pixel, though five would be the share
    assert top_of(sparse).sum() == 1
    assert not top_of(np.ones((4, 4), np.float32)).any()
    assert not top_of(np.full((2, 2), NAN, np.float32)).any()


def test_the_top_leaves_out_what_is_no_number():
    assert top_of(grid([NAN, np.inf, 3, 1]), 0.5).tolist() == [[False, False, True, False]]


def test_overlap_by_hand():
    a, b = np.zeros((10, 10), np.float32), np.zeros((10, 10), np.float32)
    a[0, :5], b[0, 3:8] = 1, 1  # five each, two of them in common
    found = overlap(a, b)
    assert found.places[0].tolist() == [ONLY_A] * 3 + [BOTH] * 2 + [ONLY_B] * 3 + [NEITHER] * 2
    assert found.iou == pytest.approx(2 / 8)
    assert (found.of_a, found.of_b) == (pytest.approx(0.4), pytest.approx(0.4))


def test_a_map_and_itself_overlap_wholly():
    a = np.random.default_rng(1).random((12, 12), np.float32)
    assert overlap(a, a)[1:] == (1, 1, 1)
    assert rank_agreement(a, a) == pytest.approx(1)


def test_no_overlap_with_a_map_that_has_no_top():
    found = overlap(grid([1, 2], [3, 4]), grid([1, 1], [1, 1]))
    assert np.isnan(found.iou)
    assert (found.places == BOTH).sum() == 0


def test_maps_of_two_grids_are_refused():
    with pytest.raises(ValueError, match="one grid first"):
        overlap(grid([1, 2]), grid([1], [2]))
