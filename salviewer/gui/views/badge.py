"""A small button that says something in a few words, cut short where there is no room for all of them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from salviewer.gui import theme


class Badge(QPushButton):
    """`said` is the whole text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = ""
        theme.mark(self, "link")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Show `text`."""
        self.said = text
        self.updateGeometry()
        self._cut()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the whole text."""
        em = theme.em(self)
        return QSize(self.fontMetrics().horizontalAdvance(self.said) + em * 2, round(em * 1.6))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a word or two."""
        return QSize(min(theme.em(self) * 6, self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Cut the text anew."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        room = self.width() - theme.em(self)
        self.setText(self.fontMetrics().elidedText(self.said, Qt.TextElideMode.ElideRight, room))
