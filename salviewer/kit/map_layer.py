"""The map over the picture: its cells as squares, or smooth between their centres; only what is seen is coloured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from salviewer.kit.dots import Dots, dots_of
from salviewer.kit.map_colours import SHADE, MapLook, dots
from salviewer.kit.plotting import pg


class Sample(NamedTuple):
    """What is coloured: `values` on `area` (picture pixels), found under `key`."""

    key: object
    values: np.ndarray
    area: QRectF


class MapLayer(pg.GraphicsObject):
    """Values on their place in `pane`. Another look colours again what is seen; another opacity only blends."""

    def __init__(self, pane: pg.ViewBox) -> None:
        super().__init__()
        self._pane = pane
        self._values: np.ndarray | None = None
        self._area, self._picture = QRectF(), QRectF()
        self._look, self._smooth = MapLook(), False
        self._sample: Sample | None = None
        self._image: tuple[QImage, np.ndarray] | None = None
        pane.addItem(self, ignoreBounds=True)

    def set_values(self, values: np.ndarray | None, area: QRectF) -> None:
        """Lay `values` (h, w) on `area`."""
        if values is self._values and area == self._area:
            return
        self.prepareGeometryChange()
        self._values, self._area, self._sample, self._image = values, area, None, None
        self.update()

    def set_look(self, look: MapLook) -> None:
        """Colour the values as `look` has it."""
        self._look, self._image = look, None
        self.update()

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between the centres of the cells, or not."""
        if smooth != self._smooth:
            self._smooth, self._sample, self._image = smooth, None, None
            self.update()

    def set_picture_area(self, area: QRectF) -> None:
        """Where the picture is: a mask darkens all of it that the map does not cover."""
        self.prepareGeometryChange()
        self._picture = area

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Where the map is, and the picture that it may mask."""
        return self._area | self._picture if self._values is not None else QRectF()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the part that is in view."""
        look = self._look
        if self._values is None or (look.table is None and not look.masks):
            return
        found = dots_of(painter, self._pane.viewRect(), self._area)
        if found is not None:
            self._draw(painter, found, self._values)
        if look.masks:
            around = QPainterPath()
            around.addRect(self._picture)
            around.addRect(self._area & self._picture)
            painter.fillPath(around, QColor(0, 0, 0, round(255 * SHADE)))

    def _draw(self, painter: QPainter, found: Dots, values: np.ndarray) -> None:
        per_cell = found.scale * self._area.width() / values.shape[1]
        sample = self._between(found, values) if self._smooth and per_cell > 1 else self._cells(found, values)
        if self._sample is None or self._sample.key != sample.key:
            self._sample, self._image = sample, None
        if self._image is None:
            coloured = np.ascontiguousarray(dots(self._sample.values, self._look))
            height, width = coloured.shape
            kind = QImage.Format.Format_ARGB32_Premultiplied
            self._image = (QImage(coloured.data, width, height, 4 * width, kind), coloured)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, per_cell < 1)
        painter.drawImage(sample.area, self._image[0])

    def _cells(self, found: Dots, values: np.ndarray) -> Sample:
        """The cells in view; every n-th where several fall on one dot."""
        spans, slices = [], []
        area, seen = self._area, found.area
        for n, start, length, low, high, scale in (
            (values.shape[0], area.top(), area.height(), seen.top(), seen.bottom(), abs(found.to_dots.m22())),
            (values.shape[1], area.left(), area.width(), seen.left(), seen.right(), found.scale),
        ):
            side = length / n
            step = max(1, int(1 / (side * scale)))
            first = max(0, int((low - start) / side)) // step * step
            last = min(n, int(np.ceil((high - start) / side)))
            count = len(range(first, last, step))
            slices.append(slice(first, last, step))
            spans.append((start + first * side, count * step * side))
        (top, height), (left, width) = spans
        key = tuple((s.start, s.stop, s.step) for s in slices)
        return Sample(key, values[slices[0], slices[1]], QRectF(left, top, width, height))

    def _between(self, found: Dots, values: np.ndarray) -> Sample:
        """A value per dot, linear between the centres of the cells; no number beside a cell that holds none."""
        key = ("smooth", found.key)
        if self._sample is not None and self._sample.key == key:
            return self._sample
        height, width = found.on_screen.height(), found.on_screen.width()
        area, seen = self._area, found.area
        rows = seen.top() + (np.arange(height) + 0.5) * seen.height() / height
        columns = seen.left() + (np.arange(width) + 0.5) * seen.width() / width
        rows = (rows - area.top()) / area.height() * values.shape[0] - 0.5
        columns = (columns - area.left()) / area.width() * values.shape[1] - 0.5
        first = int(max(0, rows[0]))
        seen_rows = values[first : int(max(0, rows[-1])) + 2]
        both = _between_rows(np.ascontiguousarray(_between_rows(seen_rows.T, columns).T), rows - first)
        return Sample(key, both, seen)


def _between_rows(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """float32: `values` at the row positions `at` (rising indices), linear; the outermost rows go on beyond theirs."""
    at = np.clip(at, 0, len(values) - 1)
    lowest = int(at[0])
    seen = values[lowest : int(at[-1]) + 2]
    first = at.astype(np.intp) - lowest
    share = (at - lowest - first).astype(np.float32)[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.diff(seen, axis=0, append=seen[-1:])
        found = np.take(steps, first, axis=0)
        found *= share
        found += np.take(seen, first, axis=0)
    return found
