"""A picture under its small map, small: for grids of many of them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from salviewer.api import Picture, Volume
from salviewer.data import colour
from salviewer.data.axial import flat
from salviewer.data.blend import as_rgb, blended
from salviewer.numeric.resample import resample_axes

OPACITY = 0.6


def thumbnail(picture: Picture | Volume, heatmap: np.ndarray | None, side: int) -> np.ndarray:
    """uint8 (h, w, 3), its longer side `side` at most: `picture` under `heatmap` (h', w'), as `small_map` gives it.

    Of a volume its middle axial slice.

    The map has its own range, symmetric about zero where it has values below; None shows the picture alone.
    """
    small = Image.fromarray(as_rgb(flat(picture)))
    small.thumbnail((side, side))
    rgb = np.asarray(small)
    if heatmap is None or colour.nothing_to_show(heatmap):
        return rgb
    signed = bool(np.nanmin(heatmap) < 0)
    values = _at_size(heatmap, rgb.shape[:2])
    low, high = colour.limits(values, signed)
    table = colour.lut(colour.suited(colour.SEQUENTIAL[0], signed))
    weights = OPACITY * colour.visibility(values, low, high, signed)
    colours = colour.colourise(values, low, high, table)
    return np.asarray(blended(rgb, colours, weights, np.isfinite(values)))


def _at_size(heatmap: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """`heatmap` on `shape`, NaN where more than half of what a pixel would be made of is NaN."""
    scales = [n / m for n, m in zip(shape, heatmap.shape, strict=True)]
    offsets = [(s - 1) / 2 for s in scales]
    known = np.isfinite(heatmap)
    share = resample_axes(known.astype(np.float32), shape, scales, offsets)
    total = resample_axes(np.where(known, heatmap, 0.0), shape, scales, offsets)
    return np.where(share >= 0.5, total / np.maximum(share, 0.5), np.nan).astype(np.float32)
