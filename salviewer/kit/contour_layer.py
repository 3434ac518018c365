"""Contour lines over the picture: light on dark, so that they read on any colour."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from salviewer.kit.contours import outlines, smooth_lines, thinned
from salviewer.kit.dots import Dots, dots_of, ratio_of
from salviewer.kit.plotting import pg

WIDTH, HALO = 1.2, 3.0  # in logical pixels


class ContourLayer(pg.GraphicsObject):
    """Lines around the parts of a map at or above some levels; drawn once per view."""

    def __init__(self, pane: pg.ViewBox) -> None:
        super().__init__()
        self._pane = pane
        self._area = QRectF()
        self._path = QPainterPath()
        self._asked: tuple[object, ...] = ()
        self._values: np.ndarray | None = None  # kept, so that no other array gets its id
        self._drawn: tuple[object, QImage] | None = None
        pane.addItem(self, ignoreBounds=True)

    def set_lines(
        self, values: np.ndarray | None, area: QRectF, levels: tuple[float, ...], *, signed: bool, smooth: bool
    ) -> None:
        """Lines of `values` (h, w) on `area` at `levels` (of sizes if `signed`), along cells or `smooth`."""
        asked = (id(values), area, levels, signed, smooth)
        if asked == self._asked:
            return
        self.prepareGeometryChange()
        self._asked, self._values, self._area, self._drawn = asked, values, area, None
        self._path = QPainterPath()
        if values is not None and levels:
            thin, step = thinned(np.abs(values) if signed else values)
            trace = smooth_lines if smooth else outlines
            lines = np.concatenate([trace(thin, level) for level in levels]) * step
            self._path = _path(lines, area, values.shape)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Where the map is."""
        return self._area if not self._path.isEmpty() else QRectF()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the part that is in view."""
        if self._path.isEmpty() or (dots := dots_of(painter, self._pane.viewRect(), self._area)) is None:
            return
        if self._drawn is None or self._drawn[0] != dots.key:
            self._drawn = (dots.key, self._draw(dots, ratio_of(painter, self._pane)))
        painter.drawImage(dots.area, self._drawn[1])

    def _draw(self, dots: Dots, ratio: float) -> QImage:
        image = QImage(dots.on_screen.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setTransform(dots.to_dots * QTransform.fromTranslate(-dots.on_screen.x(), -dots.on_screen.y()))
            for colour, width in ((QColor(0, 0, 0, 130), HALO), (QColor(255, 255, 255, 235), WIDTH)):
                pen = QPen(colour, width * ratio)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawPath(self._path)
        return image


def _path(lines: np.ndarray, area: QRectF, shape: tuple[int, ...]) -> QPainterPath:
    """`lines` (n, 4) in cells as a path in picture pixels."""
    if not len(lines):
        return QPainterPath()
    x = area.left() + lines[:, 0::2].ravel().astype(np.float64) * area.width() / shape[1]
    y = area.top() + lines[:, 1::2].ravel().astype(np.float64) * area.height() / shape[0]
    return pg.arrayToQPath(x, y, connect="pairs")
