"""Parts of a picture: a regular grid, or superpixels that follow its colours (SLIC). In any number of axes."""

from __future__ import annotations

import numpy as np

ROUNDS = 10
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
    Differs from the paper: colours as the model sees them, not CIELAB; parts need not be connected.
    """
    shape = values.shape[1:]
    counts = _counts(shape, parts)
    start = squares(shape, parts)
    number = int(start.max()) + 1
    colours = values.reshape(len(values), -1).T.astype(np.float64)
    colours = (colours - colours.mean(0)) / (colours.std() + 1e-9)
    places = np.stack([c.ravel() for c in np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")], 1)
    cell = np.array([n / k for n, k in zip(shape, counts, strict=True)])
    features = np.concatenate([colours, np.sqrt(COMPACTNESS) * places / cell], 1)
    near = _neighbours(start.ravel(), counts)
    label = start.ravel()
    for _ in range(ROUNDS):
        size = np.bincount(label, minlength=number)
        sums = np.stack([np.bincount(label, f, minlength=number) for f in features.T], 1)
        centres = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], np.inf)
        distance = np.stack([((features - centres[c]) ** 2).sum(1) for c in near])
        label = near[np.argmin(distance, 0), np.arange(len(label))]
    return np.unique(label, return_inverse=True)[1].reshape(shape)


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
