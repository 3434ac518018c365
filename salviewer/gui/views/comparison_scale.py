"""The line under a map: its colours from the lowest to the highest number, and the value under the cursor."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from salviewer.gui import theme
from salviewer.gui.comparing_scale import words
from salviewer.kit.colours import swatch


class ScaleLine(QWidget):
    """Low number, colours, high number with unit; with a value: a mark where it lies, and the value itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high, self._unit = 0.0, 0.0, ""
        self._table: np.ndarray | None = None
        self._value: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_range(self, low: float, high: float, table: np.ndarray | None, unit: str = "") -> None:
        """Colours of `table` (256, 3) stand for `low`..`high` in `unit`; None shows nothing."""
        self._low, self._high, self._table = low, high, table
        self._unit = "" if unit == "1" else unit
        said = f"{words(low)} to {words(high)} {self._unit}".strip() if table is not None and high > low else ""
        self.setAccessibleName(f"Scale {said}" if said else "No scale")
        self.setToolTip(said)
        self.update()

    def set_value(self, value: float | None) -> None:
        """The value under the cursor; None takes it away."""
        if value != self._value:
            self._value = value
            self.update()

    def texts(self) -> list[tuple[str, str]]:
        """What stands left and right of the colours, from the fullest to the shortest form."""
        if self._value is None:
            low, high, short = words(self._low), words(self._high), (words(self._low, 2), words(self._high, 2))
            return [(low, f"{high} {self._unit}".strip()), (low, high), short, ("", short[1])]
        if not math.isfinite(self._value):
            return [("no number", "")]
        return [(words(self._value), self._unit), (words(self._value), ""), (words(self._value, 2), "")]

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line."""
        em = self.fontMetrics().height()
        return QSize(em * 8, round(em * 1.15))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line, however narrow."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the line."""
        if self._table is None or self._high <= self._low:
            return
        with QPainter(self) as painter:
            self._paint(painter, self._table)

    def _paint(self, painter: QPainter, table: np.ndarray) -> None:
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.86)
        font.setBold(self._value is not None)
        painter.setFont(font)
        metrics, em = painter.fontMetrics(), self.fontMetrics().height()
        gap = round(em * 0.4)
        for left, right in self.texts():
            start = max(metrics.horizontalAdvance(left), metrics.horizontalAdvance("0.00")) + gap
            stop = self.width() - metrics.horizontalAdvance(right) - gap * bool(right)
            if stop - start > em * 2:
                break
        quiet = self._value is None
        painter.setPen(QColor(theme.tones().quiet) if quiet else self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, left)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)
        if stop - start < em:
            return
        bar = QRectF(start, self.height() * 0.34, stop - start, self.height() * 0.32)
        strip = swatch(table, round(bar.width()), max(1, round(bar.height())), ratio=self.devicePixelRatioF())
        painter.drawPixmap(bar, strip, QRectF(strip.rect()))
        painter.setPen(QColor(theme.tones().faint))
        painter.drawRect(bar)
        if self._value is not None and math.isfinite(self._value):
            self._mark(painter, bar)

    def _mark(self, painter: QPainter, bar: QRectF) -> None:
        share = min(max((self._value - self._low) / (self._high - self._low), 0.0), 1.0)
        x, size = bar.left() + share * bar.width(), bar.height() * 0.75
        text = self.palette().color(QPalette.ColorRole.WindowText)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(text)
        for edge, away in ((bar.top() - 1, -size), (bar.bottom() + 1, size)):
            tips = [QPointF(x, edge), QPointF(x - size * 0.7, edge + away), QPointF(x + size * 0.7, edge + away)]
            painter.drawPolygon(QPolygonF(tips))
