"""Meshes from one idea: a ring swept along a path. A stem, a pot, a petal and a leaf are all such sweeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mesh:
    """A closed surface. Lengths are in pot heights; y points up; triangles turn counter-clockwise seen from outside.

    points, normals: (V, 3); triangles: (F, 3) indices into them; tone: (V,), by which the paint is multiplied.
    """

    points: Array
    normals: Array
    tone: Array
    triangles: NDArray[np.intp]


def sweep(
    path: Array,
    across: Array,
    up: Array,
    width: ArrayLike,
    thickness: ArrayLike,
    *,
    sides: int = 12,
    tone: ArrayLike = 1.0,
    fold: float = 0.0,
    vein: float = 0.0,
) -> Mesh:
    """The surface that an elliptical ring leaves along `path`; it is closed where `width` and `thickness` end at 0.

    Args:
        path: (n, 3) centres of the rings.
        across: (n, 3) or (3,) unit vectors along the rings' first half axis.
        up: (n, 3) or (3,) unit vectors along the second; across x up points forward along the path.
        width: the first half axis, one or n numbers.
        thickness: the second half axis, one or n numbers.
        sides: points on a ring.
        tone: by which the paint is multiplied, one or n numbers.
        fold: how far the edges are lifted, as a fraction of the width (a leaf's V).
        vein: how much darker the edges are than the middle.
    """
    n = len(path)
    angle = np.arange(sides) * (2 * np.pi / sides)
    a, u = (np.broadcast_to(v, (n, 3))[:, None] for v in (across, up))
    w, t = (np.broadcast_to(np.asarray(v, float), n)[:, None, None] for v in (width, thickness))
    cos, sin = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
    points = path[:, None] + w * cos * a + (t * sin + fold * w * cos**2) * u  # (n, sides, 3)
    tones = np.broadcast_to(np.asarray(tone, float), n)[:, None] * (1 - vein * np.cos(angle) ** 2)
    triangles = _lattice(n, sides)
    flat = points.reshape(-1, 3)
    return Mesh(flat, _smooth_normals(flat, triangles, n, sides), tones.ravel(), triangles)


def curve(points: Sequence[ArrayLike], at: Array) -> tuple[Array, Array]:
    """Points (n, 3) and unit tangents of the Bezier curve of four `points`, `at` n places from 0 to 1."""
    p = np.asarray(points, float)
    s = at[:, None]
    path = (1 - s) ** 3 * p[0] + 3 * s * (1 - s) ** 2 * p[1] + 3 * s**2 * (1 - s) * p[2] + s**3 * p[3]
    slope = (1 - s) ** 2 * (p[1] - p[0]) + 2 * s * (1 - s) * (p[2] - p[1]) + s**2 * (p[3] - p[2])
    return path, unit(slope)


def unit(v: ArrayLike, axis: int = -1) -> Array:
    """`v`, vectors along `axis`, scaled to length 1; zero vectors stay zero."""
    v = np.asarray(v)
    return v / np.maximum(np.sqrt((v * v).sum(axis, keepdims=True)), 1e-12)


def _lattice(n: int, sides: int) -> NDArray[np.intp]:
    """Two triangles for each cell between neighbouring rings: (2 (n - 1) sides, 3)."""
    row, column = np.meshgrid(np.arange(n - 1), np.arange(sides), indexing="ij")
    a = row * sides + column
    b = row * sides + (column + 1) % sides
    return np.stack([a, b, a + sides, b, b + sides, a + sides], -1).reshape(-1, 3)


def _smooth_normals(points: Array, triangles: NDArray[np.intp], n: int, sides: int) -> Array:
    """Unit normals (V, 3): the mean of the faces around a point; at a pole, that of its whole ring."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)  # twice the area times the normal, so that large faces count more
    total = np.zeros_like(points)
    for i in range(3):
        np.add.at(total, triangles[:, i], face)
    rings, places = total.reshape(n, sides, 3), points.reshape(n, sides, 3)
    for end in (0, n - 1):
        if np.ptp(places[end], axis=0).max() < 1e-9:
            rings[end] = rings[end].sum(0)
    return unit(total)
