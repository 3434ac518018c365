"""The colour bar: which colour is which number, in which unit."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

MOST_TICKS = 9
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within low..high, at most `most`; both ends if too close."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return []
    raw = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    ticks = [round(i * step, 12 - math.floor(math.log10(step))) for i in range(first, first + most + 1)]
    return [t + 0.0 for t in ticks if t <= high + 1e-9 * (high - low)]


def tick_labels(ticks: list[float]) -> tuple[list[str], int]:
    """The ticks as text with as many digits as their distance needs, and the power of ten that they are in units of."""
    largest = max((abs(t) for t in ticks), default=0.0)
    if not largest:
        return [f"{t:g}" for t in ticks], 0
    power = math.floor(math.log10(largest) + 1e-9)
    power = power if power < -2 or power > 4 else 0
    scaled = [t / 10.0**power for t in ticks]
    step = scaled[1] - scaled[0] if len(ticks) > 1 else abs(scaled[0])
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{t:.{digits}f}" for t in scaled], power


def power_label(power: int) -> str:
    """A power as text: “× 10⁻⁵” for -5, nothing for 0."""
    return f"× 10{str(power).translate(RAISED)}" if power else ""


class ColourBar(QWidget):
    """A vertical bar with numbers to its right and the unit on top; text in the palette's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high, self._unit = 0.0, 0.0, ""
        self._table: np.ndarray | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Colour bar")

    def set_range(self, low: float, high: float, table: np.ndarray | None, unit: str = "") -> None:
        """Colours of `table` (256, 3) stand for `low`..`high` in `unit`; table None or an empty range shows nothing."""
        self._low, self._high, self._table, self._unit = low, high, table, unit
        ends = f"{low:.3g} to {high:.3g} {unit}".strip() if table is not None and high > low else "no range"
        self.setAccessibleDescription(ends)
        self.setToolTip(ends)
        self.updateGeometry()
        self.update()

    def ticks(self) -> tuple[list[tuple[float, str]], str]:
        """The numbers beside the bar, as value and text, and the power of ten above them."""
        return self._ticks(max(2, min(MOST_TICKS, self.height() // (3 * self.fontMetrics().height()))))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as its longest number, whatever its height."""
        metrics = self.fontMetrics()
        texts = ["0.00"]
        for most in range(2, MOST_TICKS + 1):
            ticks, power = self._ticks(most)
            texts += [power, *(text for _, text in ticks)]
        # The unit's place is kept even where there is none, so that pictures do not move when one comes.
        return QSize(metrics.height() * 3 + max(map(metrics.horizontalAdvance, texts)), 120)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The same width at any height."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bar, its ticks, and the unit along its side."""
        if self._table is None or self._high <= self._low:
            return
        with QPainter(self) as painter:
            self._paint(painter, self._table)

    def _paint(self, painter: QPainter, table: np.ndarray) -> None:
        em = self.fontMetrics().height()
        ticks, power = self.ticks()
        top = em * (2 if power else 1)
        bar = QRectF(em * 0.5, top, em * 0.9, self.height() - top - em)
        column = np.ascontiguousarray(table[::-1])
        painter.drawImage(bar, QImage(column.data, 1, len(column), 3, QImage.Format.Format_RGB888))
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRect(bar)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(bar.left(), 0, self.width(), top), middle, power)
        for value, text in ticks:
            y = bar.bottom() - bar.height() * (value - self._low) / (self._high - self._low)
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + em * 0.25, y))
            painter.drawText(QRectF(bar.right() + em * 0.4, y - em, self.width(), 2 * em), middle, text)
        self._paint_unit(painter, bar)

    def _ticks(self, most: int) -> tuple[list[tuple[float, str]], str]:
        values = nice_ticks(self._low, self._high, most)
        labels, power = tick_labels(values)
        return list(zip(values, labels, strict=True)), power_label(power)

    def _paint_unit(self, painter: QPainter, bar: QRectF) -> None:
        """Upright along the right edge, so that a long unit does not widen the bar."""
        text = self.fontMetrics().elidedText(self._shown_unit(), Qt.TextElideMode.ElideRight, int(bar.height()))
        em = self.fontMetrics().height()
        painter.translate(self.width() - em * 0.6, bar.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-bar.height() / 2, -em / 2, bar.height(), em), Qt.AlignmentFlag.AlignCenter, text)

    def _shown_unit(self) -> str:
        return "" if self._unit == "1" else self._unit
