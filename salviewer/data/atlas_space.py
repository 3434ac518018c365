"""Do a volume and an atlas meet? Whether headers say that both are in one space, and what of the atlas lies in view."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from salviewer.api import Atlas, Volume
from salviewer.data.atlas_places import places_of
from salviewer.errors import InvalidChoice

UNSAID = ("", "scanner", "aligned")
"""What a header may say of its space without naming one that others share."""


@dataclass(frozen=True)
class Meeting:
    """How an atlas and a volume lie to one another.

    share: of the atlas's regions, whose centroid lies within the volume's field of view, 0..1.
    volume_mm, atlas_mm: per axis (low, high) in RAS+ millimetres of the volume's world: the outer edges of the volume,
    and those of the atlas's grid (as the registration places it).
    """

    share: float
    volume_mm: tuple[tuple[float, float], ...]
    atlas_mm: tuple[tuple[float, float], ...]


def same_space(volume: Volume, atlas: Volume) -> bool:
    """Whether the headers say that both are in one space: they name the same one, or have the same grid."""
    if volume.axcodes is None or atlas.axcodes is None:
        return False
    if volume.space not in UNSAID and atlas.space not in UNSAID:
        return volume.space == atlas.space
    return volume.shape == atlas.shape and bool(np.allclose(volume.affine, atlas.affine, atol=1e-4))


def meeting(volume: Volume, atlas: Atlas, registration: np.ndarray | None = None) -> Meeting:
    """How they lie to one another. `registration`: (4, 4), from the volume's millimetres to the atlas's; None: same."""
    back = np.eye(4) if registration is None else np.linalg.inv(registration)
    centroids = places_of(atlas).centroids_mm @ back[:3, :3].T + back[:3, 3]
    index = np.linalg.inv(volume.affine)
    at = centroids @ index[:3, :3].T + index[:3, 3]
    inside = ((at >= -0.5) & (at <= np.array(volume.shape) - 0.5)).all(axis=1)
    return Meeting(
        float(inside.mean()), _span(volume.shape, volume.affine), _span(atlas.volume.shape, back @ atlas.volume.affine)
    )


def check_meeting(volume: Volume, atlas: Atlas, registration: np.ndarray | None = None) -> Meeting:
    """`meeting`. Raises `InvalidChoice` "atlas-elsewhere" where no region of the atlas lies within the volume."""
    found = meeting(volume, atlas, registration)
    if found.share == 0:
        raise InvalidChoice(
            f"The atlas {atlas.volume.name} and {volume.name} do not meet: {volume.name} spans "
            f"{_said(found.volume_mm)} and the atlas {_said(found.atlas_mm)}, so none of its {len(atlas.regions)} "
            f"regions lies within. Register the volume to a head in the atlas's space, or choose the atlas that goes "
            f"with it.",
            code="atlas-elsewhere",
        )
    return found


def _span(shape: tuple[int, int, int], affine: np.ndarray) -> tuple[tuple[float, float], ...]:
    corners = np.array(list(itertools.product(*((-0.5, n - 0.5) for n in shape))))
    mm = corners @ affine[:3, :3].T + affine[:3, 3]
    return tuple((round(float(low), 1), round(float(high), 1)) for low, high in zip(mm.min(0), mm.max(0), strict=True))


def _said(spans: tuple[tuple[float, float], ...]) -> str:
    return ", ".join(f"{axis} {low:.0f} to {high:.0f}" for axis, (low, high) in zip("xyz", spans, strict=True)) + " mm"
