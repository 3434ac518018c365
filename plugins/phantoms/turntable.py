"""The plant from one of 40 sides, as layers: all that its class does not change, and the painted parts' light.

Geometry, light and shadow are worked out once per side; a class then costs one multiplication.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
_GLOSS = {
    "pot": 0.05,
    "soil": 0.0,
    "stem": 0.08,
    "leaf": 0.10,
    "calyx": 0.06,
    "flower": 0.06,
    "balls": 0.25,
    "thorns": 0.15,
}
_MASKED = ("flower", "stem", "balls", "thorns")
"""The parts whose share of each pixel is kept."""


@dataclass(frozen=True, eq=False)
class View:
    """The plant from one side.

    bare: (H, W, 3) sRGB bytes, the picture with the parts that are to be painted black.
    shares: by part, (H, W) in 0..255, how much of each pixel shows it; of "wall", the background.
    box: rows and columns that show any of the parts to be painted.
    fixed, lit: linear light in there, (h, w, 3): `bare` again, and by part what it adds where it is painted white.
    """

    bare: NDArray[np.uint8]
    shares: Mapping[str, NDArray[np.uint8]]
    box: tuple[slice, slice]
    fixed: NDArray[np.float32]
    lit: Mapping[str, NDArray[np.float32]]

    @classmethod
    def layered(cls, fixed: Array, lit: Mapping[str, Array], shares: Mapping[str, Array]) -> View:
        """The view of these layers, each (H, W, ...), of which only what is needed is kept."""
        seen = sum((shares[part] for part in lit), np.zeros(fixed.shape[:2]))
        rows, columns = (np.flatnonzero(seen.any(axis)) for axis in (1, 0))
        box = tuple(slice(s[0], s[-1] + 1) if len(s) else slice(0) for s in (rows, columns))
        small = {part: layer[box].astype(np.float32) for part, layer in lit.items()}
        bytes_ = {part: np.rint(255 * layer).astype(np.uint8) for part, layer in shares.items()}
        return cls(encode(fixed.astype(np.float32)), bytes_, box, fixed[box].astype(np.float32), small)

    def painted(self, paint: Mapping[str, ArrayLike]) -> NDArray[np.uint8]:
        """The picture (H, W, 3), sRGB, with its parts in the colours of `paint`, sRGB bytes, or the palette's."""
        picture = self.bare.copy()
        light = self.fixed
        for part, layer in self.lit.items():
            light = light + layer * linear(paint.get(part, PLANT[part])).astype(np.float32)
        picture[self.box] = encode(light)
        return picture

    def before(self, wall: ArrayLike, paint: Mapping[str, ArrayLike]) -> NDArray[np.uint8]:
        """`painted(paint)` before a background in `wall`, sRGB bytes."""
        change = (linear(wall) - linear(BACKGROUND)) * (self.shares["wall"][..., None] / 255)
        light = linear(self.painted(paint)) + change
        return encode(np.maximum(light, 0).astype(np.float32))


class Turntable:
    """The plant grown from `seed`; each of its 40 views is rendered when it is first asked for, and kept.

    stem_width, extra: as in `grow`. painted: the parts whose colour is chosen later.
    """

    def __init__(
        self, seed: int, stem_width: float = 1.0, extra: str = "", painted: tuple[str, ...] = ("flower",)
    ) -> None:
        rng = np.random.default_rng(seed)
        self._lamp, self._painted = Lamp.placed(rng), painted
        self._plant = grow(rng, stem_width, extra)
        self.view = lru_cache(maxsize=VIEWS)(self._render)

    def _render(self, index: int) -> View:
        return render(self._plant, self._lamp, 2 * np.pi * index / VIEWS, self._painted)


def render(plant: Plant, lamp: Lamp, turn: float, painted: tuple[str, ...]) -> View:
    """The view of `plant` turned by `turn` (radians) about the vertical; camera and lamp stay where they are."""
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])
    mesh, corners = plant.mesh, plant.mesh.points @ rotation
    xy, depth, eye = _project(corners)
    hits = rasterise(xy * OVERSAMPLING, depth, mesh.triangles, SIZE * OVERSAMPLING)
    points, normals, tone = _between_corners(hits, mesh.triangles, corners, mesh.normals @ rotation, mesh.tone[:, None])
    part, normals = plant.part[hits.triangle], unit(normals, axis=0)
    casting = mesh.triangles[: plant.casting]
    reached = lamp.reaches(corners[: casting.max() + 1], casting, points)
    diffuse = lamp.diffuse(normals, reached) * tone
    satin = np.array([_GLOSS[name] for name in plant.names], np.float32)[part]
    gloss = satin * lamp.gloss(normals, unit(eye[:, None] - points, axis=0), reached)
    black = (0, 0, 0)  # what a part adds to the layer that does not depend on its colour, gloss apart
    paint = linear([black if name in painted else PLANT[name] for name in plant.names]).T.astype(np.float32)[:, part]
    shows = {name: part == plant.names.index(name) for name in _MASKED if name in plant.names}
    pixel = _pixel_of(hits.place)
    fixed = _averaged(pixel, paint * diffuse + gloss)
    shares = {name: _averaged(pixel[seen])[..., 0] for name, seen in shows.items()}
    shares["wall"] = 1 - _averaged(pixel)[..., 0]
    lit = {name: _averaged(pixel[shows[name]], diffuse[:, shows[name]]) for name in painted}
    return View.layered(fixed + shares["wall"][..., None] * linear(BACKGROUND), lit, shares)


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
    """Each of the corners' `attributes` (V, C) at the hits, (C, M)."""
    table = np.concatenate(attributes, 1).T.astype(np.float32, order="C")  # (C, V)
    weights, corners = hits.weights.astype(np.float32), triangles.T[:, hits.triangle]
    blend = np.stack([sum(w * channel[i] for w, i in zip(weights, corners, strict=True)) for channel in table])
    return np.split(blend, np.cumsum([a.shape[1] for a in attributes])[:-1])


def _pixel_of(place: NDArray[np.intp]) -> NDArray[np.intp]:
    """The number of the pixel that each of the raster's points lies in."""
    row, column = np.divmod(place, SIZE * OVERSAMPLING)
    return row // OVERSAMPLING * SIZE + column // OVERSAMPLING


def _averaged(pixel: NDArray[np.intp], layers: Sequence[Array | None] = (None,)) -> Array:
    """(H, W, C): per pixel the sum of each of the layers (M,) over its points, divided by all points of a pixel.

    pixel: (M,), where each point lies. A layer None counts 1 for each point.
    """
    sums = [np.bincount(pixel, layer, minlength=SIZE * SIZE) for layer in layers]
    return np.stack(sums, 1).reshape(SIZE, SIZE, -1) / OVERSAMPLING**2
