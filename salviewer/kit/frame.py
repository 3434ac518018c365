"""A dashed outline that reads on light and dark pictures alike."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from salviewer.kit.dots import ratio_of
from salviewer.kit.plotting import pg


def dashed_pens(ratio: float) -> tuple[QPen, QPen]:
    """A dark solid pen, and a white dashed one to go over it, one logical pixel wide at `ratio` dots each."""
    pens = []
    for colour, style in ((QColor(0, 0, 0, 150), Qt.PenStyle.SolidLine), (QColor("white"), Qt.PenStyle.DashLine)):
        pen = QPen(colour, ratio, style)
        pen.setCosmetic(True)
        pens.append(pen)
    return pens[0], pens[1]


class Frame(QGraphicsRectItem):
    """A dashed rectangle in `pane`."""

    def __init__(self, pane: pg.ViewBox) -> None:
        super().__init__()
        self._pane = pane
        pane.addItem(self, ignoreBounds=True)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw both pens."""
        for pen in dashed_pens(ratio_of(painter, self._pane)):
            painter.setPen(pen)
            painter.drawRect(self.rect())
