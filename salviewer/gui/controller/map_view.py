"""The scores as a small map, on the coarse grid that they are made on."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from salviewer.gui import theme
from salviewer.kit.colours import colourise, lut, qimage, swatch
from salviewer.numeric.counted import counted


class ScoreMap(QWidget):
    """A map and a bar of its colours below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pixmap = QPixmap()
        self._high, self._table = 1.0, "inferno"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        em = theme.em(self)
        self.setMinimumSize(em * 8, em * 9)

    def set_scores(self, scores: np.ndarray, table: str) -> None:
        """Show `scores` (h, w) >= 0; the last colour is 1, or the highest score above it."""
        self._high, self._table = max(1.0, float(scores.max(initial=0.0))), table
        self.pixmap = QPixmap.fromImage(qimage(colourise(scores, 0.0, self._high, lut(table))))
        rows, columns = scores.shape
        self.setAccessibleName(f"Map of the scores, {columns} x {counted(rows, 'cell')}, from 0 to {self._high:.2g}")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Nearly square."""
        em = theme.em(self)
        return QSize(em * 15, em * 17)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The map at whole cells, and its colours from 0 up."""
        if self.pixmap.isNull():
            return
        em, flags = theme.em(self), Qt.AlignmentFlag
        with QPainter(self) as painter:
            room = QRectF(0, 0, self.width(), self.height() - em * 2.2)
            size = self.pixmap.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF((room.width() - size.width()) / 2, 0, size.width(), size.height())
            painter.drawPixmap(place, self.pixmap, QRectF(self.pixmap.rect()))
            bar = QRectF(place.left(), place.bottom() + em * 0.5, place.width(), em * 0.5)
            ratio = self.devicePixelRatioF()
            painter.drawPixmap(
                bar.topLeft(), swatch(lut(self._table), round(bar.width()), round(bar.height()), ratio=ratio)
            )
            painter.setPen(QColor(theme.tones().quiet))
            font = painter.font()
            font.setPointSizeF(font.pointSizeF() * 0.85)
            painter.setFont(font)
            words = QRectF(bar.left(), bar.bottom() + em * 0.1, bar.width(), em)
            painter.drawText(words, flags.AlignLeft | flags.AlignVCenter, "0")
            painter.drawText(words, flags.AlignRight | flags.AlignVCenter, f"{self._high:.2g}")
