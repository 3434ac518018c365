"""The two sides of a comparison: the true pixels, and the map's numbers."""

from __future__ import annotations

import numpy as np

from salviewer.api import Annotation

OUT_OF_VIEW = "The object lies outside what the model sees of the picture: there is nothing to compare with."
NO_NUMBERS = "The map has no contrast: it points nowhere."
NOTHING_SHOWN = "The map has no value above zero: it shows nothing."

_SAME = 1e-6


def given(truth: Annotation | None) -> Annotation:
    """`truth`, which every metric whose descriptor asks for an annotation is handed."""
    if truth is None:
        raise TypeError("this metric compares with an annotation and was handed none")
    return truth


def true_pixels(truth: Annotation) -> np.ndarray:
    """Bool (*S): the truth's mask; where the object is too small to cover half a pixel, those that its boxes touch."""
    if truth.mask.any():
        return truth.mask
    n = truth.mask.ndim
    touched = np.zeros_like(truth.mask)
    for box in truth.boxes:
        low, high = np.floor(box[n - 1 :: -1]).astype(int), np.ceil(box[: n - 1 : -1]).astype(int)
        touched[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = True
    return touched


def numbers(heatmap: np.ndarray) -> np.ndarray:
    """Float64 (*S): the map, with minus infinity where it holds no finite number."""
    values = np.asarray(heatmap, dtype=np.float64)
    return np.where(np.isfinite(values), values, -np.inf)


def has_contrast(heatmap: np.ndarray) -> bool:
    """Whether the map's finite numbers differ by more than rounding."""
    finite = heatmap[np.isfinite(heatmap)]
    if not finite.size:
        return False
    low, high = float(finite.min()), float(finite.max())
    return high - low > _SAME * max(abs(low), abs(high))


def mass(heatmap: np.ndarray) -> np.ndarray:
    """Float64 (*S): the map's positive part, 0 where it holds no finite number."""
    return np.maximum(numbers(heatmap), 0.0)
