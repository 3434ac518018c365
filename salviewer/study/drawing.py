"""Maps as readers see them: one colour map and one rule for the scale, whatever made them."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from salviewer.api import Explanation, GridMap, Picture
from salviewer.data import colour
from salviewer.data.blend import as_rgb, blended
from salviewer.errors import InvalidChoice

COLOURS = colour.SEQUENTIAL[0]
OPACITY = 0.6
SMALLEST, LARGEST = 480, 960
"""Pixels of the longer side: smaller pictures are enlarged by a whole number, larger ones averaged down."""


def drawn_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """(H, W) at which a picture of `shape` is shown."""
    longer = max(shape)
    factor = LARGEST / longer if longer > LARGEST else float(math.ceil(SMALLEST / longer))
    return (max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor)))


def draw_picture(picture: Picture) -> Image.Image:
    """The picture alone, at the size of its maps."""
    height, width = drawn_shape(picture.shape)
    image = Image.fromarray(as_rgb(picture))
    how = Image.Resampling.NEAREST if width > image.width else Image.Resampling.LANCZOS
    return image.resize((width, height), how)


def draw_map(picture: Picture, explanation: Explanation) -> Image.Image:
    """The first map of `explanation` over `picture`.

    From its smallest to its largest value; of signed maps from zero, as what speaks against the class would need other
    colours and so tell of the method. Where the model saw nothing the picture is bare, for the same reason.
    """
    if explanation.heatmap.ndim != 2:
        raise InvalidChoice("Readers judge maps of pictures: a map of a volume cannot be shown.", code="bad-dims")
    shown = draw_picture(picture)
    grid = _at_size(explanation.grid or GridMap.identity(picture.shape), (shown.height, shown.width))
    values = grid.to_source(explanation.heatmap)
    if getattr(explanation.evidence[0], "signed", False):
        values = np.maximum(values, 0.0)
    if colour.nothing_to_show(values):
        return shown
    low, high = colour.limits(values, signed=False)
    weights = OPACITY * colour.visibility(values, low, high, signed=False)
    colours = colour.colourise(values, low, high, colour.lut(COLOURS))
    return blended(np.asarray(shown), colours, weights, np.ones(values.shape, bool))


def _at_size(grid: GridMap, shape: tuple[int, int]) -> GridMap:
    """`grid` on a source of `shape`, whose edges are those of the source that it has."""
    (ky, kx) = (n / m for n, m in zip(grid.source_shape, shape, strict=True))
    (sy, sx), (oy, ox) = grid.scales(), grid.offsets()
    rows = ((sy / ky, 0.0, (oy + 0.5) / ky - 0.5), (0.0, sx / kx, (ox + 0.5) / kx - 0.5), (0.0, 0.0, 1.0))
    return GridMap(shape, grid.model_shape, rows)
