"""A small plot of values that were tried: a bar for how good each was, below it how often it was tried."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from salviewer.gui import theme
from salviewer.gui.views.read_plot import ReadPlot
from salviewer.numeric.counted import counted

NEVER = "never tried"
PALE = 0.45


class ArmsPlot(ReadPlot):
    """Shows the arms of a bandit; the left and right keys step through them as the mouse does.

    A whisker is one standard error, as large as it can be for rewards between 0 and 1. The best arm is in the accent's
    colour, paler are those whose whiskers reach its own: these trials do not tell them apart.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(9, parent)
        self._values: tuple[float, ...] = ()
        self._means: tuple[float, ...] = ()
        self._trials: tuple[int, ...] = ()
        self._labels = ("", "")

    def set_arms(
        self,
        values: tuple[float, ...],
        means: tuple[float, ...],
        trials: tuple[int, ...],
        x_label: str,
        y_label: str,
    ) -> None:
        """Draw one bar per value. means: NaN for a value that was never tried."""
        self._values, self._means, self._trials, self._labels = values, means, trials, (x_label, y_label)
        self.at = self.at if self.at is not None and self.at < len(values) else None
        self.setAccessibleName(f"{y_label} by {x_label}: {self.in_words()}")
        self.update()

    def best(self) -> tuple[int, ...]:
        """The arms with the greatest mean: several where they tie."""
        known = [m for m in self._means if math.isfinite(m)]
        return tuple(i for i, m in enumerate(self._means) if known and m >= max(known) - 1e-6)

    def near(self) -> tuple[int, ...]:
        """The arms whose whiskers reach that of the best one; itself is none of them."""
        best = self.best()
        if not best:
            return ()
        low = min(self._means[i] - self._error(i) for i in best)
        reach = [i for i, m in enumerate(self._means) if math.isfinite(m) and m + self._error(i) >= low]
        return tuple(i for i in reach if i not in best)

    def in_words(self) -> str:
        """All arms in a line."""
        return "; ".join(self.read(i) for i in range(len(self._values)))

    def count(self) -> int:
        """One per value."""
        return len(self._values)

    def read(self, at: int) -> str:
        """One arm, as in "0.5: 0.62, 45 trials"."""
        if not 0 <= at < len(self._values):
            return ""
        mean, n = self._means[at], self._trials[at]
        said = f"{mean:.2f}, {counted(n, 'trial')}" if math.isfinite(mean) and n else NEVER
        return f"{self._values[at]:g}: {said}"

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wider than high."""
        em = theme.em(self)
        return QSize(em * 20, em * 11)

    # -- Qt's events --------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the arm under the mouse."""
        box, n = self._box(), len(self._values)
        if n:
            self.read_at(min(n - 1, max(0, int((event.position().x() - box.left()) / max(1.0, box.width()) * n))))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The scale, the bars, and the arm that is read."""
        if not self._values:
            return
        with QPainter(self) as painter:
            self.begin(painter)
            self._paint_scale(painter)
            best, near = self.best(), self.near()
            for i in range(len(self._values)):
                self._paint_arm(painter, i, 1.0 if i in best else PALE if i in near else 0.0)

    # -- inside -------------------------------------------------------------------------------------------------

    def _box(self) -> QRectF:
        em = theme.em(self)
        return QRectF(em * 2.9, em * 1.6, max(1.0, self.width() - em * 3.1), max(1.0, self.height() - em * 4.2))

    def _top(self) -> float:
        """The upper end of the scale: 1 for shares, else the greatest mean."""
        known = [m for m in self._means if math.isfinite(m)]
        return 1.0 if not known or 0 < max(known) <= 1.0 else max(known) if max(known) > 0 else 1.0

    def _y(self, value: float) -> float:
        box = self._box()
        return box.bottom() - box.height() * max(0.0, value) / self._top()

    def _paint_scale(self, painter: QPainter) -> None:
        em, box, flags = theme.em(self), self._box(), Qt.AlignmentFlag
        quiet, line = QColor(theme.tones().quiet), self.palette().color(QPalette.ColorRole.Mid)
        for y in (0.0, self._top() / 2, self._top()):
            painter.setPen(QPen(line, 1))
            painter.drawLine(QPointF(box.left(), self._y(y)), QPointF(box.right(), self._y(y)))
            painter.setPen(quiet)
            painter.drawText(QRectF(0, self._y(y) - em / 2, box.left() - em * 0.3, em),
                             flags.AlignRight | flags.AlignVCenter, f"{y:.2g}")  # fmt: skip
        words = self.read(self.at) if self.at is not None else self._head()
        painter.setPen(self.palette().color(QPalette.ColorRole.Text) if self.at is not None else quiet)
        head = QRectF(em * 0.2, 0, self.width() - em * 0.4, em * 1.2)
        cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, round(head.width()))
        painter.drawText(head, flags.AlignLeft | flags.AlignVCenter, cut)
        painter.setPen(quiet)
        row = QRectF(0, box.bottom() + em * 0.15, box.left() - em * 0.3, em * 1.1)
        for i, name in enumerate((self._labels[0], "trials")):
            cut = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(row.width()))
            painter.drawText(row.translated(0, em * 1.1 * i), flags.AlignRight | flags.AlignVCenter, cut)

    def _head(self) -> str:
        """What the bars are, and whether they tie."""
        known = sum(math.isfinite(m) for m in self._means)
        tie = known > 1 and len(self.best()) == known
        pale = " · pale may be as good" if self.near() else ""
        return f"{self._labels[1]}{' · all tie' if tie else pale}"

    def _error(self, i: int) -> float:
        """One standard error of arm `i`'s mean, at most; 0 where rewards are not between 0 and 1."""
        mean, n = self._means[i], self._trials[i]
        return math.sqrt(mean * (1 - mean) / n) if n and 0 < mean < 1 and self._top() == 1.0 else 0.0

    def _paint_arm(self, painter: QPainter, i: int, strength: float) -> None:
        em, box, flags = theme.em(self), self._box(), Qt.AlignmentFlag
        wide = box.width() / len(self._values)
        left, mean, n = box.left() + i * wide, self._means[i], self._trials[i]
        text = self.palette().color(QPalette.ColorRole.Text)
        accent, faint = self.palette().color(QPalette.ColorRole.Highlight), QColor(theme.tones().thumb)
        if math.isfinite(mean):
            bar = QRectF(left + wide * 0.2, self._y(mean), wide * 0.6, box.bottom() - self._y(mean))
            accent.setAlphaF(strength or 1.0)
            painter.fillRect(bar, accent if strength else faint)
            if error := self._error(i):
                self._paint_whisker(painter, left + wide / 2, mean, error)
        if i == self.at:
            painter.setPen(QPen(text, 1))
            painter.drawRect(QRectF(left + wide * 0.08, box.top(), wide * 0.84, box.height()))
        painter.setPen(text)
        at = QRectF(left, box.bottom() + em * 0.15, wide, em * 1.1)
        painter.drawText(at, flags.AlignCenter, f"{self._values[i]:g}")
        painter.setPen(QColor(theme.tones().quiet))
        painter.drawText(at.translated(0, em * 1.1), flags.AlignCenter, f"{n:,}")

    def _paint_whisker(self, painter: QPainter, x: float, mean: float, error: float) -> None:
        half = theme.em(self) * 0.22
        low, high = self._y(max(0.0, mean - error)), self._y(min(1.0, mean + error))
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), max(1.0, theme.em(self) * 0.08)))
        painter.drawLine(QPointF(x, low), QPointF(x, high))
        for y in (low, high):
            painter.drawLine(QPointF(x - half, y), QPointF(x + half, y))
