"""A figure to keep or print: pictures with their maps, colour bars, words above and below, drawn with any QPainter.

Lengths are logical pixels, 96 to the inch. Pixels are handed to the painter as they are, at their own resolution;
letters, lines and frames stay letters and lines where the device knows them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPicture

from salviewer.kit.lettering import Words, font_of
from salviewer.kit.printed_bar import Bar, Look, array_image, bar_width, paint_bar, power_of

Box = tuple[tuple[float, float], tuple[float, float]]
"""((top, bottom), (left, right)) in picture pixels."""

SMALLEST_EM = 13


@dataclass(frozen=True, eq=False)
class Plate:
    """One picture of a figure.

    size: (width, height) on the page; area: what is seen, in picture pixels.
    pixels: uint8 (H, W, 1 or 3) of the picture, None where only the map is at hand.
    cells: uint32 (h, w), the map's colours, alpha first and premultiplied; box: where they lie; opacity: 0..1.
    lines: float (n, 4), contour lines x, y, x, y in picture pixels; outline: what the model sees.
    marks: what else is drawn on the picture, recorded on a canvas of `marks_size` that shows `area`.
    """

    size: tuple[float, float]
    area: QRectF
    pixels: np.ndarray | None = None
    cells: np.ndarray | None = None
    box: Box | None = None
    opacity: float = 1.0
    lines: np.ndarray | None = None
    outline: Box | None = None
    marks: QPicture | None = None
    marks_size: QSizeF | None = None
    caption: str = ""
    sentence: str = ""
    bar: Bar | None = None


@dataclass(frozen=True, eq=False)
class Figure:
    """Plates beside each other in `columns`, `title` and `lines` above, `below` under them. `family`: the font's."""

    plates: tuple[Plate, ...]
    title: str = ""
    lines: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    columns: int = 1
    dark: bool = False
    family: str = ""

    @property
    def em(self) -> float:
        """The size of running text."""
        width, height = self.plates[0].size
        return max(SMALLEST_EM, round(0.022 * math.sqrt(width * height * len(self.plates))))

    @property
    def paper(self) -> QColor:
        """The colour of the page."""
        return QColor("#17191c" if self.dark else "#ffffff")

    @property
    def ink(self) -> QColor:
        """The colour of text."""
        return QColor("#e7e9ec" if self.dark else "#1d2127")

    @property
    def quiet(self) -> QColor:
        """The colour of text of second rank."""
        return QColor("#a2a9b3" if self.dark else "#5b636e")


class Layout:
    """Where everything of a figure goes; measured once, painted as often as wanted."""

    def __init__(self, figure: Figure) -> None:
        self.figure, em = figure, figure.em
        self._look = Look(em, figure.family, figure.ink, figure.quiet)
        self._rows = [figure.plates[i : i + figure.columns] for i in range(0, len(figure.plates), figure.columns)]
        self._bar_width = max((bar_width(p.bar, p.size[1], self._look) for p in figure.plates if p.bar), default=0.0)
        self._cell = max(p.size[0] for p in figure.plates) + (self._bar_width + em if self._bar_width else 0)
        gaps = 1.6 * em * (min(figure.columns, len(figure.plates)) - 1)
        inner = max(self._cell * min(figure.columns, len(figure.plates)) + gaps, 22 * em)
        ink, quiet = figure.ink, figure.quiet
        self._head = [
            *(
                Words(figure.title, font_of(figure.family, 1.45 * em, bold=True), inner, 2, ink)
                for _ in [0]
                if figure.title
            ),
            *(Words(line, font_of(figure.family, em), inner, 3, quiet) for line in figure.lines if line),
        ]
        self._foot = [Words(t, font_of(figure.family, 0.85 * em), inner, 4, quiet) for t in figure.below if t]
        caption = font_of(figure.family, 0.9 * em)
        self._captions = [Words(p.caption, caption, p.size[0], 2, quiet) for p in figure.plates]
        self.margin, self._inner = round(1.8 * em), inner
        self._above = 1.3 * em if any(power_of(p.bar, p.size[1], em) for p in figure.plates) else 0.4 * em
        self.size = QSizeF(math.ceil(inner + 2 * self.margin), math.ceil(self._height()))

    def paint(self, painter: QPainter) -> None:
        """Draw it all, its top left corner at the painter's origin."""
        figure, em = self.figure, self.figure.em
        painter.fillRect(QRectF(QPointF(0, 0), self.size), figure.paper)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.LosslessImageRendering)
        y = self.margin
        for words in self._head:
            words.draw(painter, self.margin, y)
            y += words.height + 0.2 * em
        y += 0.6 * em if self._head else 0
        at = 0
        for row in self._rows:
            y = round(y + self._above)  # on whole dots, so that squares stay squares
            for column, plate in enumerate(row):
                x = round(self.margin + column * (self._cell + 1.6 * em))
                _paint_plate(painter, plate, QRectF(x, y, *plate.size), figure)
                self._captions[at].draw(painter, x, y + plate.size[1] + 0.35 * em)
                at += 1
            y += self._row_height(row, at - len(row))
        y += 0.9 * em
        for words in self._foot:
            words.draw(painter, self.margin, y)
            y += words.height + 0.15 * em

    def _height(self) -> float:
        em = self.figure.em
        head = sum(w.height + 0.2 * em for w in self._head) + (0.6 * em if self._head else 0)
        rows = sum(self._above + self._row_height(row, i * self.figure.columns) for i, row in enumerate(self._rows))
        return 2 * self.margin + head + rows + 0.9 * em + sum(w.height + 0.15 * em for w in self._foot)

    def _row_height(self, row: Sequence[Plate], first: int) -> float:
        captions = [self._captions[first + i].height for i in range(len(row))]
        below = max(captions) + 0.8 * self.figure.em if any(p.caption for p in row) else 0.3 * self.figure.em
        return max(p.size[1] for p in row) + below


def _paint_plate(painter: QPainter, plate: Plate, place: QRectF, figure: Figure) -> None:
    painter.save()
    painter.setClipRect(place)
    painter.translate(place.topLeft())
    painter.scale(place.width() / plate.area.width(), place.height() / plate.area.height())
    painter.translate(-plate.area.topLeft())
    if plate.pixels is not None:
        height, width = plate.pixels.shape[:2]
        _paint_pixels(painter, plate.pixels, QRectF(0, 0, width, height), plate.area)
    if plate.cells is not None and plate.box is not None:
        painter.setOpacity(plate.opacity)
        _paint_pixels(painter, plate.cells, _rect(plate.box), plate.area)
        painter.setOpacity(1.0)
    _paint_lines(painter, plate)
    painter.restore()
    if plate.marks is not None and plate.marks_size is not None:
        painter.save()
        painter.setClipRect(place)
        painter.translate(place.topLeft())
        painter.scale(place.width() / plate.marks_size.width(), place.height() / plate.marks_size.height())
        painter.drawPicture(0, 0, plate.marks)
        painter.restore()
    if plate.sentence:
        _paint_sentence(painter, plate.sentence, place, figure)
    if plate.bar is not None:
        paint_bar(painter, plate.bar, place, Look(figure.em, figure.family, figure.ink, figure.quiet))


def _paint_pixels(painter: QPainter, values: np.ndarray, whole: QRectF, area: QRectF) -> None:
    """Draw the part of an array's pixels that lies in `area`, and no more: what is not seen is not handed on."""
    height, width = values.shape[:2]
    wide, high = whole.width() / width, whole.height() / height
    left = max(0, math.floor((area.left() - whole.left()) / wide))
    right = min(width, math.ceil((area.right() - whole.left()) / wide))
    top = max(0, math.floor((area.top() - whole.top()) / high))
    bottom = min(height, math.ceil((area.bottom() - whole.top()) / high))
    if left >= right or top >= bottom:
        return
    part = np.ascontiguousarray(values[top:bottom, left:right])
    place = QRectF(whole.left() + left * wide, whole.top() + top * high, (right - left) * wide, (bottom - top) * high)
    image = array_image(part)
    shown = painter.deviceTransform().mapRect(place).size()
    if isinstance(painter.device(), QImage) and shown.width() < image.width():
        # Qt averages well only when it makes a smaller image first.
        ratio = Qt.AspectRatioMode.IgnoreAspectRatio
        image = image.scaled(shown.toSize(), ratio, Qt.TransformationMode.SmoothTransformation)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, image)


def _paint_lines(painter: QPainter, plate: Plate) -> None:
    """Contours light on dark, and the dashed outline of what the model sees; as thick on paper at every zoom."""
    unit = plate.area.width() / plate.size[0]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if plate.lines is not None and len(plate.lines):
        lines = [QLineF(*map(float, line)) for line in plate.lines]
        for colour, width in ((QColor(0, 0, 0, 130), 3.0), (QColor(255, 255, 255, 235), 1.3)):
            painter.setPen(QPen(colour, width * unit))
            painter.drawLines(lines)
    if plate.outline is not None:
        for colour, style in ((QColor(0, 0, 0, 150), Qt.PenStyle.SolidLine), (QColor("white"), Qt.PenStyle.DashLine)):
            painter.setPen(QPen(colour, 1.3 * unit, style))
            painter.drawRect(_rect(plate.outline))


def _rect(box: Box) -> QRectF:
    (top, bottom), (left, right) = box
    return QRectF(left, top, right - left, bottom - top)


def _paint_sentence(painter: QPainter, sentence: str, place: QRectF, figure: Figure) -> None:
    em = figure.em
    words = Words(sentence, font_of(figure.family, em), place.width() - 3 * em, 3, figure.ink)
    box = QRectF(0, 0, words.width + 2 * em, words.height + em)
    box.moveCenter(place.center())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(figure.paper)
    painter.drawRoundedRect(box, 0.4 * em, 0.4 * em)
    words.draw(painter, box.left() + em, box.top() + 0.5 * em)
