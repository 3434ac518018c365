"""A volume as a small picture, for cards and lists: its middle axial slice, the patient's right on the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from salviewer.api.values import Picture, Volume

if TYPE_CHECKING:
    from collections.abc import Sequence

SIDE = 256
"""Pixels of the longer side at most."""
AXES = ("LR", "PA", "IS")


def flat(source: Picture | Volume) -> Picture:
    """`source` as a picture: itself, or its middle axial slice in gray, uint8 (h, w, 1)."""
    return middle_slice(source) if isinstance(source, Volume) else source


def middle_slice(volume: Volume) -> Picture:
    """The middle axial slice, front up; of a volume without known axes the middle along its last axis, as stored."""
    rows, columns, through = _axes(volume.axcodes)
    at = [slice(None)] * 3
    at[through] = slice(volume.shape[through] // 2, volume.shape[through] // 2 + 1)
    values = np.asarray(volume.array[tuple(at)]).squeeze(through)
    values = values if rows < columns else values.T
    if volume.axcodes is not None:
        values = values[::-1] if volume.axcodes[rows] == "A" else values
        values = values[:, ::-1] if volume.axcodes[columns] == "R" else values
    spacing = volume.spacing
    values = _square(values, spacing[rows], spacing[columns])
    return Picture(_gray(values, inverted=volume.inverted), volume.name, volume.sha256, volume.warnings)


def _axes(axcodes: Sequence[str] | None) -> tuple[int, int, int]:
    """Which of the volume's axes runs front to back, which from side to side, and which through the slices."""
    if axcodes is None:
        return 1, 0, 2
    across, along, through = (next(i for i, code in enumerate(axcodes) if code in pair) for pair in AXES)
    return along, across, through


def _square(values: np.ndarray, height_mm: float, width_mm: float) -> np.ndarray:
    """`values` on square pixels, their longer side `SIDE` at most, the nearest value each."""
    high, wide = (max(n * mm, 1e-6) for n, mm in zip(values.shape, (height_mm, width_mm), strict=True))
    scale = min(SIDE, max(values.shape)) / max(high, wide)
    picked = []
    for count, extent in zip(values.shape, (high, wide), strict=True):
        many = max(1, round(extent * scale))
        picked.append(np.minimum((np.arange(many) + 0.5) * count / many, count - 1).astype(np.intp))
    return values[np.ix_(*picked)]


def _gray(values: np.ndarray, *, inverted: bool) -> np.ndarray:
    values = values.astype(np.float32)
    finite = values[np.isfinite(values)]
    low, high = np.percentile(finite, (0.1, 99.9)) if finite.size else (0.0, 1.0)
    share = np.clip((np.nan_to_num(values, nan=low) - low) / max(high - low, 1e-12), 0, 1)
    share = 1 - share if inverted else share
    return np.asarray(np.round(255 * share)[..., None], np.uint8)
