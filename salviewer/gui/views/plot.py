"""A small plot of a few lines over one axis: numbers on both axes, a legend, and the values under the cursor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from salviewer.gui import theme
from salviewer.gui.views.read_plot import ReadPlot

STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
"""Lines differ by their stroke as well as by their colour."""


@dataclass(frozen=True)
class Trace:
    """One line; NaN in y is a gap. `look`: 0 for the one that matters, 1 and 2 for those beside it."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    look: int = 0


class Plot(ReadPlot):
    """Shows traces; the left and right keys step through the points as the mouse does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(7, parent)
        self._traces: tuple[Trace, ...] = ()
        self._labels = ("", "")
        self._names: tuple[str, ...] = ()

    def set_traces(self, traces: Sequence[Trace], x_label: str, y_label: str, names: Sequence[str] = ()) -> None:
        """Draw `traces`. `names`: what the points along x stand for, where these are no numbers."""
        if (tuple(traces), (x_label, y_label), tuple(names)) == (self._traces, self._labels, self._names):
            return
        self._traces, self._labels, self._names = tuple(traces), (x_label, y_label), tuple(names)
        self.at = None
        said = "; ".join(f"{t.name} from {_short(t.y[0])} to {_short(t.y[-1])}" for t in self._traces if t.y)
        self.setAccessibleName(f"{y_label} over {x_label}: {said}" if said else "No curve")
        self.update()

    def count(self) -> int:
        """Of the first trace."""
        return len(self._traces[0].x) if self._traces else 0

    def read(self, at: int, *, named: bool = True) -> str:
        """The values of point number `at`, in words; without names they come in the order of the legend."""
        if not self._traces or not 0 <= at < len(self._traces[0].x):
            return ""
        x = self._traces[0].x[at]
        where = self._names[at] if at < len(self._names) else _tick(x)
        known = [t for t in self._traces if at < len(t.y)]
        if not named:
            return f"{where}: {'  ·  '.join(_short(t.y[at]) for t in known)}"
        return f"{where}: {', '.join(f'{t.name} {_short(t.y[at])}' for t in known)}"

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wider than high."""
        em = theme.em(self)
        return QSize(em * 22, em * 11)

    # -- Qt's events --------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the nearest point."""
        if self._traces and self._traces[0].x:
            box, (low, high) = self._box(), self._span()
            wanted = low + (event.position().x() - box.left()) / max(1.0, box.width()) * (high - low)
            xs = self._traces[0].x
            self.read_at(min(range(len(xs)), key=lambda i: abs(xs[i] - wanted)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Axes, lines, legend, and the point that is read."""
        if not self._traces:
            return
        with QPainter(self) as painter:
            self.begin(painter)
            self._paint_axes(painter)
            for trace in reversed(self._traces):
                self._paint_trace(painter, trace)
            self._paint_head(painter)

    # -- inside -------------------------------------------------------------------------------------------------

    def _box(self) -> QRectF:
        em = theme.em(self)
        return QRectF(em * 2.2, em * 2.75, max(1.0, self.width() - em * 3.0), max(1.0, self.height() - em * 5.4))

    def _span(self) -> tuple[float, float]:
        xs = [x for t in self._traces for x in t.x]
        return (min(xs), max(xs)) if xs and max(xs) > min(xs) else ((xs[0] - 0.5, xs[0] + 0.5) if xs else (0.0, 1.0))

    def _heights(self) -> tuple[float, float]:
        """The range of y: from 0 to 1 at least, unless all values lie far below."""
        known = [y for t in self._traces for y in t.y if math.isfinite(y)] or [0.0, 1.0]
        low, high = min(0.0, *known), max(known)
        return low, 1.0 if 0.2 < high <= 1.0 else high if high > low else low + 1.0

    def _place(self, x: float, y: float) -> QPointF:
        box, (left, right), (low, high) = self._box(), self._span(), self._heights()
        return QPointF(
            box.left() + box.width() * (x - left) / (right - left),
            box.bottom() - box.height() * (y - low) / (high - low),
        )

    def _paint_axes(self, painter: QPainter) -> None:
        em, box, flags = theme.em(self), self._box(), Qt.AlignmentFlag
        quiet, line = QColor(theme.tones().quiet), self.palette().color(QPalette.ColorRole.Mid)
        low, high = self._heights()
        for y in (low, (low + high) / 2, high, *((0.0,) if low < 0 else ())):
            at = self._place(self._span()[0], y).y()
            painter.setPen(QPen(line, 1))
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))
            painter.setPen(quiet)
            if y != 0.0 or low == 0.0 or abs(at - self._place(0, low).y()) > em:
                painter.drawText(QRectF(0, at - em / 2, box.left() - em * 0.3, em),
                                 flags.AlignRight | flags.AlignVCenter, _tick(y))  # fmt: skip
        left, right = self._span()
        for x in self._ticks():
            at = self._place(x, low).x()
            room = QRectF(at - em * 2.5, box.bottom() + em * 0.45, em * 5, em)
            if x == left and left < right:
                room.moveLeft(at - em * 0.3)
            elif x == right and left < right:
                room.moveRight(at + em * 0.6)
            side = flags.AlignLeft if x == left else flags.AlignRight if x == right else flags.AlignHCenter
            painter.drawText(room, side | flags.AlignTop, _tick(x))
        below = QRectF(0, box.bottom() + em * 1.5, self.width(), em)
        words = painter.fontMetrics().elidedText(self._labels[0], Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(below, flags.AlignHCenter | flags.AlignVCenter, words)

    def _ticks(self) -> tuple[float, ...]:
        xs = self._traces[0].x
        if self._names and len(xs) <= 12:
            return xs
        left, right = self._span()
        return (left, (left + right) / 2, right)

    def _paint_trace(self, painter: QPainter, trace: Trace) -> None:
        em = theme.em(self)
        painter.setPen(self._pen(trace.look))
        run = QPolygonF()
        for x, y in zip(trace.x, trace.y, strict=True):
            if math.isfinite(y):
                run.append(self._place(x, y))
            else:
                painter.drawPolyline(run)
                run = QPolygonF()
        painter.drawPolyline(run)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour(trace.look))
        r = em * 0.22
        for i, (x, y) in enumerate(zip(trace.x, trace.y, strict=True)):
            if math.isfinite(y) and (self._names or i == self.at):
                painter.drawEllipse(self._place(x, y), r, r)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_head(self, painter: QPainter) -> None:
        """The legend; the values in its second line while a point is read, else the label of y."""
        em, metrics = theme.em(self), painter.fontMetrics()
        left = em * 0.2
        for trace in self._traces:
            painter.setPen(self._pen(trace.look))
            painter.drawLine(QPointF(left, em * 0.55), QPointF(left + em, em * 0.55))
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            wide = metrics.horizontalAdvance(trace.name)
            painter.drawText(QPointF(left + em * 1.2, em * 0.55 + metrics.ascent() * 0.4), trace.name)
            left += em * 1.7 + wide
        words = self.read(self.at) if self.at is not None else self._labels[1]
        painter.setPen(
            QColor(theme.tones().quiet) if self.at is None else self.palette().color(QPalette.ColorRole.Text)
        )
        room = QRectF(em * 0.2, em * 1.1, self.width() - em * 0.4, em)
        if self.at is not None and metrics.horizontalAdvance(words) > room.width():
            words = self.read(self.at, named=False)
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        if self.at is not None:
            box, at = self._box(), self._place(self._traces[0].x[self.at], 0).x()
            painter.setPen(QPen(QColor(theme.tones().quiet), 1))
            painter.drawLine(QPointF(at, box.top()), QPointF(at, box.bottom()))

    def _colour(self, look: int) -> QColor:
        return self.palette().color(QPalette.ColorRole.Highlight) if look == 0 else QColor(theme.tones().quiet)

    def _pen(self, look: int) -> QPen:
        return QPen(self._colour(look), max(1.5, theme.em(self) * 0.11), STYLES[look % len(STYLES)])


def _short(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "none"


def _tick(value: float) -> str:
    """A number at an axis: "120", "12,000", "0.25", "3e-07"."""
    said = f"{value:,.0f}" if 100 <= abs(value) < 1e6 else f"{value:.2g}"
    return said.replace("-", "\N{MINUS SIGN}")
