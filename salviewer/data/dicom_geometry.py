"""From the slices' own positions to an order and an affine.

With the row direction r, the column direction c (unit vectors), pixel spacings (between columns dx, between rows dy)
and slice positions p_k, sorted along n = r × c, the voxel (i, j, k) lies in the patient's LPS millimetres at

    p_0 + i·dx·r + j·dy·c + k·(p_last - p_0) / (n_slices - 1);

RAS+ turns the signs of the first two. File names and instance numbers take no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from salviewer.api import Note
from salviewer.data.choices import asked
from salviewer.data.dicom_choices import DicomChoices
from salviewer.data.dicom_gaps import check_gaps, check_line
from salviewer.data.dicom_stacks import Placed
from salviewer.data.volume_geometry import FARTHEST_MM, SPACING_MM, UNKNOWN, Placement, axcodes_of, remarks
from salviewer.errors import NeedsChoice, UnreadableInput

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Arrangement:
    """members: from the first to the last slice. affine: (4, 4) RAS+. axcodes: None where nobody knows."""

    members: list[Placed]
    affine: np.ndarray
    axcodes: tuple[str, str, str] | None
    notes: tuple[Note, ...]


def arrange(members: list[Placed], choices: DicomChoices, name: str) -> Arrangement:
    """The slices in their order along the normal.

    Raises:
        NeedsChoice: "bad-spacing", "bad-orientation" or "no-geometry"; `geometry` may say "ignore".
        UnreadableInput: "no-geometry" (one flat picture), "no-positions", "duplicate-slices", "missing-slices",
            "irregular-slices", "gantry-tilt".
    """
    if choices.geometry == "ignore" and _fault(members):
        return _in_voxels(members, name)
    if fault := _fault(members):
        _ask(members, fault, name)
    first = members[0].slice
    row, column = _unit(first.orientation[:3]), _unit(first.orientation[3:])
    normal = np.cross(row, column)
    positions = np.array([m.slice.position for m in members], dtype=np.float64)
    order = np.argsort(positions @ normal, kind="stable")
    positions = positions[order]
    check_gaps(positions @ normal, name)
    step, notes = _step(positions, normal, first.between, name)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = row * first.spacing[1], column * first.spacing[0]
    affine[:3, 2], affine[:3, 3] = step, positions[0]
    affine = _LPS_TO_RAS @ affine
    return Arrangement(
        [members[i] for i in order], affine, axcodes_of(Placement("dicom", affine)), (*notes, *remarks(affine))
    )


def _fault(members: list[Placed]) -> str:
    """The code of what is wrong with the place of the slices; "" where they can be arranged."""
    first = members[0].slice
    if not first.orientation and not first.spacing and not any(m.slice.position for m in members):
        return "no-geometry"
    if not first.orientation or not _right_angled(first.orientation):
        return "bad-orientation"
    if not first.spacing or min(first.spacing) < 1 / FARTHEST_MM:
        return "bad-spacing"
    return "" if all(m.slice.position for m in members) else "no-positions"


def _ask(members: list[Placed], fault: str, name: str) -> NoReturn:
    single = len({m.file.path for m in members}) == 1
    if fault == "no-geometry" and len(members) == 1:
        raise UnreadableInput(
            f"{name} is one flat DICOM picture that does not say where it lies in the patient: only volumes can be "
            "opened, so save it as PNG first.",
            code="no-geometry",
        )
    if fault == "no-positions" and not single:
        raise UnreadableInput(
            f"Not every slice of {name} says where it lies (Image Position), so their order cannot be known: export "
            "the series again.",
            code="no-positions",
        )
    why = {
        "no-geometry": "does not say where its frames lie in the patient",
        "bad-orientation": "has no possible orientation (Image Orientation)",
        "bad-spacing": "has no possible distance between its pixels (Pixel Spacing)",
        "no-positions": "does not say where each of its frames lies",
    }[fault]
    raise NeedsChoice(
        f"{name} {why}: pass --option geometry=ignore to see it as voxels of 1 mm without left and right, in Python "
        'geometry="ignore".',
        code=fault,
        option="geometry",
        choices=("ignore",),
        asks=asked(f"{name} {why}", "geometry", ("ignore",)),
    )


def _in_voxels(members: list[Placed], name: str) -> Arrangement:
    """An arrangement in voxels of 1 mm: the frames' own order in a file, the order along a line of several files."""
    if len({m.file.path for m in members}) > 1:
        positions = np.array([m.slice.position or (np.nan,) * 3 for m in members])
        spread = np.ptp(positions, axis=0)
        if not np.isfinite(spread).all() or spread.max() <= 0:
            raise UnreadableInput(
                f"The slices of {name} do not say where they lie, so their order cannot be known: export them again.",
                code="no-positions",
            )
        along = positions[:, int(np.argmax(spread))]
        members = [members[i] for i in np.argsort(along, kind="stable")]
        check_gaps(np.sort(along), name)
    spacing = Note("assumed-spacing", "Voxels are taken to be 1 mm long each way: the header was ignored.")
    return Arrangement(members, np.eye(4), None, (UNKNOWN, spacing))


def _step(positions: np.ndarray, normal: np.ndarray, stated: float, name: str) -> tuple[np.ndarray, tuple[Note, ...]]:
    """The way (3,) from one slice to the next, in LPS millimetres."""
    if len(positions) > 1:
        step = (positions[-1] - positions[0]) / (len(positions) - 1)
        check_line(positions, step, normal, name)
        return step, ()
    known = SPACING_MM[0] <= stated <= SPACING_MM[1]
    length = stated if known else 1.0
    text = f"There is one slice only; it is taken to be {length:g} mm thick{', as stated' if known else ''}."
    return normal * length, (Note("one-slice" if known else "assumed-spacing", text),)


def _right_angled(orientation: tuple[float, ...]) -> bool:
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    return all(abs(n - 1) < 0.01 for n in lengths) and abs(float(row @ column)) < 0.01


def _unit(direction: tuple[float, ...]) -> np.ndarray:
    vector = np.array(direction, dtype=np.float64)
    return vector / np.linalg.norm(vector)
