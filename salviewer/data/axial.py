"""One slice of a volume as a picture: for thumbnails, reports and PNG files, where a volume cannot be turned about.

Axial, the nose up, and radiological: the patient's left is on the right. A volume whose axes nobody knows is cut across
its third axis, as stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from salviewer.api import Explanation, GridMap, Heatmap, Picture, Volume
from salviewer.numeric.resample import resample_axes

_LOW, _HIGH = 0.1, 99.9
"""Percentiles of the slice that become black and white."""


@dataclass(frozen=True, eq=False)
class Axial:
    """The slice `index` (from 0) along the stored axis that points up, and what is cut out along with it."""

    volume: Volume = field(repr=False)
    index: int

    @property
    def picture(self) -> Picture:
        """The slice, uint8 (H, W, 1), pixels square."""
        values = self.cut(self.volume.array)
        known = values[np.isfinite(values)]
        low, high = np.percentile(known, [_LOW, _HIGH]) if known.size else (0.0, 0.0)
        share = (values - low) / ((high - low) or 1.0)
        share = 1 - share if self.volume.inverted else share
        pixels = (np.clip(np.nan_to_num(share), 0, 1) * 255 + 0.5).astype(np.uint8)
        return Picture(pixels[:, :, None], self.volume.name, self.volume.sha256)

    def cut(self, values: np.ndarray) -> np.ndarray:
        """The same slice of `values` (X, Y, Z) on the volume's grid: float32 (H, W), pixels square."""
        axes, flips = _lying(self.volume)
        flat = np.asarray(np.take(values, self.index, axes[2]), np.float32)
        flat = flat.T if axes[0] < axes[1] else flat  # rows to the front or back, columns to the sides
        flat = flat[:: -1 if not flips[1] else 1, :: -1 if not flips[0] else 1]
        steps = [self.volume.spacing[axes[1]], self.volume.spacing[axes[0]]]
        shape = [max(1, round(n * s / min(steps))) for n, s in zip(flat.shape, steps, strict=True)]
        scales = [m / n for m, n in zip(shape, flat.shape, strict=True)]
        return resample_axes(flat, shape, scales, [(s - 1) / 2 for s in scales])

    def overlay(self, heatmap: Heatmap, grid: GridMap | None) -> tuple[Heatmap, GridMap]:
        """The map on this slice, and where that lies on `picture`: all over it."""
        values = self.cut(_on_volume(self.volume, heatmap.values, grid))
        return replace(heatmap, values=values), GridMap.identity(values.shape)

    @property
    def words(self) -> str:
        """Which slice it is, and where left is."""
        count = self.volume.shape[_lying(self.volume)[0][2]]
        if self.volume.axcodes is None:
            return f"slice {self.index + 1} of {count} along the third axis, orientation unknown"
        return f"axial slice {self.index + 1} of {count}, the patient's left is on the right"


def axial(volume: Volume, heatmap: np.ndarray | None = None, grid: GridMap | None = None) -> Axial:
    """The slice of `volume` with most of `heatmap` (on the model's grid, or on the volume's own); else the middle one.

    grid: where the model's grid lies on the volume.
    """
    up = _lying(volume)[0][2]
    middle = volume.shape[up] // 2
    if heatmap is None:
        return Axial(volume, middle)
    values = np.abs(np.nan_to_num(_on_volume(volume, heatmap, grid), posinf=0, neginf=0))
    sums = values.sum(axis=tuple(a for a in range(3) if a != up), dtype=np.float64)
    return Axial(volume, int(sums.argmax()) if sums.max() > 0 else middle)


def flat(source: Picture | Volume) -> Picture:
    """A picture as it is; a volume's middle slice."""
    return axial(source).picture if isinstance(source, Volume) else source


@dataclass(frozen=True, eq=False)
class Flattened:
    """What of an explanation lies on one slice. `picture`: the slice, None where the volume is not at hand.

    words: which slice it is, and where left is; "" of a picture's explanation, which is as it was.
    """

    explanation: Explanation
    picture: Picture | None
    words: str = ""


def flattened(explanation: Explanation, source: Picture | Volume | None) -> Flattened:
    """`explanation` on the slice with most of its first map; as it is where it is of a picture.

    source: None where it is not at hand.
    """
    grid = explanation.grid
    if grid is None or grid.affine is None:
        return Flattened(explanation, flat(source) if source is not None else None)
    cut = axial(source if isinstance(source, Volume) else volume_of(grid), explanation.heatmap, grid)
    maps = [e for e in explanation.evidence if isinstance(e, Heatmap) and e.values.ndim == 3]
    laid = [cut.overlay(one, grid) for one in maps]
    others = tuple(e for e in explanation.evidence if not isinstance(e, Heatmap))
    plain = replace(explanation, evidence=(*(one for one, _ in laid), *others), grid=laid[0][1])
    return Flattened(plain, cut.picture if source is not None else None, cut.words)


def volume_of(grid: GridMap) -> Volume:
    """A volume without values where `grid` has its source: enough to cut maps."""
    affine = np.array(grid.affine, np.float64)
    codes = (grid.axcodes[0], grid.axcodes[1], grid.axcodes[2]) if grid.axcodes else None
    return Volume(np.broadcast_to(np.float32(0), grid.source_shape), affine, "", "", codes)


def _on_volume(volume: Volume, values: np.ndarray, grid: GridMap | None) -> np.ndarray:
    if grid is not None:
        return grid.to_source(values)
    if values.shape != volume.shape:
        raise ValueError(f"a map of {values.shape} does not lie on a volume of {volume.shape}")
    return values


def _lying(volume: Volume) -> tuple[tuple[int, int, int], tuple[bool, bool, bool]]:
    """Per axis to the right, to the front and up: the stored axis along it, and whether that runs the other way.

    Where nobody knows: as stored, and shown with its first axis to the right and its second downwards.
    """
    if volume.axcodes is None:
        return (0, 1, 2), (True, True, False)
    letters = [next(i for i, code in enumerate(volume.axcodes) if code in pair) for pair in ("RL", "AP", "SI")]
    flips = [volume.axcodes[axis] not in "RAS" for axis in letters]
    return (letters[0], letters[1], letters[2]), (flips[0], flips[1], flips[2])
