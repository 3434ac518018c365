"""A thin cross over a picture: where the cursor is on the canvas beside it."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from salviewer.kit.dots import ratio_of
from salviewer.kit.plotting import pg

DEPTH = 50  # above the picture, the map and what is drawn on them
GAP_DOTS = 6  # what is under the cross stays in sight


class Crosshair(pg.GraphicsObject):
    """Two lines across `pane`, light on dark, with a hole in the middle; not there until `put` somewhere."""

    def __init__(self, pane: pg.ViewBox) -> None:
        super().__init__()
        self._pane = pane
        self._at: tuple[float, float] | None = None
        self.setZValue(DEPTH)
        self.hide()
        pane.addItem(self, ignoreBounds=True)
        pane.sigRangeChanged.connect(self._moved)

    def put(self, at: tuple[float, float] | None) -> None:
        """Cross at picture position (x, y); None: nowhere."""
        self._at = at
        self.setVisible(at is not None)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """All that is in view."""
        return QRectF(self._pane.viewRect())

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw a dark line under a light one, so that both read on any picture."""
        if self._at is None:
            return
        x, y = self._at
        view, ratio = self._pane.viewRect(), ratio_of(painter, self._pane)
        gap_x, gap_y = (GAP_DOTS * side for side in self._pane.viewPixelSize())
        lines = [
            QLineF(view.left(), y, x - gap_x, y),
            QLineF(x + gap_x, y, view.right(), y),
            QLineF(x, view.top(), x, y - gap_y),
            QLineF(x, y + gap_y, x, view.bottom()),
        ]
        for colour, width in ((QColor(0, 0, 0, 140), 3), (QColor(255, 255, 255, 230), 1)):
            pen = QPen(colour, width * ratio)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(lines)

    def _moved(self, *_: object) -> None:
        self.prepareGeometryChange()
