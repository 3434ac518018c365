"""Structural similarity: whether two maps have the same local means, contrasts and patterns, in any number of axes.

    SSIM = mean over windows of  (2 ma mb + C1)(2 sab + C2) / ((ma^2 + mb^2 + C1)(sa^2 + sb^2 + C2))

with ma, sa, sab the window's weighted means, variances and covariance, C1 = (0.01 L)^2, C2 = (0.03 L)^2, L the range
of the values, and a Gaussian window of 11 samples and sigma 1.5. Only windows that lie wholly inside are averaged.

Source: Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to Structural Similarity",
IEEE Transactions on Image Processing 13(4), 2004, Eq. 13-17.
"""

from __future__ import annotations

import numpy as np

WINDOW = 11
SIGMA = 1.5
K1, K2 = 0.01, 0.03


def ssim(a: np.ndarray, b: np.ndarray, value_range: float = 1.0) -> float:
    """Structural similarity of two arrays (*S) of one shape, -1..1, 1 where they are equal; NaN where one holds NaN.

    value_range: L, greatest minus least possible value, positive. An axis shorter than the window takes the longest
    odd window that fits into it.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if x.shape != y.shape or not x.size:
        raise ValueError(f"cannot compare {x.shape} with {y.shape}")
    if not value_range > 0:
        raise ValueError(f"the range of the values must be positive, not {value_range}")
    c1, c2 = (K1 * value_range) ** 2, (K2 * value_range) ** 2
    mean_x, mean_y = windowed(x), windowed(y)
    var_x, var_y = windowed(x * x) - mean_x**2, windowed(y * y) - mean_y**2
    covariance = windowed(x * y) - mean_x * mean_y
    alike = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return float((alike / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())


def windowed(x: np.ndarray) -> np.ndarray:
    """Gaussian-weighted means of `x` (*S) under every window that fits: each axis shorter by the window less one."""
    for axis, size in enumerate(x.shape):
        taps = window(min(WINDOW, size - (size + 1) % 2))
        places = size - len(taps) + 1
        slices = (np.take(x, range(i, i + places), axis=axis) for i in range(len(taps)))
        x = np.sum([t * part for t, part in zip(taps, slices, strict=True)], axis=0)
    return x


def window(size: int) -> np.ndarray:
    """(size,) float64 Gaussian weights of sum 1 around the middle; `size` is odd."""
    i = np.arange(size) - size // 2
    weights = np.exp(-(i**2) / (2 * SIGMA**2))
    return weights / weights.sum()
