"""Where voxels lie in millimetres: which of a header's affines is taken, and what has to be said about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from nibabel.affines import obliquity
from nibabel.orientations import io_orientation, ornt2axcodes

from salviewer.api import Note
from salviewer.data.choices import question
from salviewer.errors import InvalidChoice

OBLIQUE_DEGREES = 1.0
"""A scan tilted by more than this against the body's axes is said to be so."""
SPACING_MM = (0.01, 50.0)
"""Between these, a voxel's size is believed."""
FARTHEST_MM = 1e9
"""No length in a header may be greater, or less than one by this."""
_FLAT = 1e-6
"""Volume of the box that unit steps along the three axes span; less is no volume."""
_SAME_VOXELS = 0.1


@dataclass(frozen=True, eq=False)
class Placement:
    """One way in which a header places its voxels.

    source: "sform", "qform", "pixdim", ...; affine: (4, 4) float64, voxel to RAS+ mm, perhaps broken.
    space: the space that it leads to, "" unknown; oriented: whether it tells left from right.
    """

    source: str
    affine: np.ndarray
    space: str = ""
    oriented: bool = True


@dataclass(frozen=True, eq=False)
class Geometry:
    """What a volume says of its place; the fields are those of `Volume`."""

    affine: np.ndarray
    axcodes: tuple[str, str, str] | None
    source: str
    space: str
    notes: tuple[Note, ...]


UNKNOWN = Note(
    "orientation-unknown",
    "The file does not say how the head lies: left and right cannot be trusted, and no letters are shown.",
)


def choose_geometry(
    placements: Sequence[Placement], spare: Sequence[Placement], wanted: str, shape: tuple[int, int, int], name: str
) -> Geometry:
    """The geometry by the first of `placements`, or by the one that is `wanted` ("ignore" takes none).

    Raises:
        NeedsChoice: "bad-affine": it is broken, and nobody said what else to take.
        InvalidChoice: the wanted one is broken, or is not there.
    """
    if wanted == "ignore":
        return Geometry(np.eye(4), None, "ignored", "", (UNKNOWN,))
    sound = [p for p in (*placements, *spare) if is_sound(p.affine)]
    chosen = next((p for p in sound if p.source == wanted), None) if wanted else placements[0]
    if chosen is None:
        raise InvalidChoice(f"{name} has no {wanted} that could be taken.", code="bad-option")
    if not is_sound(chosen.affine):
        others = tuple(dict.fromkeys(p.source for p in sound if p.source in ("sform", "qform")))
        what = f"has an affine ({chosen.source}) that does not span a volume"
        raise question(name, what, "bad-affine", "geometry", (*others, "ignore"))
    notes = list(remarks(chosen.affine, oriented=chosen.oriented))
    notes += _conflicts(chosen, placements, shape)
    return Geometry(chosen.affine, axcodes_of(chosen), chosen.source, chosen.space, tuple(notes))


def is_sound(affine: np.ndarray) -> bool:
    """Whether the affine is finite and its axes span a volume."""
    if not np.isfinite(affine).all() or np.abs(affine).max() > FARTHEST_MM:
        return False
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return bool(lengths.min() > 1 / FARTHEST_MM and abs(np.linalg.det(affine[:3, :3] / lengths)) > _FLAT)


def axcodes_of(placement: Placement) -> tuple[str, str, str] | None:
    """Where the axes point, each direction given to one axis; None where the header does not say."""
    if not placement.oriented:
        return None
    codes = ornt2axcodes(io_orientation(placement.affine))
    return None if None in codes else tuple(codes)


def remarks(affine: np.ndarray, *, oriented: bool = True) -> tuple[Note, ...]:
    """What is to be said about a sound affine: unknown orientation, obliquity, sizes that cannot be."""
    notes = [] if oriented else [UNKNOWN]
    angle = math.degrees(float(np.max(obliquity(affine))))
    if oriented and angle > OBLIQUE_DEGREES:
        notes.append(Note("oblique", f"The scan is tilted by {angle:.1f}° against the body's axes."))
    sizes = np.linalg.norm(affine[:3, :3], axis=0)
    if sizes.min() < SPACING_MM[0] or sizes.max() > SPACING_MM[1]:
        text = " × ".join(f"{float(f'{size:.3g}'):g}" for size in sizes)
        notes.append(Note("implausible-spacing", f"Voxels are {text} mm by the header, which is hardly right."))
    return tuple(notes)


def _conflicts(chosen: Placement, placements: Sequence[Placement], shape: tuple[int, int, int]) -> list[Note]:
    """A note where another placement that the header counts as valid is broken, or puts a corner elsewhere."""
    corners = np.array([[*np.array(at) * (np.array(shape) - 1), 1] for at in np.ndindex(2, 2, 2)], float).T
    notes = []
    for other in placements:
        if other.source == chosen.source or not other.oriented:
            continue
        if not is_sound(other.affine):
            notes.append(Note("header-inconsistent", f"The header's {other.source} is broken and was not used."))
            continue
        apart = np.linalg.norm(((other.affine - chosen.affine) @ corners)[:3], axis=0).max()
        if apart > _SAME_VOXELS * np.linalg.norm(chosen.affine[:3, :3], axis=0).min():
            text = (
                f"The header places the scan in two ways, up to {apart:.3g} mm apart: {_described(chosen)} was taken, "
                f"not {_described(other)}."
            )
            notes.append(Note("affine-conflict", text))
    return notes


def _described(placement: Placement) -> str:
    space = f", {placement.space}" if placement.space else ""
    return f"{placement.source} ({''.join(axcodes_of(placement) or ())}{space})"
