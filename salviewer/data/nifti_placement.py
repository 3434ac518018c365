"""The three ways in which a NIfTI header may place its voxels: sform, qform, and nothing but their size."""

from __future__ import annotations

import math

import numpy as np
from nibabel.quaternions import quat2mat

from salviewer.api import Note
from salviewer.data.volume_geometry import Placement, is_sound

_SPACES = {1: "scanner", 2: "aligned", 3: "talairach", 4: "mni152"}
_UNITS = {1: (1000.0, "metres"), 3: (0.001, "micrometres")}
_ROUNDING = 1e-5


def placements_of(fields: np.void, notes: list[Note]) -> tuple[tuple[Placement, ...], tuple[Placement, ...]]:
    """(placements that the header counts as valid, best first; others that could be taken).

    fields: a header's, by nibabel's names. `notes`: gets what is to be said about them.
    """
    unit_mm, unit = _UNITS.get(int(fields["xyzt_units"]) & 7, (1.0, ""))
    if unit:
        notes.append(Note("units", f"The header gives lengths in {unit}; they were turned into millimetres."))
    to_mm = np.diag([unit_mm, unit_mm, unit_mm, 1.0])
    sizes, assumed = _sizes(fields)
    s_code, q_code = int(fields["sform_code"]), int(fields["qform_code"])
    sform = Placement("sform", to_mm @ _sform(fields), _SPACES.get(s_code, ""))
    qform = Placement("qform", to_mm @ _qform(fields, sizes), _SPACES.get(q_code, ""))
    given = [p for p, code in ((sform, s_code), (qform, q_code)) if code > 0]
    if not given:
        given = [Placement("pixdim", to_mm @ np.diag([*sizes, 1.0]), oriented=False)]
    if given[0].source != "sform" and assumed:
        text = f"The header gives no size along {assumed} that can be: 1 mm was assumed."
        notes.append(Note("assumed-spacing", text))
    return tuple(given), () if sform in given or not is_sound(sform.affine) else (sform,)


def _sizes(fields: np.void) -> tuple[np.ndarray, str]:
    """(3,) millimetres along each axis, 1 where the header says nothing; and the names of those axes."""
    stated = np.abs(fields["pixdim"][1:4].astype(np.float64))
    wrong = ~(np.isfinite(stated) & (stated > 0))
    return np.where(wrong, 1.0, stated), ", ".join(np.array(list("xyz"))[wrong])


def _sform(fields: np.void) -> np.ndarray:
    return np.array([*(fields[row] for row in ("srow_x", "srow_y", "srow_z")), (0, 0, 0, 1)], np.float64)


def _qform(fields: np.void, sizes: np.ndarray) -> np.ndarray:
    """The affine of the quaternion, NaN where it is longer than 1."""
    b, c, d = (float(fields[f"quatern_{letter}"]) for letter in "bcd")
    rest = 1.0 - (b * b + c * c + d * d)
    affine = np.full((4, 4), np.nan)
    if not rest > -_ROUNDING:
        return affine
    # Of half a turn only rounding is left, whose root would tilt the volume.
    rest = rest if rest > 4 * np.finfo(fields["quatern_b"].dtype).eps else 0.0
    flip = -1.0 if fields["pixdim"][0] < 0 else 1.0
    affine[:3, :3] = quat2mat([math.sqrt(rest), b, c, d]) * (sizes * (1, 1, flip))
    affine[:3, 3] = [fields[f"qoffset_{axis}"] for axis in "xyz"]
    affine[3] = (0, 0, 0, 1)
    return affine
