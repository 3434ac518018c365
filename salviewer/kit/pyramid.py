"""A picture at full size and at halves of it, so that a large one is drawn small quickly and without flicker.

The halves are averages. Those of a large picture are made strip by strip between other events: until they are there,
single pixels are drawn instead.
"""

from __future__ import annotations

import weakref
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
    """All sizes of `pixels` (H, W, C), uint8, C of 1, 3 or 4; `grown` tells that another one is there.

    drawn: what was drawn of it last, and under which key: canvases that show the same part draw it once.
    """

    grown = Signal()

    def __init__(self, pixels: np.ndarray, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source = pixels
        self.drawn: tuple[object, QImage] | None = None
        pixels = np.ascontiguousarray(pixels)
        self.shape = (int(pixels.shape[0]), int(pixels.shape[1]))
        self.opaque = pixels.shape[2] != 4
        self.levels = [Level(_image(pixels, 0, self.shape[0]), 1, pixels)]
        self._steps = _grow(self.levels, opaque=self.opaque)
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

    def _step(self) -> None:
        made = len(self.levels)
        if next(self._steps, None) is None:
            self._timer.stop()
        if len(self.levels) > made:
            self.grown.emit()


_known: weakref.WeakValueDictionary[int, Pyramid] = weakref.WeakValueDictionary()


def pyramid_of(pixels: np.ndarray) -> Pyramid:
    """The sizes of `pixels`, the same ones for all who show this very array; gone with the last who holds them."""
    known = _known.get(id(pixels))
    if known is None or known.source is not pixels:
        known = _known[id(pixels)] = Pyramid(pixels)
    return known


def _grow(levels: list[Level], *, opaque: bool) -> Iterator[bool]:
    """Make one strip of the next size at a time, and add each size to `levels`."""
    kind = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    while max(levels[-1].pixels.shape[:2]) > LEAST_SIDE:
        above = levels[-1]
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
        levels.append(Level(image, 2 * above.side, half))


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
