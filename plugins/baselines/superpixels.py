"""Parts of a picture: a regular grid, or superpixels that follow its colours (SLIC). In any number of axes."""

from __future__ import annotations

import numpy as np

ROUNDS = 10
MOST = 2**17
"""Pixels that are looked at, at most: a volume has millions, and some dozens of parts."""
COMPACTNESS = 0.3
"""How much a distance of one cell counts beside a difference in colour of one standard deviation."""


def squares(shape: tuple[int, ...], parts: int) -> np.ndarray:
    """Int64 (*S): which of about `parts` cells of a regular grid each pixel is in, numbered from 0."""
    found = np.zeros(shape, np.int64)
    for axis, (n, k) in enumerate(zip(shape, _counts(shape, parts), strict=True)):
        at = np.minimum(np.arange(n) * k // n, k - 1)
        found = found * k + at.reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return np.unique(found, return_inverse=True)[1].reshape(shape)


def superpixels(values: np.ndarray, parts: int) -> np.ndarray:
    """Int64 (*S): which of about `parts` superpixels each pixel of `values` (C, *S) is in, numbered from 0.

    Each pixel goes to the nearest of the centres in its own and the neighbouring cells of a regular grid, in colour and
    place; centres move to the mean of their pixels; so on, `ROUNDS` times.
    Source: Achanta et al.: SLIC Superpixels Compared to State-of-the-art Superpixel Methods (2012), Algorithm 1.
    Differs from the paper: colours as the model sees them, not CIELAB; parts need not be connected; of more than
    `MOST` pixels every second or third along each axis is looked at, and its neighbours go with it.
    """
    shape = values.shape[1:]
    every = int(np.ceil((np.prod(shape) / MOST) ** (1 / len(shape))))
    if every > 1:
        label = superpixels(values[(slice(None), *[slice(None, None, every)] * len(shape))], parts)
        for axis, n in enumerate(shape):
            label = np.repeat(label, every, axis).take(range(n), axis)
        return label
    start = squares(shape, parts)
    features = _features(values, _counts(shape, parts))
    near = _neighbours(start.ravel(), _counts(shape, parts))
    label = start.ravel()
    for _ in range(ROUNDS):
        size = np.bincount(label, minlength=int(start.max()) + 1)
        sums = np.stack([np.bincount(label, f, minlength=len(size)) for f in features])
        centres = np.where(size > 0, sums / np.maximum(size, 1), np.inf).astype(np.float32)
        label = _nearest(features, centres, near)
    return np.unique(label, return_inverse=True)[1].reshape(shape)


def _features(values: np.ndarray, counts: tuple[int, ...]) -> np.ndarray:
    """(C + d, pixels) float32: colours in standard deviations, then places in cells, weighted by `COMPACTNESS`."""
    shape = values.shape[1:]
    colours = values.reshape(len(values), -1).astype(np.float64)
    colours = (colours - colours.mean(1, keepdims=True)) / (colours.std() + 1e-9)
    cell = np.array([n / k for n, k in zip(shape, counts, strict=True)])
    places = np.sqrt(COMPACTNESS) * np.indices(shape).reshape(len(shape), -1) / cell[:, None]
    return np.concatenate([colours, places]).astype(np.float32)


def _nearest(features: np.ndarray, centres: np.ndarray, near: np.ndarray) -> np.ndarray:
    """(pixels,): per pixel the nearest of the centres (F, cells) that `near` (k, pixels) offers it."""
    best, label = np.full(near.shape[1], np.inf, np.float32), near[0].copy()
    for offered in near:
        distance = np.zeros_like(best)
        for feature, centre in zip(features, centres, strict=True):
            distance += (feature - centre[offered]) ** 2
        closer = distance < best
        best[closer], label[closer] = distance[closer], offered[closer]
    return label


def _counts(shape: tuple[int, ...], parts: int) -> tuple[int, ...]:
    """Cells along each axis, so that they are as square as can be and about `parts` in all."""
    side = (np.prod(shape) / parts) ** (1 / len(shape))
    return tuple(int(min(n, max(1, round(n / side)))) for n in shape)


def _neighbours(home: np.ndarray, counts: tuple[int, ...]) -> np.ndarray:
    """(3^d, pixels): per pixel the numbers of its own cell and those around it (its own again at the border)."""
    at = np.stack(np.unravel_index(home, counts))
    found = []
    for shift in np.ndindex(*(3,) * len(counts)):
        moved = at + np.array(shift)[:, None] - 1
        inside = np.all((moved >= 0) & (moved < np.array(counts)[:, None]), 0)
        safe = np.where(inside, moved, at)
        found.append(np.ravel_multi_index(tuple(safe), counts))
    return np.stack(found)
