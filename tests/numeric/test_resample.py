import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salviewer.numeric.resample import axis_weights, resample_axes


def test_the_same_grid_changes_nothing():
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert np.array_equal(resample_axes(values, (3, 4), (1, 1), (0, 0)), values)


def test_doubling_interpolates_between_centres():
    # source centres at 0.5 and 2.5 on a target of 4: by hand
    assert axis_weights(2, 4, 2.0, 0.5).tolist() == [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]


def test_halving_averages_each_neighbourhood():
    weights = axis_weights(4, 2, 0.5, -0.25)
    assert weights[0] == pytest.approx([3 / 7, 3 / 7, 1 / 7, 0])
    assert weights[1] == pytest.approx([0, 1 / 7, 3 / 7, 3 / 7])


def test_outside_the_field_of_view_there_is_no_value():
    out = resample_axes(np.ones((2, 2), np.float32), (4, 2), (1, 1), (1, 0))
    assert np.isnan(out[[0, 3]]).all()
    assert (out[1:3] == 1).all()


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.05, 20))
def test_a_constant_stays_constant_and_rows_sum_to_one(n_from, n_to, scale):
    weights = axis_weights(n_from, n_to, scale, 0.0)
    inside = ~np.isnan(weights[:, 0])
    assert np.allclose(weights[inside].sum(axis=1), 1, atol=1e-5)
    assert (weights[inside] >= 0).all()


@given(st.integers(8, 60), st.floats(0.2, 5), st.floats(-5, 5))
def test_a_bright_sample_lands_within_half_a_sample_of_the_coarser_grid(n_from, scale, offset):
    n_to = int(n_from * scale) + 12
    middle = n_from // 2
    where = offset + middle * scale
    if not 2 <= where <= n_to - 3:
        return
    values = np.zeros(n_from, np.float32)
    values[middle] = 1
    out = np.nan_to_num(resample_axes(values, (n_to,), (scale,), (offset,)))
    centroid = (out * np.arange(n_to)).sum() / out.sum()
    assert abs(centroid - where) <= 0.5 * max(1.0, scale) + 1e-3


def test_a_scale_must_be_positive():
    with pytest.raises(ValueError, match="scale"):
        axis_weights(3, 3, 0.0, 0.0)


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_one_value_that_is_no_number_leaves_the_others_as_they_were(missing):
    values = np.arange(16, dtype=np.float32).reshape(4, 4)
    whole = resample_axes(values, (8, 8), (2, 2), (0.5, 0.5))
    values[1, 1] = missing
    found = resample_axes(values, (8, 8), (2, 2), (0.5, 0.5))
    near = np.zeros((8, 8), bool)
    near[1:5, 1:5] = True  # as far as the sample reaches
    np.testing.assert_array_equal(found[~near], whole[~near])
    assert np.argwhere(np.isnan(found)).tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]


def test_an_average_leaves_out_what_is_no_number_unless_that_is_most_of_it():
    values = np.array([3, np.nan, 1, 2, np.nan, np.nan, np.nan, np.nan], np.float32)
    # Weights 3, 3, 1 of the first three samples, then 1, 3, 3, 1 of those around each pair.
    out = resample_axes(values, (4,), (0.5,), (-0.25,))
    assert out[:2] == pytest.approx([(3 * 3 + 1 * 1) / 4, (3 * 1 + 3 * 2) / 6])
    assert np.isnan(out[2:]).all()
