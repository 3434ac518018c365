"""A picture with a map laid on its pixels: zoom with the wheel, drag to pan, read the value under the cursor.

Positions are picture pixels as in `GridMap.box`: the picture spans 0..W and 0..H, pixel (0, 0) is at the top left and
covers 0..1. The map keeps its own grid: what is read off is the raw number of the cell under the cursor, also where
the map is drawn smooth.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QWidget

from salviewer.kit.contour_layer import ContourLayer
from salviewer.kit.crosshair import Crosshair
from salviewer.kit.frame import Frame
from salviewer.kit.map_colours import MapLook
from salviewer.kit.map_layer import MapLayer
from salviewer.kit.picture_layer import PictureLayer
from salviewer.kit.zooming import ZoomView

Box = tuple[tuple[float, float], tuple[float, float]]
"""((top, bottom), (left, right)) in picture pixels."""


class Probe(NamedTuple):
    """What lies under the cursor: pixel column `x` and row `y` of the picture, `value` of the map (None: no map)."""

    x: int
    y: int
    value: float | None


class Canvas(ZoomView):
    """The picture, the map and its contours; what else is drawn on the picture is added to `pane`."""

    probed = Signal(object)
    """A `Probe` when the cursor is over the picture, None when it leaves."""
    tone_dragged = Signal(float, float)
    """How far right and down a drag with the right button went on, in logical pixels."""
    tone_reset = Signal()
    """The right button was pressed twice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._seen = PictureLayer(self.pane), PictureLayer(self.pane)
        self._map, self._contours = MapLayer(self.pane), ContourLayer(self.pane)
        self._frame, self._cross = Frame(self.pane), Crosshair(self.pane)
        for depth, item in enumerate((self._picture, self._seen, self._map, self._contours, self._frame)):
            item.setZValue(depth)
        self._values: np.ndarray | None = None
        self._area = QRectF()
        self._shows_picture = True
        self._frame.hide()
        self._seen.hide()
        self.pane.right_dragged.connect(self.tone_dragged)
        self.setAccessibleName("Picture with heatmap")

    # -- the picture --------------------------------------------------------------------------------------------

    def set_picture(self, pixels: np.ndarray | None) -> None:
        """Show `pixels` (H, W, C), C of 1, 3 or 4, uint8 or float in 0..1; None shows nothing. Fits a new size."""
        self._picture.set_pixels(None if pixels is None else as_bytes(pixels))
        if pixels is None:
            self._size = None
            self._map.set_picture_area(QRectF())
            return
        self._map.set_picture_area(QRectF(0, 0, pixels.shape[1], pixels.shape[0]))
        self.set_size((pixels.shape[0], pixels.shape[1]))

    def set_model_view(self, pixels: np.ndarray | None, box: Box | None = None) -> None:
        """In place of the picture, show `pixels` (h, w, C) over `box`: what a model is fed of it. None: the picture."""
        area = None if box is None else _rect(box)
        self._seen.set_pixels(None if pixels is None else as_bytes(pixels), area)
        self._seen.setVisible(pixels is not None)
        self._picture.setVisible(pixels is None and self._shows_picture)

    def show_picture(self, visible: bool) -> None:
        """Show or hide the picture."""
        self._shows_picture = visible
        self._picture.setVisible(visible and not self._seen.isVisible())

    def set_tone(self, brightness: float, contrast: float) -> None:
        """Show a value v in 0..1 of the picture as (v - 1/2) `contrast` + 1/2 + `brightness`."""
        self._picture.set_tone(brightness, contrast)
        self._seen.set_tone(brightness, contrast)

    def setBackground(self, background: str | QColor | None) -> None:  # noqa: N802 - pyqtgraph's name
        """The colour behind everything, and of transparent places of the picture."""
        super().setBackground(background)
        if background not in (None, "default") and hasattr(self, "_picture"):
            self._picture.set_paper(QColor(background))

    # -- the map ------------------------------------------------------------------------------------------------

    def set_map(
        self,
        values: np.ndarray | None,
        box: Box | None = None,
        *,
        low: float = 0,
        high: float = 1,
        table: np.ndarray | None = None,
        fade: bool = False,
        signed: bool = False,
        band: tuple[float, float] | None = None,
        masks: bool = False,
    ) -> None:
        """Lay `values` (h, w) over `box` of the picture, coloured by `table` (256, 3) from `low` to `high`.

        box None: one value per picture pixel; table None: the values can be read but are not drawn; fade: faint values
        are transparent (the middle ones of a `signed` map); band: only values from..to are drawn (sizes, if `signed`);
        masks: nothing is drawn, but the picture is darkened where the band leaves out the map.
        """
        self._values = values
        self._area = QRectF() if values is None else _rect(box or ((0.0, values.shape[0]), (0.0, values.shape[1])))
        self._map.set_values(values, self._area)
        self._map.set_look(MapLook(low, high, table, fade, signed, band, masks))
        if values is None:
            self.set_contours(())

    def set_contours(self, levels: tuple[float, ...], *, signed: bool = False, smooth: bool = False) -> None:
        """Draw lines around the parts of the map at or above `levels` (of sizes, if `signed`)."""
        self._contours.set_lines(self._values, self._area, levels, signed=signed, smooth=smooth)

    def set_smooth(self, smooth: bool) -> None:
        """Draw the map smooth between the centres of its cells, or as squares."""
        self._map.set_smooth(smooth)

    def set_opacity(self, opacity: float) -> None:
        """How much the map covers the picture, 0..1."""
        self._map.setOpacity(opacity)

    def show_map(self, visible: bool) -> None:
        """Show or hide the map and its contours; the value under the cursor is read either way."""
        self._map.setVisible(visible)
        self._contours.setVisible(visible)

    # -- over both ----------------------------------------------------------------------------------------------

    def set_frame(self, box: Box | None) -> None:
        """Outline what the model sees of the picture; None outlines nothing."""
        self._frame.setVisible(box is not None)
        if box is not None:
            self._frame.setRect(_rect(box))

    def set_crosshair(self, x: float | None, y: float | None = None) -> None:
        """A thin cross at picture position (x, y); x None takes it away."""
        self._cross.put(None if x is None or y is None else (x, y))

    # -- reading ------------------------------------------------------------------------------------------------

    def probe(self, x: float, y: float) -> Probe | None:
        """What lies at picture position (x, y); None outside the picture."""
        if self._size is None or not (0 <= x < self._size[1] and 0 <= y < self._size[0]):
            return None
        return Probe(int(x), int(y), self._value_at(x, y))

    def _value_at(self, x: float, y: float) -> float | None:
        if self._values is None:
            return None
        height, width = self._values.shape
        row = int(np.floor((y - self._area.top()) * height / self._area.height()))
        column = int(np.floor((x - self._area.left()) * width / self._area.width()))
        return float(self._values[row, column]) if 0 <= row < height and 0 <= column < width else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell what is under the cursor; pyqtgraph's own signal leaves out moves that follow each other fast."""
        spot = self.spot(event.position())
        self.probed.emit(self.probe(spot.x(), spot.y()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the cursor any more."""
        self.probed.emit(None)
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Left: fit again. Right: the picture's own tone again."""
        if event.button() == Qt.MouseButton.RightButton:
            self.tone_reset.emit()
        super().mouseDoubleClickEvent(event)


def as_bytes(pixels: np.ndarray) -> np.ndarray:
    """`pixels` as uint8; floats in 0..1 are cut to that range, and what is no number is black."""
    if pixels.dtype == np.uint8:
        return pixels
    return np.clip(np.nan_to_num(pixels) * 255 + 0.5, 0, 255).astype(np.uint8)


def _rect(box: Box) -> QRectF:
    (top, bottom), (left, right) = box
    return QRectF(QPointF(left, top), QPointF(right, bottom))
