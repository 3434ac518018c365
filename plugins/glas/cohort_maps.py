"""A subject's map on the reference's grid.

How a subject lies to the reference is known from the centroids of the regions: the subject's table has them in its own
millimetres, the atlas in the reference's, and both are the same points of the atlas carried over by a registration. The
affine map between them is therefore that of the registrations. Without a table, both are taken to be in one space.
"""

from __future__ import annotations

import numpy as np

from salviewer.api import AtlasOnGrid, Explanation, GridMap, RegionTable
from salviewer.errors import InvalidChoice
from salviewer.numeric.affine_sampling import sample_affine
from salviewer_plugins.glas.cohort_subjects import Subject

MISFIT_MM = 1.0
"""Centroids that no affine map brings closer than this are not those of one atlas."""
SAME = 1e-3
"""Voxels by which two grids may differ and still be taken for one."""


def on_reference(grid: GridMap, atlas: AtlasOnGrid, subject: Subject, explanation: Explanation) -> np.ndarray:
    """The subject's map (D, H, W) on the reference's `grid`, float32; NaN where the subject has none.

    explanation: the subject's own.

    Raises:
        InvalidChoice: nobody knows where the map lies, or the subject's regions are not where any registration of this
            atlas could put them.
    """
    values, theirs = explanation.heatmap, explanation.grid
    if theirs is None or theirs.affine is None or grid.affine is None:
        if values.shape == grid.model_shape:
            return values
        raise InvalidChoice(
            f"The map of {subject.name} has {_said(values.shape)} voxels and the reference {_said(grid.model_shape)}, "
            f"and where they lie to one another is not known: give volumes with an affine, or of one grid.",
            code="unknown-place",
        )
    between = np.eye(4) if subject.table is None else registration(atlas, subject.table, subject.name)
    matrix = np.linalg.inv(theirs.world()) @ between @ grid.world()
    if values.shape == grid.model_shape and _moves(matrix, values.shape) < SAME:
        return values
    return sample_affine(values, matrix, grid.model_shape)


def registration(atlas: AtlasOnGrid, table: RegionTable, name: str) -> np.ndarray:
    """(4, 4), from the reference's millimetres to those of the subject with this `table`.

    The identity where fewer than four centroids, or those of one plane, leave it open.
    """
    here = {r.label: at for r, at in zip(atlas.regions, atlas.centroids_mm, strict=True)}
    there = dict(zip(table.labels.tolist(), table.centroids.astype(np.float64), strict=True))
    shared = [label for label in here if label in there]
    if len(shared) < 4:
        return np.eye(4)
    a, b = np.array([here[label] for label in shared]), np.array([there[label] for label in shared])
    middle = a.mean(axis=0)
    spread = np.linalg.svd(a - middle, compute_uv=False)
    if spread[-1] < 1e-3 * spread[0]:
        return np.eye(4)
    found = np.linalg.lstsq(np.column_stack([a - middle, np.ones(len(a))]), b, rcond=None)[0].T
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = found[:, :3], found[:, 3] - found[:, :3] @ middle
    gap = np.abs(a @ matrix[:3, :3].T + matrix[:3, 3] - b).max()
    if gap > MISFIT_MM:
        raise InvalidChoice(
            f"The regions of {name} do not lie as those of the ranking's atlas do ({gap:.1f} mm apart at best): "
            f"explain all subjects with the atlas that the ranking uses.",
            code="mixed-atlases",
        )
    return matrix


def _moves(matrix: np.ndarray, shape: tuple[int, ...]) -> float:
    """By how many voxels `matrix` moves the corner of a grid that it moves most."""
    corners = np.array(np.meshgrid(*((0, n - 1) for n in shape), indexing="ij")).reshape(3, -1)
    return float(np.abs((matrix[:3, :3] - np.eye(3)) @ corners + matrix[:3, 3:]).max())


def _said(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
