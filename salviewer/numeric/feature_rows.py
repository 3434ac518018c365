"""A table of features too large to be read at once, and the products that a least-squares problem needs of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

BLOCK_BYTES: Final = 2**25
"""Rows are read in blocks of about this size."""


class Rows(Protocol):
    """A table (N, m) of which slices of rows can be read: an array, a memory map, or what gathers rows from files."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, m)."""

    @property
    def dtype(self) -> Any:
        """float16, float32 or float64."""

    def __len__(self) -> int:
        """N."""

    def __getitem__(self, part: slice, /) -> Any:
        """Rows as an array."""


class FeatureRows:
    """X', one row per image, and L', its labels.

    All products are float64: a Gram matrix in float32 is no longer positive semidefinite where features nearly repeat
    one another, as those of a ReLU and of the pooling after it do.

    Args:
        features: float16, float32 or float64 (N, m), finite; a memory map will do.
        labels: (N, C) of any kind of number.

    Attributes:
        answers: X L' as (C, m) float64. sizes: ||l_j||^2, (C,) float64.
    """

    def __init__(self, features: Rows, labels: NDArray[np.generic]) -> None:
        if len(features.shape) != 2 or labels.ndim != 2 or len(features) != len(labels):
            raise ValueError(
                f"features (N, m) and labels (N, C) of the same N are needed, not {features.shape} and {labels.shape}"
            )
        self.shape: tuple[int, int] = (features.shape[0], features.shape[1])
        self._features, self._labels = features, labels
        self._step = max(1, BLOCK_BYTES // max(1, 8 * features.shape[1]))
        classes = labels.shape[1]
        self.answers = torch.zeros(classes, features.shape[1], dtype=torch.float64)
        self.sizes = torch.zeros(classes, dtype=torch.float64)
        for rows, wanted in self._blocks():
            self.answers += wanted.T @ rows
            self.sizes += wanted.square().sum(0)

    def gram(self, some: Tensor, others: Tensor) -> Tensor:
        """Products of features `some` (a,) with `others` (b,), summed over all images: (a, b) float64."""
        total = torch.zeros(len(some), len(others), dtype=torch.float64)
        for rows, _ in self._blocks():
            total += rows[:, some].T @ rows[:, others]
        return total

    def residuals(self, weights: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """(gradient (C, m), objective (C,)), float64, of ||X' w_j - l_j||^2 at weights (C, k) for `columns` (k,)."""
        slope = torch.zeros_like(self.answers)
        value = torch.zeros_like(self.sizes)
        for rows, wanted in self._blocks():
            off = rows[:, columns] @ weights.T - wanted
            slope += off.T @ rows
            value += off.square().sum(0)
        return 2 * slope, value

    def _blocks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Rows of features and of labels, some at a time."""
        for start in range(0, self.shape[0], self._step):
            part = slice(start, start + self._step)
            rows = torch.from_numpy(np.array(self._features[part]))
            yield rows.double(), torch.from_numpy(np.array(self._labels[part])).double()
