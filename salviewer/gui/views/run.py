"""Run, what it will cost, progress, Cancel; and why Run cannot be pressed."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.gui import icons, theme
from salviewer.gui.under_way import Running

ESTIMATE_AFTER_S = 2.0
STEPS = 1000


class RunView(QFrame):
    """`run_wished` and `cancel_wished`."""

    run_wished = Signal()
    cancel_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._began: tuple[int, float] | None = None
        self._why = ""
        self._shown: tuple[Running | None, int] = (None, 0)
        self.run, self.cancel = QPushButton("Run"), QPushButton("Cancel")
        theme.mark(self.run, "primary")
        icons.give(self.cancel, "cancel")
        self.run.setToolTip("Explain (Ctrl+R)")
        self.cancel.setToolTip("Stop this run (Esc)")
        self.run.clicked.connect(self.run_wished)
        self.cancel.clicked.connect(self.cancel_wished)
        self.about = QElidingLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.message = QElidingLabel()
        self.estimate = theme.label("", "quiet", wraps=True)
        self.estimate.setAccessibleName("Estimate")
        theme.mark(self.about, "quiet")
        theme.mark(self.message, "quiet")
        row = QHBoxLayout()
        row.addWidget(self.run, 1)
        row.addWidget(self.cancel, 1)
        column = QVBoxLayout(self)
        em = theme.em(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        column.addWidget(self.about)
        column.addWidget(self.estimate)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.message)
        self.set_estimate("")
        self.set_running(None)

    def set_estimate(self, text: str, *, warns: bool = False, why: str = "") -> None:
        """Say what Run would cost; `warns`: more than there is. `why`: how it is known."""
        self.estimate.setText(text)
        self.estimate.setToolTip(why)
        role = "note" if warns else "quiet"
        if self.estimate.property("role") != role:
            theme.restyle(theme.mark(self.estimate, role))
        self.estimate.setVisible(bool(text))

    def set_about(self, text: str) -> None:
        """Say what Run would explain."""
        self.about.setText(text)
        self.about.setToolTip(text)
        self.about.setVisible(bool(text))

    def set_why_not(self, why: str) -> None:
        """Why Run cannot be pressed; "" if it can."""
        self._why = why
        self.run.setEnabled(not why)
        self.run.setToolTip(why or "Explain (Ctrl+R)")
        if self._began is None:
            self.message.setText(why)
            self.message.setToolTip(why)
            self.message.setVisible(bool(why))

    def set_running(self, running: Running | None, waiting: int = 0) -> None:
        """Show the job under way, None where there is none; `waiting`: how many wait behind it."""
        self._shown = (running, waiting)
        self.cancel.setVisible(running is not None)
        self.bar.setVisible(running is not None)
        if running is None:
            self._began = None
            self.set_why_not(self._why)
            return
        if self._began is None or self._began[0] != running.number:
            self._began = (running.number, time.monotonic())
        self.cancel.setEnabled(running.unanswered or not running.cancelling)
        text, tip = self._button_words(running)
        self.cancel.setText(text)
        self.cancel.setToolTip(tip)
        waits = not running.started or running.fraction <= 0
        self.bar.setRange(0, 0 if waits else STEPS)
        self.bar.setValue(round(running.fraction * STEPS))
        self.message.setText(self._words(running))
        self.message.setToolTip(f"{running.title}\n{running.message}".strip())
        self.message.setVisible(True)

    def _button_words(self, running: Running) -> tuple[str, str]:
        """What the button says, and its tool tip."""
        if running.unanswered:
            return "Stop waiting", "Leave this run behind and go on without it (Esc)"
        return ("Stopping …", "") if running.cancelling else ("Cancel", "Stop this run (Esc)")

    def _words(self, running: Running) -> str:
        waiting = f"{self._shown[1]} waiting" if self._shown[1] else ""
        if running.unanswered:
            return "The method does not answer"
        if running.cancelling:
            return "Stopping after the batch under way"
        if not running.started:
            return "Waiting for the job before it"
        left = self._seconds_left(running.fraction)
        share = f"{100 * running.fraction:.0f} %" if running.fraction > 0 else ""
        return " · ".join(part for part in (share, left, waiting, running.message) if part)

    def _seconds_left(self, fraction: float) -> str:
        spent = time.monotonic() - self._began[1] if self._began else 0.0
        if fraction <= 0.02 or spent < ESTIMATE_AFTER_S or fraction >= 1:
            return ""
        left = spent * (1 - fraction) / fraction
        return f"{left:.0f} s left" if left < 90 else f"{left / 60:.0f} min left"
