"""What is said about a volume: where its space is from, what was converted, and what is under the cursor."""

from __future__ import annotations

import numpy as np

from salviewer.api.values import Volume
from salviewer.gui.volumes.laying import Placed, index_at, nearest_at, same_grid

RADIOLOGICAL = "radiological: the patient's right is on the left"
NEUROLOGICAL = "neurological: the patient's left is on the left"
UNKNOWN = "orientation unknown: no letters are shown, and left may be right"
RESAMPLED = "map and volume have different grids: the map is drawn where it lies in the world"
GEOMETRY = {
    "sform": "space from the header's sform",
    "qform": "space from the header's qform",
    "pixdim": "no space in the header: voxel sizes only",
    "dicom": "space from the DICOM positions",
    "array": "space as given with the array",
}
OBLIQUE_DEGREES = 1.0


def convention_words(*, radiological: bool, known: bool) -> str:
    """What is printed on every view and export; `known`: whether the volume says where its axes point."""
    return (RADIOLOGICAL if radiological else NEUROLOGICAL) if known else UNKNOWN


def space_words(volume: Volume) -> str:
    """Where the volume's space is from and what it is, in a line."""
    found = [GEOMETRY.get(volume.geometry, "")]
    found.append(f"axes towards {', '.join(volume.axcodes)}" if volume.axcodes else "orientation unknown")
    angle = obliquity(volume.affine)
    found.append(f"oblique by {angle:.0f}°" if angle > OBLIQUE_DEGREES else "")
    return " · ".join(words for words in found if words)


def banner_words(volume: Volume, placed: Placed | None) -> tuple[str, ...]:
    """What must be known to read the slices: warnings of the file first, then whether the map lies on another grid."""
    found = [note.text for note in volume.warnings]
    if placed is not None and not same_grid(placed, volume):
        found.append(f"{RESAMPLED[0].upper()}{RESAMPLED[1:]}.")
    return tuple(found)


def place_words(volume: Volume | None, mm: tuple[float, float, float]) -> str:
    """Where `mm` is: "voxel 41, 60, 33 · -12.0, 8.0, 31.5 mm (R A S)"."""
    world = ", ".join(f"{value:.1f}" for value in mm)
    if volume is None:
        return f"{world} mm (R A S)"
    index = np.round(index_at(volume.affine, mm)).astype(int)
    voxel = f"voxel {', '.join(map(str, index))}"
    return f"{voxel} · {world} mm (R A S)" if volume.axcodes is not None else voxel


def value_words(volume: Volume | None, placed: Placed | None, unit: str, mm: tuple[float, float, float]) -> str:
    """The raw values at `mm`: the map's cell, then the volume's voxel."""
    found = []
    if placed is not None:
        value = nearest_at(placed, mm)
        unit = f" {unit}" if unit not in ("", "1") else ""
        found.append(f"map {value:.5g}{unit}" if value is not None else "no map here")
    if volume is not None:
        grey = nearest_at(Placed(volume.array, volume.affine), mm)
        found.append(f"volume {grey:.5g}" if grey is not None else "")
    return " · ".join(words for words in found if words)


def obliquity(affine: np.ndarray) -> float:
    """The largest angle in degrees between an axis of the grid and the axis of the world that it is nearest to."""
    sides = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return float(np.degrees(np.arccos(np.clip(np.abs(sides).max(axis=0), 0, 1)).max()))
