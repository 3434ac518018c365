"""A map over its picture as one image to keep: names above, colour bar beside, notice below. Pillow only, no window."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from salviewer.api import GridMap, Heatmap, Picture
from salviewer.data import colour
from salviewer.data.blend import as_rgb, blended, enlargement, faded, reduced
from salviewer.data.page import Page

UNSEEN = "Dimmed: outside the model's field of view"


def render_overlay(
    picture: Picture,
    heatmap: Heatmap,
    grid: GridMap | None,
    *,
    title: str,
    subtitle: str = "",
    colours: str = "inferno",
    opacity: float = 0.55,
    limits: tuple[float, float] | None = None,
) -> Image.Image:
    """The picture with the map over it, on white, ready to be saved.

    Args:
        picture: what the model was asked about.
        heatmap: a map (H, W) on any grid over the model's field of view.
        grid: where that lies on the picture; None: the model saw all of it.
        title: the class and its probability, one or two lines.
        subtitle: method and model.
        colours: a colour map's name; signed maps always get a diverging one, others never.
        opacity: of the map, 0 to 1; its faintest values fade out, see `colour.visibility`.
        limits: the numbers of the first and the last colour; None: as `colour.limits` says.

    Raises:
        ValueError: the map is not 2D, or `grid` belongs to another picture. InvalidChoice: no such colour map.
    """
    table = colour.lut(colour.suited(colours, heatmap.signed))
    low, high = limits or colour.limits(heatmap.values, heatmap.signed)
    rgb, grid = reduced(as_rgb(picture), _grid_of(picture, heatmap, grid))
    sentence = _sentence(heatmap.values, low, high, given=limits is not None)
    if sentence:
        return Page(_enlarged(faded(rgb)), title, subtitle, sentence=sentence).draw()
    with np.errstate(invalid="ignore", over="ignore"):
        values = grid.to_source(heatmap.values)
    covered = ~np.isnan(values)
    weights = opacity * colour.visibility(values, low, high, heatmap.signed)
    shown = _enlarged(blended(rgb, colour.colourise(values, low, high, table), weights, covered))
    caption = "" if covered.all() else UNSEEN
    if caption:
        _frame(shown, grid, shown.width / rgb.shape[1])
    return Page(shown, title, subtitle, caption=caption).draw((low, high), table, heatmap.unit)


def _grid_of(picture: Picture, heatmap: Heatmap, grid: GridMap | None) -> GridMap:
    if heatmap.values.ndim != 2:
        raise ValueError(f"an overlay needs a map (H, W), not {heatmap.values.shape}")
    if grid is None:
        scales = [n / m for n, m in zip(picture.shape, heatmap.values.shape, strict=True)]
        (sy, sx), (oy, ox) = scales, [(s - 1) / 2 for s in scales]
        return GridMap(picture.shape, heatmap.values.shape, ((sy, 0.0, oy), (0.0, sx, ox), (0.0, 0.0, 1.0)))
    if tuple(grid.source_shape) != picture.shape:
        raise ValueError(f"the grid is of a picture of {grid.source_shape}, not {picture.shape}")
    return grid


def _sentence(values: np.ndarray, low: float, high: float, *, given: bool) -> str:
    said = colour.nothing_to_show(values)
    # On a scale that was given, a constant has its own colour.
    return "" if given and low < high and np.isfinite(values).any() else said


def _enlarged(image: Image.Image) -> Image.Image:
    factor = enlargement(image.height, image.width)
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)


def _frame(image: Image.Image, grid: GridMap, factor: float) -> None:
    """Draw a thin frame around what the model saw, just outside of it."""
    canvas = ImageDraw.Draw(image)
    thick = max(1, round(math.sqrt(image.width * image.height) / 400))
    (top, bottom), (left, right) = [[round(edge * factor) for edge in edges] for edges in grid.box()]
    for out, ink in ((2 * thick, (40, 42, 46)), (thick, (255, 255, 255))):
        box = (left - out, top - out, right - 1 + out, bottom - 1 + out)
        canvas.rectangle(box, outline=ink, width=thick)
