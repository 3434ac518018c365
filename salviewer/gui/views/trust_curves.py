"""The curves behind a judgement: this map's and those of the two controls, or the likeness by layer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from salviewer.bench.judgement import Judgement
from salviewer.bench.sanity import METRIC
from salviewer.gui import icons, theme
from salviewer.gui.views.plot import Plot, Trace

NAMES = {"": "this map", "random-map": "random map", "centred-gaussian": "spot in the middle"}


class TrustCurves(QFrame):
    """One plot with its title; `closed`: it is to go."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        em = theme.em(self)
        self.title, self.plot, self.close_button = QElidingLabel(), Plot(), QToolButton()
        theme.mark(self.title, "section")
        self.title.setMinimumWidth(1)
        icons.give(self.close_button, "close")
        self.close_button.setToolTip("Close the curve")
        self.close_button.setAccessibleName("Close the curve")
        self.close_button.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.4),) * 4)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.plot, 1)

    def show_judgement(self, said: Judgement | None) -> None:
        """Draw what `said` carries; None draws nothing."""
        self.title.setText("" if said is None else said.title)
        if said is None:
            self.plot.set_traces((), "", "")
            return
        traces = traces_of(said)
        first = next(iter(said.curves.values()))[0]
        if said.metric == METRIC:
            self.plot.set_traces(traces, "layers made random, from the output down", "likeness", said.steps)
        else:
            self.plot.set_traces(traces, first.x_label, first.y_label)


def traces_of(said: Judgement) -> tuple[Trace, ...]:
    """The lines of a judgement: of this map first, then of the controls."""
    mine = said.curves.get("", ())
    if said.metric == METRIC:
        return tuple(Trace(line.y_label.split(" of ")[0], line.x, line.y, i) for i, line in enumerate(mine[:2]))
    keys = [key for key in NAMES if key in said.curves]
    return tuple(Trace(NAMES[key], said.curves[key][0].x, said.curves[key][0].y, i) for i, key in enumerate(keys))
