"""A dashed outline that reads on light and dark pictures alike."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget


def dashed_pens(painter: QPainter) -> tuple[QPen, QPen]:
    """A dark solid pen, and a white dashed one to go over it, one logical pixel wide where `painter` draws."""
    pens = []
    for colour, style in ((QColor(0, 0, 0, 150), Qt.PenStyle.SolidLine), (QColor("white"), Qt.PenStyle.DashLine)):
        pen = QPen(colour, painter.device().devicePixelRatioF(), style)
        pen.setCosmetic(True)
        pens.append(pen)
    return pens[0], pens[1]


class Frame(QGraphicsRectItem):
    """A dashed rectangle."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw both pens."""
        for pen in dashed_pens(painter):
            painter.setPen(pen)
            painter.drawRect(self.rect())
