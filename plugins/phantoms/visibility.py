"""Which triangle each point of a picture shows: a depth buffer filled span by span, without a loop over triangles.

Arrays are one long row per quantity, which is several times as fast here as many short ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from salviewer_plugins.phantoms.surfaces import Array

Indices = NDArray[np.intp]

_DEPTH_STEPS, _INDEX_BITS = (1 << 36) - 1, 28
"""A buffer entry holds the depth in its upper 36 bits and the number of the covered cell in its lower 28."""
_INDEX = np.uint64((1 << _INDEX_BITS) - 1)
_NOTHING = np.iinfo(np.uint64).max
_TOUCH = 1e-7
"""Spans reach this much further, so that rounding leaves no crack between two triangles."""


@dataclass(frozen=True, eq=False)
class Hits:
    """What an n x n raster shows, for the M cells that show anything.

    place: (M,) flat index of the cell; triangle: (M,) index of what it shows; depth: (M,) of it;
    weights: (3, M) of the triangle's corners there, perspective-correct, sum 1.
    """

    place: Indices
    triangle: Indices
    depth: Array
    weights: Array


def rasterise(xy: Array, depth: Array, triangles: Indices, n: int) -> Hits:
    """The nearest front-facing triangle at the centre of each cell of an n x n raster.

    Args:
        xy: (V, 2) corners in cells, x right and y down; the first cell reaches from 0 to 1.
        depth: (V,) distance from the eye, positive.
        triangles: (F, 3), counter-clockwise in space as seen from outside.
        n: cells along each side; at most 2**28 cells may be covered, counting each layer.
    """
    corners = triangles.T
    shares, front = _share_planes(*xy.T[:, corners])
    closeness = 1 / depth  # linear on the raster, as depth itself is not
    across, down, offset = (shares * closeness[corners][:, None]).sum(0)
    owner, row, left, length = _spans(xy[:, 1][corners], shares, front, n)
    step, repeated = _counting(length), partial(np.repeat, repeats=length)
    start = across[owner] * (left + 0.5) + down[owner] * (row + 0.5) + offset[owner]
    close = repeated(start) + repeated(across[owner]) * step
    nearest = np.full(n * n, _NOTHING, np.uint64)
    np.minimum.at(nearest, repeated(row * n + left) + step, _entries(close, closeness.min(), closeness.max()))
    place = np.flatnonzero(nearest != _NOTHING)
    winner = (nearest[place] & _INDEX).astype(np.intp)
    triangle, close = repeated(owner)[winner], close[winner]
    x, y = place % n + 0.5, place // n + 0.5
    weights = [
        (a[triangle] * x + b[triangle] * y + c[triangle]) * closeness[corner[triangle]] / close
        for (a, b, c), corner in zip(shares, corners, strict=True)
    ]
    return Hits(place, triangle, 1 / close, np.stack(weights))


def _entries(close: Array, farthest: float, nearest: float) -> NDArray[np.uint64]:
    """What the depth buffer keeps of each covered cell: the nearer, the smaller; below the depth, the cell's number."""
    depth = np.clip((nearest - close) / max(nearest - farthest, 1e-12), 0, 1) * _DEPTH_STEPS
    return depth.astype(np.uint64) << np.uint64(_INDEX_BITS) | np.arange(len(close), dtype=np.uint64)


def _share_planes(x: Array, y: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Each corner's barycentric share a x + b y + c, and which faces are turned to the eye.

    Args:
        x: (3, F) of the corners.
        y: (3, F) of the corners.

    Returns:
        (3, 3, F): corner, a or b or c, face; and (F,).
    """
    x1, x2, y1, y2 = np.roll(x, -1, 0), np.roll(x, -2, 0), np.roll(y, -1, 0), np.roll(y, -2, 0)
    planes = np.stack([y1 - y2, x2 - x1, x1 * y2 - x2 * y1], 1)
    twice_area = planes[:, 2].sum(0)
    front = twice_area < -1e-12  # negative, since y points down
    return planes / np.where(front, twice_area, np.inf), front


def _spans(y: Array, shares: Array, front: NDArray[np.bool_], n: int) -> tuple[Indices, Indices, Indices, Indices]:
    """For each raster row that crosses a front face: the face, the row, its first column inside, how many."""
    faces = np.flatnonzero(front)
    top = np.clip(np.ceil(y[:, faces].min(0) - 0.5), 0, n).astype(np.intp)
    rows = np.maximum(np.clip(np.floor(y[:, faces].max(0) - 0.5) + 1, 0, n).astype(np.intp) - top, 0)
    owner = np.repeat(faces, rows)
    row = np.repeat(top, rows) + _counting(rows)
    low, high, beside = np.full(len(row), -np.inf), np.full(len(row), np.inf), np.zeros(len(row), bool)
    for a, b, c in shares:
        slope, rest = a[owner], b[owner] * (row + 0.5) + c[owner]
        crossing = -rest / np.where(slope == 0, np.nan, slope)  # where this share is 0
        low = np.where(slope > 0, np.maximum(low, crossing), low)
        high = np.where(slope < 0, np.minimum(high, crossing), high)
        beside |= (slope == 0) & (rest < 0)  # a level edge, with the whole row on its far side
    left = np.clip(np.ceil(low - 0.5 - _TOUCH), 0, n)
    right = np.clip(np.floor(high - 0.5 + _TOUCH) + 1, 0, n)
    length = np.where(beside, 0, np.maximum(right - left, 0)).astype(np.intp)
    return owner, row, left.astype(np.intp), length


def _counting(lengths: Indices) -> Indices:
    """0, 1, ... up to each length, one after the other."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
