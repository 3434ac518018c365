"""Which colour belongs to which of two paths."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from salviewer.gui import theme


class PathLegend(QWidget):
    """A dot and a name per path, and one for what both share; hidden where there is one path only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_names(self, names: Sequence[str]) -> None:
        """What the two paths are called; () for one path."""
        self.names = (*names, "both") if names else ()
        self.setAccessibleName("Colours: " + ", ".join(self.names))
        self.setToolTip("  ·  ".join(self.names))
        self.setVisible(bool(names))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all names."""
        em = theme.em(self)
        return QSize(round(sum(self.fontMetrics().horizontalAdvance(name) + 1.9 * em for name in self.names)), em)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Names may be cut off."""
        em = theme.em(self)
        return QSize(em * 4 * len(self.names), em)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Dots and names."""
        if not self.names:
            return
        em, tones = theme.em(self), theme.tones()
        spare = self.width() / max(1, self.sizeHint().width())
        left = 0.0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for name, tone in zip(self.names, (tones.accent, tones.warning, tones.quiet), strict=True):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tone))
                painter.drawEllipse(QRectF(left + 0.2 * em, self.height() / 2 - 0.3 * em, 0.6 * em, 0.6 * em))
                painter.setPen(QColor(tones.text))
                wide = self.fontMetrics().horizontalAdvance(name) * min(1.0, spare) + 2
                text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(wide))
                painter.drawText(QRectF(left + em, 0, wide, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
                left += wide + 1.7 * em * min(1.0, spare)
