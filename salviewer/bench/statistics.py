"""Error bars and differences by the bootstrap over pictures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

DRAWS = 2000


class Estimate(NamedTuple):
    """A mean over pictures. `low`, `high`: 95 % interval; `n`: pictures with a value, `missing`: without."""

    mean: float
    error: float
    low: float
    high: float
    n: int
    missing: int


class Difference(NamedTuple):
    """A mean difference over the pictures that both have. `p`: two-sided, of no difference."""

    mean: float
    low: float
    high: float
    p: float
    n: int


def estimate(values: np.ndarray, seed: int = 0) -> Estimate:
    """The mean of `values` (n,) over the pictures that have one, with its bootstrap standard error and interval."""
    values = np.asarray(values, float)
    known = values[np.isfinite(values)]
    missing = len(values) - len(known)
    if not len(known):
        return Estimate(np.nan, np.nan, np.nan, np.nan, 0, missing)
    means = _means(known, seed)
    low, high = np.percentile(means, (2.5, 97.5))
    return Estimate(float(known.mean()), float(means.std(ddof=1)), float(low), float(high), len(known), missing)


def difference(a: np.ndarray, b: np.ndarray, seed: int = 0) -> Difference:
    """The mean of a - b (n,), picture by picture, with its bootstrap interval and p-value."""
    gaps = np.asarray(a, float) - np.asarray(b, float)
    gaps = gaps[np.isfinite(gaps)]
    if not len(gaps):
        return Difference(np.nan, np.nan, np.nan, np.nan, 0)
    means = _means(gaps, seed)
    low, high = np.percentile(means, (2.5, 97.5))
    tail = min(float(np.mean(means <= 0)), float(np.mean(means >= 0)))
    return Difference(float(gaps.mean()), float(low), float(high), float(min(1.0, 2 * max(tail, 1 / DRAWS))), len(gaps))


def _means(values: np.ndarray, seed: int) -> np.ndarray:
    """(DRAWS,): means of as many values, drawn with replacement."""
    rng = np.random.default_rng(seed)
    return values[rng.integers(0, len(values), (DRAWS, len(values)))].mean(axis=1)
