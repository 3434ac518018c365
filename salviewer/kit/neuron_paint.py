"""Draws the columns of a path of neurons: heads, cards with thumbnails and marks, rows, bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from salviewer.kit.colours import colourise, lut
from salviewer.kit.neuron_layout import Band, NeuronLayout
from salviewer.kit.neuron_look import Letters, NeuronLook
from salviewer.kit.neuron_words import strip_words
from salviewer.numeric.counted import counted

ALIGN = Qt.AlignmentFlag
CENTRED = ALIGN.AlignCenter
MARK = 0.17
"""Radius of a mark, in lines of text."""
FEW = 16
"""More marks than that on one thumbnail are drawn smaller."""


class NeuronPainter:
    """Draws what `layout` says in the colours of `look`. `two`: whether there are two paths to be told apart.

    images: thumbnails made so far, by number; classes: what the model's classes are called, as far as that is known.
    """

    def __init__(
        self, layout: NeuronLayout, look: NeuronLook, letters: Letters, images: dict[int, QImage],
        classes: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._classes = classes
        self.layout, self.look, self._letters, self._images = layout, look, letters, images
        self.two = bool((layout.table.path > 1).any())
        support = np.nan_to_num(np.abs(layout.rows.support))
        self._most = np.zeros((len(layout.table.columns), 3))
        np.maximum.at(self._most, layout.rows.column, support)

    def paint(self, painter: QPainter, width: float) -> None:
        """All bands that can be seen in `width`."""
        for band in self.layout.bands:
            left = self.layout.left(band)
            if left < width and left + band.width > 0:
                self._paint_column(painter, band) if band.open else self._paint_strip(painter, band)

    # -- columns ------------------------------------------------------------------------------------------------

    def _paint_column(self, painter: QPainter, band: Band) -> None:
        layout, em = self.layout, self._letters.em
        left, column = layout.left(band), band.columns.start
        box = QRectF(left, 0.5, band.width, layout.height - 1)
        painter.setPen(QPen(self.look.faint, 1))
        painter.setBrush(self.look.card)
        painter.drawRoundedRect(box, 0.4 * em, 0.4 * em)
        self._paint_head(painter, band)
        painter.save()
        painter.setClipRect(QRectF(left, layout.head, band.width, layout.room()))
        for row in layout.in_sight(column):
            self.paint_row(painter, row)
        painter.restore()
        self._paint_scroll(painter, band)

    def _paint_head(self, painter: QPainter, band: Band) -> None:
        look, letters, em = self.look, self._letters, self._letters.em
        column, number = self.layout.table.columns[band.columns.start], band.columns.start
        room = QRectF(self.layout.left(band) + 0.5 * em, 0.25 * em, band.width - em, 1.15 * em)
        name = f"{column.name} / {column.other}" if column.other else column.name
        wide = room.adjusted(0, 0, -0.9 * em, 0)
        fits = QFontMetricsF(letters.strong).horizontalAdvance(name) <= wide.width()
        self._text(painter, wide, letters.strong if fits else letters.small_strong, look.ink, name, tail=True)
        self._text(painter, QRectF(room.right() - 0.8 * em, room.top(), em, room.height()), letters.plain, look.quiet,
                   "–", side=ALIGN.AlignRight)  # fmt: skip
        grid = "×".join(str(side) for side in column.shape)
        for text in (f"{column.kind} {grid}".strip(), self.count_words(number)):
            room.translate(0, room.height() * 0.98)
            self._text(painter, room, letters.small, look.quiet, text)
        y = (self.layout.head - 0.15 * em,) * 2
        painter.setPen(QPen(look.faint, 1))
        painter.drawLine(QPointF(room.left(), y[0]), QPointF(room.right(), y[1]))

    def count_words(self, column: int) -> str:
        """How many of the layer's units are shown; of two paths, how many each has and how many they share."""
        layout = self.layout
        rows = layout.rows.rows_in(column)
        units = layout.rows.units[layout.rows.starts[rows.start] : layout.rows.starts[rows.stop]]
        if not self.two:
            return f"{len(units):,} of {counted(layout.table.columns[column].size, 'unit')}"
        path = layout.table.path[units]
        return f"{(path == 1).sum():,} + {(path == 2).sum():,}, {(path == 3).sum():,} shared"

    def _paint_strip(self, painter: QPainter, band: Band) -> None:
        look, letters, em = self.look, self._letters, self._letters.em
        box = QRectF(self.layout.left(band), 0.5, band.width, self.layout.height - 1)
        painter.setPen(QPen(look.faint, 1, Qt.PenStyle.DashLine))
        painter.setBrush(look.panel)
        painter.drawRoundedRect(box, 0.4 * em, 0.4 * em)
        self._text(painter, QRectF(box.left(), 0.25 * em, box.width(), 1.15 * em), letters.plain, look.quiet, "+",
                   side=ALIGN.AlignHCenter)  # fmt: skip
        painter.save()
        painter.translate(box.center().x(), box.center().y())
        painter.rotate(-90)
        room = QRectF(-box.height() / 2 + em, -em, box.height() - 3 * em, 2 * em)
        self._text(painter, room, letters.small, look.quiet, strip_words(self.layout, band), side=ALIGN.AlignHCenter)
        painter.restore()

    def _paint_scroll(self, painter: QPainter, band: Band) -> None:
        """A thin handle along the right edge, where there is more than can be seen."""
        layout, em = self.layout, self._letters.em
        content, room = layout.content(band.columns.start), layout.room()
        if content <= room:
            return
        high = max(1.2 * em, room * room / content)
        top = layout.head + (room - high) * layout.scrolls[band.columns.start] / (content - room)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.look.faint)
        x = layout.left(band) + band.width - 0.32 * em
        painter.drawRoundedRect(QRectF(x, top, 0.2 * em, high), 0.1 * em, 0.1 * em)

    # -- rows ---------------------------------------------------------------------------------------------------

    def paint_row(self, painter: QPainter, row: int) -> None:
        """One channel: its thumbnail with marks, its number, how many units, three bars."""
        layout, rows, look, em = self.layout, self.layout.rows, self.look, self._letters.em
        box = layout.rect(row)
        count = int(rows.starts[row + 1] - rows.starts[row])
        if self.two:
            painter.fillRect(QRectF(box.left() + 1, box.top() + 1, 0.2 * em, box.height() - 2),
                             look.of_path(int(rows.path[row]), two=True))  # fmt: skip
        name, times = self._names(row), f"×{count:,}" if count > 1 else ""
        if rows.thumbnail[row] >= 0:
            self._paint_thumbnail(painter, row)
            left = layout.thumbnail(row).right() + 0.4 * em
            room = QRectF(left, box.top() + 0.3 * em, box.right() - left - 0.5 * em, em)
            self._text(painter, room, self._letters.plain, look.ink, name)
            words = counted(count, "unit")
            self._text(painter, room.translated(0, em), self._letters.small, look.quiet, words)
            self._bars(painter, QRectF(left, box.top() + 2.55 * em, room.width(), 1.2 * em), row)
            return
        third = (box.width() - 1.1 * em) / 3
        room = QRectF(box.left() + 0.5 * em, box.top(), (1.25 if times else 1.85) * third, box.height())
        self._text(painter, room, self._letters.small, look.ink, name)
        room = QRectF(box.left() + 0.5 * em + 1.25 * third, box.top(), 0.7 * third, box.height())
        self._text(painter, room, self._letters.small, look.quiet, times)
        self._bars(painter, QRectF(room.right(), box.top() + 0.3 * em, 1.05 * third, box.height() - 0.6 * em), row)

    def _names(self, row: int) -> str:
        column = self.layout.table.columns[int(self.layout.rows.column[row])]
        number = int(self.layout.rows.channel[row])
        if column.kind == "class" and number < len(self._classes):
            return self._classes[number]
        return f"{number}" if column.kind in ("class", "linear") else f"ch {number}"

    def _paint_thumbnail(self, painter: QPainter, row: int) -> None:
        box = self.layout.thumbnail(row)
        number = int(self.layout.rows.thumbnail[row])
        image = self._images.get(number)
        if image is None:
            image = self._images[number] = grey_image(self.layout.table.thumbnails[number])
        painter.drawImage(box, image)
        painter.setPen(QPen(self.look.faint, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        self.paint_marks(painter, row, self.layout.rows.units_of(row), MARK)

    def paint_marks(self, painter: QPainter, row: int, units: np.ndarray, radius: float) -> None:
        """Mark `units` on the thumbnail of `row`, `radius` in lines of text."""
        if self.layout.rows.thumbnail[row] < 0 or not len(units):
            return
        spots, path = self.layout.spots(row, units), self.layout.table.path[units]
        size = radius * self._letters.em * min(1.0, max(0.5, (FEW / len(units)) ** 0.5))
        step = max(1.0, size)
        _, first = np.unique(np.round(spots / step) @ (1e5, 10.0) + path, return_index=True)  # what lies on another
        for which in (1, 2, 3):
            points = [QPointF(x, y) for x, y in spots[first][path[first] == which].tolist()]
            if points:
                colour = self.look.of_path(which, two=self.two)
                for shade, wide in ((self.look.edge, 2 * size + 2), (colour, 2 * size)):
                    painter.setPen(QPen(shade, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                    painter.drawPoints(points)

    def _bars(self, painter: QPainter, box: QRectF, row: int) -> None:
        """One bar per term, of the highest of the layer."""
        most, values = self._most[int(self.layout.rows.column[row])], self.layout.rows.support[row]
        step = box.height() / 3
        thick = max(1.5, step * 0.62)
        for i, (value, highest, colour) in enumerate(zip(values, most, self.look.terms, strict=True)):
            y = box.top() + (i + 0.5) * step - thick / 2
            painter.fillRect(QRectF(box.left(), y, box.width(), thick), self.look.faint)
            if highest > 0 and np.isfinite(value):
                painter.fillRect(
                    QRectF(box.left(), y, box.width() * min(1.0, abs(float(value)) / highest), thick), colour
                )

    def _text(
        self, painter: QPainter, room: QRectF, font: QFont, colour: QColor, text: str,
        *, side: Qt.AlignmentFlag = ALIGN.AlignLeft, tail: bool = False,
    ) -> None:  # fmt: skip
        painter.setFont(font)
        painter.setPen(colour)
        mode = Qt.TextElideMode.ElideLeft if tail else Qt.TextElideMode.ElideRight
        short = QFontMetricsF(font).elidedText(text, mode, room.width() + 0.5)
        painter.drawText(room, side | ALIGN.AlignVCenter | Qt.TextFlag.TextDontClip, short)

    # -- between ------------------------------------------------------------------------------------------------

    def paint_parting(self, painter: QPainter, column: int) -> None:
        """A line before `column`, with a word: from here on the two paths differ."""
        layout, em, look = self.layout, self._letters.em, self.look
        x = layout.left(layout.band_of[column]) - 1.1 * em
        painter.setPen(QPen(look.ink, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(x, 0, x, layout.height))
        painter.save()
        painter.translate(x, layout.height / 2)
        painter.rotate(-90)
        words = "the paths part here"
        wide = QFontMetricsF(self._letters.small).horizontalAdvance(words) + em
        room = QRectF(-wide / 2, -0.6 * em, wide, 1.2 * em)
        painter.fillRect(room, look.panel)
        self._text(painter, room, self._letters.small, look.ink, words, side=ALIGN.AlignHCenter)
        painter.restore()


def grey_image(values: np.ndarray) -> QImage:
    """A thumbnail from black, its lowest value, to white, its highest."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    rgba = np.ascontiguousarray(colourise(values, low, high, lut("gray")))
    height, width = values.shape
    return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
