"""The button that starts long work and why it cannot be pressed; then Stop, how far it is, and how long still."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.gui import icons, theme

STEPS = 1000
STOP, STOPPING = "Stop", "Stopping …"


class Going(Protocol):
    """What is under way. fraction: 0..1, 0 while nothing is known; left_s: seconds, None while nobody can say."""

    fraction: float
    message: str
    started: bool
    stopping: bool
    left_s: float | None


class RunCard(QFrame):
    """`stop_wished`: the button. Children connect `start`, and add what else there is to press and to read."""

    stop_wished = Signal()

    def __init__(self, title: str, what: str, parent: QWidget | None = None) -> None:
        """title: on the button that starts; what: is run, such as "the training"."""
        super().__init__(parent)
        theme.mark(self, "card")
        self._why, self._runs = "", False
        self.start, self.stop = theme.mark(QPushButton(title), "primary"), QPushButton(STOP)
        icons.give(self.stop, "cancel")
        self.stop.clicked.connect(self.stop_wished)
        self.size, self.why = theme.label("", "quiet", wraps=True), theme.label("", "quiet", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Progress of {what}")
        self.present, self.left = QElidingLabel(), theme.label("", "quiet")
        self.going: list[QWidget] = [self.stop, self.bar, self.present, self.left]
        em = theme.em(self)
        self.buttons, self.column = QHBoxLayout(), QVBoxLayout(self)
        self.buttons.setSpacing(round(em * 0.4))
        self.buttons.addWidget(self.stop, 1)
        self.column.setContentsMargins(*(round(em * 0.6),) * 4)
        self.column.setSpacing(round(em * 0.4))
        for widget in (self.size, self.start, self.why):
            self.column.addWidget(widget)
        self.column.addLayout(self.buttons)
        for widget in (self.bar, self.present, self.left):
            self.column.addWidget(widget)

    def say_size(self, words: str) -> None:
        """How much there is to do; "" where nobody knows."""
        self.size.setText(words)
        self.size.setVisible(bool(words) and not self._runs)

    def say_why_not(self, why: str) -> None:
        """Why the button cannot be pressed; "" if it can."""
        self._why = why
        self.start.setEnabled(not why)
        self.why.setText(why)
        self.why.setVisible(bool(why) and not self._runs)

    def show_going(self, going: Going | None, left: str | None = None) -> None:
        """Show what is under way, None the button that starts. left: said in place of the time that is left."""
        self._runs = going is not None
        for widget in self.going:
            widget.setVisible(self._runs)
        self.start.setVisible(not self._runs)
        self.say_size(self.size.text())
        self.say_why_not(self._why)
        if going is None:
            return
        self.stop.setEnabled(not going.stopping)
        self.stop.setText(STOPPING if going.stopping else STOP)
        unknown = going.fraction <= 0
        self.bar.setRange(0, 0 if unknown and left is None else STEPS)
        self.bar.setValue(round(going.fraction * STEPS))
        self.present.setText(going.message or ("Preparing" if going.started else "Waiting for the job before it"))
        self.present.setToolTip(going.message)
        share = "" if unknown else f"{100 * going.fraction:.0f} %"
        said = " · ".join(part for part in (share, words_of(going.left_s) if left is None else left) if part)
        self.left.setText(said[:1].upper() + said[1:])


def words_of(left_s: float | None) -> str:
    """As in "about 3 min left"."""
    if left_s is None:
        return ""
    if left_s < 90:
        return f"about {max(1, round(left_s)):.0f} s left"
    return f"about {left_s / 60:.0f} min left" if left_s < 5400 else f"about {left_s / 3600:.1f} h left"
