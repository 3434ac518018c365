"""Where a map lies in the world: on the model's own grid, so that nothing of it is resampled before it is drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salviewer.api.space import GridMap
from salviewer.api.values import Volume

TOLERANCE = 1e-3
"""Millimetres by which the corners of two grids may differ that count as the same."""


class Placed(NamedTuple):
    """An array and where it lies. values: float32 (X, Y, Z); affine: (4, 4) float64, from its index to RAS+ mm."""

    values: np.ndarray
    affine: np.ndarray


def place(values: np.ndarray, grid: GridMap) -> Placed:
    """A map (D, H, W) over the model's field of view, its axes in an order that makes the grid right-handed."""
    affine = np.asarray(grid.affine, np.float64) if grid.affine is not None else np.eye(4)
    cells = np.eye(4)
    for axis, (seen, held) in enumerate(zip(grid.model_shape, values.shape, strict=True)):
        cells[axis, axis] = seen / held  # a coarser map's cells cover several of the model's voxels
        cells[axis, 3] = (seen / held - 1) / 2
    affine = affine @ np.asarray(grid.matrix, np.float64) @ cells
    if np.linalg.det(affine[:3, :3]) < 0:
        return Placed(values.transpose(2, 1, 0), affine[:, [2, 1, 0, 3]])
    return Placed(values, affine)


def sees_all(grid: GridMap) -> bool:
    """Whether every voxel's centre lies within what the model sees."""
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in grid.source_shape], indexing="ij")).reshape(3, -1)
    into = np.linalg.inv(np.asarray(grid.matrix, np.float64))
    seen = (into[:3, :3] @ corners + into[:3, 3:]).T
    most = np.array(grid.model_shape) - 0.5 + TOLERANCE
    return bool(((seen >= -0.5 - TOLERANCE) & (seen <= most)).all())


def stand_in(grid: GridMap) -> Volume:
    """A black volume where `grid` has its source: for a map whose volume is not at hand."""
    affine = np.asarray(grid.affine, np.float64) if grid.affine is not None else np.eye(4)
    codes = (grid.axcodes[0], grid.axcodes[1], grid.axcodes[2]) if len(grid.axcodes) == 3 else None
    x, y, z = grid.source_shape
    return Volume(np.broadcast_to(np.float32(0), (x, y, z)), affine, "", "", codes)


def peak(placed: Placed, *, signed: bool) -> tuple[float, float, float] | None:
    """Where the map is highest, in RAS+ mm; farthest from zero where it is signed. None where it has no number."""
    sizes = np.abs(placed.values) if signed else placed.values
    if not np.isfinite(sizes).any():
        return None
    index = np.unravel_index(int(np.nanargmax(np.where(np.isfinite(sizes), sizes, np.nan))), sizes.shape)
    x, y, z = (placed.affine @ np.array([*index, 1.0]))[:3]
    return float(x), float(y), float(z)


def index_at(affine: np.ndarray, mm: tuple[float, float, float]) -> np.ndarray:
    """float64 (3,): the place `mm` as an index of the grid with this affine."""
    return np.asarray((np.linalg.inv(affine) @ np.array([*mm, 1.0]))[:3])


def nearest_at(placed: Placed, mm: tuple[float, float, float]) -> float | None:
    """The value of the cell at `mm`; None outside, and where there is no number."""
    index = np.round(index_at(placed.affine, mm)).astype(int)
    if not all(0 <= i < n for i, n in zip(index, placed.values.shape, strict=True)):
        return None
    value = float(placed.values[tuple(index)])
    return value if np.isfinite(value) else None


def same_grid(placed: Placed, volume: Volume) -> bool:
    """Whether the map's cells are the volume's voxels, in whatever order of axes."""
    if sorted(placed.values.shape) != sorted(volume.shape):
        return False
    mine, theirs = (_corners(a, s) for a, s in ((placed.affine, placed.values.shape), (volume.affine, volume.shape)))
    return bool(np.abs(mine - theirs).max() <= TOLERANCE)


def _corners(affine: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(8, 3): the centres of the corner voxels in mm, in an order that does not depend on that of the axes."""
    index = np.array(np.meshgrid(*[(0, n - 1) for n in shape], indexing="ij")).reshape(3, -1)
    places = (affine[:3, :3] @ index + affine[:3, 3:]).T
    return places[np.lexsort(np.round(places, 2).T)]
