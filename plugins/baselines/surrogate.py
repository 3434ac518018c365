"""A weighted ridge regression that is fed sample by sample: LIME's linear model."""

from __future__ import annotations

import numpy as np


class Surrogate:
    """Scores S(z) predicted as w0 + w . z, samples weighed by pi(z) = sqrt(exp(-D(z, all ones)^2 / width^2)).

    Holds the weighted sums of 1, u, S, u u^T, u S and S^2 (u = z - 1/2), never the samples. w0 is not penalised.
    """

    def __init__(self, parts: int, width: float, ridge: float) -> None:
        self._width, self._ridge = width, ridge
        self._origin: float | None = None
        self._sums = np.zeros((parts + 2, parts + 2))  # of the outer products of (1, u, S)

    def learn(self, z: np.ndarray, scores: np.ndarray) -> None:
        """Take in samples z (n, parts), bool, and their scores (n,)."""
        if self._origin is None:
            self._origin = float(scores[0])  # sums of differences from one of them keep their digits
        rows = np.column_stack([np.ones(len(z)), z - 0.5, scores - self._origin])
        self._sums += (rows * kernel(z, self._width)[:, None]).T @ rows

    def weights(self) -> np.ndarray:
        """(parts,) float64: w."""
        square, mixed, _ = self._centred()
        least = 1e-9 * max(1.0, float(np.trace(square)))  # with fewer samples than parts it could not be solved
        return np.linalg.solve(square + max(self._ridge, least) * np.eye(len(square)), mixed)

    def r2(self) -> float:
        """The share (up to 1) of the scores' weighted variance that the model explains; NaN where they do not vary."""
        square, mixed, spread = self._centred()
        if not spread > 0:
            return float("nan")
        w = self.weights()
        return float(1 - (spread - 2 * w @ mixed + w @ square @ w) / spread)

    def _centred(self) -> tuple[np.ndarray, np.ndarray, float]:
        """The weighted sums of z z^T, z S and S^2, with the weighted means of z and S taken off."""
        first = self._sums[0]
        sums = self._sums - np.outer(first, first) / first[0]
        return sums[1:-1, 1:-1], sums[1:-1, -1], float(sums[-1, -1])


def kernel(z: np.ndarray, width: float) -> np.ndarray:
    """(n,): pi of samples z (n, parts), bool. D is the cosine distance to the row of ones; a row of zeros has 1."""
    cosine = np.sqrt(z.mean(1))
    return np.sqrt(np.exp(-((1 - cosine) ** 2) / width**2))
