"""The view in picture pixels: the left button pans, or draws where somebody takes it; the right one sets the tone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSizeF, Qt, Signal
from PySide6.QtWidgets import QGraphicsSceneResizeEvent

from salviewer.kit.plotting import pg

MARGIN = 0.02


class Pane(pg.ViewBox):
    """A pyqtgraph view with the picture's first row on top, and with square pixels.

    `drawer` takes drags with the left button (pyqtgraph's drag events) in place of panning while it is not None.
    """

    right_dragged = Signal(float, float)
    """How far right and down a drag with the right button went on, in logical pixels."""

    def __init__(self) -> None:
        self.before_resize = (QRectF(), QSizeF())
        self.drawer: Callable[[object], None] | None = None
        super().__init__(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=MARGIN)

    def resizeEvent(self, ev: QGraphicsSceneResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Remember what was seen at which size: the rule for the aspect changes it before anybody is told."""
        self.before_resize = (self.viewRect(), ev.oldSize())
        super().resizeEvent(ev)

    def mouseDragEvent(self, ev: object, axis: int | None = None) -> None:  # noqa: N802 - pyqtgraph's name
        """Pan, draw, or set the tone."""
        button = ev.button()  # type: ignore[attr-defined]
        if button == Qt.MouseButton.RightButton:
            ev.accept()  # type: ignore[attr-defined]
            way = ev.screenPos() - ev.lastScreenPos()  # type: ignore[attr-defined]
            self.right_dragged.emit(way.x(), way.y())
        elif button == Qt.MouseButton.LeftButton and self.drawer is not None:
            ev.accept()  # type: ignore[attr-defined]
            self.drawer(ev)
        elif button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            super().mouseDragEvent(ev, axis)
        else:
            ev.ignore()  # type: ignore[attr-defined]
