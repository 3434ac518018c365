"""Structural similarity against loops over windows, hand-worked cases and scikit-image."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from salviewer.numeric.structure import ssim, window


def slow_ssim(a, b, value_range):
    """The formula window by window, weight by weight."""
    sizes = [min(11, n if n % 2 else n - 1) for n in a.shape]
    taps = [[math.exp(-((i - s // 2) ** 2) / (2 * 1.5**2)) for i in range(s)] for s in sizes]
    c1, c2 = (0.01 * value_range) ** 2, (0.03 * value_range) ** 2
    found = []
    for corner in itertools.product(*(range(n - s + 1) for n, s in zip(a.shape, sizes, strict=True))):
        weight = mx = my = xx = yy = xy = 0.0
        for step in itertools.product(*map(range, sizes)):
            w = math.prod(taps[k][i] for k, i in enumerate(step))
            at = tuple(c + i for c, i in zip(corner, step, strict=True))
            p, q = float(a[at]), float(b[at])
            weight, mx, my = weight + w, mx + w * p, my + w * q
            xx, yy, xy = xx + w * p * p, yy + w * q * q, xy + w * p * q
        mx, my, xx, yy, xy = (v / weight for v in (mx, my, xx, yy, xy))
        sx, sy, sxy = xx - mx * mx, yy - my * my, xy - mx * my
        found.append((2 * mx * my + c1) * (2 * sxy + c2) / ((mx * mx + my * my + c1) * (sx + sy + c2)))
    return sum(found) / len(found)


@pytest.mark.parametrize("shape", [(14, 13), (6, 15), (5, 4, 7)])
@pytest.mark.parametrize("value_range", [1.0, 3.0])
def test_it_is_the_formula(shape, value_range):
    rng = np.random.default_rng(1)
    a = rng.random(shape)
    b = 0.5 * a + 0.5 * rng.random(shape)
    assert ssim(a, b, value_range) == pytest.approx(slow_ssim(a, b, value_range), abs=1e-12)


def test_equal_maps_are_alike_and_turned_ones_are_not():
    a = np.random.default_rng(0).random((20, 20))
    assert ssim(a, a) == pytest.approx(1.0)
    assert ssim(a, 1 - a) < -0.9
    assert ssim(np.zeros((12, 12)), np.zeros((12, 12))) == 1.0


def test_two_flat_maps_differ_by_their_means_alone():
    # variances and covariance are 0, so only (2 * 0 * 1 + C1) / (0 + 1 + C1) is left
    assert ssim(np.zeros((15, 15)), np.ones((15, 15))) == pytest.approx(1e-4 / (1 + 1e-4))


def test_a_map_of_one_pixel_and_of_nan():
    assert ssim(np.array([[0.3]]), np.array([[0.3]])) == pytest.approx(1.0)
    assert math.isnan(ssim(np.full((12, 12), np.nan), np.ones((12, 12))))


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="cannot compare"):
        ssim(np.zeros((3, 3)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match="positive"):
        ssim(np.zeros((3, 3)), np.zeros((3, 3)), 0.0)


def test_the_window_sums_to_one():
    assert window(11).sum() == pytest.approx(1.0)
    assert window(3)[1] / window(3)[0] == pytest.approx(math.exp(1 / 4.5))


@pytest.mark.parametrize("shape", [(40, 33), (16, 14, 15)])
def test_scikit_image_agrees(shape):
    metrics = pytest.importorskip("skimage.metrics")
    rng = np.random.default_rng(2)
    a = rng.random(shape)
    b = np.clip(a + 0.3 * rng.normal(size=shape), 0, 1)
    peer = metrics.structural_similarity(
        a, b, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert ssim(a, b) == pytest.approx(peer, abs=1e-5)
