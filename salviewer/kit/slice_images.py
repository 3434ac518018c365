"""A slice's numbers as images: gray values within a window, labels as colours, and the lines between labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainterPath

from salviewer.kit.map_colours import MapLook, dots
from salviewer.kit.plotting import pg
from salviewer.kit.volume_scene import Colour

LARGEST_TABLE = 2**16
"""Labels below this are looked up in a table, larger ones by search."""
GRAYS = np.arange(256, dtype=np.uint32) * np.uint32(0x010101) | np.uint32(0xFF000000)


def gray_image(values: np.ndarray, low: float, high: float, *, inverted: bool = False) -> QImage:
    """`values` (rows, columns) from black at `low` to white at `high`, or the other way; black where not finite."""
    span = high - low
    scale = 255 / span if span > 0 else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        level = np.multiply(values, np.float32(scale), dtype=np.float32)
        level += np.float32(0.5 - low * scale if span > 0 else 127.5)
        np.clip(level, 0, 255, out=level)
        index = level.astype(np.uint8)
    finite = np.isfinite(values) if values.dtype.kind == "f" else None
    found = np.take(GRAYS[::-1] if inverted else GRAYS, index, mode="clip")
    if finite is not None and not finite.all():
        found[~finite] = GRAYS[0]
    return _image(found, QImage.Format.Format_RGB32)


def map_image(values: np.ndarray, look: MapLook) -> QImage:
    """`values` (rows, columns) as `look` colours them; transparent where not finite."""
    return _image(dots(values, look), QImage.Format.Format_ARGB32_Premultiplied)


class LabelColours:
    """The labels that have a colour, numbered from 1 by how opaque they are; the others are 0."""

    def __init__(self, colours: Mapping[int, Colour]) -> None:
        order = sorted((label for label in colours if label), key=lambda label: (colours[label][3], -label))
        self.colours = [QColor(*colours[label]) for label in order]
        self._keys = np.array(sorted(order) or [0])
        self._numbers = np.array([order.index(k) + 1 if order else 0 for k in self._keys], np.int32)
        self._table: np.ndarray | None = None
        if self._keys[0] >= 0 and self._keys[-1] < LARGEST_TABLE:
            self._table = np.zeros(self._keys[-1] + 2, np.int32)  # the last one is for all labels beyond
            self._table[self._keys] = self._numbers

    def numbers(self, labels: np.ndarray) -> np.ndarray:
        """int32 (rows, columns): the number of each label's colour, 0 where it has none."""
        if self._table is not None:
            beyond = len(self._table) - 1
            return self._table[np.where((labels < 0) | (labels > beyond), beyond, labels).astype(np.intp)]
        at = np.searchsorted(self._keys, labels).clip(0, len(self._keys) - 1)
        return np.where(self._keys[at] == labels, self._numbers[at], 0)

    def image(self, numbers: np.ndarray) -> QImage:
        """The regions filled."""
        table = np.zeros(len(self.colours) + 1, np.uint32)
        for i, c in enumerate(self.colours, 1):
            red, green, blue = (round(part * c.alpha() / 255) for part in (c.red(), c.green(), c.blue()))
            table[i] = c.alpha() << 24 | red << 16 | green << 8 | blue
        return _image(table[numbers], QImage.Format.Format_ARGB32_Premultiplied)

    def lines(self, numbers: np.ndarray) -> list[tuple[QColor, QPainterPath]]:
        """The lines around the regions in pixels, by colour; between two regions the more opaque one's."""
        upright = _edges(numbers)
        level = _edges(numbers.T)[:, [0, 2, 1, 4, 3]]
        both = np.concatenate([upright, level])
        found = []
        for number in np.unique(both[:, 0]):
            ends = both[both[:, 0] == number, 1:].reshape(-1, 2).astype(float)
            path = pg.arrayToQPath(ends[:, 0].copy(), ends[:, 1].copy(), connect="pairs")
            found.append((self.colours[number - 1], path))
        return found


def _edges(numbers: np.ndarray) -> np.ndarray:
    """(n, 5): number, x, y, x, y of the upright lines between columns that differ, joined where they go on."""
    rows, columns = numbers.shape
    padded = np.zeros((columns + 2, rows), numbers.dtype)
    padded[1:-1] = numbers.T
    owner = np.where(padded[:-1] != padded[1:], np.maximum(padded[:-1], padded[1:]), 0)
    x, y = np.nonzero(owner)
    if not len(x):
        return np.zeros((0, 5), np.int64)
    number = owner[x, y]
    begins = np.ones(len(x), bool)
    begins[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1] + 1) | (number[1:] != number[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(x)) - 1
    return np.stack([number[first], x[first], y[first], x[first], y[last] + 1], axis=1).astype(np.int64)


def _image(packed: np.ndarray, kind: QImage.Format) -> QImage:
    packed = np.ascontiguousarray(packed, np.uint32)
    height, width = packed.shape
    return QImage(packed.data, width, height, 4 * width, kind).copy()  # one that owns its dots
