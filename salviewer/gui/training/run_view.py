"""Train; then Pause, Finish early and Stop, how far it is and how long it will still take."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.training.values import UnderWay
from salviewer.gui.views.run_card import RunCard

TRAIN, CONTINUE = "Train", "Continue"
PAUSE, GO_ON = "Pause", "Go on"
END, ENDING = "Finish early", "Finishing …"
PAUSE_TIP = "Wait at the next step and let other jobs with the model go first; everything stays in memory"
GO_ON_TIP = "Go on exactly where it waits"
END_TIP = "End at the next chance and keep what was learned so far as the result, ready to be used"
STOP_TIP = "End without a result; what was done is kept, and training the same again goes on from there"
WAITS = "Other jobs with the model wait meanwhile; Pause lets them go first."
RESTS = "Other jobs with the model go first while it is paused. Closing the window is like Stop."
ENDS = "It ends at its next chance; a training that cannot end early goes on to its end."


class TrainRunView(RunCard):
    """`train_wished`, `pause_wished`, `go_on_wished`, `end_wished` and `stop_wished`: the buttons."""

    train_wished = Signal()
    pause_wished = Signal()
    go_on_wished = Signal()
    end_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TRAIN, "the training", parent)
        self._paused = False
        self.train = self.start
        self.pause, self.end = QPushButton(PAUSE), QPushButton(END)
        for button, drawing, tip in (
            (self.pause, "pause", PAUSE_TIP), (self.end, "done", END_TIP), (self.stop, "cancel", STOP_TIP)
        ):  # fmt: skip
            icons.give(button, drawing)
            button.setToolTip(tip)
        self.train.clicked.connect(self.train_wished)
        self.pause.clicked.connect(lambda: (self.go_on_wished if self._paused else self.pause_wished).emit())
        self.end.clicked.connect(self.end_wished)
        self.waits = theme.label(WAITS, "help", wraps=True)
        self.going += [self.pause, self.end, self.waits]
        self.buttons.insertWidget(0, self.pause, 1)
        self.column.insertWidget(self.column.indexOf(self.bar), self.end)
        self.column.addWidget(self.waits)
        self.set_running(None)

    def set_size(self, words: str) -> None:
        """How much there is to learn from."""
        self.say_size(words)

    def set_why_not(self, why: str, *, goes_on: bool = False) -> None:
        """Why Train cannot be pressed, "" if it can; `goes_on`: whether it goes on with what was stopped."""
        self.say_why_not(why)
        self.train.setText(CONTINUE if goes_on else TRAIN)
        self.train.setToolTip(why or ("Go on where it was stopped" if goes_on else "Learn from these pictures"))

    def set_running(self, running: UnderWay | None) -> None:
        """Show the training under way; None shows Train."""
        self.show_going(running, "paused" if running is not None and running.paused else None)
        if running is None:
            return
        self._paused = running.paused
        self.pause.setText(GO_ON if running.paused else PAUSE)
        self.pause.setToolTip(GO_ON_TIP if running.paused else PAUSE_TIP)
        icons.give(self.pause, "run" if running.paused else "pause")
        self.pause.setEnabled(not (running.stopping or running.ending))
        self.end.setEnabled(not (running.stopping or running.ending))
        self.end.setText(ENDING if running.ending else END)
        self.waits.setText(RESTS if running.paused else ENDS if running.ending else WAITS)
