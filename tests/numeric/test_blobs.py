"""Blobs: known small ones, and scipy as a witness."""

import numpy as np
import pytest

from salviewer.numeric.blobs import blob_sizes, blobs


def test_sides_and_corners_join_and_gaps_part():
    mask = np.array([[1, 1, 0, 0, 1], [0, 0, 1, 0, 1], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]], bool)
    labels, count = blobs(mask)
    assert count == 3
    assert labels.tolist() == [[1, 1, 0, 0, 2], [0, 0, 1, 0, 2], [0, 0, 0, 0, 0], [3, 0, 0, 0, 0]]
    assert blob_sizes(labels, count).tolist() == [3, 2, 1]


def test_a_snake_is_one_blob():
    mask = np.zeros((41, 41), bool)
    mask[::2] = True
    mask[1::4, -1] = True
    mask[3::4, 0] = True
    assert blobs(mask)[1] == 1


def test_nothing_has_no_blobs():
    labels, count = blobs(np.zeros((3, 4), bool))
    assert count == 0 and not labels.any() and blob_sizes(labels, count).shape == (0,)


@pytest.mark.parametrize("shape", [(37, 23), (1, 9), (9, 8, 7)])
@pytest.mark.parametrize("share", [0.1, 0.4, 0.6])
def test_scipy_agrees(shape, share):
    ndimage = pytest.importorskip("scipy.ndimage")
    mask = np.random.default_rng(3).random(shape) < share
    expected, n = ndimage.label(mask, structure=np.ones((3,) * mask.ndim))
    labels, count = blobs(mask)
    assert count == n
    np.testing.assert_array_equal(labels, expected)
