"""How planes, positions and conventions are called, on the screen and in exports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salviewer.kit.volume_scene import VolumeScene
from salviewer.numeric.slicing import Convention, SlicePlane

COORDINATE = {"axial": (2, "z"), "coronal": (1, "y"), "sagittal": (0, "x")}
UNKNOWN = "orientation unknown"
TAGGED = 1.0
"""Degrees of obliquity above which it is said."""


def plane_title(plane: SlicePlane) -> str:
    """Such as "Axial"; where nobody knows what is up, which axis of the file the slices follow."""
    return plane.name.capitalize() if plane.letters is not None else f"Along axis {plane.axis + 1}"


def position(plane: SlicePlane, mm: Sequence[float] | np.ndarray) -> str:
    """Such as "z 12.0 mm · slice 84": where in the world, and which slice of the file, the first one being 0."""
    axis, letter = COORDINATE[plane.name]
    slice_ = f"slice {plane.index(mm)}"
    return f"{letter} {signed(float(mm[axis]))} mm · {slice_}" if plane.letters is not None else slice_


def signed(value: float) -> str:
    """One digit after the point, with a real minus and never a minus before nothing."""
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")


def short_convention(plane: SlicePlane, convention: Convention) -> str:
    """What is said in a word on a slice that it mirrors; nothing on a sagittal one, which has letters for its nose."""
    if plane.letters is None:
        return UNKNOWN
    if plane.name == "sagittal":
        return ""
    return "radiological" if convention.radiological else "neurological"


def long_convention(plane: SlicePlane, convention: Convention) -> str:
    """The same as a sentence for a picture that is looked at elsewhere."""
    if plane.letters is None:
        return "Orientation unknown: nothing says which side is left"
    side = "right" if convention.radiological else "left"
    kind = "Radiological" if convention.radiological else "Neurological"
    if plane.name == "sagittal":
        return f"{kind} convention; sagittal, nose to the {'left' if convention.nose_left else 'right'}"
    return f"{kind} convention: the patient's left is on the {side}"


def oblique(scene: VolumeScene) -> str:
    """Such as "oblique 12.3°" where the slices lie off the world's axes, else nothing."""
    shown = scene.anatomy
    if shown is None or not scene.orientation_known or not shown.obliquity > TAGGED:
        return ""
    return f"oblique {shown.obliquity:.1f}°"
