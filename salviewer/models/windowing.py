"""A volume's values made a network's: clipped at two percentiles or values that become 0 and 1."""

from __future__ import annotations

import numpy as np

from salviewer.api import Note, Volume, VolumePreprocessing

_COUNTED = 2**22
"""Whole numbers that span no more than this are counted rather than sorted."""


def windowed(
    sampled: np.ndarray, volume: Volume, p: VolumePreprocessing
) -> tuple[np.ndarray, tuple[str, ...], tuple[Note, ...]]:
    """`sampled` (float32, of `volume`, NaN where it has no value) after the window; what was done, and what to know.

    What has no value gets the window's low one: it is padding, or a gap in the volume.
    """
    empty = np.isnan(sampled)
    if p.window == "none":
        low = 0.0 if not empty.any() else _extremes(volume.array)[0]
        return np.where(empty, np.float32(low), sampled), (), ()
    low, high = (p.low, p.high) if p.window == "range" else percentiles(volume.array, p.low, p.high)
    said = f"percentiles {p.low:g} and {p.high:g}" if p.window == "percentile" else "given"
    if not low < high:
        text = f"{volume.name} has one value nearly everywhere, {low:.4g}: after the window it is 0 everywhere."
        return np.zeros_like(sampled), (), (Note("constant", text),)
    out = np.clip((sampled - np.float32(low)) / np.float32(high - low), 0, 1)
    out[empty] = 0
    return out, (f"values from {low:.4g} to {high:.4g} ({said}) became 0 to 1",), ()


def percentiles(values: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """Two percentiles, 0..100, of all finite `values`; (0, 0) where there is none."""
    if values.dtype.kind in "biu" and (found := _counted(values)) is not None:
        smallest, counts = found
        below = np.cumsum(counts)
        at = [int(np.searchsorted(below, q / 100 * (values.size - 1), side="right")) for q in (low, high)]
        return (float(smallest + at[0]), float(smallest + at[1]))
    flat = np.asarray(values).reshape(-1)
    if flat.dtype.kind == "f" and not np.isfinite(flat.sum(dtype=np.float64)):
        flat = flat[np.isfinite(flat)]
    if not flat.size:
        return (0.0, 0.0)
    first, second = np.percentile(flat, [low, high])
    return (float(first), float(second))


def _counted(values: np.ndarray) -> tuple[int, np.ndarray] | None:
    """The smallest of whole numbers and how often each from there on occurs; None where they span too much."""
    smallest, largest = int(values.min()), int(values.max())
    if largest - smallest > _COUNTED:
        return None
    stored = values.transpose(sorted(range(values.ndim), key=lambda axis: -abs(values.strides[axis])))
    counts = np.zeros(largest - smallest + 1, np.int64)
    for part in stored:
        counts += np.bincount(part.reshape(-1).astype(np.int64) - smallest, minlength=len(counts))
    return smallest, counts


def _extremes(values: np.ndarray) -> tuple[float, float]:
    """The smallest and largest finite value; (0, 0) where there is none."""
    return percentiles(values, 0, 100)
