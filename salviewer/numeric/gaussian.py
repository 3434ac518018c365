"""Gaussians with peak 1 as products of one-dimensional tables, and a Gaussian blur."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor


def gaussian_table(centres: Tensor, size: int, two_sigma_squared: float) -> Tensor:
    """(len(centres), size) float32: exp(-(i - centre)^2 / two_sigma_squared) at the indices i = 0..size-1."""
    if not two_sigma_squared > 0:
        raise ValueError(f"a Gaussian needs a positive width, not {two_sigma_squared}")
    i = torch.arange(size, device=centres.device, dtype=torch.float64)
    squared = (i[None, :] - centres.to(torch.float64)[:, None]) ** 2
    return torch.exp(-squared / two_sigma_squared).to(torch.float32)


def outer(rows: Tensor, columns: Tensor) -> Tensor:
    """(n, 1, H, W) from n rows' tables (n, H) and n columns' tables (n, W)."""
    return (rows[:, :, None] * columns[:, None, :]).unsqueeze(1)


def blur(x: Tensor, sigma: float | Sequence[float]) -> Tensor:
    """X (N, C, *S) convolved with a Gaussian of `sigma` pixels (one for all axes of S, or one each).

    It is cut off at 3 sigma, edges repeated.
    """
    sigmas = list(sigma) if isinstance(sigma, Sequence) else [sigma] * (x.ndim - 2)
    for axis, width in zip(range(2, x.ndim), sigmas, strict=True):
        weights = torch.from_numpy(_blurring(x.shape[axis], float(width))).to(x.device, x.dtype)
        x = torch.matmul(x.movedim(axis, -1), weights).movedim(-1, axis)
    return x.contiguous()


@lru_cache(maxsize=8)
def _blurring(size: int, sigma: float) -> np.ndarray:
    """(size, size): column j has the weights by which the values along an axis make up the blurred value at j."""
    radius = max(1, round(3 * sigma))
    taps = gaussian_table(torch.tensor([float(radius)]), 2 * radius + 1, 2 * sigma * sigma)[0]
    places = torch.arange(size)[:, None] + torch.arange(-radius, radius + 1)
    weights = torch.zeros(size, size).scatter_add_(1, places.clamp(0, size - 1), (taps / taps.sum()).expand(size, -1))
    return np.ascontiguousarray(weights.T.numpy())
