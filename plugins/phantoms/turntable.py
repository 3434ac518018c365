"""The plant from one of 40 sides, as layers: all that its class does not change, and the flower's light, to be painted.

Geometry, light and shadow are worked out once per side; a class then costs one multiplication.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salviewer_plugins.phantoms.light import Lamp, encode, linear
from salviewer_plugins.phantoms.palette import BACKGROUND, PLANT
from salviewer_plugins.phantoms.plant import Plant, grow
from salviewer_plugins.phantoms.surfaces import Array, unit
from salviewer_plugins.phantoms.visibility import Hits, rasterise

VIEWS = 40
SIZE = 300
OVERSAMPLING = 3
"""Points per pixel along each axis."""

_ELEVATION = np.deg2rad(22.0)
_EYE_DISTANCE, _LOOK_AT, _FOCAL = 11.0, np.array([0.0, 1.78, 0.0]), 5.9
"""In pot heights; `_FOCAL` in half pictures: a thing of height 1 at distance 1 covers `_FOCAL` half pictures."""
_GLOSS = {"pot": 0.05, "soil": 0.0, "stem": 0.08, "leaf": 0.10, "calyx": 0.06, "flower": 0.06}


@dataclass(frozen=True, eq=False)
class View:
    """The plant from one side.

    fixed: (H, W, 3) linear light that the flower's colour does not change: the rest of the plant, background, gloss.
    lit: (H, W, 3) linear light that the flower adds where it is painted white; 0 where no flower is seen.
    share: (H, W) in 0..255, how much of each pixel shows the flower.
    """

    fixed: NDArray[np.float32]
    lit: NDArray[np.float32]
    share: NDArray[np.uint8]

    def painted(self, colour: ArrayLike) -> NDArray[np.uint8]:
        """The picture (H, W, 3), sRGB, with the flower in `colour`, sRGB bytes."""
        picture, box = self._unpainted.copy(), self._box
        picture[box] = encode(self.fixed[box] + self.lit[box] * linear(colour).astype(np.float32))
        return picture

    @cached_property
    def _unpainted(self) -> NDArray[np.uint8]:
        return encode(self.fixed)

    @cached_property
    def _box(self) -> tuple[slice, slice]:
        """Rows and columns that show any of the flower."""
        seen = (np.flatnonzero(self.share.any(axis)) for axis in (1, 0))
        rows, columns = (slice(s[0], s[-1] + 1) if len(s) else slice(0) for s in seen)
        return rows, columns


class Turntable:
    """The plant grown from `seed`; each of its 40 views is rendered when it is first asked for, and kept."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._lamp, self._plant = Lamp.placed(rng), grow(rng)
        self.view = lru_cache(maxsize=VIEWS)(self._render)

    def _render(self, index: int) -> View:
        return render(self._plant, self._lamp, 2 * np.pi * index / VIEWS)


def render(plant: Plant, lamp: Lamp, turn: float) -> View:
    """The view of `plant` turned by `turn` (radians) about the vertical; camera and lamp stay where they are."""
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])
    mesh, corners = plant.mesh, plant.mesh.points @ rotation
    xy, depth, eye = _project(corners)
    hits = rasterise(xy * OVERSAMPLING, depth, mesh.triangles, SIZE * OVERSAMPLING)
    points, normals, tone = _between_corners(hits, mesh.triangles, corners, mesh.normals @ rotation, mesh.tone[:, None])
    part, normals = plant.part[hits.triangle], unit(normals)
    reached = lamp.reaches(corners, mesh.triangles, points)
    diffuse = lamp.diffuse(normals, reached) * tone
    gloss = (
        lamp.gloss(normals, unit(eye - points), reached) * np.array([_GLOSS[n] for n in plant.names], np.float32)[part]
    )
    black = (0, 0, 0)  # what the flower adds to the layer that does not depend on its colour, gloss apart
    paint = linear([PLANT.get(name, black) for name in plant.names])[part]
    is_flower = (part == plant.names.index("flower"))[:, None]
    layers = np.concatenate([paint * diffuse + gloss[:, None], is_flower * diffuse, is_flower, np.ones_like(tone)], 1)
    fixed, lit, share, seen = np.split(_averaged(hits.place, layers), (3, 6, 7), axis=2)
    fixed = fixed + (1 - seen) * linear(BACKGROUND)
    return View(fixed.astype(np.float32), lit.astype(np.float32), np.rint(255 * share[..., 0]).astype(np.uint8))


def _project(points: Array) -> tuple[Array, Array, NDArray[np.float32]]:
    """Pixels (V, 2), distance along the line of sight (V,), and the eye (3,), for points (V, 3)."""
    forward = -np.array([0, np.sin(_ELEVATION), np.cos(_ELEVATION)])
    right = np.array([1.0, 0, 0])
    eye = _LOOK_AT - _EYE_DISTANCE * forward
    ahead = points - eye
    depth = ahead @ forward
    x, y = ahead @ right / depth, ahead @ np.cross(right, forward) / depth
    return SIZE / 2 * (1 + _FOCAL * np.stack([x, -y], 1)), depth, eye.astype(np.float32)


def _between_corners(hits: Hits, triangles: NDArray[np.intp], *attributes: Array) -> list[NDArray[np.float32]]:
    """Each of the corners' `attributes` (V, C) at the hits, (M, C)."""
    table = np.concatenate(attributes, 1).astype(np.float32)
    weights, at = hits.weights.astype(np.float32), triangles[hits.triangle]
    blend = sum(weights[:, i, None] * table[at[:, i]] for i in range(3))
    return np.split(blend, np.cumsum([a.shape[1] for a in attributes])[:-1], axis=1)


def _averaged(place: NDArray[np.intp], layers: Array) -> Array:
    """(H, W, C): per pixel the sum of `layers` (M, C) over its points at `place`, divided by all its points."""
    row, column = np.divmod(place, SIZE * OVERSAMPLING)
    pixel = row // OVERSAMPLING * SIZE + column // OVERSAMPLING
    sums = [np.bincount(pixel, layer, minlength=SIZE * SIZE) for layer in layers.T]
    return np.stack(sums, 1).reshape(SIZE, SIZE, -1) / OVERSAMPLING**2
