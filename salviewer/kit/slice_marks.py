"""What is written on a slice: letters on its four sides, the crosshair, the scale bar; white in a dark halo."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

INK, HALO = QColor(255, 255, 255), QColor(0, 0, 0, 200)
LINE, SHADE = QColor(255, 255, 255, 225), QColor(0, 0, 0, 130)
GAP = 0.55
"""How far the crosshair stays off its point, in letter heights."""
BAR_SHARE = 0.22
"""The longest scale bar, as a share of the width."""


def write(painter: QPainter, at: QPointF, text: str) -> None:
    """Write `text` with its baseline's left end at `at`."""
    painter.setPen(HALO)
    for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
        painter.drawText(at + QPointF(x, y), text)
    painter.setPen(INK)
    painter.drawText(at, text)


def letter_font(font: QFont) -> QFont:
    """The font of the letters on the sides: larger and bolder than `font`."""
    made = QFont(font)
    made.setPointSizeF(max(1.0, font.pointSizeF()) * 1.25)
    if font.pointSizeF() <= 0:
        made.setPixelSize(max(1, round(font.pixelSize() * 1.25)))
    made.setWeight(QFont.Weight.Bold)
    return made


def paint_letters(painter: QPainter, area: QRectF, letters: tuple[str, str, str, str], font: QFont) -> None:
    """Write what is at the top, right, bottom and left, in the middle of each side of `area`."""
    font = letter_font(font)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    tall, pad = metrics.capHeight(), metrics.height() * 0.3
    middle = area.center()
    top, right, bottom, left = letters
    widths = [metrics.horizontalAdvance(letter) for letter in letters]
    for letter, x, baseline in (
        (top, middle.x() - widths[0] / 2, area.top() + pad + tall),
        (right, area.right() - pad - widths[1], middle.y() + tall / 2),
        (bottom, middle.x() - widths[2] / 2, area.bottom() - pad),
        (left, area.left() + pad, middle.y() + tall / 2),
    ):
        write(painter, QPointF(round(x), round(baseline)), letter)


def paint_crosshair(painter: QPainter, area: QRectF, at: QPointF, em: float) -> None:
    """Two thin lines across `area` with a hole around `at`: light on dark, so that they read on any voxel."""
    gap = round(GAP * em)
    x, y = math.floor(at.x()), math.floor(at.y())
    inner = area.toRect()
    left, top, right, bottom = inner.left(), inner.top(), inner.right(), inner.bottom()
    level = left <= right and top <= y <= bottom
    upright = top <= bottom and left <= x <= right
    # Rectangles, as lines of a pen with soft edges take many times longer.
    lines = [QRect(QPoint(a, y), QPoint(b, y)) for a, b in ((left, min(x - gap, right)), (max(x + gap, left), right))]
    posts = [QRect(QPoint(x, a), QPoint(x, b)) for a, b in ((top, min(y - gap, bottom)), (max(y + gap, top), bottom))]
    for line in [*(lines if level else []), *(posts if upright else [])]:
        if line.isValid():
            halo = line.adjusted(0, -1, 0, 1) if line.width() > line.height() else line.adjusted(-1, 0, 1, 0)
            painter.fillRect(halo & inner, SHADE)
            painter.fillRect(line, LINE)


def paint_ring(painter: QPainter, area: QRect, colour: QColor, thick: int = 2) -> None:
    """A frame within `area`, `thick` pixels wide."""
    left, top, width, height = area.x(), area.y(), area.width(), area.height()
    for side in (
        QRect(left, top, width, thick),
        QRect(left, top + height - thick, width, thick),
        QRect(left, top + thick, thick, height - 2 * thick),
        QRect(left + width - thick, top + thick, thick, height - 2 * thick),
    ):
        painter.fillRect(side, colour)


def bar_mm(longest: float) -> float:
    """The roundest length (1, 2 or 5 times a power of ten) up to `longest` millimetres."""
    power = 10.0 ** math.floor(math.log10(longest))
    return max(f * power for f in (1, 2, 5) if f * power <= longest * (1 + 1e-9))


def paint_scale_bar(painter: QPainter, area: QRectF, dots_per_mm: float, font: QFont) -> None:
    """A bar of a round length at the lower left of `area`, and the length above it."""
    longest = area.width() * BAR_SHARE / dots_per_mm
    if not (math.isfinite(longest) and longest > 0):
        return
    length = bar_mm(longest)
    metrics = QFontMetricsF(font)
    pad = metrics.height() * 0.5
    left, y = math.floor(area.left() + pad), math.floor(area.bottom() - pad)
    line = QRect(left, y, max(1, round(length * dots_per_mm)), 2)
    painter.fillRect(line.adjusted(-1, -1, 1, 1), HALO)
    painter.fillRect(line, INK)
    painter.setFont(font)
    write(painter, QPointF(left, y - metrics.height() * 0.4), f"{length:g} mm")


def paint_note(painter: QPainter, area: QRectF, lines: list[str], font: QFont) -> None:
    """Lines of text at the lower right of `area`, the last one lowest."""
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    baseline = area.bottom() - metrics.height() * 0.5
    for text in reversed(lines):
        x = area.right() - metrics.height() * 0.5 - metrics.horizontalAdvance(text)
        write(painter, QPointF(round(x), round(baseline)), text)
        baseline -= metrics.height()
