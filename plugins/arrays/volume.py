"""An array of three axes as a volume: what it holds is taken as it is, and nobody knows where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from salviewer.api import Note, Volume
from salviewer.errors import UnreadableInput
from salviewer_plugins.arrays.finite import finite_floats

MAX_SIDE = 4096
_UNKNOWN = "An array does not say how the head lies: left and right cannot be trusted, and no letters are shown."


def as_volume(values: np.ndarray, nonfinite: str, name: str, sha256: str) -> Volume:
    """`values` (X, Y, Z) as 1 mm voxels: float32, or the array's own whole numbers of at most 32 bits.

    Raises:
        UnreadableInput: "over-budget", "unsupported-kind", "no-finite-voxels". NeedsChoice: "non-finite".
    """
    if max(values.shape) > MAX_SIDE:
        raise UnreadableInput(
            f"{name} has the shape {values.shape}; at most {MAX_SIDE} voxels a side can be opened: make it smaller.",
            code="over-budget",
        )
    notes = [Note("orientation-unknown", _UNKNOWN)]
    if values.dtype.kind == "f":
        voxels, missing = finite_floats(values, nonfinite, name)
        notes += missing
    else:
        voxels = np.array(values, _kept(values, name))
    if voxels.min() == voxels.max():
        notes.append(Note("constant-image", f"All voxels have the same value, {voxels.flat[0]:g}."))
    return Volume(voxels, np.eye(4), name, sha256, None, geometry="array", warnings=tuple(notes))


def _kept(values: np.ndarray, name: str) -> np.dtype[Any]:
    """The type in which whole numbers are kept: their own in the machine's order; of 64 bits, 32."""
    if values.dtype.kind == "b":
        return np.dtype(np.uint8)
    if values.dtype.itemsize < 8:
        return values.dtype.newbyteorder("=")
    limits = np.iinfo(np.int32)
    if values.min() < limits.min or values.max() > limits.max:
        raise UnreadableInput(
            f"{name} holds whole numbers of more than 32 bits: save it as float32.", code="unsupported-kind"
        )
    return np.dtype(np.int32)
