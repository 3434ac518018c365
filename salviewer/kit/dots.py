"""Which dots of the screen an area of a picture covers, so that it is drawn dot by dot and never more than is seen."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter, QTransform

from salviewer.kit.plotting import pg


class Dots(NamedTuple):
    """The dots `on_screen` that are seen of an area; `to_dots` leads there from picture pixels, `area` is theirs."""

    on_screen: QRect
    to_dots: QTransform
    area: QRectF

    @property
    def scale(self) -> float:
        """Dots per picture pixel."""
        return abs(self.to_dots.m11())

    @property
    def key(self) -> tuple[float, ...]:
        """Equal where the same would be drawn."""
        t, r = self.to_dots, self.on_screen
        return (t.m11(), t.m22(), t.dx(), t.dy(), r.x(), r.y(), r.width(), r.height())


def ratio_of(painter: QPainter, pane: pg.ViewBox) -> float:
    """Dots per logical pixel where `painter` draws on `pane`; its device is not asked, which Qt may free meanwhile."""
    return abs(painter.combinedTransform().m11()) * pane.viewPixelSize()[0]


def dots_of(painter: QPainter, view: QRectF, area: QRectF) -> Dots | None:
    """The dots of `area` that lie in `view`, both in picture pixels; None where there is none."""
    seen = area & view
    if seen.isEmpty():
        return None
    to_dots = painter.combinedTransform()
    mapped = to_dots.mapRect(seen)
    left, top = round(mapped.left()), round(mapped.top())
    on_screen = QRect(left, top, max(1, round(mapped.right()) - left), max(1, round(mapped.bottom()) - top))
    back, possible = to_dots.inverted()
    return Dots(on_screen, to_dots, back.mapRect(QRectF(on_screen))) if possible else None
