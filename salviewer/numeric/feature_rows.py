"""A table of features too large to be read at once, and the products that a least-squares problem needs of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

BLOCK_BYTES: Final = 2**25
"""Rows are read in blocks of about this size."""


class FeatureRows:
    """X', one row per image, and L', its labels. Sums over images are float64; products are as exact as X.

    Args:
        features: float16, float32 or float64 (N, m), finite; a memory map will do.
        labels: (N, C) of any kind of number.

    Attributes:
        answers: X L' as (C, m) float64. sizes: ||l_j||^2, (C,) float64.
    """

    def __init__(self, features: NDArray[np.floating], labels: NDArray[np.generic]) -> None:
        if features.ndim != 2 or labels.ndim != 2 or len(features) != len(labels):
            raise ValueError(
                f"features (N, m) and labels (N, C) of the same N are needed, not {features.shape} and {labels.shape}"
            )
        self.shape: tuple[int, int] = (features.shape[0], features.shape[1])
        self._features, self._labels = features, labels
        self._dtype = torch.float64 if features.dtype == np.float64 else torch.float32
        self._step = max(1, BLOCK_BYTES // max(1, 4 * features.shape[1]))
        classes = labels.shape[1]
        self.answers = torch.zeros(classes, features.shape[1], dtype=torch.float64)
        self.sizes = torch.zeros(classes, dtype=torch.float64)
        for rows, wanted in self._blocks():
            self.answers += (wanted.T @ rows).double()
            self.sizes += wanted.double().square().sum(0)

    def gram(self, some: Tensor, others: Tensor) -> Tensor:
        """Products of features `some` (a,) with `others` (b,), summed over all images: (a, b) float64."""
        total = torch.zeros(len(some), len(others), dtype=torch.float64)
        for rows, _ in self._blocks():
            total += (rows[:, some].T @ rows[:, others]).double()
        return total

    def residuals(self, weights: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """(gradient (C, m), objective (C,)), float64, of ||X' w_j - l_j||^2 at weights (C, k) for `columns` (k,)."""
        slope = torch.zeros_like(self.answers)
        value = torch.zeros_like(self.sizes)
        kind = weights.T.to(self._dtype)
        for rows, wanted in self._blocks():
            off = rows[:, columns] @ kind - wanted
            slope += (off.T @ rows).double()
            value += off.double().square().sum(0)
        return 2 * slope, value

    def _blocks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Rows of features and of labels, some at a time."""
        for start in range(0, self.shape[0], self._step):
            part = slice(start, start + self._step)
            rows = torch.from_numpy(np.array(self._features[part]))
            yield rows.to(self._dtype), torch.from_numpy(np.array(self._labels[part])).to(self._dtype)
