"""A picture at full size and at halves of it, so that a large one is drawn small quickly and without flicker.

The halves are averages. Those of a large picture are made strip by strip between other events: until they are there,
single pixels are drawn instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage

SMALL = 2**20
"""Pixels that are halved at once, within a few milliseconds."""
LEAST_SIDE = 256
FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}


class Level(NamedTuple):
    """One size of the picture; `side` is how many picture pixels one of its pixels stands for, along each axis."""

    image: QImage
    side: int
    pixels: np.ndarray  # holds the image's memory


class Pyramid(QObject):
    """All sizes of `pixels` (H, W, C), uint8, C of 1, 3 or 4; `grown` tells that another one is there."""

    grown = Signal()

    def __init__(self, pixels: np.ndarray, parent: QObject | None = None) -> None:
        super().__init__(parent)
        pixels = np.ascontiguousarray(pixels)
        self.shape = (int(pixels.shape[0]), int(pixels.shape[1]))
        self.opaque = pixels.shape[2] != 4
        self.levels = [Level(_image(pixels, 0, self.shape[0]), 1, pixels)]
        self._steps = self._grow()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._step)
        if self.shape[0] * self.shape[1] <= SMALL:
            for _ in self._steps:
                pass
        else:
            self._timer.start()

    @property
    def complete(self) -> bool:
        """Whether all sizes are there."""
        return not self._timer.isActive()

    def best(self, scale: float) -> Level:
        """The smallest size that still has a pixel for every dot, at `scale` dots per picture pixel."""
        return max((level for level in self.levels if level.side * scale <= 1), key=_side, default=self.levels[0])

    def stop(self) -> None:
        """Make no more sizes."""
        self._timer.stop()

    def _step(self) -> None:
        if next(self._steps, None) is None:
            self._timer.stop()

    def _grow(self) -> Iterator[bool]:
        """Make one strip of the next size at a time."""
        kind = QImage.Format.Format_RGB32 if self.opaque else QImage.Format.Format_ARGB32_Premultiplied
        while max(self.levels[-1].pixels.shape[:2]) > LEAST_SIDE:
            above = self.levels[-1]
            height, width = above.pixels.shape[:2]
            half = np.empty(((height + 1) // 2, (width + 1) // 2), np.uint32)
            rows = max(2, SMALL // 2 // width // 2 * 2)
            for top in range(0, height, rows):
                bottom = min(top + rows, height)
                strip = _image(above.pixels, top, bottom).convertToFormat(kind)
                small = strip.scaled(
                    half.shape[1], (bottom - top + 1) // 2, mode=Qt.TransformationMode.SmoothTransformation
                ).convertToFormat(kind)
                read = np.frombuffer(small.constBits(), np.uint32).reshape(small.height(), small.width())
                half[top // 2 : top // 2 + small.height()] = read
                yield True
            image = QImage(half.data, half.shape[1], half.shape[0], 4 * half.shape[1], kind)
            self.levels.append(Level(image, 2 * above.side, half))
            self.grown.emit()


def _side(level: Level) -> int:
    return level.side


def _image(pixels: np.ndarray, top: int, bottom: int) -> QImage:
    """Rows `top` to `bottom` of (H, W, C) bytes, or of (H, W) whole dots, as an image on the same memory."""
    part = pixels[top:bottom]
    height, width = part.shape[:2]
    if part.ndim == 2:
        return QImage(part.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    channels = part.shape[2]
    return QImage(part.data, width, height, channels * width, FORMATS[channels])
