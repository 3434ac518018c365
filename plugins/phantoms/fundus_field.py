"""A square picture's pixels in units of the eye; smooth random fields that are the same at every size; soft edges."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


class Grid(NamedTuple):
    """Pixels over the field: a pixel's centre (column, row) lies at ((column + 0.5 - size / 2) / per_radius, ...)."""

    size: int
    per_radius: float
    mirrored: bool

    def columns(self, x: Field) -> Field:
        """From the eye's x to the column, in pixels from the left edge."""
        return (-x if self.mirrored else x) * np.float32(self.per_radius) + np.float32(self.size / 2)

    def rows(self, y: Field) -> Field:
        """From the eye's y to the row, in pixels from the upper edge."""
        return y * np.float32(self.per_radius) + np.float32(self.size / 2)

    def points(self) -> tuple[Field, Field]:
        """X (1, size) and y (size, 1) of the pixels' centres."""
        at = ((np.arange(self.size) + 0.5 - self.size / 2) / self.per_radius).astype(np.float32)
        return (-at if self.mirrored else at)[None, :], at[:, None]


def cloud(random: np.random.Generator, knots: int, size: int) -> Field:
    """(size, size) smooth field of mean 0 and deviation about 1, with bumps as wide as the picture over `knots`."""
    heights = random.standard_normal((knots, knots), np.float32)
    weights = _spline(knots, size)
    return weights @ heights @ weights.T * np.float32(1.6)


def soft(depth: Field, width: float) -> Field:
    """0 below, 1 above 0 of `depth`, rising smoothly within `width` (in the units of `depth`)."""
    t = np.clip(depth / np.float32(width) + np.float32(0.5), 0, 1)
    return t * t * (3 - 2 * t)


@lru_cache(maxsize=32)
def _spline(knots: int, size: int) -> Field:
    """(size, knots) weights of a cubic B-spline through evenly spaced knots; pixels lie at their centres."""
    at = (np.arange(size)[:, None] + 0.5) / size * (knots - 1) - np.arange(knots)
    d = np.abs(at)
    weights = np.where(d < 1, 2 / 3 - d**2 + d**3 / 2, np.where(d < 2, (2 - d) ** 3 / 6, 0))
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)
