"""A view in picture pixels that zooms with the wheel, pans, fits, and can be linked to others; it never rotates."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from salviewer.kit.pane import MARGIN, Pane
from salviewer.kit.plotting import pg

NEAREST_CELLS = 4.0  # how many picture pixels the closest zoom still shows


class ZoomView(pg.GraphicsView):
    """What is drawn on the picture is added to `pane`. Raster painting only, so that it works over remote displays."""

    view_changed = Signal(object)
    """The QRectF of picture pixels now in view, after somebody zoomed, panned or fitted; `set_view_rect` is silent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.pane = Pane()
        self.setCentralItem(self.pane)
        self._size: tuple[int, int] | None = None
        self._fitted = True
        self.pane.sigRangeChangedManually.connect(self._moved_by_hand)
        self.pane.sigResized.connect(self._resized)

    def set_size(self, size: tuple[int, int]) -> None:
        """Say how many pixels (H, W) the picture has. Fits when it changes."""
        if size == self._size:
            return
        self._size = size
        longest = max(size)
        self.pane.setLimits(
            minXRange=NEAREST_CELLS, minYRange=NEAREST_CELLS, maxXRange=20 * longest, maxYRange=20 * longest
        )
        self._fit()

    # -- what is in view ----------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole picture, and again whenever the window changes its size, until the person zooms or pans."""
        self._fit()
        self.view_changed.emit(self.view_rect())

    def actual_size(self) -> None:
        """One picture pixel on one dot of the screen, about the present centre."""
        self._fitted = False
        ratio = self.devicePixelRatioF()
        rect = QRectF(0, 0, self.pane.width() * ratio, self.pane.height() * ratio)
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
        """Show `rect` of the picture, all of it where this view has other proportions. Nobody is told of it."""
        self._fitted = False
        self.pane.setRange(rect, padding=0)

    def magnification(self) -> float:
        """Dots of the screen per picture pixel."""
        return self.devicePixelRatioF() / self.pane.viewPixelSize()[0]

    # -- places -------------------------------------------------------------------------------------------------

    def place(self, x: float, y: float) -> QPointF:
        """Where picture position (x, y) is on this widget, in logical pixels."""
        return QPointF(self.mapFromScene(self.pane.mapViewToScene(QPointF(x, y))))

    def spot(self, at: QPointF) -> QPointF:
        """The picture position at `at` on this widget: the inverse of `place`."""
        return self.pane.mapSceneToView(self.mapToScene(at.toPoint()))

    # -- inside -------------------------------------------------------------------------------------------------

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Fit again."""
        if event.button() == Qt.MouseButton.LeftButton:
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
