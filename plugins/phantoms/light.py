"""How surfaces answer to light: one warm lamp with its shadows, a cool sky, a little gloss; and sRGB both ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salviewer_plugins.phantoms.surfaces import Array, unit
from salviewer_plugins.phantoms.visibility import rasterise

_LAMP, _SKY, _GROUND = np.array([[0.86, 0.83, 0.76], [0.40, 0.42, 0.45], [0.36, 0.34, 0.32]], np.float32)
_WRAP = 0.35
"""How far lamp light creeps around a surface: thin leaves and petals let some through."""
_SHADOW_CELLS, _SHADOW_BIAS = 320, 0.05
_ENCODED_STEPS = 4096


@dataclass(frozen=True, eq=False)
class Lamp:
    """A lamp far away, fixed to the camera while the plant turns. direction: (3,) unit, from the plant to the lamp."""

    direction: Array

    @classmethod
    def placed(cls, rng: np.random.Generator) -> Lamp:
        """A lamp above the camera's left shoulder, give or take what `rng` says."""
        turn, height = np.deg2rad(-40 + rng.uniform(-15, 15)), np.deg2rad(48 + rng.uniform(-8, 8))
        return cls(np.array([np.cos(height) * np.sin(turn), np.sin(height), np.cos(height) * np.cos(turn)]))

    def diffuse(self, normals: Array, reached: Array) -> Array:
        """(N, 3) light that a white surface throws back; `reached`: (N,) in 0..1, the part of the lamp it sees."""
        facing = np.clip((normals @ self.direction.astype(np.float32) + _WRAP) / (1 + _WRAP), 0, 1)
        sky = (0.5 + 0.5 * normals[:, 1])[:, None]
        return (facing * reached)[:, None] * _LAMP + sky * _SKY + (1 - sky) * _GROUND

    def gloss(self, normals: Array, to_eye: Array, reached: Array, power: float = 24.0) -> Array:
        """(N,) highlight of a satin surface, the same for every paint (Blinn's half vector)."""
        half = unit(to_eye + self.direction.astype(np.float32))
        return reached * np.clip(np.einsum("ni,ni->n", normals, half), 0, 1) ** power

    def reaches(self, corners: Array, triangles: NDArray[np.intp], points: Array) -> Array:
        """(N,) in 0..1: how much of the lamp each of `points` (N, 3) sees past the mesh; soft at the rim."""
        x = unit(np.cross([0.0, 1.0, 0.0], self.direction))
        axes = np.stack([x, np.cross(self.direction, x), self.direction])
        mesh, seen = corners @ axes.T, points @ axes.T
        low, high = mesh.min(0), mesh.max(0)
        cell = (high - low)[:2].max() / (_SHADOW_CELLS - 2)
        flip, origin = np.array([1, -1]), np.array([low[0], high[1]])
        hits = rasterise((mesh[:, :2] - origin) * flip / cell + 1, high[2] - mesh[:, 2] + 1, triangles, _SHADOW_CELLS)
        nearest = np.full(_SHADOW_CELLS**2, np.inf)
        nearest[hits.place] = hits.depth
        column, row = (((seen[:, :2] - origin) * flip / cell + 1).T).astype(np.intp)
        depth = high[2] - seen[:, 2] + 1 - _SHADOW_BIAS
        lit = np.zeros(len(points), np.float32)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                place = np.clip(row + dy, 0, _SHADOW_CELLS - 1) * _SHADOW_CELLS + np.clip(
                    column + dx, 0, _SHADOW_CELLS - 1
                )
                lit += nearest[place] > depth
        return lit / 9


def linear(srgb: ArrayLike) -> Array:
    """SRGB bytes (..., 3) as linear light in 0..1."""
    s = np.asarray(srgb, float) / 255
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


def encode(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear light as sRGB bytes of the same shape; brighter than 1 is 255."""
    return _TABLE[np.minimum(light * (_ENCODED_STEPS - 1) + 0.5, _ENCODED_STEPS - 1).astype(np.intp)]


def _encoding_table() -> NDArray[np.uint8]:
    x = np.linspace(0, 1, _ENCODED_STEPS)
    s = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.rint(255 * s).astype(np.uint8)


_TABLE = _encoding_table()
