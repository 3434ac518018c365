"""How sure a ranking of things over several subjects is: the bootstrap over subjects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

DRAWS = 2000
CHUNK = 2**22
"""Numbers held at once while draws are ranked."""


class RankedMeans(NamedTuple):
    """Per thing, float64 (k,) each. A thing that no subject has is NaN throughout and ranked last.

    mean: over the subjects that have it. error: its bootstrap standard error.
    low, high: ends of the 95 % interval of its rank, whole numbers; 1 is the greatest mean.
    error, low and high are NaN where there are fewer than two subjects.
    """

    mean: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray


def ranked_means(values: np.ndarray, draws: int = DRAWS, seed: int = 0) -> RankedMeans:
    """The means of `values` (subjects, k) over subjects, and how sure they and their ranks are.

    Each draw takes as many subjects as there are, with replacement, and ranks the means again. NaN in `values` is a
    thing that this subject does not have. The interval's ends are ranks that did occur, rounded outwards.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or not len(values):
        raise ValueError(f"ranks need values of shape (subjects, things), not {values.shape}")
    mean = _means(np.ones((1, len(values))), values)[0]
    nothing = np.full(values.shape[1], np.nan)
    if len(values) < 2:
        return RankedMeans(mean, nothing, nothing.copy(), nothing.copy())
    counts = np.random.default_rng(seed).multinomial(len(values), np.full(len(values), 1 / len(values)), draws)
    drawn = _means(counts.astype(np.float64), values)
    found = np.concatenate([ranks_of(part) for part in np.array_split(drawn, 1 + drawn.size // CHUNK)])
    low = np.percentile(found, 2.5, axis=0, method="lower")
    high = np.percentile(found, 97.5, axis=0, method="higher")
    known = np.isfinite(mean)
    return RankedMeans(
        mean, np.where(known, _spread(drawn), np.nan), np.where(known, low, np.nan), np.where(known, high, np.nan)
    )


def ranks_of(values: np.ndarray) -> np.ndarray:
    """int64 (..., k): 1 for the greatest of `values` along the last axis; NaN comes last, ties go by place."""
    order = np.argsort(np.where(np.isfinite(values), -values, np.inf), axis=-1, kind="stable")
    ranks = np.empty(order.shape, np.int64)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(1, values.shape[-1] + 1), order.shape), axis=-1)
    return ranks


def _means(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(draws, k): means of `values` with `weights` (draws, subjects), over the subjects that have a value."""
    known = np.isfinite(values)
    total, count = weights @ np.where(known, values, 0.0), weights @ known.astype(np.float64)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def _spread(drawn: np.ndarray) -> np.ndarray:
    """(k,): standard deviations over draws, those left out in which nobody has the thing."""
    known = np.isfinite(drawn)
    n = known.sum(axis=0)
    middle = np.where(known, drawn, 0.0).sum(axis=0) / np.maximum(n, 1)
    squared = (np.where(known, drawn - middle, 0.0) ** 2).sum(axis=0)
    return np.sqrt(np.divide(squared, n - 1, out=np.full(len(n), np.nan), where=n > 1))
