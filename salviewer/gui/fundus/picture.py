"""The photograph at its full size: the surround dimmed, the map, the proposals' outlines, and the experts' marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QWidget

from salviewer.data.annotation_pixels import pixels_of
from salviewer.gui import theme
from salviewer.gui.fundus.values import COLOURS, Photograph, Plan
from salviewer.kit.canvas import Canvas
from salviewer.kit.colours import lut
from salviewer.kit.drawing import DrawingLayer, Mark

if TYPE_CHECKING:
    from salviewer.data.proposed_lesions import Proposed
    from salviewer.gui.values import Display

DIM = QColor(0, 0, 0, 150)
MAP = 0.75
NEAR = 6.0
"""How many times its own size is shown around a region that is zoomed to."""
LEAST_SHOWN = 60.0


class FundusPicture(Canvas):
    """`pressed`: picture position of a click."""

    pressed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._surround = QGraphicsPathItem()
        self._surround.setBrush(DIM)
        self._surround.setPen(QPen(Qt.PenStyle.NoPen))
        self._surround.setZValue(1.5)  # over the picture, under the map
        self.pane.addItem(self._surround, ignoreBounds=True)
        self._marks = DrawingLayer(self)
        self._expert: tuple[Mark, ...] = ()
        self._chosen: tuple[Mark, ...] = ()
        self._colours = "inferno"
        self._photograph: Photograph | None = None
        self._down = QPointF()
        self.setAccessibleName("Fundus photograph with proposed lesions")
        self.dress()

    # -- setters ------------------------------------------------------------------------------------------------

    def show_photograph(self, photograph: Photograph | None, plan: Plan) -> None:
        """The picture and what of it is the eye."""
        before = self._photograph
        self._photograph = photograph
        picture = photograph.picture if photograph is not None else None
        if before is None or before.picture is not picture:
            self.set_picture(picture.pixels if picture is not None else None)
            self._marks.set_size(picture.shape if picture is not None else (0, 0))
        self._surround.setPath(_surround(photograph) if plan.dims else QPainterPath())

    def show_proposed(self, proposed: Proposed | None, plan: Plan) -> None:
        """The map, with a line around each proposed region."""
        photograph = self._photograph
        if proposed is None or photograph is None or photograph.grid is None:
            self.set_map(None)
            return
        high = float(proposed.values.max(initial=0.0)) or 1.0
        table = lut(self._colours) if plan.shows_map else None
        self.set_map(proposed.values, photograph.grid.box()[-2:], low=0.0, high=high, table=table, fade=True)
        self.set_opacity(MAP)
        above = float(np.nextafter(np.float32(proposed.threshold), np.float32(np.inf)))
        self.set_contours((above,) if len(proposed.regions) else ())

    def show_marks(self, masks: Mapping[str, np.ndarray], *, visible: bool) -> None:
        """What experts marked, by type in its colour."""
        self._expert = tuple(_mark(i, kind, mask) for i, (kind, mask) in enumerate(masks.items()) if visible)
        self._marks.set_marks((*self._expert, *self._chosen))

    def show_chosen(self, box: np.ndarray | None, *, zooms: bool) -> None:
        """Frame a region, and go there."""
        self._chosen = ()
        self.set_crosshair(None)
        if box is not None:
            x0, y0, x1, y1 = (float(v) for v in box)
            colour = theme.tones().accent
            corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
            self._chosen = (Mark(-1, "", colour, points=corners, source=("chosen", corners), chosen=True, locked=True),)
            if zooms:
                side = max(LEAST_SHOWN, NEAR * max(x1 - x0, y1 - y0))
                rect = QRectF(0, 0, side, side)
                rect.moveCenter(QPointF((x0 + x1) / 2, (y0 + y1) / 2))
                self.set_view_rect(rect)
        self._marks.set_marks((*self._expert, *self._chosen))

    def set_display(self, display: Display) -> None:
        """Colours, brightness and contrast as the Heatmap panel has them."""
        self._colours = display.sequential
        self.set_tone(display.brightness, display.contrast)

    def dress(self) -> None:
        """Take on the colours of the theme."""
        self.setBackground(theme.tones().sunk)

    # -- Qt's events --------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Remember where a click begins."""
        self._down = event.position()  # type: ignore[attr-defined] # a QMouseEvent
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """A click, where the mouse was not dragged."""
        moved = (event.position() - self._down).manhattanLength()  # type: ignore[attr-defined] # the same
        if event.button() == Qt.MouseButton.LeftButton and moved < theme.em(self) * 0.3:  # type: ignore[attr-defined]
            spot = self.spot(event.position())  # type: ignore[attr-defined] # the same
            self.pressed.emit(spot.x(), spot.y())
        super().mouseReleaseEvent(event)


def _surround(photograph: Photograph | None) -> QPainterPath:
    """All of the picture that is not the eye."""
    path = QPainterPath()
    if photograph is not None and photograph.view is not None and photograph.view.circle is not None:
        x, y, radius = photograph.view.circle
        height, width = photograph.picture.shape
        whole, circle = QPainterPath(), QPainterPath()
        whole.addRect(QRectF(0, 0, width, height))
        circle.addEllipse(QPointF(x, y), radius, radius)
        path = whole.subtracted(circle)
    return path


def _mark(number: int, kind: str, mask: np.ndarray) -> Mark:
    cut = pixels_of(mask)
    colour = COLOURS.get(kind, "#ffffff")
    if cut is None:
        return Mark(number, "", colour)
    return Mark(number, "", colour, mask=cut.mask(), place=(cut.left, cut.top), source=(kind, cut, colour), locked=True)
