"""Run, Stop, how far it is and how long it will still take."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.gui import icons, theme
from salviewer.gui.evaluation_values import UnderWay

STEPS = 1000


class EvaluationRunView(QFrame):
    """`run_wished` and `stop_wished`."""

    run_wished = Signal()
    stop_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._why = ""
        self.run, self.stop = QPushButton("Run"), QPushButton("Stop")
        theme.mark(self.run, "primary")
        icons.give(self.stop, "cancel")
        self.run.clicked.connect(self.run_wished)
        self.stop.clicked.connect(self.stop_wished)
        self.size = theme.label("", "quiet", wraps=True)
        self.why = theme.label("", "quiet", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the evaluation")
        self.present, self.left = QElidingLabel(), theme.label("", "quiet")
        em = theme.em(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        for widget in (self.size, self.run, self.why, self.stop, self.bar, self.present, self.left):
            column.addWidget(widget)
        self.set_running(None)

    def set_size(self, pictures: int, methods: int, metrics: int) -> None:
        """How much there is to do."""
        if not (pictures and methods and metrics):
            self.size.setText("")
            self.size.hide()
            return
        maps = pictures * methods
        self.size.setText(
            f"{_count(pictures, 'picture')} × {_count(methods, 'method')} × {_count(metrics, 'metric')}: "
            f"{maps:,} maps, {maps * metrics:,} measurements"
        )
        self.size.setVisible(self.run.isVisibleTo(self))

    def set_why_not(self, why: str) -> None:
        """Why Run cannot be pressed; "" if it can."""
        self._why = why
        self.run.setEnabled(not why)
        self.why.setText(why)
        self.why.setVisible(bool(why) and self.run.isVisibleTo(self))

    def set_running(self, running: UnderWay | None) -> None:
        """Show the run under way; None shows Run."""
        for widget in (self.stop, self.bar, self.present, self.left):
            widget.setVisible(running is not None)
        self.run.setVisible(running is None)
        self.size.setVisible(bool(self.size.text()) and running is None)
        self.set_why_not(self._why)
        if running is None:
            return
        self.stop.setEnabled(not running.stopping)
        self.stop.setText("Stopping …" if running.stopping else "Stop")
        waits = running.fraction <= 0
        self.bar.setRange(0, 0 if waits else STEPS)
        self.bar.setValue(round(running.fraction * STEPS))
        self.present.setText(running.message or ("Preparing" if running.started else "Waiting for the job before it"))
        self.present.setToolTip(running.message)
        share = f"{100 * running.fraction:.0f} %" if not waits else ""
        self.left.setText(" · ".join(part for part in (share, words_of(running.left_s)) if part))


def words_of(left_s: float | None) -> str:
    """As in "about 3 min left"."""
    if left_s is None:
        return ""
    if left_s < 90:
        return f"about {max(1, round(left_s)):.0f} s left"
    return f"about {left_s / 60:.0f} min left" if left_s < 5400 else f"about {left_s / 3600:.1f} h left"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
