"""The mean of many small pictures, as they are or moved onto each other so that it is sharper.

Aligning goes in rounds: each picture is moved, by whole pixels and no further than `reach`, to where it correlates best
with the mean of the others as they stand; the mean is made anew; the rounds end when nothing moves any more. Where a
moved picture has no pixel, it has no part in the mean. Only places count, not contrast: the correlation is that of
pictures without their own mean.

It is the averaging in rounds of the "congealing" of Learned-Miller (2006), with translations alone and correlation in
the place of entropy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ROUNDS = 10


@dataclass(frozen=True, eq=False)
class Averaged:
    """mean: float32 (h, w, c). shifts: int (n, 2), rows and columns by which each picture was moved."""

    mean: np.ndarray
    shifts: np.ndarray


def average(pictures: np.ndarray, *, reach: float = 0.0, rounds: int = ROUNDS) -> Averaged:
    """The mean of `pictures` (n, h, w, c), n >= 1; NaN pixels have no part in it, and are 0 where all are NaN.

    reach: how far a picture may be moved, as a share of the shorter side, 0..0.5; 0 leaves all where they are.
    """
    stack = np.asarray(pictures, np.float32)
    shifts = np.zeros((len(stack), 2), np.int64)
    far = int(reach * min(stack.shape[1:3]))
    mean = _mean(stack)
    if far == 0 or len(stack) == 1:
        return Averaged(mean, shifts)
    for _ in range(rounds):
        found = np.stack([_best_shift(one, mean, far) for one in stack])
        found -= np.round(found.mean(axis=0)).astype(np.int64)  # all of them together have nowhere to go
        found = np.clip(found, -far, far)
        if np.array_equal(found, shifts):
            break
        shifts = found
        mean = _mean(np.stack([moved(one, *by) for one, by in zip(stack, shifts, strict=True)]))
    return Averaged(mean, shifts)


def moved(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    """`picture` (h, w, c) moved by whole pixels, NaN where there is nothing."""
    h, w = picture.shape[:2]
    found = np.full_like(picture, np.nan)
    rows, columns = slice(max(0, down), min(h, h + down)), slice(max(0, right), min(w, w + right))
    found[rows, columns] = picture[rows.start - down : rows.stop - down, columns.start - right : columns.stop - right]
    return found


def _mean(stack: np.ndarray) -> np.ndarray:
    known = np.isfinite(stack)
    count = known.sum(axis=0)
    total = np.where(known, stack, 0).sum(axis=0, dtype=np.float64)
    return (total / np.maximum(count, 1)).astype(np.float32)


def _best_shift(picture: np.ndarray, mean: np.ndarray, far: int) -> np.ndarray:
    """The shift within +-far at which `picture` correlates best with `mean`: by Fourier transform, without wrapping."""
    h, w = mean.shape[:2]
    a, b = (_centred(one) for one in (mean, picture))
    size = (h + far, w + far)  # room for the shifts, so that one side does not meet the other
    correlation = sum(
        np.fft.irfft2(np.fft.rfft2(a[..., i], size) * np.fft.rfft2(b[..., i], size).conj(), size)
        for i in range(mean.shape[2])
    )
    shifts = np.arange(-far, far + 1)
    near = np.asarray(correlation)[np.ix_(shifts, shifts)]
    best = near >= near.max() - 1e-6 * max(1e-12, float(np.abs(near).max()))
    places = shifts[np.argwhere(best)]  # of equals, the one that moves least
    return np.asarray(places[np.abs(places).sum(axis=1).argmin()])


def _centred(picture: np.ndarray) -> np.ndarray:
    known = np.isfinite(picture)
    level = np.where(known, picture, 0).sum(axis=(0, 1)) / np.maximum(known.sum(axis=(0, 1)), 1)
    return np.where(known, picture - level, 0)
