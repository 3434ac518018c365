"""A rectangle or an ellipse on a canvas: drawn by dragging, moved and resized by its handles or by keys, never rotated.

While a region is wanted or there, the canvas's keys are: Enter puts one in the middle, the arrows move it, Shift with
the arrows resizes it, Esc ends.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

from salviewer.kit.canvas import Canvas
from salviewer.kit.dots import ratio_of
from salviewer.kit.frame import dashed_pens
from salviewer.kit.plotting import pg

Kind = Literal["rectangle", "ellipse"]
STEP = 0.01  # of what is in view, by which an arrow moves
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
DEPTH = 20


class Region(NamedTuple):
    """A region's kind, and the picture pixels (from, to) that it spans."""

    kind: Kind
    rows: tuple[float, float]
    columns: tuple[float, float]


class _Shape(pg.ROI):
    """The region's outline, with a handle at each corner."""

    def __init__(self, pane: pg.ViewBox, kind: Kind, area: QRectF) -> None:
        super().__init__(area.topLeft(), area.size(), rotatable=False, handlePen="w", handleHoverPen="y")
        self._pane, self._kind = pane, kind
        self.setZValue(DEPTH)
        for corner in ((0, 0), (1, 0), (1, 1), (0, 1)):
            self.addScaleHandle(corner, (1 - corner[0], 1 - corner[1]))

    def area(self) -> QRectF:
        """What it spans, in picture pixels."""
        at, size = self.pos(), self.size()
        return QRectF(at.x(), at.y(), size.x(), size.y()).normalized()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw a dashed outline."""
        size = self.size()
        area = QRectF(0, 0, size.x(), size.y()).normalized()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._kind == "ellipse")
        for pen in dashed_pens(ratio_of(painter, self._pane)):
            painter.setPen(pen)
            (painter.drawEllipse if self._kind == "ellipse" else painter.drawRect)(area)


class RegionTool(QObject):
    """Lets a person draw one region on `canvas`."""

    changed = Signal(object)
    """The `Region` while and after it is drawn, moved or resized; None when it is gone."""
    wanted_changed = Signal(object)
    """The kind that the next drag draws; None: drags pan."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._shape: _Shape | None = None
        self._kind: Kind = "rectangle"
        self.wanted: Kind | None = None
        canvas.installEventFilter(self)

    @property
    def region(self) -> Region | None:
        """What is drawn now."""
        if self._shape is None:
            return None
        area = self._shape.area()
        return Region(self._kind, (area.top(), area.bottom()), (area.left(), area.right()))

    def want(self, kind: Kind | None) -> None:
        """Let the next drag draw a region of `kind`; None: let drags pan again."""
        if kind == self.wanted:
            return
        self.wanted = kind
        self._canvas.pane.drawer = self._drag if kind else None
        self._canvas.viewport().setCursor(Qt.CursorShape.CrossCursor if kind else Qt.CursorShape.ArrowCursor)
        if kind:
            self._canvas.setFocus()
        self.wanted_changed.emit(kind)

    def put(self, kind: Kind, area: QRectF) -> None:
        """Draw a region over `area` (picture pixels) in place of any other."""
        self._remove()
        self._kind = kind
        self._shape = _Shape(self._canvas.pane, kind, area.normalized())
        self._canvas.pane.addItem(self._shape, ignoreBounds=True)
        self._shape.sigRegionChanged.connect(self._tell)
        self._tell()

    def end(self) -> None:
        """Take the region away and draw no other."""
        self.want(None)
        if self._shape is not None:
            self._remove()
            self._tell()

    # -- inside -------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The keys, before anybody takes them for shortcuts."""
        if event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and self._minds(event):
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self._press(event)
            return True
        return super().eventFilter(watched, event)

    def _minds(self, event: QKeyEvent) -> bool:
        if self.wanted is None and self._shape is None:
            return False
        if event.key() in ARROWS:
            plain = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
            return self._shape is not None and not plain
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self.wanted is not None
        return event.key() == Qt.Key.Key_Escape

    def _press(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in ARROWS:
            resizes = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._nudge(*ARROWS[Qt.Key(event.key())], resizes=resizes)
        elif self.wanted is not None:
            kind, view = self.wanted, self._canvas.view_rect()
            area = QRectF(0, 0, view.width() / 4, view.height() / 4)
            area.moveCenter(view.center())
            self.want(None)
            self.put(kind, area)

    def _nudge(self, right: int, down: int, *, resizes: bool) -> None:
        if self._shape is None:
            return
        step = STEP * min(self._canvas.view_rect().width(), self._canvas.view_rect().height())
        area = self._shape.area()
        if resizes:
            size = (max(step, area.width() + right * step), max(step, area.height() + down * step))
            self._shape.setSize(size)
        else:
            self._shape.setPos(area.left() + right * step, area.top() + down * step)

    def _drag(self, event: object) -> None:
        kind = self.wanted
        if kind is None:
            return
        pane = self._canvas.pane
        start, here = pane.mapToView(event.buttonDownPos()), pane.mapToView(event.pos())  # type: ignore[attr-defined]
        self.put(kind, QRectF(start, here))
        if event.isFinish():  # type: ignore[attr-defined]
            self.want(None)

    def _remove(self) -> None:
        if self._shape is not None:
            self._canvas.pane.removeItem(self._shape)
            self._shape = None

    def _tell(self, *_: object) -> None:
        self.changed.emit(self.region)
