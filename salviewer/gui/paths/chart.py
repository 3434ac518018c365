"""What two paths share, layer by layer from the pixels up to the class, with the layer after which they part."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen

from salviewer.gui import theme
from salviewer.gui.views.plot import Plot, Trace
from salviewer.jobs.path_pairs import PathPair

PART = "they part"


class SharedChart(Plot):
    """A plot whose point of parting is marked by a line."""

    def __init__(self) -> None:
        super().__init__()
        self.mark: int | None = None
        """The point, from the pixels, that is marked."""

    def set_pair(self, pair: PathPair | None) -> None:
        """Draw what `pair` shares; None draws nothing."""
        self.mark = None
        if pair is None:
            self.set_traces((), "", "")
            return
        steps = pair.difference.steps[::-1]
        at = pair.difference.parting
        self.mark = None if at is None else len(steps) - 1 - at
        x = tuple(float(i) for i in range(len(steps)))
        what = "places" if steps[-1].by == "places" else "units"
        traces = (
            Trace("shared", x, tuple(step.shared for step in steps)),
            Trace("by chance", x, tuple(step.chance for step in steps), 1),
        )
        label = f"{what} that both paths have, of all that either has"
        self.set_traces(
            traces, "layers, from the pixels (left) up to the class (right)", label, [step.name for step in steps]
        )

    def _ticks(self) -> tuple[float, ...]:
        """None: layers have names, which are read off at the points."""
        return ()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The plot, then the mark: a line between the last shared layer and the next."""
        super().paintEvent(event)
        if self.mark is None:
            return
        em, box = theme.em(self), self._box()
        at = self._place(self.mark + 0.5, 0).x()
        with QPainter(self) as painter:
            font = painter.font()
            font.setPointSizeF(font.pointSizeF() * 0.85)
            painter.setFont(font)
            colour = QColor(theme.tones().warning)
            painter.setPen(QPen(colour, max(1.5, em * 0.11), Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(at, box.top()), QPointF(at, box.bottom()))
            wide = painter.fontMetrics().horizontalAdvance(PART) + em * 0.6
            right = at + wide < box.right()
            room = QRectF(at + em * 0.3 if right else at - wide, box.top(), wide, em)
            side = Qt.AlignmentFlag.AlignLeft if right else Qt.AlignmentFlag.AlignRight
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, PART)
