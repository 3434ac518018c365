"""A map laid on a canvas as the display asks: in the Heatmap panel and in every cell of a comparison alike."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salviewer.api.space import GridMap
from salviewer.gui.scale import Numbers, Range, band_of
from salviewer.gui.values import Display
from salviewer.kit.canvas import Canvas
from salviewer.kit.colours import lut


class Laid(NamedTuple):
    """What became of it: whether it is there to see, the colours that it has (256, 3), the band that is shown."""

    visible: bool
    table: np.ndarray | None
    band: tuple[float, float] | None


def lay_map(canvas: Canvas, numbers: Numbers, grid: GridMap, scale: Range, display: Display, *, pictured: bool) -> Laid:
    """Put the map of `numbers` in its place on `canvas`; `pictured`: whether its picture is there under it."""
    top = numbers.heatmap
    alone = display.mode == "heatmap" or not pictured
    visible = alone or display.mode in ("overlay", "masked")
    masks = display.mode == "masked" and pictured
    band = band_of(numbers, display, scale) if visible else None
    table = None if scale.flat or masks else lut(scale.colours)
    look = {"low": scale.low, "high": scale.high, "table": table, "fade": not alone, "signed": top.signed}
    canvas.set_map(top.values, grid.box()[-2:], band=band, masks=masks, **look)
    canvas.set_smooth(display.smooth and not masks)
    levels = tuple(numbers.at(level) for level in display.contours) if visible and not scale.flat else ()
    canvas.set_contours(levels, signed=top.signed, smooth=display.smooth and not masks)
    canvas.set_opacity(1.0 if alone or masks else display.opacity)
    canvas.show_map(visible)
    return Laid(visible, table if visible and not masks else None, band)
