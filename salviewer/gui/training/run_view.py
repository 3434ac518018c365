"""Train, Stop, how far it is and how long it will still take."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.gui import icons, theme
from salviewer.gui.training.values import UnderWay
from salviewer.gui.views.evaluation_run import words_of

STEPS = 1000
TRAIN, GO_ON = "Train", "Continue"
STOP_TIP = "What was done so far is kept: training the same again goes on from there"
WAITS = "Other jobs with the model wait meanwhile; Stop lets them go first."


class TrainRunView(QFrame):
    """`train_wished` and `stop_wished`."""

    train_wished = Signal()
    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._why, self._running = "", False
        self.train, self.stop = theme.mark(QPushButton(TRAIN), "primary"), QPushButton("Stop")
        icons.give(self.stop, "cancel")
        self.stop.setToolTip(STOP_TIP)
        self.train.clicked.connect(self.train_wished)
        self.stop.clicked.connect(self.stop_wished)
        self.size, self.why = theme.label("", "quiet", wraps=True), theme.label("", "quiet", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the training")
        self.present, self.left = QElidingLabel(), theme.label("", "quiet")
        self._waits = theme.label(WAITS, "help", wraps=True)
        em = theme.em(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        for widget in (self.size, self.train, self.why, self.stop, self.bar, self.present, self.left, self._waits):
            column.addWidget(widget)
        self.set_running(None)

    def set_size(self, words: str) -> None:
        """How much there is to learn from."""
        self.size.setText(words)
        self.size.setVisible(bool(words) and not self._running)

    def set_why_not(self, why: str, *, goes_on: bool = False) -> None:
        """Why Train cannot be pressed, "" if it can; `goes_on`: whether it goes on with what was stopped."""
        self._why = why
        self.train.setEnabled(not why)
        self.train.setText(GO_ON if goes_on else TRAIN)
        self.train.setToolTip(why or ("Go on where it was stopped" if goes_on else "Learn from these pictures"))
        self.why.setText(why)
        self.why.setVisible(bool(why) and not self._running)

    def set_running(self, running: UnderWay | None) -> None:
        """Show the training under way; None shows Train."""
        self._running = running is not None
        for widget in (self.stop, self.bar, self.present, self.left, self._waits):
            widget.setVisible(self._running)
        self.train.setVisible(not self._running)
        self.why.setVisible(bool(self._why) and not self._running)
        self.size.setVisible(bool(self.size.text()) and not self._running)
        if running is None:
            return
        self.stop.setEnabled(not running.stopping)
        self.stop.setText("Stopping …" if running.stopping else "Stop")
        unknown = running.fraction <= 0
        self.bar.setRange(0, 0 if unknown else STEPS)
        self.bar.setValue(round(running.fraction * STEPS))
        self.present.setText(running.message or ("Preparing" if running.started else "Waiting for the job before it"))
        self.present.setToolTip(running.message)
        share = "" if unknown else f"{running.fraction:.0%}"
        self.left.setText(" · ".join(part for part in (share, words_of(running.left_s)) if part))
