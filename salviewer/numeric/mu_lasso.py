"""The mu-lasso: few features from which each class's labels are best put together linearly.

W = argmin ||X' W - L'||_F^2 subject to ||w_j||_1 <= mu, j = 1..C

| paper | here |
|---|---|
| X in R^(m x N) | `features`, (N, m): its rows are images, as they lie on disk |
| L in {0,1}^(C x N) | `labels`, (N, C) |
| W in R^(m x C) | `Solution.weights` |
| mu | `mu` |

The classes do not meet in the objective, so they are C problems with one X; they are solved side by side. Most weights
of a solution are zero, so the problem is first solved for a few features alone, by their Gram matrix
(`spectral_gradient`). One pass over X then gives the gradient of all features: it says how far the weights are from
being a solution for all of them (the duality gap, see there), and which features to take up. X is only ever read by
blocks of rows, and a Gram matrix is only ever made of the features that were taken up.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 3.1, equation 1, which solves it by
spectral gradient projection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from salviewer.numeric.feature_rows import FeatureRows, Rows
from salviewer.numeric.spectral_gradient import Quadratic, minimise, relative_gap

GAP: Final = 1e-4
STEPS: Final = 5_000
"""Steps of the spectral gradient at most, for one mu."""
_AT_FIRST: Final = 256
_FEWEST: Final = 16
"""Features that are taken up in the first round, for all classes together and per class; then twice as many."""
_FINEST: Final = 1e-13


@dataclass(frozen=True, eq=False)
class Solution:
    """What was found for one mu.

    weights: (m, C), ||w_j||_1 <= mu. gap: (C,) bound on how much too large each class's objective can be, as a share of
    it (of a thousandth of ||l_j||^2 where less than that is left). objective: (C,) ||X' w_j - l_j||^2.
    steps: of the spectral gradient. rounds: passes over all features. trace: per pass (steps so far, objective of all
    classes together, largest gap).
    """

    mu: float
    weights: NDArray[np.float64]
    gap: NDArray[np.float64]
    objective: NDArray[np.float64]
    steps: int
    rounds: int
    trace: tuple[tuple[int, float, float], ...] = field(default=(), repr=False)

    @property
    def active(self) -> NDArray[np.intp]:
        """How many features each class has, (C,)."""
        return (self.weights != 0).sum(0)


Watch = Callable[[float, tuple[tuple[int, float, float], ...]], None]
"""Told mu and the trace so far, again and again; it may raise to stop the work."""


def mu_lasso(
    features: Rows, labels: NDArray[np.generic], mu: float, *, gap: float = GAP, steps: int = STEPS
) -> Solution:
    """The solution for one mu, see `path`."""
    return next(path(features, labels, (mu,), gap=gap, steps=steps))


def path(
    features: Rows,
    labels: NDArray[np.generic],
    mus: Sequence[float],
    *,
    gap: float = GAP,
    steps: int = STEPS,
    watch: Watch = lambda mu, trace: None,
) -> Iterator[Solution]:
    """The solutions for some mu, from the smallest to the largest, each begun where the one before ended.

    Args:
        features: float16, float32 or float64 (N, m), finite; a memory map will do.
        labels: (N, C), 1 for the class of an image and 0 for the others; other numbers will do.
        mus: each at least 0.
        gap: relative duality gap that is good enough.
        steps: of the spectral gradient at most, for each mu; `Solution.gap` says how far they led.
        watch: see `Watch`.

    Raises:
        ValueError: where the shapes do not fit, or a mu is below 0.
    """
    if any(not mu >= 0 for mu in mus):
        raise ValueError(f"every mu is at least 0, not {min(mus)}")
    rows = FeatureRows(features, labels)
    taken = _Taken(rows)
    for mu in sorted(mus):
        yield _solve(rows, taken, float(mu), gap, steps, watch)


class _Taken:
    """The features that were taken up: `columns` (k,), their Gram matrix, and the classes' weights for them (C, k)."""

    def __init__(self, rows: FeatureRows) -> None:
        self._rows = rows
        self.columns = torch.zeros(0, dtype=torch.long)
        self.weights = torch.zeros(len(rows.sizes), 0, dtype=torch.float64)
        self._gram = torch.zeros(0, 0, dtype=torch.float64)

    @property
    def problem(self) -> Quadratic:
        return Quadratic(self._gram, self._rows.answers[:, self.columns], self._rows.sizes)

    def add(self, columns: Tensor) -> None:
        """Take up features that are not among them, with weight 0."""
        before = len(self.columns)
        self.columns = torch.cat([self.columns, columns])
        products = self._rows.gram(columns, self.columns)
        whole = torch.zeros(len(self.columns), len(self.columns), dtype=torch.float64)
        whole[:before, :before] = self._gram
        whole[before:] = products
        whole[:before, before:] = products[:, :before].T
        self._gram = whole
        self.weights = torch.nn.functional.pad(self.weights, (0, len(columns)))

    def missing(self, slope: Tensor, rows: Tensor, at_most: int) -> Tensor:
        """Features whose gradient is steeper than that of all taken ones, for some of the classes `rows`."""
        steepest = slope.abs()[rows]
        known = steepest[:, self.columns].amax(-1, keepdim=True) if len(self.columns) else 0.0
        steepest[:, self.columns] = 0.0
        over = torch.where(steepest > known, steepest, 0.0)
        values, order = over.topk(min(at_most, over.shape[1]), dim=-1)
        return order[values > 0].unique()


def _solve(rows: FeatureRows, taken: _Taken, mu: float, gap: float, steps: int, watch: Watch) -> Solution:
    """The solution for one mu, begun from the weights that `taken` has, and left there."""
    done, at_most, inner = 0, max(_FEWEST, _AT_FIRST // max(1, len(rows.sizes))), 1.0
    trace: list[tuple[int, float, float]] = []
    while True:
        slope, value = rows.residuals(taken.weights, taken.columns)
        found = _gaps(rows, taken, slope, value, mu)
        trace.append((done, float(value.sum()), float(found.max())))
        watch(mu, tuple(trace))
        wanted = found > gap
        if not bool(wanted.any()) or done >= steps or mu == 0:
            break
        more = taken.missing(slope, wanted.nonzero()[:, 0], at_most)
        inner = max(gap / 4, float(found.max()) / 10) if len(more) else min(inner, gap) / 10
        if inner < _FINEST:
            break
        if len(more):
            taken.add(more)
            at_most *= 2
        taken.weights, took = minimise(taken.problem, mu, taken.weights, inner, steps - done)
        done += took
        if not took and not len(more) and inner < gap / 1000:
            break
    weights = np.zeros((rows.shape[1], len(rows.sizes)))
    weights[taken.columns.numpy()] = taken.weights.T.numpy()
    return Solution(mu, weights, found.numpy(), value.numpy(), done, len(trace), tuple(trace))


def _gaps(rows: FeatureRows, taken: _Taken, slope: Tensor, value: Tensor, mu: float) -> Tensor:
    answered = (rows.answers[:, taken.columns] * taken.weights).sum(-1)
    steepest = slope.abs().amax(-1) if rows.shape[1] else torch.zeros_like(value)
    return relative_gap(value, answered, rows.sizes, steepest, mu)
