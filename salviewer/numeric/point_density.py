"""How densely points lie around each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

AREA = 100.0
"""Of the unit of area, in pixels."""


def point_density(points: NDArray[np.floating[Any]], shape: tuple[int, int], sigma: float) -> NDArray[np.floating[Any]]:
    """(n,) float64: points per 100 square pixels around each of `points`, itself counted.

    points: (n, 2), (x, y) of pixel centres counted from 0; those outside of `shape` (H, W) count at its edge. Each is
    spread as a Gaussian of `sigma` pixels with mass 1; what leaves the picture is lost.
    """
    if not sigma > 0:
        raise ValueError(f"a Gaussian needs a positive width, not {sigma}")
    columns, rows = (
        np.clip(np.rint(points[:, axis]).astype(np.int64), 0, side - 1) for axis, side in ((0, shape[1]), (1, shape[0]))
    )
    counts = np.zeros(shape)
    np.add.at(counts, (rows, columns), 1.0)
    spread = _spreading(shape[0], sigma) @ counts @ _spreading(shape[1], sigma)
    return AREA * spread[rows, columns]


def _spreading(size: int, sigma: float) -> NDArray[np.floating[Any]]:
    """(size, size): how much of what is at j arrives at i."""
    away = np.subtract.outer(np.arange(size), np.arange(size))
    tap = np.arange(-int(np.ceil(6 * sigma)), int(np.ceil(6 * sigma)) + 1)
    return np.exp(-(away**2) / (2 * sigma**2)) / np.exp(-(tap**2) / (2 * sigma**2)).sum()
