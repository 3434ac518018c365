"""Volumes from arrays and tensors handed over in Python."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from salviewer.api import Volume
from salviewer.data.arrays import as_numpy
from salviewer.data.limits import check_memory
from salviewer.data.volume_geometry import Placement, axcodes_of, is_sound, remarks
from salviewer.data.volume_header import MAX_SIDE
from salviewer.data.volume_values import Findings, value_notes
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted


def volume_from_array(array: Any, affine: Any = None, name: str = "array") -> Volume:
    """A volume of the array's own values, copied: float32, or whole numbers of at most 32 bits.

    Args:
        array: (X, Y, Z), leading axes of 1 allowed; floats, whole numbers or bools (0 and 1); numpy or a tensor on
            any device.
        affine: (4, 4), voxel to RAS+ mm; None where nobody knows: 1 mm voxels of unknown orientation.
        name: as shown to people.

    Raises:
        UnreadableInput: "bad-dims", "unsupported-dtype", "non-finite", "no-finite-voxels", "over-budget",
            "bad-affine".
    """
    values = _as_volume(as_numpy(array, name, "unsupported-dtype"), name)
    placement = _placement(affine, name)
    found = Findings()
    found.add(values)
    _require_finite(found, name)
    digest = hashlib.sha256(f"{values.shape} {values.dtype}".encode())
    digest.update(values.tobytes())
    notes = (*remarks(placement.affine, oriented=placement.oriented), *value_notes(found))
    return Volume(
        values,
        placement.affine,
        name,
        digest.hexdigest(),
        axcodes_of(placement),
        geometry="array",
        warnings=notes,
    )


def _as_volume(values: np.ndarray, name: str) -> np.ndarray:
    while values.ndim > 3 and values.shape[0] == 1:
        values = values[0]
    if values.ndim != 3 or min(values.shape) < 1 or max(values.shape) > MAX_SIDE:
        raise UnreadableInput(
            f"{name} has the shape {values.shape}; a volume is (x, y, z) with 1 to {MAX_SIDE} voxels a side.",
            code="bad-dims",
        )
    check_memory(name, 4 * values.size)
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype.kind in "iu":
        return _whole(values, name)
    if values.dtype.kind != "f":
        raise UnreadableInput(
            f"{name} holds {values.dtype} numbers: give floating point or whole numbers.", code="unsupported-dtype"
        )
    with np.errstate(over="ignore"):  # what is too large is counted as not finite
        return np.array(values, np.float32)


def _whole(values: np.ndarray, name: str) -> np.ndarray:
    if values.dtype.itemsize < 8:
        return np.array(values, values.dtype.newbyteorder("="))
    limits = np.iinfo(np.int32)
    if values.min() < limits.min or values.max() > limits.max:
        raise UnreadableInput(
            f"{name} holds whole numbers of more than 32 bits: give float32.", code="unsupported-dtype"
        )
    return values.astype(np.int32)


def _require_finite(found: Findings, name: str) -> None:
    if found.missing == found.count:
        raise UnreadableInput(f"{name} holds no finite number: check how it was made.", code="no-finite-voxels")
    if found.missing:
        raise UnreadableInput(
            f"{name} has {counted(found.missing, 'value that is', 'values that are')} NaN, infinite or too large "
            f"for float32: replace them first.",
            code="non-finite",
        )


def _placement(affine: Any, name: str) -> Placement:
    if affine is None:
        return Placement("array", np.eye(4), oriented=False)
    try:
        given = np.array(affine, np.float64)
    except (TypeError, ValueError):
        given = np.zeros(0)
    if given.shape != (4, 4) or not is_sound(given) or tuple(given[3]) != (0, 0, 0, 1):
        raise UnreadableInput(
            f"The affine of {name} cannot be: give 4 × 4 finite numbers whose axes span a volume, 0 0 0 1 in the last "
            "row.",
            code="bad-affine",
        )
    return Placement("array", given)
