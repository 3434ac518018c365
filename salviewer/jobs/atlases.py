"""The atlas that a spec names, on a model's input grid; and the question whether volume and atlas share a space."""

from __future__ import annotations

from typing import Any

import numpy as np

from salviewer.api import Atlas, AtlasOnGrid, AtlasRef, GridMap, JobSpec, Volume
from salviewer.data.atlas_places import places_of
from salviewer.data.atlas_space import check_meeting, same_space
from salviewer.data.registration_result import is_affine
from salviewer.errors import InvalidChoice, NeedsChoice
from salviewer.jobs.shelf import Shelf
from salviewer.numeric.affine_sampling import sample_affine
from salviewer.numeric.counted import counted


def atlas_for(spec: JobSpec, shelf: Shelf, grid: GridMap) -> tuple[AtlasOnGrid, tuple[str, ...], dict[str, Any]]:
    """`spec`'s atlas on `grid`, the model's; what should be known about it, in sentences; and facts for provenance.

    Raises:
        NeedsChoice: "registration", nothing says that the input is in the atlas's space.
        InvalidChoice: the input is no volume, volume and atlas do not meet, or the matrix is none.
    """
    ref = spec.atlas
    volume = shelf.source(spec.input)
    if ref is None or not isinstance(volume, Volume) or grid.affine is None:
        raise InvalidChoice(f"An atlas goes with a 3D volume, and {volume.name} is none.", code="atlas-needs-volume")
    atlas = shelf.atlas(ref)
    matrix = registration_matrix(volume, atlas, ref)
    found = check_meeting(volume, atlas, matrix)
    placed = atlas_on_grid(atlas, grid, matrix)
    if not placed.regions:
        raise InvalidChoice(
            f"No region of {atlas.volume.name} lies within the part of {volume.name} that the model sees: its "
            f"preprocessing cuts them all off.",
            code="atlas-elsewhere",
        )
    notes = [note.text for note in atlas.volume.warnings]
    if len(placed.regions) < len(atlas.regions):
        notes.append(f"The model sees {len(placed.regions)} of the atlas's {counted(len(atlas.regions), 'region')}.")
    if ref.registration == "none" and not same_space(volume, atlas.volume):
        notes.append("That the input is in the atlas's space was taken for granted: its header does not say so.")
    facts = {
        "name": atlas.volume.name,
        "sha256": atlas.volume.sha256,
        "regions": len(atlas.regions),
        "in_view": round(found.share, 4),
        "registration": "headers" if ref.registration is None else ref.registration,
    }
    if ref.source.startswith("collection:"):
        facts["collection"] = ref.source
    return placed, tuple(notes), facts


def registration_matrix(volume: Volume, atlas: Atlas, ref: AtlasRef) -> np.ndarray | None:
    """(4, 4) from the volume's millimetres to the atlas's; None where both are in one space.

    Raises `NeedsChoice` "registration" where neither `ref` nor the headers say so; `InvalidChoice`.
    """
    if ref.registration == "none" or (ref.registration is None and same_space(volume, atlas.volume)):
        return None
    if ref.registration is None:
        raise NeedsChoice(
            f"The header of {volume.name} does not say that it is in the space of the atlas {atlas.volume.name} "
            f"({_space(volume)}; the atlas: {_space(atlas.volume)}). Register it first (--registration affine with "
            f"--template HEAD, in Python registration=sv.register(volume, template)), or say that it is "
            f'(--registration none, in Python registration="none").',
            code="registration",
            option="registration",
            choices=("affine", "none"),
        )
    matrix = np.array(ref.registration, np.float64).reshape(4, 4)
    if not is_affine(matrix):
        raise InvalidChoice(
            "The registration is no affine matrix: 16 finite numbers, row by row, whose last row is 0 0 0 1.",
            code="bad-registration",
        )
    return matrix


def atlas_on_grid(atlas: Atlas, grid: GridMap, registration: np.ndarray | None = None) -> AtlasOnGrid:
    """`atlas` on a model's `grid`, whose source has an affine; `registration`: (4, 4), input to atlas millimetres.

    Labels are the nearest. A region is in view where the grid has a voxel of it, or its centroid lies within.
    """
    to_atlas = np.eye(4) if registration is None else registration
    to_mm = np.array(grid.affine) @ np.array(grid.matrix)  # index (D, H, W) to the input's millimetres
    to_label = np.linalg.inv(atlas.volume.affine) @ to_atlas @ to_mm
    labels = sample_affine(atlas.volume.array, to_label, grid.model_shape, nearest=True).astype(np.int32)
    whole = places_of(atlas)
    named = np.isin(labels, whole.labels)
    labels[~named] = 0
    centroids_mm = _mapped(np.linalg.inv(to_atlas), whole.centroids_mm)
    centroids = _mapped(np.linalg.inv(to_mm), centroids_mm)
    size = np.array(grid.model_shape)
    seen = np.isin(whole.labels, np.unique(labels)) | ((centroids >= -0.5) & (centroids <= size - 0.5)).all(axis=1)
    by_label = {region.label: region for region in atlas.regions}
    regions = tuple(by_label[int(label)] for label in whole.labels[seen])
    return AtlasOnGrid(labels, regions, centroids[seen], centroids_mm[seen], whole.sizes_mm3[seen])


def _mapped(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """`matrix` (4, 4) of each of `points` (n, 3)."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def _space(volume: Volume) -> str:
    return f"“{volume.space}”" if volume.space else "its header names no space"
