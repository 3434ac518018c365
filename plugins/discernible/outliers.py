"""Which chosen pixels stand apart from the rest.

    outlier(p)  where  #{q : |p - q| <= radius} < share · n        (p itself counts, as do others on the same pixel)

Source: "Interpreting CNN Prediction through Layer-wise Selected Discernible Neurons", section 4.1.2; the circle and
the number come from Mopuri et al., "CNN Fixations" (2018). Differs from the papers: both numbers are parameters here,
as shares, so that they mean the same for every picture and for every k.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import floor, sqrt

import numpy as np

from salviewer_plugins.discernible.map import count_map


def outliers(points: np.ndarray, shape: Sequence[int], radius: float, share: float) -> np.ndarray:
    """Bool (n,): True where fewer than `share` of all points lie within a circle around the point.

    Memory is that of a few pictures, however many points there are.

    Args:
        points: whole numbers (n, 2), pixels (y, x) within `shape`; or (z, y, x).
        shape: (H, W) or (D, H, W).
        radius: of the circle, as a share of the picture's shorter side.
        share: of all points, 0..1; 0 leaves none out.
    """
    if len(points) == 0:
        return np.zeros(0, bool)
    near = neighbours(points, shape, radius * min(shape))
    return near < share * len(points) - 1e-9  # 0.05 · 20 points is 1, not a little more


def neighbours(points: np.ndarray, shape: Sequence[int], radius: float) -> np.ndarray:
    """Int64 (n,): how many of the points (itself too) lie at most `radius` pixels from each.

    The points of each pixel are counted first; then every row of the circle is a difference of two running sums.
    """
    counts = count_map(points, None, shape).astype(np.int64)
    *rows, columns = shape
    running = np.concatenate([np.zeros((*rows, 1), np.int64), np.cumsum(counts, axis=-1)], axis=-1)
    places = np.asarray(points).astype(np.intp)
    found = np.zeros(len(places), np.int64)
    reach = floor(radius)
    for offset in product(range(-reach, reach + 1), repeat=len(rows)):
        left = radius**2 - sum(step**2 for step in offset)
        if left < 0:
            continue
        half = floor(sqrt(left))
        leading = places[:, :-1] + np.array(offset)
        inside = ((leading >= 0) & (leading < np.array(rows))).all(axis=1)
        row = tuple(leading[inside].T)
        column = places[inside, -1]
        right, before = np.minimum(column + half + 1, columns), np.maximum(column - half, 0)
        found[inside] += running[(*row, right)] - running[(*row, before)]
    return found
