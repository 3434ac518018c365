"""A picture with a map laid on its pixels: zoom with the wheel, drag to pan, read the value under the cursor.

Positions are picture pixels as in `GridMap.box`: the picture spans 0..W and 0..H, pixel (0, 0) is at the top left and
covers 0..1. The map keeps its own grid: what is read off is the raw number of the cell under the cursor.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QTransform
from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsSceneResizeEvent, QStyleOptionGraphicsItem, QWidget

from salviewer.kit.colours import colourise, faded
from salviewer.kit.crosshair import Crosshair
from salviewer.kit.plotting import pg

Box = tuple[tuple[float, float], tuple[float, float]]
"""((top, bottom), (left, right)) in picture pixels."""

MARGIN = 0.02
NEAREST_CELLS = 4.0  # how many picture pixels the closest zoom still shows


class Probe(NamedTuple):
    """What lies under the cursor: pixel column `x` and row `y` of the picture, `value` of the map (None: no map)."""

    x: int
    y: int
    value: float | None


class _Pane(pg.ViewBox):
    """A view that pans with the left button only; the right one is left to who comes later (window and level)."""

    def __init__(self, **options: object) -> None:
        self.before_resize = (QRectF(), QSizeF())
        super().__init__(**options)

    def resizeEvent(self, ev: QGraphicsSceneResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Remember what was seen at which size: the rule for the aspect changes it before anybody is told."""
        self.before_resize = (self.viewRect(), ev.oldSize())
        super().resizeEvent(ev)

    def mouseDragEvent(self, ev: object, axis: int | None = None) -> None:  # noqa: N802 - pyqtgraph's name
        if ev.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):  # type: ignore[attr-defined]
            super().mouseDragEvent(ev, axis)
        else:
            ev.ignore()  # type: ignore[attr-defined]


class _Pixels(pg.ImageItem):
    """Pixels stay squares when magnified; they are averaged when many fall on one dot of the screen."""

    def paint(self, painter: QPainter, *args: object) -> None:
        scale = abs(painter.combinedTransform().m11())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        super().paint(painter, *args)


class _Frame(QGraphicsRectItem):
    """A dashed outline that reads on light and dark pictures alike."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        for colour, style in ((QColor(0, 0, 0, 150), Qt.PenStyle.SolidLine), (QColor("white"), Qt.PenStyle.DashLine)):
            pen = QPen(colour, 1, style)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawRect(self.rect())


class Canvas(pg.GraphicsView):
    """The picture and the map. Raster painting only, so that it works over remote displays.

    `pane` is the view box in picture pixels: what else is drawn on the picture (marks, shapes) is added to it.
    """

    probed = Signal(object)
    """A `Probe` when the cursor is over the picture, None when it leaves."""
    view_changed = Signal(object)
    """The QRectF of picture pixels now in view, after somebody zoomed, panned or fitted; `set_view_rect` is silent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.pane = _Pane(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=MARGIN)
        self.setCentralItem(self.pane)
        self._picture, self._map, self._frame = _Pixels(), _Pixels(), _Frame()
        self._cross = Crosshair(self.pane)
        for depth, item in enumerate((self._picture, self._map, self._frame)):
            item.setZValue(depth)
            self.pane.addItem(item, ignoreBounds=True)
        self._size: tuple[int, int] | None = None
        self._values: np.ndarray | None = None
        self._to_map = QTransform()
        self._fitted = True
        self._frame.hide()
        self.pane.sigRangeChangedManually.connect(self._moved_by_hand)
        self.pane.sigResized.connect(self._resized)
        self.setAccessibleName("Picture with heatmap")

    # -- what is shown ------------------------------------------------------------------------------------------

    def set_picture(self, pixels: np.ndarray | None) -> None:
        """Show `pixels` (H, W, C), C of 1, 3 or 4, uint8 or float in 0..1; None shows nothing. Fits a new size."""
        if pixels is None:
            self._picture.clear()
            self._size = None
            return
        if pixels.dtype != np.uint8:
            pixels = np.clip(np.nan_to_num(pixels) * 255 + 0.5, 0, 255).astype(np.uint8)
        self._picture.setImage(pixels[..., 0] if pixels.shape[2] == 1 else pixels, autoLevels=False, levels=(0, 255))
        self.set_size((pixels.shape[0], pixels.shape[1]))

    def set_size(self, size: tuple[int, int]) -> None:
        """Say how many pixels (H, W) the picture has, where only a map is at hand. Fits when it changes."""
        if size == self._size:
            return
        self._size = size
        longest = max(size)
        self.pane.setLimits(
            minXRange=NEAREST_CELLS, minYRange=NEAREST_CELLS, maxXRange=20 * longest, maxYRange=20 * longest
        )
        self._fit()

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
    ) -> None:
        """Lay `values` (h, w) over `box` of the picture, coloured by `table` (256, 3) from `low` to `high`.

        box None: one value per picture pixel; table None: the values can be read but are not drawn; fade: faint values
        are transparent (the middle ones of a `signed` map).
        """
        self._values = values
        self._map.clear()
        if values is None:
            return
        height, width = values.shape
        (top, bottom), (left, right) = box or ((0.0, float(height)), (0.0, float(width)))
        placed = QTransform((right - left) / width, 0, 0, (bottom - top) / height, left, top)
        self._to_map = placed.inverted()[0]
        if table is not None:
            rgba = colourise(values, low, high, table)
            if fade:
                rgba = faded(rgba, values, low, high, signed=signed)
            self._map.setImage(rgba, autoLevels=False, levels=(0, 255))
            self._map.setTransform(placed)

    def set_opacity(self, opacity: float) -> None:
        """How much the map covers the picture, 0..1."""
        self._map.setOpacity(opacity)

    def show_map(self, visible: bool) -> None:
        """Show or hide the map; the value under the cursor is read either way."""
        self._map.setVisible(visible)

    def set_frame(self, box: Box | None) -> None:
        """Outline what the model sees of the picture; None outlines nothing."""
        self._frame.setVisible(box is not None)
        if box is not None:
            (top, bottom), (left, right) = box
            self._frame.setRect(QRectF(QPointF(left, top), QPointF(right, bottom)))

    # -- the view -----------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole picture, and again whenever the window changes its size, until the person zooms or pans."""
        self._fit()
        self.view_changed.emit(self.view_rect())

    def actual_size(self) -> None:
        """One picture pixel on one dot of the screen, about the present centre."""
        self._fitted = False
        dots = self.devicePixelRatioF()
        rect = QRectF(0, 0, self.pane.width() * dots, self.pane.height() * dots)
        rect.moveCenter(self.pane.viewRect().center())
        self.pane.setRange(rect, padding=0)
        self.view_changed.emit(self.view_rect())

    def zoom(self, factor: float) -> None:
        """Magnify by `factor` about the centre."""
        self._fitted = False
        self.pane.scaleBy((1 / factor, 1 / factor))
        self.view_changed.emit(self.view_rect())

    def view_rect(self) -> QRectF:
        """The picture pixels that are in view."""
        return self.pane.viewRect()

    def set_view_rect(self, rect: QRectF) -> None:
        """Show `rect` of the picture, all of it where this canvas has other proportions. Nobody is told of it."""
        self._fitted = False
        self.pane.setRange(rect, padding=0)

    def set_crosshair(self, x: float | None, y: float | None = None) -> None:
        """A thin cross at picture position (x, y); x None takes it away."""
        self._cross.put(None if x is None or y is None else (x, y))

    def magnification(self) -> float:
        """Dots of the screen per picture pixel."""
        return self.devicePixelRatioF() / self.pane.viewPixelSize()[0]

    # -- reading ------------------------------------------------------------------------------------------------

    def place(self, x: float, y: float) -> QPointF:
        """Where picture position (x, y) is on this widget, in logical pixels."""
        return QPointF(self.mapFromScene(self.pane.mapViewToScene(QPointF(x, y))))

    def probe(self, x: float, y: float) -> Probe | None:
        """What lies at picture position (x, y); None outside the picture."""
        if self._size is None or not (0 <= x < self._size[1] and 0 <= y < self._size[0]):
            return None
        return Probe(int(x), int(y), self._value_at(x, y))

    def _value_at(self, x: float, y: float) -> float | None:
        if self._values is None:
            return None
        at = self._to_map.map(QPointF(x, y))
        row, column = int(np.floor(at.y())), int(np.floor(at.x()))
        inside = 0 <= row < self._values.shape[0] and 0 <= column < self._values.shape[1]
        return float(self._values[row, column]) if inside else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell what is under the cursor; pyqtgraph's own signal leaves out moves that follow each other fast."""
        spot = self.pane.mapSceneToView(self.mapToScene(event.position().toPoint()))
        self.probed.emit(self.probe(spot.x(), spot.y()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the cursor any more."""
        self.probed.emit(None)
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Fit again."""
        self.fit()
        super().mouseDoubleClickEvent(event)

    def _fit(self) -> None:
        self._fitted = True
        if self._size is not None:
            self.pane.setRange(QRectF(0, 0, self._size[1], self._size[0]), padding=MARGIN)

    def _moved_by_hand(self, *_: object) -> None:
        self._fitted = False
        self.view_changed.emit(self.view_rect())

    def _resized(self, *_: object) -> None:
        """Fit again, or keep the magnification about the same centre."""
        rect, size = self.pane.before_resize
        if self._fitted or not rect.isValid() or size.isEmpty():
            self._fit()
            return
        kept = QRectF(
            0, 0, rect.width() * self.pane.width() / size.width(), rect.height() * self.pane.height() / size.height()
        )
        kept.moveCenter(rect.center())
        self.pane.setRange(kept, padding=0)
