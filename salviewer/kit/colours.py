"""Values to colours for the screen."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap

FADE = 0.35
"""Over a picture, values in this lowest share of the range fade out: what is faint leaves the picture in sight."""


@lru_cache(maxsize=32)
def lut(name: str) -> np.ndarray:
    """The colour map `name` (any name that cmap knows): uint8 (256, 3), read-only, low values first.

    Raises:
        ValueError: cmap knows no such map.
    """
    from cmap import Colormap  # noqa: PLC0415 - the window paints before it needs a colour

    table = np.round(Colormap(name).lut(256)[:, :3] * 255).astype(np.uint8)
    table.setflags(write=False)
    return table


def colourise(values: np.ndarray, low: float, high: float, table: np.ndarray) -> np.ndarray:
    """`values` (H, W) as uint8 (H, W, 4): `low` gets the first colour, `high` the last; transparent where not finite.

    A range without extent (low >= high) gets the middle colour everywhere: nothing stands out.
    """
    finite = np.isfinite(values)
    span = high - low
    share = (np.where(finite, values, low) - low) / span if span > 0 else np.full(values.shape, 0.5)
    index = np.clip(share * 255 + 0.5, 0, 255).astype(np.uint8)
    rgba = np.empty((*values.shape, 4), np.uint8)
    rgba[..., :3] = table[index]
    rgba[..., 3] = np.where(finite, 255, 0)
    return rgba


def swatch(table: np.ndarray, width: int, height: int, *, ratio: float = 1.0) -> QPixmap:
    """`table` from left to right, `width` x `height` logical pixels at device pixel ratio `ratio`."""
    row = np.ascontiguousarray(table)
    image = QImage(row.data, len(row), 1, 3 * len(row), QImage.Format.Format_RGB888)
    pixmap = QPixmap.fromImage(image).scaled(
        round(width * ratio), round(height * ratio), mode=Qt.TransformationMode.SmoothTransformation
    )
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def qimage(pixels: np.ndarray) -> QImage:
    """A picture (H, W, C) with C of 1, 3 or 4, uint8 or float in 0..1, as an image that owns its memory."""
    if pixels.dtype != np.uint8:
        pixels = np.clip(np.nan_to_num(pixels) * 255 + 0.5, 0, 255).astype(np.uint8)
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    pixels = np.ascontiguousarray(pixels)
    height, width, channels = pixels.shape
    kind = QImage.Format.Format_RGB888 if channels == 3 else QImage.Format.Format_RGBA8888
    return QImage(pixels.data, width, height, channels * width, kind).copy()
