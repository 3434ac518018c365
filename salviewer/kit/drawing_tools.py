"""The mouse and the keys while something is drawn on a canvas: what a person does becomes signals in picture pixels.

While no tool is in hand every event goes on to the canvas. With a tool the left button draws; the wheel still zooms and
the middle button still pans.
"""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from salviewer.kit.canvas import Canvas
from salviewer.kit.drawing import Draft, DrawingLayer, Mark, Point, handles
from salviewer.kit.drawing_places import is_box, is_on, with_corner

TOOLS = ("select", "box", "polygon", "lesion", "eraser")
BRUSHES = ("lesion", "eraser")
HIT = 0.6
"""How near to a handle or line counts as on it, in lines of text."""
STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
HEARD = (
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Leave,
    QEvent.Type.KeyPress,
    QEvent.Type.ShortcutOverride,
)
CLOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
DROP = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class DrawingTools(QObject):
    """Watches `canvas`. `layer`: shows the marks and what is under way.

    drawn carries a kind ("box", "polygon", "lesion") and its points: two corners, all corners, or the two corners of
    an ellipse's box. stroked: the brush's path, and whether it takes away. chosen: a mark's id, 0 for none. moved: id,
    dx, dy. reshaped: id and all points. dropped: id. ended: nothing was under way and the tool is laid down.
    """

    drawn = Signal(str, object)
    stroked = Signal(object, bool)
    chosen = Signal(int)
    moved = Signal(int, float, float)
    reshaped = Signal(int, object)
    dropped = Signal(int)
    ended = Signal()

    def __init__(self, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas, self.layer = canvas, DrawingLayer(canvas)
        self.tool, self._radius, self._colour = "", 8.0, "white"
        self._size = (0, 0)
        self._points: list[Point] = []
        self._held: tuple[Mark, int, Point] | None = None  # a mark, its handle (-1: all of it), where it was taken
        self._marks: tuple[Mark, ...] = ()
        self._viewport = canvas.viewport()  # asked for now: a canvas that is being deleted has none any more
        canvas.installEventFilter(self)
        self._viewport.installEventFilter(self)

    def set_tool(self, tool: str, colour: str = "white", radius: float = 8.0) -> None:
        """Take up `tool` (one of `TOOLS`, "" for none), drawing in `colour` with a brush of `radius` pixels."""
        if tool != self.tool:
            self._give_up()
            self._viewport.setCursor(_cursor(tool))
            self.layer.set_ring(None)
        self.tool, self._colour, self._radius = tool, colour, radius

    def set_marks(self, marks: tuple[Mark, ...], size: tuple[int, int]) -> None:
        """Show `marks` on a picture of `size` (H, W)."""
        if size != self._size:
            self._give_up()
        self._marks, self._size = marks, size
        self.layer.set_size(size)
        self.layer.set_marks(marks)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take what belongs to the tool; let all else go on."""
        kind = event.type()
        if kind not in HEARD or not self.tool or self._size == (0, 0) or self._canvas.closed:
            return False
        if isinstance(event, QKeyEvent):
            return self._key(event, asked=kind == QEvent.Type.ShortcutOverride) if watched is self._canvas else False
        if watched is not self._viewport:
            return False
        if kind == QEvent.Type.Leave:
            self.layer.set_ring(None)
        return isinstance(event, QMouseEvent) and self._mouse(kind, event)

    # -- mouse --------------------------------------------------------------------------------------------------

    def _mouse(self, kind: QEvent.Type, event: QMouseEvent) -> bool:
        at = self._place(event.position())
        left = event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseMove:
            self._move(at)
            return bool(self._held)
        if kind == QEvent.Type.MouseButtonPress and left:
            self._canvas.setFocus(Qt.FocusReason.MouseFocusReason)
            return self._press(at)
        if kind == QEvent.Type.MouseButtonDblClick and left:
            self._finish_polygon()
            return True
        if kind == QEvent.Type.MouseButtonRelease and left:
            return self._release(at)
        return False

    def _press(self, at: Point) -> bool:
        if self.tool == "select":
            return self._take(at)
        if self.tool == "polygon":
            if self._closes(at):
                self._finish_polygon()
            else:
                self._points.append(at)
                self._show_draft(at)
            return True
        self._points = [at]
        self._show_draft(at)
        return True

    def _move(self, at: Point) -> None:
        if self.tool in BRUSHES:
            self.layer.set_ring(at, self._radius)
        if self._held is not None:
            self._drag(at)
        elif self._points:
            if self.tool in BRUSHES and math.dist(at, self._points[-1]) >= min(0.5, self._radius / 4):
                self._points.append(at)
            self._show_draft(at)

    def _release(self, at: Point) -> bool:
        if self._held is not None:
            self._let_go(at)
            return True
        points, tool = self._points, self.tool
        if tool == "polygon" or not points:
            return tool != "select"
        self._give_up()
        if tool in BRUSHES:
            self.stroked.emit((*points, at), tool == "eraser")
        elif self._dots(points[0], at) >= self.layer.em * 0.2:
            self.drawn.emit("box", (points[0], at))
        return True

    # -- choosing, moving, changing a form ----------------------------------------------------------------------

    def _take(self, at: Point) -> bool:
        """Take a handle of the chosen mark, or the smallest mark under the cursor; False lets the canvas pan."""
        near = HIT * self.layer.em * self.layer.unit
        mark = next((m for m in self._marks if m.chosen and not m.locked), None)
        if mark is not None:
            distances = [math.dist(at, corner) for corner in handles(mark)]
            if distances and min(distances) <= near:
                self._held = (mark, distances.index(min(distances)), at)
                return True
        under = [m for m in self._marks if not m.locked and is_on(m, at, near)]
        mark = min(under, key=lambda m: m.rect.width() * m.rect.height(), default=None)
        self.chosen.emit(mark.id if mark is not None else 0)
        if mark is not None:
            self._held = (mark, -1, at)
        return mark is not None

    def _drag(self, at: Point) -> None:
        if self._held is not None:
            mark = replace(self._changed(at), chosen=True, source=None)
            self.layer.set_marks([mark if m.id == mark.id and not m.locked else m for m in self._marks])

    def _let_go(self, at: Point) -> None:
        if self._held is None:
            return
        (mark, handle, start), changed = self._held, self._changed(at)
        self._held = None
        self.layer.set_marks(self._marks)
        if handle < 0:
            dx, dy = changed.rect.x() - mark.rect.x(), changed.rect.y() - mark.rect.y()
            if dx or dy:
                self.moved.emit(mark.id, dx, dy)
        elif at != start:
            self.reshaped.emit(mark.id, changed.points)

    def _changed(self, at: Point) -> Mark:
        """The held mark as the cursor at `at` has it; what is moved stops at the picture's edges."""
        if self._held is None:
            raise RuntimeError("no mark is held")
        mark, handle, start = self._held
        if handle >= 0:
            return replace(mark, points=with_corner(mark.points, handle, at, boxlike=is_box(mark.points)))
        rect, (height, width) = mark.rect, self._size
        dx = min(max(at[0] - start[0], -rect.left()), width - rect.right())
        dy = min(max(at[1] - start[1], -rect.top()), height - rect.bottom())
        if mark.mask is not None:
            return replace(mark, place=(mark.place[0] + round(dx), mark.place[1] + round(dy)))
        return replace(mark, points=tuple((x + dx, y + dy) for x, y in mark.points))

    # -- polygons and drafts ------------------------------------------------------------------------------------

    def _closes(self, at: Point) -> bool:
        near = HIT * self.layer.em
        return len(self._points) >= 3 and self._dots(at, self._points[0]) <= near

    def _finish_polygon(self) -> None:
        points, self._points = tuple(self._points), []
        self.layer.set_draft(None)
        if self.tool == "polygon" and len(points) >= 3:
            self.drawn.emit("polygon", points)

    def _show_draft(self, at: Point) -> None:
        if self.tool in BRUSHES:
            colour = self._colour if self.tool == "lesion" else "white"
            self.layer.set_draft(Draft((*self._points, at), colour, radius=max(self._radius, 0.5)))
        elif self.tool == "box":
            (x0, y0), (x1, y1) = self._points[0], at
            self.layer.set_draft(Draft(((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)), self._colour))
        else:
            closes = len(self._points) >= 3
            self.layer.set_draft(Draft((*self._points, at), self._colour, loose=True, closes=closes))

    def _give_up(self) -> None:
        """Drop what is under way."""
        self._points, self._held = [], None
        self.layer.set_draft(None)
        self.layer.set_marks(self._marks)

    # -- keys ---------------------------------------------------------------------------------------------------

    def _key(self, event: QKeyEvent, *, asked: bool) -> bool:
        """Do what a key asks for; `asked`: only say that it is ours, before a shortcut of the window takes it."""
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        key = Qt.Key(event.key())
        mark = next((m for m in self._marks if m.chosen and not m.locked), None)
        mine = key == Qt.Key.Key_Escape or key in CLOSE or (key in DROP and bool(mark or self._points))
        if not mine and not (key in STEPS and mark is not None):
            return False
        event.accept()
        if not asked:
            self._do_key(key, mark, shift=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return True

    def _do_key(self, key: Qt.Key, mark: Mark | None, *, shift: bool) -> None:
        if key == Qt.Key.Key_Escape:
            under_way = bool(self._points or self._held)
            self._give_up()
            if not under_way:
                self.ended.emit()
        elif key in CLOSE:
            self._finish_polygon() if self._points else self._place_one()
        elif key in DROP and self._points:
            self._points.pop()
            self._show_draft(self._points[-1]) if self._points else self._give_up()
        elif mark is not None and key in DROP:
            self.dropped.emit(mark.id)
        elif mark is not None:
            dx, dy = STEPS[key]
            if not shift:
                self.moved.emit(mark.id, dx, dy)
            elif is_box(mark.points):
                corner = (mark.points[2][0] + dx, mark.points[2][1] + dy)
                self.reshaped.emit(mark.id, with_corner(mark.points, 2, self._within(corner), boxlike=True))

    def _place_one(self) -> None:
        """Without a mouse: a shape in the middle of what is in view, to be moved with the arrow keys."""
        if self.tool not in ("box", "polygon", "lesion"):
            return
        seen, (height, width) = self._canvas.pane.viewRect(), self._size
        left, right = max(seen.left(), 0.0), min(seen.right(), float(width))
        top, bottom = max(seen.top(), 0.0), min(seen.bottom(), float(height))
        x, y, rx, ry = (left + right) / 2, (top + bottom) / 2, (right - left) / 8, (bottom - top) / 8
        if self.tool == "polygon":
            self.drawn.emit("polygon", ((x, y - ry), (x + rx, y), (x, y + ry), (x - rx, y)))
        else:
            self.drawn.emit(self.tool, ((round(x - rx), round(y - ry)), (round(x + rx), round(y + ry))))

    # -- places -------------------------------------------------------------------------------------------------

    def _place(self, spot: QPointF) -> Point:
        """The picture position under `spot` of the viewport, drawn to the picture's edge where it is beside it."""
        at = self._canvas.pane.mapSceneToView(self._canvas.mapToScene(spot.toPoint()))
        return self._within((at.x(), at.y()))

    def _within(self, at: Point) -> Point:
        height, width = self._size
        return (min(max(at[0], 0.0), float(width)), min(max(at[1], 0.0), float(height)))

    def _dots(self, a: Point, b: Point) -> float:
        """The distance on the screen, in logical dots."""
        return math.dist(a, b) / self.layer.unit


def _cursor(tool: str) -> Qt.CursorShape:
    return Qt.CursorShape.ArrowCursor if tool in ("", "select") else Qt.CursorShape.CrossCursor
