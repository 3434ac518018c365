"""An order in which points are far apart first."""

from __future__ import annotations

import numpy as np


def farthest_first(points: np.ndarray) -> np.ndarray:
    """(n,) int: the order of `points` (n, k) in which each is the one farthest from all before it.

    It begins with the point nearest to their mean; of equally far ones the first comes first.
    """
    points = np.asarray(points, np.float64)
    order = np.empty(len(points), np.int64)
    if not len(points):
        return order
    order[0] = _squared(points, points.mean(axis=0)).argmin()
    distance = np.full(len(points), np.inf)
    for i in range(1, len(points)):
        distance = np.minimum(distance, _squared(points, points[order[i - 1]]))
        distance[order[i - 1]] = -1.0  # points may coincide, and each is visited once
        order[i] = distance.argmax()
    return order


def _squared(points: np.ndarray, to: np.ndarray) -> np.ndarray:
    gap = points - to
    return np.asarray((gap * gap).sum(axis=1))
