"""What is lit in the columns of a path of neurons, drawn over them: lines, rows, marks, the ring of the keyboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from salviewer.kit.neuron_lines import draw_lines
from salviewer.kit.neuron_paint import MARK, NeuronPainter

VEIL = 185
FAINT, FAR, NEAR = 46, 110, 255
"""Of 255: how much what is not lit is covered; how strong all lines are; those of a lit path, far and close by."""


@dataclass(frozen=True, eq=False)
class Lit:
    """here: the units pointed at; units: (n,) mask of all on a path through them; along: (k, 2), their links."""

    here: np.ndarray
    units: np.ndarray
    along: np.ndarray


@dataclass(frozen=True)
class Named:
    """The unit that the keyboard reached or that is selected, -1 none; `strong`: whether the keys go there now."""

    unit: int
    strong: bool


class LitPainter:
    """Draws with `plain` what is there, and over that what is lit."""

    def __init__(self, plain: NeuronPainter) -> None:
        self._plain, self._layout, self._look = plain, plain.layout, plain.look

    def paint_all(self, painter: QPainter, links: np.ndarray, width: float, parting: int | None) -> None:
        """All lines, faint, and the columns that can be seen in `width`."""
        draw_lines(painter, self._layout, links, self._colours(FAINT), 1.0)
        self._plain.paint(painter, width)
        if parting is not None:
            self._plain.paint_parting(painter, parting)

    def base(self, size: QSize, ratio: float, links: np.ndarray, parting: int | None) -> QPixmap:
        """The columns without anything lit, for a viewport of `size` on a screen of `ratio` pixels to one."""
        found = QPixmap(size * ratio)
        found.setDevicePixelRatio(ratio)
        found.fill(self._look.panel)
        with QPainter(found) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            self.paint_all(painter, links, size.width(), parting)
        return found

    def paint_lit(self, painter: QPainter, base: QPixmap, lit: Lit, named: Named) -> None:
        """Darken `base`, which is drawn already, and take out of it what is lit."""
        layout, width = self._layout, base.deviceIndependentSize().width()
        veil = QColor(self._look.panel)
        veil.setAlpha(VEIL)
        painter.fillRect(QRectF(0, layout.head, width, layout.height), veil)
        here = np.zeros(len(lit.units), bool)
        here[lit.here] = True
        close = here[lit.along].any(axis=1)
        draw_lines(painter, layout, lit.along[~close], self._colours(FAR), 1.0)
        draw_lines(painter, layout, lit.along[close], self._colours(NEAR), 1.4)
        rows = layout.rows.row_of[lit.units]
        rows = np.unique(rows[rows >= 0])
        for band in layout.bands:
            left = layout.left(band)
            if not band.open or left > width or left + band.width < 0:
                continue
            sight = layout.in_sight(band.columns.start)
            painter.save()
            painter.setClipRect(QRectF(left, layout.head, band.width, layout.room()))
            for row in rows[(rows >= sight.start) & (rows < sight.stop)].tolist():
                self._paint_row(painter, base, row, lit.units, here, named)
            painter.restore()

    def _paint_row(
        self, painter: QPainter, base: QPixmap, row: int, lit: np.ndarray, pointed: np.ndarray, named: Named
    ) -> None:
        box, units = self._layout.rect(row), self._layout.rows.units_of(row)
        ratio = base.devicePixelRatio()
        painter.drawPixmap(box, base, QRectF(box.topLeft() * ratio, box.size() * ratio))
        if not (mine := lit[units]).all():
            self._plain.paint_marks(painter, row, units[mine], 1.5 * MARK)
        here = units[pointed[units]]
        if not len(here):
            return
        em, reached = self._layout.em, named.unit in here
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._look.first if reached else self._look.quiet, 2 if reached and named.strong else 1.2))
        painter.drawRoundedRect(box.adjusted(1.5, 1, -1.5, -1), 0.25 * em, 0.25 * em)
        self._plain.paint_marks(painter, row, here, 2.1 * MARK)

    def _colours(self, share: int) -> dict[int, QColor]:
        """Mixed with what is behind them: opaque lines are drawn five times as fast as transparent ones."""
        back, found = self._look.panel, {}
        for path in (1, 2, 3):
            ink = self._look.of_path(path, two=self._plain.two)
            pairs = ((ink.red(), back.red()), (ink.green(), back.green()), (ink.blue(), back.blue()))
            found[path] = QColor(*(round((a * share + b * (255 - share)) / 255) for a, b in pairs))
        return found
