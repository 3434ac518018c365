"""The Training panel: choices on the left, below them Train, and on the right what comes of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.training.choices_view import TrainChoicesView
from salviewer.gui.training.outcome_view import OutcomeView
from salviewer.gui.training.run_view import TrainRunView

LEFT, RIGHT = 17, 30


class TrainingView(QWidget):
    """Puts its three parts in their places; their signals are the wishes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.choices, self.run, self.outcome = TrainChoicesView(), TrainRunView(), OutcomeView()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.4))
        column.addWidget(self.choices, 1)
        column.addWidget(self.run)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setHandleWidth(round(em * 0.4))
        for part, share in ((left, 0), (self.outcome, 1)):
            parts.addWidget(part)
            parts.setCollapsible(parts.count() - 1, False)
            parts.setStretchFactor(parts.count() - 1, share)
        parts.setSizes([em * LEFT, em * RIGHT])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(parts)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the choices and a chart beside them."""
        em = theme.em(self)
        return QSize(em * (LEFT + RIGHT), em * 30)
