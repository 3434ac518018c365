"""The first thing that is seen: three steps to a heatmap, each a button, and a way to try it without files."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.values import NOTICE

STEPS = (
    ("model.open", "1", "Open a model", "a weights file, or a network by name"),
    ("picture.open", "2", "Open a picture or volume", "a file, or drop it on this window"),
    ("run", "3", "Press Run", "and see what the model looked at"),
)


class WelcomeView(QWidget):
    """`wished` carries the id of the command behind the step that was pressed."""

    wished = Signal(str)
    painted = Signal()
    """Emitted once, when this has been seen for the first time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen = False
        em = theme.em(self)
        self.steps = {wish: _Step(number, title, hint) for wish, number, title, hint in STEPS}
        self.sample = theme.mark(QPushButton("Try the built-in flower"), "link")
        icons.give(self.sample, "sample")
        self.sample.clicked.connect(lambda: self.wished.emit("sample.open"))
        self.brain = theme.mark(QPushButton("Try the built-in brain in 3D"), "link")
        icons.give(self.brain, "nose")
        self.brain.clicked.connect(lambda: self.wished.emit("brain.open"))
        self.fundus = theme.mark(QPushButton("Try the built-in fundus"), "link")
        icons.give(self.fundus, "fundus")
        self.fundus.clicked.connect(lambda: self.wished.emit("fundus.open"))
        row = QHBoxLayout()
        row.setSpacing(em)
        for wish, step in self.steps.items():
            step.clicked.connect(lambda _=False, wish=wish: self.wished.emit(wish))
            row.addWidget(step, 1)
        notice = theme.label(NOTICE, "help", wraps=True)
        notice.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * em, em, 2 * em, em)
        column.setSpacing(em)
        column.addStretch(3)
        column.addWidget(_centred(theme.label("What did the network look at?", "headline")))
        words = "Open a trained classifier and a picture or volume; a heatmap shows which places speak for the class."
        column.addWidget(_centred(theme.label(words, "quiet", wraps=True)))
        column.addSpacing(em)
        column.addLayout(row)
        for button in (self.sample, self.brain, self.fundus):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(4)
        column.addWidget(notice)
        self.set_progress(model=False, picture=False)

    def set_progress(self, *, model: bool, picture: bool) -> None:
        """Tick the steps that are done; Run can be pressed when both are."""
        self.steps["model.open"].set_done(model)
        self.steps["picture.open"].set_done(picture)
        self.steps["run"].setEnabled(model and picture)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Tell of the first paint."""
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            self.painted.emit()


class _Step(QPushButton):
    """A wide button: a number, what to do, and how."""

    def __init__(self, number: str, title: str, hint: str) -> None:
        super().__init__()
        self._number = theme.label(number, "headline")
        self._title, self._hint = theme.label(title, "title", wraps=True), theme.label(hint, "quiet", wraps=True)
        self._title_text = title
        column = QVBoxLayout(self)
        em = theme.em(self)
        column.setContentsMargins(em, em, em, em)
        column.setSpacing(round(em * 0.3))
        for widget in (self._number, self._title, self._hint):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(widget)
        column.addStretch(1)
        self.setMinimumSize(QSize(em * 9, em * 8))
        self.setAccessibleName(f"{number}. {title}")
        self.setAccessibleDescription(hint)

    def set_done(self, done: bool) -> None:
        """Tick this step."""
        self._title.setText(f"{self._title_text} ✓" if done else self._title_text)


def _centred(made: QLabel) -> QLabel:
    made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return made
