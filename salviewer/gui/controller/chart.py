"""The density of scores as a line, over the histogram of those there are; single scores that many have as posts."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from salviewer.gui import theme
from salviewer.gui.controller.distribution import BINS, Distribution, bin_in_words
from salviewer.gui.views.read_plot import ReadPlot

CURVE, FOUND = "density where z is normal", "scores of the result"
X_LABEL, Y_LABEL = "score m", "density p(m)"
FLAGS = Qt.AlignmentFlag


class DensityChart(ReadPlot):
    """Shows a `Distribution`; its points are the bins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(10, parent)
        self.drawn: Distribution | None = None

    def set_drawn(self, drawn: Distribution, words: str) -> None:
        """Draw it; `words` say what is to be seen."""
        self.drawn = drawn
        self.setAccessibleName(f"Density of the scores. {words}")
        if self.at is not None:
            self.setAccessibleDescription(self.read(self.at))
        self.update()

    def count(self) -> int:
        """The bins."""
        return BINS if self.drawn is not None else 0

    def read(self, at: int) -> str:
        """Bin number `at`."""
        return bin_in_words(self.drawn, at) if self.drawn is not None else ""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wider than high."""
        em = theme.em(self)
        return QSize(em * 30, em * 18)

    # -- Qt's events --------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the bin under the mouse."""
        box = self._box()
        share = (event.position().x() - box.left()) / max(1.0, box.width())
        self.read_at(min(BINS - 1, max(0, int(share * BINS))) if self.drawn is not None else None)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Axes, bars, line, posts, legend."""
        drawn = self.drawn
        if drawn is None:
            return
        with QPainter(self) as painter:
            self.begin(painter)
            self._paint_axes(painter, drawn)
            self._paint_bars(painter, drawn)
            self._paint_line(painter, drawn)
            self._paint_posts(painter, drawn)
            self._paint_head(painter, drawn)

    # -- inside -------------------------------------------------------------------------------------------------

    def _box(self) -> QRectF:
        em = theme.em(self)
        return QRectF(em * 2.6, em * 3.0, max(1.0, self.width() - em * 3.4), max(1.0, self.height() - em * 5.8))

    def _place(self, x: float, y: float, drawn: Distribution) -> QPointF:
        box = self._box()
        return QPointF(box.left() + box.width() * x / drawn.end, box.bottom() - box.height() * y / drawn.top)

    def _paint_axes(self, painter: QPainter, drawn: Distribution) -> None:
        em, box = theme.em(self), self._box()
        quiet, line = QColor(theme.tones().quiet), self.palette().color(QPalette.ColorRole.Mid)
        for share in (0.0, 0.5, 1.0):
            at = box.bottom() - box.height() * share
            painter.setPen(QPen(line, 1))
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))
            painter.setPen(quiet)
            room = QRectF(0, at - em / 2, box.left() - em * 0.35, em)
            painter.drawText(room, FLAGS.AlignRight | FLAGS.AlignVCenter, f"{drawn.top * share:.3g}")
        for i in range(5):
            x = drawn.end * i / 4
            at = self._place(x, 0, drawn).x()
            room = QRectF(at - em * 2.5, box.bottom() + em * 0.45, em * 5, em)
            painter.drawText(room, FLAGS.AlignHCenter | FLAGS.AlignTop, f"{x:.3g}")
        below = QRectF(0, box.bottom() + em * 1.6, self.width(), em)
        painter.drawText(below, FLAGS.AlignHCenter | FLAGS.AlignVCenter, X_LABEL)

    def _paint_bars(self, painter: QPainter, drawn: Distribution) -> None:
        fill = QColor(theme.tones().quiet)
        fill.setAlphaF(0.45)
        box = self._box()
        width = box.width() / BINS
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        heights = (drawn.found * (box.height() / drawn.top)).tolist()
        bars = [QRectF(box.left() + i * width + 0.5, box.bottom() - up, width - 1, up) for i, up in enumerate(heights)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)  # three times as fast, and as sharp
        painter.drawRects(bars)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.at is not None:
            left = self._place(drawn.edges[self.at], 0, drawn).x()
            fill.setAlphaF(0.18)
            painter.fillRect(QRectF(left, box.top(), width, box.height()), fill)

    def _paint_line(self, painter: QPainter, drawn: Distribution) -> None:
        painter.setPen(self._pen())
        painter.save()
        painter.setClipRect(self._box())
        box = self._box()
        across = box.left() + box.width() / drawn.end * drawn.x
        up = box.bottom() - box.height() / drawn.top * np.minimum(drawn.p, 2 * drawn.top)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(across.tolist(), up.tolist(), strict=True)]))
        painter.restore()

    def _paint_posts(self, painter: QPainter, drawn: Distribution) -> None:
        """Of each single score the share that has it, in words; a post on a scale of its own, from none to all."""
        em, box, found = theme.em(self), self._box(), dict(drawn.found_atoms)
        for at, share in drawn.atoms:
            x = self._place(at, 0, drawn).x()
            if at in found:
                bar = QRectF(x - em * 0.35, box.bottom(), em * 0.7, -box.height() * found[at])
                painter.fillRect(bar, QColor(theme.tones().quiet))
            top = box.bottom() - box.height() * share
            painter.setPen(self._pen())
            painter.drawLine(QPointF(x, box.bottom()), QPointF(x, top))
            painter.setBrush(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawEllipse(QPointF(x, top), em * 0.25, em * 0.25)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            high, wide = max(share, found.get(at, 0.0)), em * 8
            to_the_right = at < drawn.end
            left = x + em * 0.6 if to_the_right else x - em * 0.6 - wide
            room = QRectF(left, box.bottom() - box.height() * high - em, wide, em)
            side = (FLAGS.AlignLeft if to_the_right else FLAGS.AlignRight) | FLAGS.AlignVCenter
            words = f"{100 * found.get(at, share):.0f} % are {at:g}"
            behind = painter.boundingRect(room, side, words).adjusted(-em * 0.2, 0, em * 0.2, 0)
            painter.fillRect(behind, self.palette().color(QPalette.ColorRole.Window))
            painter.drawText(room, side, words)

    def _paint_head(self, painter: QPainter, drawn: Distribution) -> None:
        """The legend; below it the label of the axis, or what is read."""
        em, metrics = theme.em(self), painter.fontMetrics()
        text, left = self.palette().color(QPalette.ColorRole.Text), em * 0.2
        painter.setPen(self._pen())
        painter.drawLine(QPointF(left, em * 0.7), QPointF(left + em, em * 0.7))
        painter.setPen(text)
        painter.drawText(QPointF(left + em * 1.3, em * 0.7 + metrics.ascent() * 0.4), CURVE)
        left += em * 2.3 + metrics.horizontalAdvance(CURVE)
        if drawn.found.size:
            fill = QColor(theme.tones().quiet)
            fill.setAlphaF(0.45)
            painter.fillRect(QRectF(left, em * 0.3, em, em * 0.8), fill)
            painter.drawText(QPointF(left + em * 1.3, em * 0.7 + metrics.ascent() * 0.4), FOUND)
        painter.setPen(QColor(theme.tones().quiet) if self.at is None else text)
        words = self.read(self.at) if self.at is not None else Y_LABEL
        room = QRectF(em * 0.2, em * 1.4, self.width() - em * 0.4, em)
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(room.width()))
        painter.drawText(room, FLAGS.AlignLeft | FLAGS.AlignVCenter, shown)

    def _pen(self) -> QPen:
        return QPen(self.palette().color(QPalette.ColorRole.Highlight), max(1.5, theme.em(self) * 0.12))
