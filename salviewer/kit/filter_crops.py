"""What a filter's average was made of: its crops, each with the place that it has in its picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from salviewer.kit.filter_cards import CardLook
from salviewer.kit.filter_grid import FilterGrid
from salviewer.numeric.counted import counted


@dataclass(frozen=True)
class Place:
    """A crop: its picture's name, and its edges in shares of the picture's sides, which may lie beyond 0..1."""

    name: str
    x0: float
    y0: float
    x1: float
    y1: float
    sentence: str


class FilterCrops(FilterGrid):
    """Shows crops as they arrive; `chosen` carries the place of one in the list."""

    SIDE = 6.0
    """Of a crop, in lines of text."""

    def __init__(self, look: CardLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.places: tuple[Place, ...] = ()
        self.images: dict[int, QImage] = {}
        self.faults: dict[int, str] = {}
        self._look = look
        self.setAccessibleName("Pictures of the average")

    def set_places(self, places: Sequence[Place]) -> None:
        """Other crops, whose pictures are still to come."""
        self.places, self.images, self.faults = tuple(places), {}, {}
        self.setAccessibleDescription(
            f"{counted(len(places), 'picture')}. The arrow keys go through them, Return opens one."
        )
        self.restart()

    def set_image(self, at: int, image: QImage | None, fault: str = "") -> None:
        """The picture of crop `at`, or why there is none."""
        if image is not None:
            self.images[at] = image
        else:
            self.faults[at] = fault
        self.viewport().update()

    def set_place(self, at: int, place: Place) -> None:
        """Where crop `at` lies in its picture, whose size is known by now."""
        self.places = (*self.places[:at], place, *self.places[at + 1 :])
        self.viewport().update()

    def set_look(self, look: CardLook) -> None:
        """Other colours."""
        self._look = look
        self.viewport().update()

    def count(self) -> int:
        """How many crops there are."""
        return len(self.places)

    def words(self, at: int) -> str:
        """A crop in a sentence."""
        return self.faults.get(at, "") or self.places[at].sentence

    def tile(self) -> QSize:
        """A square, and a line below."""
        em = self.fontMetrics().height()
        return QSize(round(self.SIDE * em), round((self.SIDE + 1.2) * em))

    def paint_tile(self, painter: QPainter, at: int, box: QRect) -> None:
        """A crop, where it lies in its picture, and the picture's name."""
        em, look = self.fontMetrics().height(), self._look
        square = QRectF(box.left(), box.top(), box.width(), box.width())
        painter.fillRect(square, look.sunk)
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * 0.8)
        painter.setFont(small)
        painter.setPen(look.quiet)
        image = self.images.get(at)
        if image is None:
            said = "cannot be read" if at in self.faults else "…"
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, said)
        else:
            size = image.size().scaled(
                round(square.width()), round(square.height()), Qt.AspectRatioMode.KeepAspectRatio
            )
            where = QRectF(square.center().x() - size.width() / 2, square.center().y() - size.height() / 2,
                           size.width(), size.height())  # fmt: skip
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > size.width())
            painter.drawImage(where, image)
        self._paint_place(painter, self.places[at], square, em)
        painter.setPen(look.quiet)
        below = QRectF(box.left(), square.bottom(), box.width(), box.bottom() - square.bottom())
        name = painter.fontMetrics().elidedText(
            f"{at + 1} · {self.places[at].name}", Qt.TextElideMode.ElideMiddle, box.width()
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_place(self, painter: QPainter, place: Place, square: QRectF, em: float) -> None:
        """The picture as a small frame in the corner, and the crop's box within it; none where it is all of it."""
        if place.x0 <= 0 and place.y0 <= 0 and place.x1 >= 1 and place.y1 >= 1:
            return
        side = 1.5 * em
        frame = QRectF(square.right() - side - 0.2 * em, square.bottom() - side - 0.2 * em, side, side)
        painter.setPen(QPen(self._look.quiet, 1))
        painter.setBrush(self._look.card)
        painter.drawRect(frame)
        painter.fillRect(spot(place, frame, 0.35 * em), self._look.above)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def spot(place: Place, frame: QRectF, least: float) -> QRectF:
    """Where the crop lies within `frame`, its picture drawn small; its sides are at least `least`, to be seen."""
    edges = []
    for start, room, low, high in (
        (frame.left(), frame.width(), place.x0, place.x1),
        (frame.top(), frame.height(), place.y0, place.y1),
    ):
        first, last = (start + min(1.0, max(0.0, share)) * room for share in (low, high))
        length = max(last - first, least)
        edges.append((min(max((first + last - length) / 2, start), start + room - length), length))
    (left, width), (top, height) = edges
    return QRectF(left, top, width, height)
