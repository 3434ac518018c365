"""How surfaces answer to light: one warm lamp with its shadows, a cool sky, a little gloss; and sRGB both ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salviewer_plugins.phantoms.surfaces import Array, unit
from salviewer_plugins.phantoms.visibility import rasterise

_LAMP, _SKY, _GROUND = np.array([[0.86, 0.83, 0.76], [0.40, 0.42, 0.45], [0.36, 0.34, 0.32]], np.float32)[..., None]
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
        """(3, N) light that white surfaces with `normals` (3, N) throw back; `reached` (N,): what `reaches` says."""
        facing = np.clip((self.direction.astype(np.float32) @ normals + _WRAP) / (1 + _WRAP), 0, 1) * reached
        sky = 0.5 + 0.5 * normals[1]
        return facing * _LAMP + sky * _SKY + (1 - sky) * _GROUND

    def gloss(self, normals: Array, to_eye: Array, reached: Array, power: float = 24.0) -> Array:
        """(N,) highlight of a satin surface, the same for every paint (Blinn's half vector); `to_eye` (3, N)."""
        half = unit(to_eye + self.direction[:, None].astype(np.float32), axis=0)
        return reached * np.clip((normals * half).sum(0), 0, 1) ** power

    def reaches(self, corners: Array, triangles: NDArray[np.intp], points: Array) -> Array:
        """(N,) in 0..1: how much of the lamp each of `points` (3, N) on or near the mesh sees past it; soft."""
        x = unit(np.cross([0.0, 1.0, 0.0], self.direction))
        axes = np.stack([x, np.cross(x, self.direction), -self.direction])  # right, down and away, as the lamp sees it
        mesh, seen = corners @ axes.T, axes.astype(np.float32) @ points
        low = mesh.min(0)
        cell = np.ptp(mesh[:, :2], axis=0).max() / (_SHADOW_CELLS - 4)  # two cells of margin, for the neighbours below
        hits = rasterise((mesh[:, :2] - low[:2]) / cell + 2, mesh[:, 2] - low[2] + 1, triangles, _SHADOW_CELLS)
        nearest = np.full(_SHADOW_CELLS**2, np.inf, np.float32)
        nearest[hits.place] = hits.depth
        # A point far outside the mesh's outline reads an edge cell, where nothing stands.
        column, row = (np.clip((seen[i] - low[i]) / cell + 2, 1, _SHADOW_CELLS - 2) for i in (0, 1))
        place, depth = row.astype(np.intp) * _SHADOW_CELLS + column.astype(np.intp), seen[2] - low[2] + 1 - _SHADOW_BIAS
        around = [dy * _SHADOW_CELLS + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        return sum((nearest[place + step] > depth).astype(np.float32) for step in around) / len(around)


def linear(srgb: ArrayLike) -> Array:
    """The sRGB bytes (..., 3) as linear light in 0..1."""
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
