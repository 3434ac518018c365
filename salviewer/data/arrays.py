"""Pictures from arrays and tensors handed over in Python."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from salviewer.api import Note, Picture
from salviewer.data.limits import check_dimensions
from salviewer.errors import UnreadableInput
from salviewer.numeric.counted import counted

_MOST_CHANNELS = 64


def picture_from_array(array: Any, name: str = "array") -> Picture:
    """A picture of the array's own values, copied: (H, W, C) float32, or uint8 where bytes were given.

    Args:
        array: floats of any range, bytes, or bools (0 and 1); a numpy array or a tensor on any device; (C, H, W) or
            (H, W), a leading batch axis of 1 allowed; (H, W, 1) or (H, W, 3) where the first axis is neither 1 nor 3.
        name: as shown to people.

    Raises:
        UnreadableInput: "bad-dims", "unsupported-kind" (other numbers), "non-finite", "no-finite-voxels",
            "over-budget".
    """
    values = _channels_last(as_numpy(array, name, "unsupported-kind"), name)
    check_dimensions(name, values.shape[1], values.shape[0])
    pixels = _as_pixels(values, name)
    digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype}".encode())
    digest.update(pixels.data)
    return Picture(pixels, name, digest.hexdigest(), _notes(pixels))


def as_numpy(array: Any, name: str, code: str) -> np.ndarray:
    """A numpy array or a tensor on any device, as numpy. Raises `UnreadableInput` `code` for anything else."""
    try:
        if hasattr(array, "detach"):
            array = array.detach().cpu()
            # numpy knows no bfloat16.
            array = (array.float() if array.is_floating_point() else array).numpy()
        return np.asarray(array)
    except Exception as e:
        raise UnreadableInput(
            f"{name} cannot be turned into an array: give a numpy array or a tensor.", code=code
        ) from e


def _channels_last(values: np.ndarray, name: str) -> np.ndarray:
    if values.ndim == 4 and values.shape[0] == 1:
        values = values[0]
    if values.ndim == 2:
        return values[:, :, None]
    if values.ndim == 3 and (values.shape[0] in (1, 3) or values.shape[2] not in (1, 3)):
        values = np.moveaxis(values, 0, 2)
    if values.ndim != 3 or not 1 <= values.shape[2] <= _MOST_CHANNELS:
        raise UnreadableInput(
            f"{name} has the shape {values.shape}; a picture is (height, width) or (channels, height, width).",
            code="bad-dims",
        )
    return values


def _as_pixels(values: np.ndarray, name: str) -> np.ndarray:
    if values.dtype == np.uint8:
        return np.array(values, order="C")
    if values.dtype.kind not in "fb":
        raise UnreadableInput(
            f"{name} holds {values.dtype} numbers: give floating point (0..1 for a picture) or uint8 (0..255).",
            code="unsupported-kind",
        )
    with np.errstate(over="ignore"):
        pixels = np.array(values, dtype=np.float32, order="C")
    missing = int(pixels.size - np.count_nonzero(np.isfinite(pixels)))
    if missing == pixels.size:
        raise UnreadableInput(f"{name} holds no finite number: check how it was made.", code="no-finite-voxels")
    if missing:
        raise UnreadableInput(
            f"{name} has {counted(missing, 'value that is', 'values that are')} NaN, infinite or too large for "
            f"float32: replace them first.",
            code="non-finite",
        )
    return pixels


def _notes(pixels: np.ndarray) -> tuple[Note, ...]:
    if pixels.dtype == np.uint8 or (pixels.min() >= 0 and pixels.max() <= 1):
        return ()
    low, high = float(pixels.min()), float(pixels.max())
    text = f"Values run from {low:.3g} to {high:.3g} and are used as they are; a preprocessing expects 0..1."
    return (Note("value-range", text),)
