"""Run an evaluation: how much there is to do, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from salviewer.gui.evaluation_values import UnderWay
from salviewer.gui.views.run_card import RunCard
from salviewer.numeric.counted import counted


class EvaluationRunView(RunCard):
    """`run_wished` and `stop_wished`."""

    run_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Run", "the evaluation", parent)
        self.run = self.start
        self.run.clicked.connect(self.run_wished)
        self.set_running(None)

    def set_size(self, pictures: int, methods: int, metrics: int) -> None:
        """How much there is to do."""
        maps = pictures * methods
        self.say_size(
            f"{counted(pictures, 'picture')} × {counted(methods, 'method')} × {counted(metrics, 'metric')}: "
            f"{counted(maps, 'map')}, {counted(maps * metrics, 'measurement')}"
            if maps and metrics
            else ""
        )

    def set_why_not(self, why: str) -> None:
        """Why Run cannot be pressed; "" if it can."""
        self.say_why_not(why)

    def set_running(self, running: UnderWay | None) -> None:
        """Show the run under way; None shows Run."""
        self.show_going(running)
