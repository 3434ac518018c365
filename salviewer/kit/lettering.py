"""Text for a page: broken into lines that fit, cut off with “…” after so many; drawn as letters, not as pixels."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

LONGEST = 2000
"""Letters of a text that are looked at."""


def font_of(family: str, size: float, *, bold: bool = False) -> QFont:
    """The font `size` logical pixels high; its widths do not depend on the device."""
    font = QFont(family) if family else QFont()
    font.setPixelSize(max(1, round(size)))
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


class Words:
    """A text at most `width` wide and `lines` lines high, ready to be measured and drawn."""

    def __init__(self, text: str, font: QFont, width: float, lines: int, colour: QColor) -> None:
        self._font, self._colour = font, colour
        metrics = QFontMetricsF(font)
        shown = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))[:LONGEST]
        self.texts = _broken(shown, font, width, lines)
        self._line, self._ascent = metrics.height() * 1.08, metrics.ascent()
        self.width = max((metrics.horizontalAdvance(t) for t in self.texts), default=0.0)
        self.height = math.ceil(self._line * len(self.texts))

    def draw(self, painter: QPainter, x: float, y: float) -> None:
        """Draw it with its top left corner at (x, y)."""
        painter.setFont(self._font)
        painter.setPen(self._colour)
        for i, text in enumerate(self.texts):
            painter.drawText(QPointF(x, y + i * self._line + self._ascent), text)


def _broken(text: str, font: QFont, width: float, lines: int) -> list[str]:
    if not text:
        return []
    layout = QTextLayout(text, font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    option = layout.textOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    starts = []
    while len(starts) <= lines and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    ends = [*starts[1:], len(text)]
    found = [text[a:b].strip() for a, b in zip(starts, ends, strict=True)]
    if len(found) > lines:
        last = QFontMetricsF(font).elidedText(text[starts[lines - 1] :], Qt.TextElideMode.ElideRight, width)
        found = [*found[: lines - 1], last]
    return found
