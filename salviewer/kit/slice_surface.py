"""A plane's paper under the mouse and the keys: it moves nothing by itself but tells what a person wishes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from salviewer.kit.slice_paper import SlicePaper
from salviewer.kit.volume_scene import VolumeScene

NOTCH = 120
"""What a wheel says for one step."""
STEP = 1.25
"""How much a key or a notch of the wheel magnifies."""


class SliceSurface(SlicePaper):
    """What slices and projections have in common; they say what is painted and which point of the world is where."""

    point_wished = Signal(object)
    """(3,) millimetres: the crosshair is wanted there."""
    hovered = Signal(object)
    """(3,) millimetres under the cursor, None when it leaves the paper."""
    window_dragged = Signal(float, float)
    """How far right and down a drag with the right button went on, in logical pixels."""
    window_reset = Signal()
    """The right button was pressed twice."""
    zoom_wished = Signal(float, object)
    """Magnify by this about (u, v) of the paper."""
    pan_wished = Signal(float, float)
    """Move what is seen by (u, v) millimetres of the paper."""
    centre_wished = Signal(object)
    """(u, v) is wanted in the middle."""
    fit_wished = Signal()

    def __init__(self, scene: VolumeScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self._last: QPointF | None = None
        self._turned = 0.0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)

    # -- mouse --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Left: the crosshair comes; with Shift, the middle or the right button: a drag begins."""
        self._last = event.position()
        if event.button() == Qt.MouseButton.LeftButton and not _shift(event):
            self._wish_point(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell what is under the cursor, and go on with a drag."""
        at = event.position()
        point = None if self.plane is None else self.world(*self.paper(at))
        self.hovered.emit(point)
        if self._last is None:
            return
        way, held = at - self._last, event.buttons()
        self._last = at
        if held & Qt.MouseButton.RightButton:
            self.window_dragged.emit(way.x(), way.y())
        elif held & Qt.MouseButton.MiddleButton or (held & Qt.MouseButton.LeftButton and _shift(event)):
            scale = self.view()[0]
            self.pan_wished.emit(-way.x() / scale, -way.y() / scale)
        elif held & Qt.MouseButton.LeftButton:
            self._wish_point(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A drag ends with its last button."""
        if not event.buttons():
            self._last = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Left: what is under the cursor comes into the middle. Right: the volume's own window again."""
        if event.button() == Qt.MouseButton.RightButton:
            self.window_reset.emit()
        elif event.button() == Qt.MouseButton.LeftButton and self.plane is not None:
            self.centre_wished.emit(self.paper(event.position()))

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the cursor any more."""
        self.hovered.emit(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Other slices; with Ctrl, zoom about the cursor."""
        event.accept()
        notches = (event.angleDelta().y() or event.angleDelta().x()) / NOTCH  # with Alt a wheel turns sideways
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if self.plane is not None and notches:
                self.zoom_wished.emit(STEP**notches, self.paper(event.position()))
            return
        if notches * self._turned < 0:
            self._turned = 0.0
        self._turned += notches
        whole = int(self._turned)
        self._turned -= whole
        if whole:
            self.step(upwards=whole)

    # -- keys ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows: a voxel on; page keys: a slice on; plus, minus and Home: zoom."""
        key, keys = event.key(), Qt.Key
        steps = {
            keys.Key_Left: {"right": -1}, keys.Key_Right: {"right": 1}, keys.Key_Up: {"down": -1},
            keys.Key_Down: {"down": 1}, keys.Key_PageUp: {"upwards": 1}, keys.Key_PageDown: {"upwards": -1},
        }  # fmt: skip
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)
        elif key in steps:
            self.step(**steps[keys(key)])
        elif key in (keys.Key_Plus, keys.Key_Equal):
            self._zoom(STEP)
        elif key == keys.Key_Minus:
            self._zoom(1 / STEP)
        elif key == keys.Key_Home:
            self.fit_wished.emit()
        else:
            super().keyPressEvent(event)

    def step(self, **steps: int) -> None:
        """Wish the point so many voxels `right`, `down` or `upwards`."""
        if self.plane is not None:
            self.point_wished.emit(self.scene.beside(self.plane, **steps))

    def _zoom(self, factor: float) -> None:
        if self.plane is not None:
            self.zoom_wished.emit(factor, self.plane.paper(self.scene.point))

    def _wish_point(self, at: QPointF) -> None:
        if self.plane is None:
            return
        width, height = self.plane.paper_mm
        u, v = self.paper(at)
        edge = 1e-6  # the far edge belongs to no pixel any more
        found = self.world(min(max(u, 0.0), width * (1 - edge)), min(max(v, 0.0), height * (1 - edge)))
        if found is not None:
            self.point_wished.emit(found)


def _shift(event: QMouseEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
