"""The picture with the chosen points on it, coloured by how densely they lie, and frames of receptive fields."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from salviewer.kit.canvas import Canvas
from salviewer.kit.dots import ratio_of
from salviewer.kit.frame import dashed_pens
from salviewer.kit.plotting import pg

SHADES = 24
"""Steps of the colour scale in which points are drawn."""
RADIUS = 2.6
"""Of a point, in logical pixels."""
FEW = 1500
"""More points than that have no edge of their own."""
DIM = 40
"""Of 255: how much of a point is left where it is not lit."""


class NeuronPicture(Canvas):
    """A canvas with points and frames, in picture pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points, self._fields = _Points(self.pane), _Fields(self.pane)
        self._points.setZValue(10)
        self._fields.setZValue(11)
        self.setAccessibleName("Picture with the chosen points")

    def set_points(self, points: np.ndarray, values: np.ndarray, high: float, table: np.ndarray) -> None:
        """Mark `points` (n, 2), (x, y), in the colours of `table` (256, 3) for `values` (n,) from 0 to `high`."""
        self._points.set_points(points, values, high, table)

    def set_lit(self, lit: np.ndarray | None) -> None:
        """Let only the points of this mask (n,) stand out; None: all."""
        self._points.set_lit(lit)

    def set_fields(self, boxes: np.ndarray, colour: QColor) -> None:
        """Outline `boxes` (k, 4), (left, top, right, bottom): the first strongly in `colour`, the others dashed."""
        self._fields.set_boxes(boxes, colour)

    def point_near(self, x: float, y: float) -> int:
        """The point at picture position (x, y), -1 where there is none within a few logical pixels."""
        return self._points.nearest(x, y, 3 * RADIUS * self.pane.viewPixelSize()[0])


class _Points(pg.GraphicsObject):
    def __init__(self, pane: pg.ViewBox) -> None:
        super().__init__()
        self._pane = pane
        self._xy, self._shade = np.empty((0, 2)), np.empty(0, np.int64)
        self._spots: list[QPointF] = []
        self._lit: np.ndarray | None = None
        self._table = np.zeros((256, 3), np.uint8)
        self._box = QRectF()
        pane.addItem(self, ignoreBounds=True)

    def set_points(self, points: np.ndarray, values: np.ndarray, high: float, table: np.ndarray) -> None:
        self.prepareGeometryChange()
        share = values / high if high > 0 else np.zeros(len(values))
        self._xy, self._lit, self._table = np.asarray(points, np.float64), None, table
        self._spots = [QPointF(x, y) for x, y in self._xy.tolist()]  # made once: a hover draws all of them
        self._shade = np.clip(share * (SHADES - 1) + 0.5, 0, SHADES - 1).astype(np.int64)
        low, top = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(2), np.zeros(2))
        margin = max(1.0, *(top - low)) * 0.1 + 1
        self._box = QRectF(QPointF(*low), QPointF(*top)).adjusted(-margin, -margin, margin, margin)
        self.update()

    def set_lit(self, lit: np.ndarray | None) -> None:
        self._lit = lit
        self.update()

    def nearest(self, x: float, y: float, within: float) -> int:
        if not len(self._xy):
            return -1
        away = np.hypot(*(self._xy - (x, y)).T)
        at = int(np.argmin(away))
        return at if away[at] <= within else -1

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Where points are."""
        return self._box

    def paint(self, painter: QPainter, *_: object) -> None:
        """Those that are not lit first, then shade by shade, so that the densest lie on top."""
        ratio = ratio_of(painter, self._pane)
        lit = np.ones(len(self._xy), bool) if self._lit is None else self._lit
        for those, alpha in ((~lit, DIM), (lit, 255)):
            self._draw(painter, those, ratio, alpha)

    def _draw(self, painter: QPainter, those: np.ndarray, ratio: float, alpha: int) -> None:
        if alpha == 255 and those.sum() <= FEW:  # a dark edge, so that light points stand out
            self._dots(painter, those, QColor(0, 0, 0, 130), (2 * RADIUS + 1.4) * ratio)
        for shade in np.unique(self._shade[those]).tolist():
            red, green, blue = (int(part) for part in self._table[round(shade / (SHADES - 1) * 255)])
            self._dots(painter, those & (self._shade == shade), QColor(red, green, blue, alpha), 2 * RADIUS * ratio)

    def _dots(self, painter: QPainter, those: np.ndarray, colour: QColor, width: float) -> None:
        pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPoints([self._spots[i] for i in np.flatnonzero(those).tolist()])


class _Fields(pg.GraphicsObject):
    def __init__(self, pane: pg.ViewBox) -> None:
        super().__init__()
        self._pane, self._boxes, self._colour = pane, [], QColor()
        pane.addItem(self, ignoreBounds=True)

    def set_boxes(self, boxes: np.ndarray, colour: QColor) -> None:
        self.prepareGeometryChange()
        self._boxes = [QRectF(QPointF(a, b), QPointF(c, d)) for a, b, c, d in np.asarray(boxes, float).tolist()]
        self._colour = colour
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Around all frames."""
        found = QRectF()
        for box in self._boxes:
            found |= box
        return found.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, *_: object) -> None:
        """The others first."""
        ratio = ratio_of(painter, self._pane)
        for at, box in reversed(list(enumerate(self._boxes))):
            if at:
                pen = dashed_pens(ratio)[1]
                painter.setPen(pen)
                painter.drawRect(box)
                continue
            for colour, width in ((QColor(0, 0, 0, 170), 4.0), (self._colour, 2.0)):
                pen = QPen(colour, width * ratio)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawRect(box)
