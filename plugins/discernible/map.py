"""A map from chosen pixels: each leaves a Gaussian, and they add up.

    S(p) = sum over the chosen pixels q of weight(q) · exp(-|p - q|² / 2σ²)

Source: "Interpreting CNN Prediction through Layer-wise Selected Discernible Neurons", section 2, end, and Figure 1.
Differs from the paper: it names no width. What would fall outside the picture is lost there; edges are not repeated, as
a pixel on the edge would then count many times.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from salviewer.numeric.gaussian import gaussian_table


def density_map(points: np.ndarray, weights: np.ndarray | None, shape: Sequence[int], sigma: float) -> np.ndarray:
    """Float32 (H, W): the Gaussians of all `points`. A point far from all others leaves a peak as high as its weight.

    Args:
        points: whole numbers (n, 2), pixels (y, x) within `shape`; several may be the same. n may be 0.
        weights: (n,), or None for 1 each.
        shape: (H, W), or (D, H, W) for points (z, y, x).
        sigma: in pixels, above 0.
    """
    spread = torch.from_numpy(count_map(points, weights, shape))
    for axis, size in enumerate(shape):
        table = gaussian_table(torch.arange(size), size, 2 * sigma**2).double()
        spread = torch.tensordot(spread, table, dims=([axis], [0])).movedim(-1, axis)
    return np.ascontiguousarray(spread.numpy(), dtype=np.float32)


def count_map(points: np.ndarray, weights: np.ndarray | None, shape: Sequence[int]) -> np.ndarray:
    """Float64 (*shape): the sum of the weights of the points (n, len(shape)) on each pixel."""
    size = int(np.prod(tuple(shape)))
    if len(points) == 0:
        return np.zeros(tuple(shape))
    flat = np.ravel_multi_index(tuple(np.asarray(points).T.astype(np.intp)), tuple(shape))
    return np.bincount(flat, weights=weights, minlength=size).reshape(tuple(shape)).astype(np.float64)
