"""Linear resampling between axis-aligned grids, one small matrix per axis; averages where the target is coarser.

Index convention: a sample's centre is its index, and sample i of the source grid lies at `offset + i * scale` on the
target grid. Outside the source's field of view (half a sample beyond its outer centres) there is no value: NaN.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def axis_weights(n_from: int, n_to: int, scale: float, offset: float) -> np.ndarray:
    """(n_to, n_from) float32 weights whose rows sum to 1; rows of NaN where the target index is outside.

    A triangle filter of half-width max(1, 1 / scale) source samples: linear interpolation where the target is finer
    (scale >= 1), an average over each target sample's neighbourhood where it is coarser.
    """
    if n_from < 1 or n_to < 1 or not scale > 0:
        raise ValueError(f"cannot resample {n_from} samples to {n_to} at a scale of {scale}")
    position = (np.arange(n_to) - offset) / scale
    half_width = max(1.0, 1.0 / scale)
    distance = np.abs(np.clip(position, 0, n_from - 1)[:, None] - np.arange(n_from)[None, :])
    weights = np.maximum(0.0, 1.0 - distance / half_width)
    weights /= weights.sum(axis=1, keepdims=True)
    edge = 1e-6
    weights[(position < -0.5 - edge) | (position > n_from - 0.5 + edge)] = np.nan
    return weights.astype(np.float32)


def resample_axes(
    values: np.ndarray, shape: Sequence[int], scales: Sequence[float], offsets: Sequence[float]
) -> np.ndarray:
    """`values` (*S) on a grid of `shape`, float32; axis k's source index i lies at offsets[k] + i * scales[k].

    Where a value is no finite number, the others have its weight; NaN where they had less than half of all weights.
    """
    out = np.asarray(values, dtype=np.float32)
    for axis, (n, scale, offset) in enumerate(zip(shape, scales, offsets, strict=True)):
        if n == out.shape[axis] and scale == 1 and offset == 0:
            continue
        out = _along(axis, axis_weights(out.shape[axis], n, scale, offset), out)
    return np.ascontiguousarray(out, dtype=np.float32)


def _along(axis: int, weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The `weights` (n_to, n_from) applied along one axis of `values`."""

    def summed(what: np.ndarray) -> np.ndarray:
        return np.moveaxis(np.tensordot(weights, what, (1, axis)), 0, axis)

    known = np.isfinite(values)
    if known.all():
        return summed(values)
    share = summed(known.astype(np.float32))
    enough = share > 0.5 - 1e-6  # False where it is NaN
    return np.where(enough, summed(np.where(known, values, np.float32(0))) / np.where(enough, share, 1), np.nan)
