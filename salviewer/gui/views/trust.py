"""Trust: how far the map on the screen can be believed. Each metric beside the controls and a reference set."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from salviewer.api.descriptors import MetricInfo
from salviewer.bench.judgement import Judgement
from salviewer.bench.sanity import METRIC, RULE, SENTENCES, outcome
from salviewer.gui import theme
from salviewer.gui.values import Judged
from salviewer.gui.views.trust_curves import TrustCurves
from salviewer.gui.views.trust_rows import MetricRow, as_number, words
from salviewer.numeric.counted import counted

__all__ = ["TrustView", "as_number", "words"]

LEGEND = "● this map   ○ random map   □ spot in the middle   ▬ middle 80 % of others"
NO_REFERENCE = "Open a picture of a collection or folder to compare with others of it."
SANITY_TIP = "Explains copies of the model whose layers are random, from the output down."
WIDE = 46
"""From this width on, in lines of text, curves stand beside the rows; else below."""
NEEDED = 25
"""The least width, in lines of text."""


class TrustView(QFrame):
    """`judge_wished` carries metric keys (empty: all quick ones); `compare_wished` and `cancel_wished`."""

    judge_wished = Signal(tuple)
    compare_wished = Signal()
    cancel_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._metrics: tuple[MetricInfo, ...] = ()
        self._drawn = ""
        self._known: dict[str, Judgement] = {}
        self.rows: dict[str, MetricRow] = {}
        texts = ("Judge this map", "Compare with others", "Sanity check", "Stop")
        self.judge, self.compare, self.sanity, self.cancel = (QPushButton(text) for text in texts)
        theme.mark(self.judge, "primary")
        self.judge.clicked.connect(lambda: self.judge_wished.emit(()))
        self.compare.clicked.connect(self.compare_wished)
        self.sanity.clicked.connect(lambda: self.judge_wished.emit((METRIC,)))
        self.sanity.setToolTip(f"{SANITY_TIP}\n\n{RULE}")
        self.cancel.clicked.connect(self.cancel_wished)
        self.hint, self.legend = QElidingLabel(), QElidingLabel(LEGEND)
        self.legend.setToolTip(LEGEND.replace("   ", "\n"))
        self.truth, self.verdict = QElidingLabel(), theme.label("", wraps=True)
        self.verdict.setToolTip(RULE)
        self.curves = TrustCurves()
        self.curves.closed.connect(lambda: self._draw(""))
        self._inner = QWidget()
        self._grid = QGridLayout(self._inner)
        self._lay_out()

    def set_metrics(self, metrics: Sequence[MetricInfo]) -> None:
        """What a map can be judged by, in order."""
        if tuple(metrics) == self._metrics:
            return
        self._metrics = tuple(metrics)
        for row in self.rows.values():
            row.leave(self._grid)
        self.rows = {}
        for i, info in enumerate(metrics):
            row = self.rows[info.key] = MetricRow(info)
            row.enter(self._grid, i)
            row.again.clicked.connect(lambda _=False, key=info.key: self.judge_wished.emit((key,)))
            row.curve.clicked.connect(lambda on, key=info.key: self._draw(key if on else ""))

    def set_truth(self, said: str) -> None:
        """What is taken as the truth, in words; "" where nobody said where it lies."""
        self.truth.setText(said)
        self.truth.setToolTip(said)
        self.truth.setVisible(bool(said))

    def set_state(self, judged: Judged | None, why_not: str, others: int) -> None:
        """Show what is known; `why_not` says why nothing can be judged, `others` how many pictures to compare with."""
        busy = judged is not None and bool(judged.waiting or judged.comparing)
        known = self._known = {row.metric: row for row in judged.rows} if judged else {}
        waiting = judged.waiting if judged else ()
        for key, row in self.rows.items():
            row.show_judgement(known.get(key), waits=key in waiting, can=not why_not and not busy)
        self.judge.setEnabled(not why_not and not busy)
        self.compare.setText(f"Compare with {counted(others, 'other')}" if others else "Compare with others")
        self.compare.setEnabled(bool(known) and bool(others) and not why_not and not busy)
        self.compare.setToolTip("" if others else NO_REFERENCE)
        self.sanity.setVisible(METRIC in self.rows)
        self.sanity.setEnabled(not why_not and not busy)
        self.cancel.setVisible(busy)
        self.set_hint(why_not or ("Comparing …" if judged and judged.comparing else ""))
        self.legend.setVisible(any(row.controls or row.reference for row in known.values()))
        self._say_sanity(known.get(METRIC))
        if METRIC in known and METRIC not in waiting and self._waited:
            self._drawn = METRIC  # what was just asked for is drawn
        self._waited = METRIC in waiting
        self._draw(self._drawn)

    def set_hint(self, words: str) -> None:
        """What is under way, or why nothing can be done."""
        self.hint.setText(words)
        self.hint.setToolTip(words)
        self.hint.setVisible(bool(words))

    def _say_sanity(self, said: Judgement | None) -> None:
        came_out = outcome(said) if said is not None else ""
        self.verdict.setText(SENTENCES[came_out])
        self.verdict.setVisible(bool(came_out))
        role = "warned" if came_out in ("same", "alike") else "quiet"
        if self.verdict.property("role") != role:
            theme.restyle(theme.mark(self.verdict, role))

    def _draw(self, key: str) -> None:
        """Draw the curves of metric `key`; "" draws none."""
        said = self._known.get(key)
        self._drawn = key if said is not None and said.curves else ""
        for name, row in self.rows.items():
            row.curve.setChecked(name == self._drawn)
        self.curves.setVisible(bool(self._drawn))
        self.curves.show_judgement(said if self._drawn else None)

    def _lay_out(self) -> None:
        em = theme.em(self)
        self._waited = False
        self._grid.setContentsMargins(0, 0, round(em * 0.5), 0)
        self._grid.setHorizontalSpacing(round(em * 0.7))
        self._grid.setVerticalSpacing(round(em * 0.3))
        for column, share in ((2, 1), (3, 4)):
            self._grid.setColumnStretch(column, share)
        area = QScrollArea()
        area.setWidget(theme.mark(self._inner, "flat"))
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row = QHBoxLayout()
        for button in (self.judge, self.compare, self.sanity, self.cancel):
            row.addWidget(button)
        for label in (self.hint, self.legend, self.truth):
            label.setMinimumWidth(1)
            theme.mark(label, "quiet")
        row.addWidget(self.hint, 1)
        row.addStretch(0)
        said = QHBoxLayout()
        said.addWidget(self.truth, 2)
        said.addWidget(self.legend, 3)
        column = QVBoxLayout()
        column.setSpacing(round(em * 0.3))
        column.addLayout(row)
        column.addWidget(self.verdict)
        column.addLayout(said)
        column.addWidget(area, 1)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._both.setContentsMargins(*(round(em * 0.4),) * 4)
        self._both.setSpacing(round(em * 0.6))
        self._both.addLayout(column, 5)
        self._both.addWidget(self.curves, 3)
        self.curves.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Curves stand beside the rows where there is room, else below."""
        super().resizeEvent(event)
        beside = self.width() >= theme.em(self) * WIDE
        directions = QBoxLayout.Direction
        self._both.setDirection(directions.LeftToRight if beside else directions.TopToBottom)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the buttons and six metrics."""
        em = theme.em(self)
        return QSize(em * 60, em * 15)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The buttons side by side; what is longer is cut short and told by tooltips."""
        em = theme.em(self)
        return QSize(em * NEEDED, em * 6)
