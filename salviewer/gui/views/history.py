"""The steps that can be undone, the latest last: a click goes back or forth to one."""

from __future__ import annotations

from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QFrame, QUndoView, QVBoxLayout, QWidget

from salviewer.gui import theme


class HistoryView(QFrame):
    """A list of steps; the one that holds now is marked."""

    def __init__(self, stack: QUndoStack, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.list = QUndoView(stack)
        self.list.setEmptyLabel("At the beginning")
        self.list.setAccessibleName("History")
        self.list.setSpacing(round(theme.em(self) * 0.15))
        self.list.setToolTip("Click a step to go back or forth to it.")
        column = QVBoxLayout(self)
        em = theme.em(self)
        column.setContentsMargins(*(round(em * 0.4),) * 4)
        column.addWidget(self.list)
