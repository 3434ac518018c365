"""Refuses slices that do not lie at equal distances on one line, and says where they do not."""

from __future__ import annotations

import numpy as np

from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

_SHARE = 0.01
_ROUNDING_MM = 1e-3
"""Headers state positions as text, often to three digits."""
_TILT_DEGREES = 0.5
_SHOWN = 3


def check_gaps(places: np.ndarray, name: str) -> None:
    """Refuse unequal distances. `places`: (n,) millimetres along the normal, rising.

    Raises:
        UnreadableInput: "duplicate-slices", "missing-slices" (each odd gap is a multiple of the others), or
            "irregular-slices".
    """
    if len(places) < 2:
        return
    gaps = np.diff(places)
    if doubled := [f"{places[i]:.1f} mm" for i in np.flatnonzero(gaps < 2 * _ROUNDING_MM)]:
        raise UnreadableInput(
            f"{name} has more than one slice in the same place ({_listed(doubled)}): keep one volume per folder.",
            code="duplicate-slices",
        )
    usual = float(np.median(gaps))
    odd = np.flatnonzero(np.abs(gaps - usual) > _SHARE * usual + _ROUNDING_MM)
    if not odd.size:
        return
    told = _listed([f"{gaps[i]:.2f} mm after {places[i]:.1f} mm" for i in odd])
    times = gaps[odd] / usual
    if ((times > 1.5) & (np.abs(times - np.round(times)) < 2 * _SHARE * times)).all():
        count = int(np.sum(np.round(times) - 1))
        raise UnreadableInput(
            f"{name} lacks {counted(count, 'slice')}: slices are {usual:.2f} mm apart, but {told}. Get "
            "the whole series.",
            code="missing-slices",
        )
    raise UnreadableInput(
        f"{name} has slices at unequal distances: mostly {usual:.2f} mm, but {told}. Resample it to equal ones first.",
        code="irregular-slices",
    )


def check_line(positions: np.ndarray, step: np.ndarray, normal: np.ndarray, name: str) -> None:
    """Refuse slices that are shifted against each other. `positions`: (n, 3) mm in order; `step`: (3,) mm.

    Raises:
        UnreadableInput: "gantry-tilt" (all by the same), or "irregular-slices".
    """
    length = float(np.linalg.norm(step))
    line = positions[0] + np.arange(len(positions))[:, None] * step
    off = float(np.linalg.norm(positions - line, axis=1).max())
    if off > 0.1 * length + 10 * _ROUNDING_MM:
        raise UnreadableInput(
            f"{name} has slices up to {off:.1f} mm away from where equal steps along a straight line would put them: "
            "get the series again.",
            code="irregular-slices",
        )
    tilt = float(np.degrees(np.arccos(np.clip(step @ normal / length, -1.0, 1.0))))
    slack = np.degrees(2 * _ROUNDING_MM / length)
    if tilt > _TILT_DEGREES + slack:
        raise UnreadableInput(
            f"{name} was taken with a gantry tilted by {tilt:.1f}°, so that its slices lie askew: resample it upright "
            "first.",
            code="gantry-tilt",
        )


def _listed(items: list[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
