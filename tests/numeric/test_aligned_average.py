"""Averages with known answers: what was moved apart comes together again."""

from __future__ import annotations

import numpy as np
import pytest

from salviewer.numeric.aligned_average import average, moved


def blob(size=32):
    y, x = np.mgrid[:size, :size]
    pattern = np.exp(-((y - 15) ** 2 + (x - 17) ** 2) / 6) + 0.6 * np.exp(-((y - 21) ** 2 + (x - 11) ** 2) / 4)
    return np.repeat(pattern[..., None], 3, axis=2).astype(np.float32)


def test_without_reach_it_is_the_mean():
    stack = np.random.default_rng(0).random((5, 6, 7, 3)).astype(np.float32)
    found = average(stack)
    np.testing.assert_allclose(found.mean, stack.mean(axis=0), rtol=1e-6)
    assert not found.shifts.any()


def test_unknown_pixels_have_no_part():
    stack = np.ones((2, 2, 2, 1), np.float32)
    stack[0, 0, 0], stack[:, 1, 1] = np.nan, np.nan
    stack[1, 0, 0] = 5
    assert average(stack).mean[..., 0].tolist() == [[5, 1], [1, 0]]


def test_moved_pictures_come_together_again():
    rng = np.random.default_rng(1)
    apart = rng.integers(-4, 5, (20, 2))
    stack = np.stack([np.nan_to_num(moved(blob(), *by)) for by in apart])
    found = average(stack, reach=0.3)
    back = found.shifts + apart
    assert (back == back[0]).all()  # undone, but for a shift of all of them together
    together = np.nan_to_num(moved(blob(), *back[0]))
    assert np.abs(found.mean - together)[8:-8, 8:-8].max() < 0.02
    assert found.mean.std() > 1.3 * average(stack).mean.std()


def test_a_flat_picture_stays_where_it_is():
    found = average(np.stack([np.ones((8, 8, 3))] * 3), reach=0.5)
    assert not found.shifts.any()
    np.testing.assert_allclose(found.mean, 1)


@pytest.mark.parametrize("by", [(0, 0), (2, -3), (-9, 9)])
def test_moving_is_undone_by_moving_back(by):
    picture = np.random.default_rng(2).random((9, 9, 1)).astype(np.float32)
    there = moved(moved(picture, *by), -by[0], -by[1])
    known = np.isfinite(there)
    assert np.array_equal(there[known], picture[known])
    assert known.sum() == (9 - abs(by[0])) * (9 - abs(by[1]))
