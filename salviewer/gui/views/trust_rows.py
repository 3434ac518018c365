"""One line of the Trust panel per metric: its name, the number, where it lies, the verdict in words."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget
from superqt import QElidingLabel

from salviewer.api.descriptors import MetricInfo
from salviewer.bench.judgement import Judgement
from salviewer.bench.sanity import METRIC, RULE, SHORT, outcome
from salviewer.gui import theme

RERUNS = "Runs the method again, several times"


class Name(QElidingLabel):
    """A metric's name, which asks for room for all of it: an eliding label asks for what it shows just now."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Of the whole text."""
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2 * self.margin() + 2, hint.height())


class MetricRow:
    """One metric: its name, the number, where it lies, and the verdict."""

    def __init__(self, info: MetricInfo) -> None:
        self.info = info
        self.name, self.verdict, self.number = Name(info.title), theme.label("", "quiet", wraps=True), theme.label()
        self.strip = Strip()
        self.again, self.curve = (theme.mark(QPushButton(text), "link") for text in ("Measure", "Curve"))
        self.curve.setCheckable(True)
        self.curve.setToolTip("Draw the curve behind this number")
        self.curve.setAccessibleName(f"Curve of {info.title}")
        self.again.setAccessibleName(f"Measure {info.title}")
        em = theme.em(self.strip)
        self.name.setMinimumSize(em * 6, round(em * 1.5))  # rows are of one height, but for a verdict of two lines
        self.verdict.setMinimumWidth(em * 8)
        tip = self.tip = f"{info.answers}\n\n{info.summary}\n{info.source.citation}"
        for widget in (self.name, self.number, self.strip, self.verdict):
            widget.setToolTip(tip)
        self.again.setToolTip(f"{RERUNS if info.given == 'explainer' else 'Measure this one alone'}.\n\n{tip}")
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def widgets(self) -> tuple[QWidget, ...]:
        """All parts, in the order of the columns."""
        return (self.name, self.number, self.strip, self.verdict, self.again, self.curve)

    def enter(self, grid: QGridLayout, row: int) -> None:
        """Take a row of `grid`."""
        for column, widget in enumerate((self.name, self.number, self.strip, self.verdict)):
            grid.addWidget(widget, row, column)
        grid.addWidget(self.again, row, 4)
        grid.addWidget(self.curve, row, 4)

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
        self.verdict.setText("" if said is None else _unbroken(words(said)))
        if said is not None:
            self.verdict.setToolTip(f"{words(said)}.\n\n{RULE if said.metric == METRIC else self.tip}")
        self.again.setVisible(said is None and not waits)
        self.again.setEnabled(can)
        self.curve.setVisible(said is not None and bool(said.curves))


def words(said: Judgement) -> str:
    """The verdict, and the place among the reference."""
    parts = [said.verdict or SHORT[outcome(said)]]
    if said.place is not None:
        parts.append(f"better than {100 * said.place:.0f} % of others")
    if not math.isfinite(said.value):
        parts = [said.note or "no answer for this map"]
    return " · ".join(p for p in parts if p)


def _unbroken(text: str) -> str:
    """With lines that may break behind a dot but not before it, and not before a percent sign."""
    return text.replace(" · ", "\N{NO-BREAK SPACE}· ").replace(" %", "\N{NO-BREAK SPACE}%")


def as_number(value: float) -> str:
    """Three digits, or a dash where there is no value."""
    return "–" if not math.isfinite(value) else f"{value:.3g}"


class Strip(QWidget):
    """Where a value lies between the controls and the reference, on a line from the least to the greatest of them."""

    def __init__(self) -> None:
        super().__init__()
        self._said: Judgement | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(theme.em(self) * 4)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line of text high."""
        return QSize(theme.em(self) * 12, round(theme.em(self) * 1.3))

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
