"""The box that fits the chosen pixels, and how well two boxes agree.

Source: "Interpreting CNN Prediction through Layer-wise Selected Discernible Neurons", section 4.1.2 (outliers are left
out, the box covers the rest) and section 3.2 (intersection over union with the true box).
Differs from the paper: where a picture has several true boxes, the one that agrees best counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from salviewer_plugins.discernible.outliers import outliers

Box = tuple[float, ...]
"""(x0, y0, x1, y1) edges, an edge of pixel 0 is at 0; in 3D (x0, y0, z0, x1, y1, z1)."""


def fitted_box(points: np.ndarray, shape: Sequence[int], radius: float, share: float) -> Box | None:
    """The tightest box around the points that are no outliers; None where none is left.

    Args:
        points: whole numbers (n, 2), pixels (y, x) within `shape`; or (z, y, x).
        shape: (H, W) or (D, H, W).
        radius: of the circle in which a point needs company, as a share of the shorter side.
        share: of all points that must lie in it, 0..1.
    """
    return around(np.asarray(points)[~outliers(points, shape, radius, share)])


def around(points: np.ndarray) -> Box | None:
    """The tightest box around the pixels `points` (n, d); None where there is none."""
    if len(points) == 0:
        return None
    low, high = points.min(axis=0)[::-1], points.max(axis=0)[::-1] + 1
    return (*(float(v) for v in low), *(float(v) for v in high))


def overlap(one: Box, other: Sequence[float]) -> float:
    """Intersection over union of two boxes, 0..1."""
    a, b = np.asarray(one, float).reshape(2, -1), np.asarray(other, float).reshape(2, -1)
    both = np.prod(np.clip(np.minimum(a[1], b[1]) - np.maximum(a[0], b[0]), 0, None))
    union = np.prod(a[1] - a[0]) + np.prod(b[1] - b[0]) - both
    return float(both / union) if union > 0 else 0.0


def best_overlap(box: Box | None, boxes: Iterable[Sequence[float]]) -> float:
    """The greatest intersection over union of `box` with any of `boxes`; 0 where there is none."""
    return 0.0 if box is None else max((overlap(box, other) for other in boxes), default=0.0)
