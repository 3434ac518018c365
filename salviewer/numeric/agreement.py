"""How far two maps on one grid agree: their difference, their rank correlation, and where their highest values meet.

What is no finite number in one of the maps counts in neither.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salviewer.numeric.ranks import rank_correlation

TOP = 0.05
"""The share of a map that counts as its top, unless another is named."""

NEITHER, ONLY_A, ONLY_B, BOTH = range(4)
"""What a pixel of `Overlap.places` belongs to."""


class Overlap(NamedTuple):
    """Where the tops of maps A and B lie, and how far they are the same.

    places: uint8 (H, W) of `NEITHER`, `ONLY_A`, `ONLY_B`, `BOTH`.
    iou: pixels in both tops over pixels in either, 0..1. of_a, of_b: the share of A's (B's) top that is in the other's.
    All three are NaN where a map has no top.
    """

    places: np.ndarray
    iou: float
    of_a: float
    of_b: float


def difference(a: np.ndarray, b: np.ndarray, *, own_maximum: bool) -> np.ndarray:
    """A minus B, float32 (H, W), NaN where one of them has no number.

    own_maximum: divide each by its largest absolute value first (a map of zeros stays as it is), which gives -2..2.
    """
    _check(a, b)
    x, y = (np.where(np.isfinite(m), m, np.nan).astype(np.float64) for m in (a, b))
    if own_maximum:
        x, y = _by_maximum(x), _by_maximum(y)
    return np.asarray(x - y, dtype=np.float32)


def rank_agreement(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rho over the pixels where both have a number, -1..1; NaN for under two, or where one is constant."""
    _check(a, b)
    both = np.isfinite(a) & np.isfinite(b)
    return rank_correlation(a[both], b[both]) if both.sum() > 1 else float("nan")


def top_of(values: np.ndarray, share: float = TOP) -> np.ndarray:
    """Where the highest `share` of the finite values is, at least one of them: bool (H, W).

    Values equal to the last one that is in are in as well; the smallest value of the map never is, so that a map that
    is zero nearly everywhere has only what is above zero as its top, and a constant map has none.
    """
    finite = np.isfinite(values)
    known = values[finite]
    if not known.size:
        return np.zeros(values.shape, dtype=bool)
    most = max(1, round(share * known.size))
    last = np.partition(known, known.size - most)[known.size - most]
    filled = np.where(finite, values, known.min())
    return np.asarray((filled >= last) & (filled > known.min()))


def overlap(a: np.ndarray, b: np.ndarray, share: float = TOP) -> Overlap:
    """Where the highest `share` of A and of B lie, among the pixels where both have a number."""
    _check(a, b)
    both = np.isfinite(a) & np.isfinite(b)
    in_a, in_b = (top_of(np.where(both, m, np.nan), share) for m in (a, b))
    places = (in_a * ONLY_A + in_b * ONLY_B).astype(np.uint8)  # 1 + 2 is BOTH
    shared, of_a, of_b = (float(n.sum()) for n in (in_a & in_b, in_a, in_b))
    if not of_a or not of_b:
        return Overlap(places, float("nan"), float("nan"), float("nan"))
    return Overlap(places, shared / (of_a + of_b - shared), shared / of_a, shared / of_b)


def _by_maximum(values: np.ndarray) -> np.ndarray:
    most = np.nanmax(np.abs(values)) if np.isfinite(values).any() else 0.0
    return values / most if most > 0 else values


def _check(a: np.ndarray, b: np.ndarray) -> None:
    if a.shape != b.shape:
        raise ValueError(f"cannot compare maps of {a.shape} and {b.shape}: bring them onto one grid first")
