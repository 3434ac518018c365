"""Rank correlation, the measure by which two maps or two sets of scores are called the same."""

from __future__ import annotations

import numpy as np


def ranks(values: np.ndarray) -> np.ndarray:
    """Average ranks (n,) float64 of the flattened values, from 0; equal values share the mean of their ranks."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    _, inverse, counts = np.unique(flat, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts + 1) / 2)[inverse]


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rho of two arrays of one shape, -1..1; NaN where one of them is constant."""
    x, y = ranks(a), ranks(b)
    if x.shape != y.shape:
        raise ValueError(f"cannot compare {np.shape(a)} with {np.shape(b)}")
    x, y = x - x.mean(), y - y.mean()
    norm = np.sqrt((x * x).sum() * (y * y).sum())
    return float((x * y).sum() / norm) if norm > 0 else float("nan")
