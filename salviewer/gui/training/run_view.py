"""Train; then Pause, Finish early and Stop, how far it is and how long it will still take."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.gui import icons, theme
from salviewer.gui.training.values import UnderWay
from salviewer.gui.views.evaluation_run import words_of

STEPS = 1000
TRAIN, CONTINUE = "Train", "Continue"
PAUSE, GO_ON = "Pause", "Go on"
END, ENDING = "Finish early", "Finishing …"
STOP, STOPPING = "Stop", "Stopping …"
PAUSE_TIP = "Wait at the next step and let other jobs with the model go first; everything stays in memory"
GO_ON_TIP = "Go on exactly where it waits"
END_TIP = "End at the next chance and keep what was learned so far as the result, ready to be used"
STOP_TIP = "End without a result; what was done is kept, and training the same again goes on from there"
WAITS = "Other jobs with the model wait meanwhile; Pause lets them go first."
RESTS = "Other jobs with the model go first while it is paused. Closing the window is like Stop."
ENDS = "It ends at its next chance; a training that cannot end early goes on to its end."


class TrainRunView(QFrame):
    """`train_wished`, `pause_wished`, `go_on_wished`, `end_wished` and `stop_wished`: the buttons."""

    train_wished = Signal()
    pause_wished = Signal()
    go_on_wished = Signal()
    end_wished = Signal()
    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._why, self._running, self._paused = "", False, False
        self.train = theme.mark(QPushButton(TRAIN), "primary")
        self.pause, self.end, self.stop = QPushButton(PAUSE), QPushButton(END), QPushButton(STOP)
        for button, drawing, tip in (
            (self.pause, "pause", PAUSE_TIP), (self.end, "done", END_TIP), (self.stop, "cancel", STOP_TIP)
        ):  # fmt: skip
            icons.give(button, drawing)
            button.setToolTip(tip)
        self.train.clicked.connect(self.train_wished)
        self.pause.clicked.connect(lambda: (self.go_on_wished if self._paused else self.pause_wished).emit())
        self.end.clicked.connect(self.end_wished)
        self.stop.clicked.connect(self.stop_wished)
        self.size, self.why = theme.label("", "quiet", wraps=True), theme.label("", "quiet", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the training")
        self.present, self.left = QElidingLabel(), theme.label("", "quiet")
        self.waits = theme.label(WAITS, "help", wraps=True)
        self._lay_out()
        self.set_running(None)

    def set_size(self, words: str) -> None:
        """How much there is to learn from."""
        self.size.setText(words)
        self.size.setVisible(bool(words) and not self._running)

    def set_why_not(self, why: str, *, goes_on: bool = False) -> None:
        """Why Train cannot be pressed, "" if it can; `goes_on`: whether it goes on with what was stopped."""
        self._why = why
        self.train.setEnabled(not why)
        self.train.setText(CONTINUE if goes_on else TRAIN)
        self.train.setToolTip(why or ("Go on where it was stopped" if goes_on else "Learn from these pictures"))
        self.why.setText(why)
        self.why.setVisible(bool(why) and not self._running)

    def set_running(self, running: UnderWay | None) -> None:
        """Show the training under way; None shows Train."""
        self._running = running is not None
        for widget in (self.pause, self.end, self.stop, self.bar, self.present, self.left, self.waits):
            widget.setVisible(self._running)
        self.train.setVisible(not self._running)
        self.why.setVisible(bool(self._why) and not self._running)
        self.size.setVisible(bool(self.size.text()) and not self._running)
        if running is not None:
            self._set_buttons(running)
            self._set_words(running)

    def _set_buttons(self, running: UnderWay) -> None:
        self._paused = running.paused
        self.pause.setText(GO_ON if running.paused else PAUSE)
        self.pause.setToolTip(GO_ON_TIP if running.paused else PAUSE_TIP)
        icons.give(self.pause, "run" if running.paused else "pause")
        self.pause.setEnabled(not (running.stopping or running.ending))
        self.end.setEnabled(not (running.stopping or running.ending))
        self.end.setText(ENDING if running.ending else END)
        self.stop.setEnabled(not running.stopping)
        self.stop.setText(STOPPING if running.stopping else STOP)

    def _set_words(self, running: UnderWay) -> None:
        unknown = running.fraction <= 0 and not running.paused
        self.bar.setRange(0, 0 if unknown else STEPS)
        self.bar.setValue(round(running.fraction * STEPS))
        self.present.setText(running.message or ("Preparing" if running.started else "Waiting for the job before it"))
        self.present.setToolTip(running.message)
        share = "" if running.fraction <= 0 else f"{running.fraction:.0%}"
        left = "paused" if running.paused else words_of(running.left_s)
        self.left.setText(" · ".join(part for part in (share, left) if part))
        self.waits.setText(RESTS if running.paused else ENDS if running.ending else WAITS)

    def _lay_out(self) -> None:
        em = theme.em(self)
        row = QHBoxLayout()
        row.setSpacing(round(em * 0.4))
        for button in (self.pause, self.stop):
            row.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        for widget in (self.size, self.train, self.why):
            column.addWidget(widget)
        column.addLayout(row)
        for widget in (self.end, self.bar, self.present, self.left, self.waits):
            column.addWidget(widget)
