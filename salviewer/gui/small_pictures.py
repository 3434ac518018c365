"""Small pictures for lists, as PNG bytes: made on the engine's threads, kept in the workspace."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api.evidence import Heatmap
    from salviewer.api.values import Picture, Volume

SIDE = 96
"""Pixels of the longer side: enough for a list on a screen of double density."""


def small_picture(source: Picture | Volume) -> bytes:
    """`source`, its longer side `SIDE` pixels at most; of a volume the middle axial slice."""
    from salviewer.data.axial import flat  # noqa: PLC0415 - loads numpy, on a worker thread
    from salviewer.data.blend import as_rgb  # noqa: PLC0415 - loads Pillow, on a worker thread

    picture = flat(source)
    step = max(1, max(picture.shape) // (4 * SIDE))
    return _png(as_rgb(type(picture)(picture.pixels[::step, ::step], picture.name, picture.sha256)))


def small_map(heatmap: Heatmap) -> bytes:
    """`heatmap` in its own range and in colours that suit its sign; the middle slice of a volume."""
    from salviewer.data.colour import SEQUENTIAL, colourise, limits, lut, suited  # noqa: PLC0415 - loads numpy

    values = heatmap.values
    while values.ndim > 2:
        values = values[values.shape[0] // 2]
    step = max(1, max(values.shape) // (2 * SIDE))
    values = values[::step, ::step]
    low, high = limits(values, heatmap.signed)
    return _png(colourise(values, low, high, lut(suited(SEQUENTIAL[0], heatmap.signed))))


def _png(pixels: np.ndarray) -> bytes:
    from PIL import Image  # noqa: PLC0415 - on a worker thread

    image = Image.fromarray(pixels)
    image.thumbnail((SIDE, SIDE))
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
