"""Shapes on a canvas: outlines that read on light and dark pictures, names in chips, handles of one size at any zoom.

Positions are picture pixels, (0, 0) the picture's upper left corner. Nothing is decided here; see `drawing_tools` for
the mouse and the keys.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from salviewer.kit.canvas import Canvas

Point = tuple[float, float]
DEPTH = 50
HALO = QColor(0, 0, 0, 170)
FILL_ALPHA = 70


@dataclass(frozen=True, eq=False)
class Mark:
    """One shape as it is drawn.

    points: corners of a closed outline; mask: bool (h, w) of a filled area, whose first pixel lies at `place`.
    source: equal for marks of equal form, so that their outline is found out once. locked: it cannot be changed here.
    """

    id: int
    label: str
    colour: str
    points: tuple[Point, ...] = ()
    mask: np.ndarray | None = field(default=None, repr=False)
    place: tuple[int, int] = (0, 0)
    source: Hashable = None
    chosen: bool = False
    locked: bool = False

    @property
    def rect(self) -> QRectF:
        """The tightest box around it."""
        if self.mask is not None:
            return QRectF(*self.place, self.mask.shape[1], self.mask.shape[0])
        return QPolygonF([QPointF(*p) for p in self.points]).boundingRect()


@dataclass(frozen=True)
class Draft:
    """What is being drawn. points: so far; loose: the last one follows the cursor; radius: of a brush, else 0."""

    points: tuple[Point, ...] = ()
    colour: str = "white"
    loose: bool = False
    radius: float = 0.0
    closes: bool = False


class DrawingLayer(QGraphicsItem):
    """All marks of a picture, above its map. `em`: a line of text on the screen, the unit of handles and chips."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas, self._size = canvas, (0, 0)
        self.marks: tuple[Mark, ...] = ()
        self._draft: Draft | None = None
        self._ring: tuple[Point, float] | None = None
        self._forms: dict[Hashable, tuple[QPainterPath, QImage | None]] = {}
        self.setZValue(DEPTH)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        canvas.pane.addItem(self, ignoreBounds=True)

    @property
    def em(self) -> float:
        """The height of a line of text."""
        return float(self._canvas.fontMetrics().height())

    @property
    def unit(self) -> float:
        """Picture pixels per logical dot of the screen."""
        return float(self._canvas.pane.viewPixelSize()[0])

    def set_size(self, size: tuple[int, int]) -> None:
        """The picture's (H, W)."""
        self.prepareGeometryChange()
        self._size = size

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw `marks`, the last on top."""
        self.marks = tuple(marks)
        self._forms = {key: form for key, form in self._forms.items() if key in {m.source for m in marks}}
        self.update()

    def set_draft(self, draft: Draft | None) -> None:
        """Draw what is under way."""
        self._draft = draft
        self.update()

    def set_ring(self, at: Point | None, radius: float = 0.0) -> None:
        """Show the brush at `at`; None shows none."""
        self._ring = None if at is None else (at, radius)
        self.update()

    # -- Qt's side ----------------------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """The picture, and room around it for what stands out over its edge."""
        height, width = self._size
        room = max(height, width)
        return QRectF(-room, -room, width + 2 * room, height + 2 * room)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the marks, what is under way, and the brush."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self.marks:
            self._paint_outline(painter, mark)
        for mark in self.marks:
            if mark.chosen and not mark.locked:
                for at in handles(mark):
                    self._paint_handle(painter, at, QColor(mark.colour))
        for mark in self.marks:
            self._paint_chip(painter, mark)
        if self._draft is not None:
            self._paint_draft(painter, self._draft)
        if self._ring is not None:
            (x, y), radius = self._ring
            self._stroke(painter, _circle(x, y, max(radius, self.unit)), QColor("white"))

    def _paint_outline(self, painter: QPainter, mark: Mark) -> None:
        path, image = self._form(mark)
        painter.save()
        painter.translate(*mark.place)
        if image is not None:
            painter.drawImage(QPointF(0, 0), image)
        self._stroke(painter, path, QColor(mark.colour), bold=mark.chosen, dashed=mark.locked)
        painter.restore()

    def _stroke(
        self, painter: QPainter, path: QPainterPath, colour: QColor, *, bold: bool = False, dashed: bool = False
    ) -> None:
        """The line in its colour upon a dark and wider one."""
        width = self.em / (6 if bold else 9) * self.unit
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for tone, thick in ((HALO, width + self.em / 8 * self.unit), (colour, width)):
            pen = QPen(tone, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin)
            if dashed and tone is colour:
                pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawPath(path)

    def _paint_handle(self, painter: QPainter, at: Point, colour: QColor) -> None:
        side = self.em * 0.5
        with _at(painter, at, self.unit):
            painter.setPen(QPen(HALO, self.em / 3.2))
            painter.setBrush(QColor("white"))
            square = QRectF(-side / 2, -side / 2, side, side)
            painter.drawRect(square)
            painter.setPen(QPen(colour, self.em / 9))
            painter.drawRect(square)

    def _paint_chip(self, painter: QPainter, mark: Mark) -> None:
        if not mark.label:
            return
        font = QFont(self._canvas.font())
        font.setBold(mark.chosen)
        measure, pad = QFontMetricsF(font), self.em * 0.25
        text = measure.elidedText(mark.label, Qt.TextElideMode.ElideRight, self.em * 14)
        size = (measure.horizontalAdvance(text) + 2 * pad, measure.height() + pad / 2)
        rect, seen = mark.rect, self._canvas.pane.viewRect()
        above = rect.top() - (size[1] + pad) * self.unit >= seen.top()
        left = min(rect.left(), seen.right() - size[0] * self.unit)
        spot = (max(left, seen.left()), rect.top() if above else max(rect.top(), seen.top()))
        if spot[0] > rect.right() or spot[1] > rect.bottom():
            return
        with _at(painter, spot, self.unit):
            chip = QRectF(0, -size[1] - pad if above else pad, *size)
            colour = QColor(mark.colour)
            painter.setPen(QPen(HALO, 1))
            painter.setBrush(colour)
            painter.drawRoundedRect(chip, pad, pad)
            painter.setFont(font)
            painter.setPen(QColor("black" if is_light(colour) else "white"))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_draft(self, painter: QPainter, draft: Draft) -> None:
        line = QPainterPath()
        line.addPolygon(QPolygonF([QPointF(*p) for p in draft.points]))
        if draft.radius:
            colour = QColor(draft.colour)
            colour.setAlpha(130)
            wide = QPen(colour, 2 * draft.radius)
            wide.setCapStyle(Qt.PenCapStyle.RoundCap)
            wide.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(wide)
            painter.drawPath(line) if len(draft.points) > 1 else painter.drawPoint(QPointF(*draft.points[0]))
            return
        self._stroke(painter, line, QColor(draft.colour))
        for i, at in enumerate(draft.points[:-1] if draft.loose else draft.points):
            self._paint_handle(painter, at, QColor(draft.colour))
            if i == 0 and draft.closes:
                self._stroke(painter, _circle(*at, self.em * 0.6 * self.unit), QColor(draft.colour))

    def _form(self, mark: Mark) -> tuple[QPainterPath, QImage | None]:
        """The outline and the filling, from the mark's place on."""
        key = mark.source if mark.source is not None else id(mark)
        if key not in self._forms:
            if mark.mask is not None:
                self._forms[key] = (mask_outline(mark.mask), _filling(mark.mask, QColor(mark.colour)))
            else:
                path = QPainterPath()
                path.addPolygon(QPolygonF([QPointF(*p) for p in mark.points]))
                path.closeSubpath()
                self._forms[key] = (path, None)
        return self._forms[key]


def handles(mark: Mark) -> tuple[Point, ...]:
    """Where a mark can be taken to change its form: the corners of its outline; a filled area has none."""
    return mark.points if mark.mask is None else ()


def mask_outline(mask: np.ndarray) -> QPainterPath:
    """The edges between pixels that are on and off, joined along rows and columns."""
    lines: list[QLineF] = []
    for turned in (False, True):
        grid = mask.T if turned else mask
        padded = np.zeros((grid.shape[0] + 2, grid.shape[1] + 2), np.int8)
        padded[1:-1, 1:-1] = grid
        edges = padded[1:, :] != padded[:-1, :]
        change = np.diff(edges.astype(np.int8), axis=1)
        rows, starts = np.nonzero(change == 1)
        _, ends = np.nonzero(change == -1)
        for row, start, end in zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True):
            lines.append(QLineF(row, start, row, end) if turned else QLineF(start, row, end, row))
    path = QPainterPath()
    for line in lines:
        path.moveTo(line.p1())
        path.lineTo(line.p2())
    return path


def is_light(colour: QColor) -> bool:
    """Whether black text is read better on `colour` than white text."""
    return 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF() > 0.5


def _filling(mask: np.ndarray, colour: QColor) -> QImage:
    rgba = np.zeros((*mask.shape, 4), np.uint8)
    share = FILL_ALPHA / 255
    rgba[mask] = [round(v * share) for v in (colour.red(), colour.green(), colour.blue())] + [FILL_ALPHA]
    height, width = mask.shape
    return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied).copy()


def _circle(x: float, y: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return path


class _at:  # noqa: N801 - read as a word: with _at(painter, point, unit)
    """Within the block the painter stands at `point` and its unit is a logical dot of the screen."""

    def __init__(self, painter: QPainter, point: Point, unit: float) -> None:
        self._painter, self._point, self._unit = painter, point, unit

    def __enter__(self) -> None:
        self._painter.save()
        self._painter.translate(*self._point)
        self._painter.scale(self._unit, self._unit)

    def __exit__(self, *_: object) -> None:
        self._painter.restore()
