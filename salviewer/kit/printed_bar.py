"""A colour bar on a page: which colour is which number, in which unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from salviewer.kit.colour_bar import nice_ticks, power_label, tick_labels
from salviewer.kit.lettering import Words, font_of

TICK_EMS = 3.2
"""Between two numbers of a colour bar there is at least so much room."""


@dataclass(frozen=True, eq=False)
class Bar:
    """A colour bar: `table` (256, 3) from `low` to `high`, in `unit`."""

    low: float
    high: float
    table: np.ndarray
    unit: str = ""


@dataclass(frozen=True)
class Look:
    """Letters and colours of a page. `em`: the size of its text in logical pixels."""

    em: float
    family: str
    ink: QColor
    quiet: QColor


def array_image(values: np.ndarray) -> QImage:
    """uint8 (h, w, 1 or 3) or premultiplied uint32 (h, w) as an image that owns its memory."""
    height, width = values.shape[:2]
    if values.dtype == np.uint32:
        kind = QImage.Format.Format_ARGB32_Premultiplied
        return QImage(values.data, width, height, 4 * width, kind).copy()
    if values.shape[2] == 1:
        values = np.ascontiguousarray(np.repeat(values, 3, axis=2))
    return QImage(values.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _ticks(bar: Bar, height: float, em: float) -> tuple[list[float], list[str], int]:
    values = nice_ticks(bar.low, bar.high, max(2, min(9, int(height / (TICK_EMS * em)))))
    labels, power = tick_labels(values)
    return values, labels, power


def power_of(bar: Bar | None, height: float, em: float) -> int:
    """The power of ten that a bar's numbers are in units of; 0 for none."""
    return _ticks(bar, height, em)[2] if bar is not None else 0


def bar_width(bar: Bar, height: float, look: Look) -> float:
    """How wide the bar is with its numbers and its unit, where it is `height` high."""
    em = look.em
    font = font_of(look.family, em)
    widest = max((Words(t, font, 1e4, 1, look.ink).width for t in _ticks(bar, height, em)[1]), default=0.0)
    return 0.9 * em + 0.7 * em + widest + (1.7 * em if _unit(bar) else 0.0)


def _unit(bar: Bar) -> str:
    return "normalised" if bar.unit == "1" else bar.unit


def paint_bar(painter: QPainter, bar: Bar, place: QRectF, look: Look) -> None:
    """Draw the bar to the right of `place`, as high as that."""
    em, font = look.em, font_of(look.family, look.em)
    values, labels, power = _ticks(bar, place.height(), em)
    box = QRectF(place.right() + em, place.top(), 0.9 * em, place.height())
    column = np.ascontiguousarray(bar.table[::-1][:, None, :])
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(box, array_image(column))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.quiet, 0.8))
    painter.drawRect(box)
    widest = 0.0
    for value, text in zip(values, labels, strict=True):
        y = box.bottom() - box.height() * (value - bar.low) / (bar.high - bar.low)
        painter.setPen(QPen(look.quiet, 0.8))
        painter.drawLine(QPointF(box.right(), y), QPointF(box.right() + 0.3 * em, y))
        words = Words(text, font, 1e4, 1, look.ink)
        words.draw(painter, box.right() + 0.6 * em, y - words.height / 2)
        widest = max(widest, words.width)
    if power:
        small = font_of(look.family, 0.9 * em)
        words = Words(power_label(power), small, 1e4, 1, look.ink)
        words.draw(painter, box.left(), box.top() - words.height - 0.25 * em)
    if unit := _unit(bar):
        words = Words(unit, font, box.height(), 1, look.quiet)
        painter.save()
        painter.translate(box.right() + 0.6 * em + widest + 0.5 * em, box.center().y() + words.width / 2)
        painter.rotate(-90)
        words.draw(painter, 0, 0)
        painter.restore()
