"""Spread-out orders and means over labels, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from salviewer.numeric.farthest import farthest_first
from salviewer.numeric.gaussian import blur
from salviewer.numeric.region_means import region_means


def test_the_middle_comes_first_then_the_ends_then_what_lies_between():
    assert farthest_first(np.arange(5.0)[:, None]).tolist() == [2, 0, 4, 1, 3]


def test_points_that_coincide_are_each_visited_once():
    assert sorted(farthest_first(np.zeros((4, 3))).tolist()) == [0, 1, 2, 3]
    assert farthest_first(np.zeros((0, 3))).tolist() == []


def test_means_by_hand():
    labels = np.array([[1, 1, 0], [5, 5, 5]])
    values = np.array([[1.0, 3.0, 100.0], [np.nan, 4.0, -2.0]], np.float32)
    found = region_means(values, labels, np.array([5, 1, 3, 9]))
    assert found.mean == pytest.approx([1.0, 2.0, np.nan, np.nan], nan_ok=True)
    assert found.voxels.tolist() == [2, 2, 0, 0]
    assert found.greatest == pytest.approx([4.0, 3.0, np.nan, np.nan], nan_ok=True)


def test_no_region_at_all():
    found = region_means(np.ones((2, 2)), np.zeros((2, 2), int), np.array([1, 2]))
    assert np.isnan(found.mean).all()
    assert found.voxels.tolist() == [0, 0]


def test_other_shapes_do_not_lie_on_the_labels():
    with pytest.raises(ValueError, match="lie on"):
        region_means(np.ones((2, 2)), np.zeros((2, 3), int), np.array([1]))


def test_a_blur_may_have_a_width_per_axis():
    x = torch.zeros(1, 1, 15, 15, 15)
    x[0, 0, 7, 7, 7] = 1
    both = blur(x, [1.0, 1e-3, 2.0])
    assert both.sum() == pytest.approx(1.0, rel=1e-5)
    assert both[0, 0, :, 6].abs().max() == 0  # no width along H
    assert both[0, 0, 7, 7, 4] > both[0, 0, 4, 7, 7] > 0
    assert torch.equal(blur(x, 1.5), blur(x, [1.5] * 3))
