"""Which triangle each point of a picture shows: a depth buffer filled span by span, without a loop over triangles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salviewer_plugins.phantoms.surfaces import Array

Indices = NDArray[np.intp]

_DEPTH_STEPS, _INDEX_BITS = (1 << 36) - 1, 28
"""A buffer entry holds the depth in its upper 36 bits and the span's cell in its lower 28."""
_NOTHING = np.iinfo(np.uint64).max
_TOUCH = 1e-7
"""Spans reach this much further, so that rounding leaves no crack between two triangles."""


@dataclass(frozen=True, eq=False)
class Hits:
    """What an n x n raster shows, for the M cells that show anything.

    place: (M,) flat index of the cell; triangle: (M,) index of what it shows; depth: (M,) of it;
    weights: (M, 3) of the triangle's corners there, perspective-correct, sum 1.
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
    p = xy[triangles]  # (F, 3, 2)
    shares, front = _share_planes(p)
    inverse = 1 / depth  # linear on the raster, as depth itself is not
    closeness = np.einsum("fcx,fc->fx", shares, inverse[triangles])  # (F, 3): its plane a x + b y + c
    owner, row, left, length = _spans(p, shares, front, n)
    span = np.repeat(np.arange(len(owner)), length)
    column = left[span] + _counting(length)
    close = (closeness[owner, 1] * (row + 0.5) + closeness[owner, 2])[span] + closeness[owner, 0][span] * (column + 0.5)
    far = inverse.min()
    key = np.clip((inverse.max() - close) / (inverse.max() - far + 1e-12), 0, 1) * _DEPTH_STEPS
    nearest = np.full(n * n, _NOTHING, np.uint64)
    entry = key.astype(np.uint64) << np.uint64(_INDEX_BITS) | np.arange(len(span), dtype=np.uint64)
    np.minimum.at(nearest, row[span] * n + column, entry)
    place = np.flatnonzero(nearest != _NOTHING)
    winner = (nearest[place] & np.uint64((1 << _INDEX_BITS) - 1)).astype(np.intp)
    triangle = owner[span[winner]]
    at = np.stack([place % n + 0.5, place // n + 0.5, np.ones(len(place))], 1)
    weights = np.einsum("mcx,mx->mc", shares[triangle], at) * inverse[triangles[triangle]] / close[winner][:, None]
    return Hits(place, triangle, 1 / close[winner], weights)


def _share_planes(p: Array) -> tuple[Array, NDArray[np.bool_]]:
    """(F, 3, 3): a, b, c of each corner's barycentric share a x + b y + c; and which faces are turned to the eye."""
    q, r = np.roll(p, -1, axis=1), np.roll(p, -2, axis=1)
    planes = np.stack([q[..., 1] - r[..., 1], r[..., 0] - q[..., 0], q[..., 0] * r[..., 1] - r[..., 0] * q[..., 1]], -1)
    twice_area = planes[..., 2].sum(1)
    front = twice_area < -1e-12  # negative, since y points down
    return planes / np.where(front, twice_area, np.inf)[:, None, None], front


def _spans(p: Array, shares: Array, front: NDArray[np.bool_], n: int) -> tuple[Indices, Indices, Indices, Indices]:
    """For each raster row that crosses a front face: the face, the row, its first column inside, how many."""
    y = p[front][..., 1]
    top = np.clip(np.ceil(y.min(1) - 0.5), 0, n).astype(np.intp)
    rows = np.maximum(np.clip(np.floor(y.max(1) - 0.5) + 1, 0, n).astype(np.intp) - top, 0)
    owner = np.repeat(np.flatnonzero(front), rows)
    row = np.repeat(top, rows) + _counting(rows)
    a = shares[owner, :, 0]
    rest = shares[owner, :, 1] * (row + 0.5)[:, None] + shares[owner, :, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -rest / a  # (R, 3): where each share is 0
    low = np.where(a > 0, crossing, -np.inf).max(1)
    high = np.where(a < 0, crossing, np.inf).min(1)
    left = np.clip(np.ceil(low - 0.5 - _TOUCH), 0, n)
    right = np.clip(np.floor(high - 0.5 + _TOUCH) + 1, 0, n)
    beside = ((a == 0) & (rest < 0)).any(1)  # a level edge above or below the whole row
    length = np.where(beside, 0, np.maximum(right - left, 0)).astype(np.intp)
    return owner, row, left.astype(np.intp), length


def _counting(lengths: Indices) -> Indices:
    """0, 1, ... up to each length, one after the other."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
