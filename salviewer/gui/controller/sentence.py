"""A line of text that changes while a slider moves."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from salviewer.gui import theme


class Sentence(QWidget):
    """Shows `text` in bold, cut short where there is no room for it.

    A label has the whole panel laid out anew whenever its text changes, which takes longer than all else.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Show `text`."""
        if text != self.text:
            self.text = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line."""
        em = theme.em(self)
        return QSize(em * 20, round(em * 1.6))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The text."""
        with QPainter(self) as painter:
            font = painter.font()
            font.setBold(True)
            painter.setFont(font)
            shown = painter.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
