"""Gaussians with peak 1 as products of one-dimensional tables, and a Gaussian blur."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


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


def blur(x: Tensor, sigma: float) -> Tensor:
    """X (N, C, *S) convolved with a Gaussian of `sigma` pixels, edges repeated."""
    if x.ndim != 4:
        return _blur_axes(x, sigma)
    radius = max(1, round(3 * sigma))
    taps = gaussian_table(torch.tensor([float(radius)], device=x.device), 2 * radius + 1, 2 * sigma * sigma)
    taps = (taps / taps.sum()).to(x.dtype)
    channels = x.shape[1]
    for axis in (2, 3):
        shape = [channels, 1, 1, 1]
        shape[axis] = 2 * radius + 1
        pad = [0, 0, radius, radius] if axis == 2 else [radius, radius, 0, 0]
        x = F.conv2d(F.pad(x, pad, mode="replicate"), taps.expand(channels, -1).reshape(shape), groups=channels)
    return x


def _blur_axes(x: Tensor, sigma: float) -> Tensor:
    """`blur` for any number of spatial axes, one after the other."""
    radius = max(1, round(3 * sigma))
    taps = gaussian_table(torch.tensor([float(radius)], device=x.device), 2 * radius + 1, 2 * sigma * sigma)
    taps = (taps / taps.sum()).to(x.dtype)[None]
    for axis in range(2, x.ndim):
        last = x.movedim(axis, -1)
        rows = F.pad(last.reshape(-1, 1, last.shape[-1]), [radius, radius], mode="replicate")
        x = F.conv1d(rows, taps).reshape(last.shape).movedim(-1, axis)
    return x
