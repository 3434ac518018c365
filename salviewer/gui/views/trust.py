"""Trust: how far the map on the screen can be believed. Each metric beside the controls and a reference set."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from salviewer.api.descriptors import MetricInfo
from salviewer.bench.judgement import Judgement
from salviewer.gui import theme
from salviewer.gui.values import Judged

LEGEND = "● this map   ○ random map   □ spot in the middle   ▬ other pictures: the middle 80 %"
NO_REFERENCE = "Open a picture of a collection or folder to compare with others of it."
RERUNS = "Runs the method again, several times"


class TrustView(QFrame):
    """`judge_wished` carries metric keys (empty: all quick ones); `compare_wished` and `cancel_wished`."""

    judge_wished = Signal(tuple)
    compare_wished = Signal()
    cancel_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._metrics: tuple[MetricInfo, ...] = ()
        self.rows: dict[str, MetricRow] = {}
        self.judge, self.compare, self.cancel = (QPushButton(t) for t in ("Judge this map", "Compare …", "Stop"))
        theme.mark(self.judge, "primary")
        self.judge.clicked.connect(lambda: self.judge_wished.emit(()))
        self.compare.clicked.connect(self.compare_wished)
        self.cancel.clicked.connect(self.cancel_wished)
        self.hint = theme.label("", "quiet", wraps=True)
        self.legend = theme.label(LEGEND, "quiet")
        self.truth = theme.label("", "quiet", wraps=True)
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
            self.rows[info.key] = MetricRow(info)
            self.rows[info.key].enter(self._grid, i)
            self.rows[info.key].again.clicked.connect(lambda _=False, key=info.key: self.judge_wished.emit((key,)))

    def set_truth(self, said: str) -> None:
        """What is taken as the truth, in words; "" where nobody said where it lies."""
        self.truth.setText(said)
        self.truth.setVisible(bool(said))

    def set_state(self, judged: Judged | None, why_not: str, others: int) -> None:
        """Show what is known; `why_not` says why nothing can be judged, `others` how many pictures to compare with."""
        busy = judged is not None and bool(judged.waiting or judged.comparing)
        known = {row.metric: row for row in judged.rows} if judged else {}
        waiting = judged.waiting if judged else ()
        for key, row in self.rows.items():
            row.show_judgement(known.get(key), waits=key in waiting, can=not why_not and not busy)
        self.judge.setEnabled(not why_not and not busy)
        self.compare.setText(f"Compare with {others} others" if others else "Compare with others")
        self.compare.setEnabled(bool(known) and bool(others) and not why_not and not busy)
        self.compare.setToolTip("" if others else NO_REFERENCE)
        self.cancel.setVisible(busy)
        self.hint.setText(why_not or ("Comparing …" if judged and judged.comparing else ""))
        self.hint.setVisible(bool(self.hint.text()))
        self.legend.setVisible(bool(known))

    def _lay_out(self) -> None:
        em = theme.em(self)
        self._grid.setContentsMargins(0, 0, round(em * 0.5), 0)
        self._grid.setHorizontalSpacing(em)
        self._grid.setVerticalSpacing(round(em * 0.3))
        self._grid.setColumnStretch(2, 1)
        area = QScrollArea()
        area.setWidget(theme.mark(self._inner, "flat"))
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row = QHBoxLayout()
        for button in (self.judge, self.compare, self.cancel):
            row.addWidget(button)
        row.addWidget(self.hint, 1)
        row.addStretch(0)
        row.addWidget(self.legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.5))
        column.addLayout(row)
        column.addWidget(self.truth)
        column.addWidget(area, 1)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the buttons and six metrics."""
        em = theme.em(self)
        return QSize(em * 60, em * 15)


class MetricRow:
    """One metric: its name, the number, where it lies, and the verdict."""

    def __init__(self, info: MetricInfo) -> None:
        self.info = info
        self.name, self.number, self.verdict = theme.label(info.title), theme.label(), theme.label("", "quiet")
        self.strip = Strip()
        self.again = QPushButton("Measure")
        tip = f"{info.answers}\n\n{info.summary}\n{info.source.citation}"
        for widget in (self.name, self.number, self.strip, self.verdict):
            widget.setToolTip(tip)
        self.again.setToolTip(f"{RERUNS if info.given == 'explainer' else 'Measure this one alone'}.\n\n{tip}")
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def widgets(self) -> tuple[QWidget, ...]:
        """All parts, in the order of the columns."""
        return (self.name, self.number, self.strip, self.verdict, self.again)

    def enter(self, grid: QGridLayout, row: int) -> None:
        """Take a row of `grid`."""
        for column, widget in enumerate(self.widgets()):
            grid.addWidget(widget, row, column)

    def leave(self, grid: QGridLayout) -> None:
        """The undo of `enter`."""
        for widget in self.widgets():
            grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def show_judgement(self, said: Judgement | None, *, waits: bool, can: bool) -> None:
        """Show `said`; None where it was not measured."""
        arrow = {"higher": "↑", "lower": "↓"}.get(self.info.better, "")
        self.name.setText(f"{self.info.title} {arrow}".strip())
        self.number.setText("…" if waits else "–" if said is None else as_number(said.value))
        self.strip.show_judgement(said)
        self.verdict.setText("" if said is None else words(said))
        self.again.setVisible(said is None and not waits)
        self.again.setEnabled(can)
        self.verdict.setVisible(not self.again.isVisibleTo(self.again.parentWidget()))


def words(said: Judgement) -> str:
    """The verdict, and the place among the reference."""
    parts = [said.verdict]
    if said.place is not None:
        parts.append(f"better than {said.place:.0%} of the others")
    if not math.isfinite(said.value):
        parts = [said.note or "no answer for this map"]
    return " · ".join(p for p in parts if p)


def as_number(value: float) -> str:
    """Three digits, or a dash where there is no value."""
    return "–" if not math.isfinite(value) else f"{value:.3g}"


class Strip(QWidget):
    """Where a value lies between the controls and the reference, on a line from the least to the greatest of them."""

    def __init__(self) -> None:
        super().__init__()
        self._said: Judgement | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(theme.em(self) * 8)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line of text high."""
        return QSize(theme.em(self) * 16, round(theme.em(self) * 1.3))

    def show_judgement(self, said: Judgement | None) -> None:
        """Draw `said`; None draws nothing."""
        self._said = said
        self.setAccessibleName("" if said is None else f"{said.title}: {as_number(said.value)}. {words(said)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the line, the band, the controls, the value."""
        if self._said is None or not math.isfinite(self._said.value):
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter, self._said)

    def _paint(self, painter: QPainter, said: Judgement) -> None:
        em, roles = theme.em(self), QPalette.ColorRole
        places = self._places(said, em * 0.6)
        middle = self.height() / 2
        painter.setPen(QPen(self.palette().color(roles.Mid), 1))
        painter.drawLine(QPointF(em * 0.6, middle), QPointF(self.width() - em * 0.6, middle))
        others = sorted(v for v in said.reference if math.isfinite(v))
        if others:
            low, high = others[int(0.1 * (len(others) - 1))], others[math.ceil(0.9 * (len(others) - 1))]
            band = QRectF(QPointF(places(low), middle - em * 0.2), QPointF(places(high), middle + em * 0.2))
            painter.fillRect(band.adjusted(-1, 0, 1, 0), self.palette().color(roles.Mid))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.tones().quiet), max(1.5, em * 0.1)))
        r = em * 0.28
        for key, value in said.controls.items():
            if math.isfinite(value):
                spot = QRectF(places(value) - r, middle - r, 2 * r, 2 * r)
                (painter.drawEllipse if key == "random-map" else painter.drawRect)(spot)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(roles.Highlight))
        painter.drawEllipse(QPointF(places(said.value), middle), em * 0.32, em * 0.32)

    def _places(self, said: Judgement, margin: float):  # noqa: ANN202 - a small function of a value
        known = [v for v in (said.value, *said.controls.values(), *said.reference) if math.isfinite(v)]
        low, high = min(known), max(known)
        span = high - low or 1.0
        room = self.width() - 2 * margin
        return lambda value: margin + room * ((value - low) / span if high > low else 0.5)
