"""A panel before anything is in it, Compare if nothing else is said: what it is for, and the ways to fill it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from salviewer.gui import theme

WHAT = "See several explanations beside each other"
HOW = (
    "Each gets a cell here; all zoom and pan together, and a cross shows the same place in every one. "
    "Fill the cells in one of these ways, or drag explanations here from the Workspace panel."
)
WIDTH = 30


class Empty(QWidget):
    """A headline and a button per way to fill the panel."""

    def __init__(self, parent: QWidget | None = None, *, what: str = WHAT, how: str = HOW) -> None:
        super().__init__(parent)
        em = theme.em(self)
        self.buttons: list[QPushButton] = []
        inner = QWidget()
        inner.setFixedWidth(em * WIDTH)
        self._column = QVBoxLayout(inner)
        self._column.setSpacing(round(em * 0.5))
        head = theme.label(what, "headline", wraps=True)
        self._column.addWidget(head)
        self._column.addWidget(theme.label(how, "quiet", wraps=True))
        self.why = theme.label("", "note", wraps=True)
        self.why.hide()
        self._column.addWidget(self.why)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(inner)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(across)
        outer.addStretch(2)

    def set_why_not(self, why: str) -> None:
        """Why nothing can be put in now; empty if something can."""
        self.why.setText(why)
        self.why.setVisible(bool(why))

    def set_fillers(self, actions: Sequence[QAction]) -> None:
        """One button per action, which is barred as long as the action is."""
        for action in actions:
            button = theme.mark(QPushButton(), "step")
            self.buttons.append(button)
            self._column.addWidget(button)
            button.clicked.connect(action.trigger)
            action.changed.connect(lambda b=button, a=action: _follow(b, a))
            _follow(button, action)


def _follow(button: QPushButton, action: QAction) -> None:
    keys = action.shortcut().toString()
    button.setText(f"{action.text()}   ({keys})" if keys else action.text())
    button.setToolTip(action.statusTip())
    button.setEnabled(action.isEnabled())
