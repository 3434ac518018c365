"""The pictures of a gallery for the eye: average pictures, average heatmaps, heatmaps over the explained picture."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from salviewer.api.filters import FilterGallery
from salviewer.api.space import GridMap
from salviewer.api.values import Picture
from salviewer.data.blend import as_rgb, blended
from salviewer.data.colour import SEQUENTIAL, colourise, limits, lut, suited, visibility

SIDE = 224
"""Pixels of the longer side of the picture under a heatmap, about."""
DIM = 0.6
"""Of a picture's grey, what is left of it under a heatmap: so that the colours are the heatmap's alone."""
TOP = 99.0
"""Percentile of what is not zero that has the brightest colour: a map led back has few pixels of far larger value."""


def average_of(gallery: FilterGallery, index: int) -> np.ndarray | None:
    """uint8 (T, T, 3): the average picture of filter `index`; None where none was made."""
    made = index < len(gallery.averages) and (not gallery.crops or bool(gallery.crops[index]))
    return gallery.averages[index] if made else None


def average_map_of(gallery: FilterGallery, index: int, colours: str = SEQUENTIAL[0]) -> np.ndarray | None:
    """uint8 (T, T, 3): the average heatmap of filter `index` in colours; None where there is none."""
    values = gallery.average_maps[index] if index < len(gallery.average_maps) else None
    if values is None or not np.isfinite(values).any() or not values.any():
        return None
    return np.asarray(colourise(values, 0.0, float(np.nanmax(values)), lut(suited(colours, False))))


class Under:
    """A picture, made small, to lay the heatmaps of a gallery over. `grid`: where the model's grid lies on it."""

    def __init__(self, picture: Picture, grid: GridMap) -> None:
        step = max(1, math.floor(max(picture.shape) / SIDE))
        rgb = as_rgb(picture)
        small = Image.fromarray(rgb).reduce(step) if step > 1 else Image.fromarray(rgb)
        grey = np.asarray(small.convert("L"), np.float32) * DIM
        self._dim = np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)
        matrix = [[value / step for value in row] for row in grid.matrix[:-1]]
        for row in matrix:
            row[-1] += 0.5 / step - 0.5  # a pixel's centre is its index, on either grid
        self._grid = GridMap(
            self._dim.shape[:2], grid.model_shape, (*(tuple(row) for row in matrix), grid.matrix[-1]), grid.steps
        )

    def with_map(self, values: np.ndarray, colours: str = SEQUENTIAL[0], opacity: float = 0.55) -> np.ndarray:
        """uint8 (h, w, 3): the heatmap (H, W) on the model's grid over the picture in dark grey.

        The strongest hundredth of its places has the colour of the strongest.
        """
        signed = bool((values < 0).any())
        low, high = limits(values, signed)
        sizes = np.abs(values[np.isfinite(values) & (values != 0)])
        if sizes.size:
            high = min(high, float(np.percentile(sizes, TOP)))
            low = max(low, -high)
        on_source = self._grid.to_source(values)
        covered = ~np.isnan(on_source)
        weights = opacity * visibility(on_source, low, high, signed)
        shown = colourise(on_source, low, high, lut(suited(colours, signed)))
        return np.asarray(blended(self._dim, shown, weights, covered | ~np.isfinite(values).any()))
