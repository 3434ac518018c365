"""What is said about a volume: where its space is from, what was converted, and what is under the cursor."""

from __future__ import annotations

import numpy as np

from salviewer.api.values import Volume
from salviewer.gui.on_screen import band_words
from salviewer.gui.scale import Numbers, Range
from salviewer.gui.values import Display
from salviewer.gui.volumes.laying import Placed, same_grid
from salviewer.kit.slice_words import signed
from salviewer.kit.volume_scene import VolumeProbe

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
    found.append(f"axes {', '.join(volume.axcodes)}" if volume.axcodes else "orientation unknown")
    angle = obliquity(volume.affine)
    found.append(f"oblique by {angle:.0f}°" if angle > OBLIQUE_DEGREES else "")
    return " · ".join(words for words in found if words)


def banner_words(volume: Volume, placed: Placed | None) -> tuple[str, ...]:
    """What must be known to read the slices: warnings of the file first, then whether the map lies on another grid."""
    found = [note.text for note in volume.warnings]
    if placed is not None and not same_grid(placed, volume):
        found.append(f"{RESAMPLED[0].upper()}{RESAMPLED[1:]}.")
    return tuple(found)


def map_words(scale: Range, display: Display, numbers: Numbers, band: tuple[float, float] | None) -> str:
    """What is shown of the map: its scale, whether it is smoothed, which part of it."""
    found = [scale.sentence, "smoothed between its cells" if display.smooth else ""]
    found.append(band_words(display, numbers, band) if band is not None else "")
    return " · ".join(words for words in found if words)


def filled_words(scale: Range) -> str:
    """What is shown while regions are filled with their impact."""
    ends = f"{scale.low:.3g} to {scale.high:.3g}"
    return f"each region is filled with its impact; the map, {ends}, is drawn in its maximum alone"


def place_words(probe: VolumeProbe, *, known: bool) -> str:
    """Where it is: "voxel 41, 60, 33 · −12.0, 8.0, 31.5 mm (R A S)"; `known`: whether the axes point anywhere."""
    voxel = f"voxel {', '.join(map(str, probe.voxel))}"
    world = ", ".join(signed(value) for value in probe.mm)
    return f"{voxel} · {world} mm (R A S)" if known else voxel


def value_words(probe: VolumeProbe, unit: str, *, mapped: bool, region: str = "") -> str:
    """The raw values there: the map's cell, the volume's voxel, and what the atlas calls the place."""
    found = [region]
    if mapped:
        unit = f" {unit}" if unit not in ("", "1") else ""
        found.append(f"map {probe.overlay:.5g}{unit}" if probe.overlay is not None else "no map here")
    found.append(f"volume {probe.value:.5g}")
    return " · ".join(words for words in found if words)


def obliquity(affine: np.ndarray) -> float:
    """The largest angle in degrees between an axis of the grid and the axis of the world that it is nearest to."""
    sides = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return float(np.degrees(np.arccos(np.clip(np.abs(sides).max(axis=0), 0, 1)).max()))
