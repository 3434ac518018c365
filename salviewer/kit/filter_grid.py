"""Tiles in rows that scroll, however many there are: only those in sight are painted. Mouse and keys choose one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class FilterGrid(QAbstractScrollArea):
    """What its children paint: `count`, `tile` and `paint_tile`; `words` says a tile to who does not see it.

    `chosen` carries the tile that was clicked or entered; `reached` the one that the keys came to.
    """

    chosen = Signal(int)
    reached = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cursor = self.picked = self._under = -1
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)

    # -- what a child says --------------------------------------------------------------------------------------

    def count(self) -> int:
        """How many tiles there are."""
        raise NotImplementedError

    def tile(self) -> QSize:
        """The size of each."""
        raise NotImplementedError

    def paint_tile(self, painter: QPainter, at: int, box: QRect) -> None:
        """Paint tile `at` into `box`."""
        raise NotImplementedError

    def words(self, at: int) -> str:
        """Tile `at` in a sentence."""
        raise NotImplementedError

    # -- setters ------------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """Other tiles: from the first on, with none picked."""
        self.cursor = self.picked = self._under = -1
        self._settle()
        self.verticalScrollBar().setValue(0)
        self.viewport().update()

    def pick(self, at: int) -> None:
        """Mark tile `at` as the one whose details are shown; -1 none."""
        self.picked = at
        self.viewport().update()

    # -- places -------------------------------------------------------------------------------------------------

    def gap(self) -> int:
        """Between tiles, in logical pixels."""
        return round(self.fontMetrics().height() * 0.6)

    def across(self) -> int:
        """Tiles in a row."""
        return max(1, (self.viewport().width() - self.gap()) // (self.tile().width() + self.gap()))

    def place(self, at: int) -> QRect:
        """Where tile `at` is in the viewport."""
        size, gap, across = self.tile(), self.gap(), self.across()
        corner = QPoint(
            gap + at % across * (size.width() + gap),
            gap + at // across * (size.height() + gap) - self.verticalScrollBar().value(),
        )
        return QRect(corner, size)

    def at(self, point: QPoint) -> int:
        """The tile under `point` of the viewport; -1 none."""
        return next((i for i in self.in_sight() if self.place(i).contains(point)), -1)

    def in_sight(self) -> range:
        """The tiles of which something is to be seen."""
        step, across = self.tile().height() + self.gap(), self.across()
        top = self.verticalScrollBar().value()
        first = max(0, (top - self.gap()) // step) * across
        last = ((top + self.viewport().height()) // step + 1) * across
        return range(min(first, self.count()), min(last, self.count()))

    # -- Qt's events --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The tiles in sight, the picked one on its ground, a frame around the one that the keys are on."""
        palette = self.palette()
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for i in self.in_sight():
                box = self.place(i)
                around = box.adjusted(-4, -4, 4, 4)
                if i in (self.picked, self._under):
                    ground = QColor(palette.highlight().color())
                    ground.setAlpha(70 if i == self.picked else 25)
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(ground)
                    painter.drawRoundedRect(around, 5, 5)
                self.paint_tile(painter, i, box)
                if i == self.cursor and self.hasFocus():
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(palette.highlight().color(), 2))
                    painter.drawRoundedRect(around, 5, 5)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """As many to a row as there is room for."""
        super().resizeEvent(event)
        self._settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows, pages, Home and End go from tile to tile; Return, Enter and Space choose one."""
        to = self._reached_by(Qt.Key(event.key()))
        if event.key() in _ENTER and 0 <= self.cursor < self.count():
            self.chosen.emit(self.cursor)
        elif to is None or not self.count():
            super().keyPressEvent(event)
        else:
            self.cursor = min(max(0, to), self.count() - 1)
            self._bring_into_sight(self.cursor)
            self.setAccessibleDescription(self.words(self.cursor))
            self.reached.emit(self.cursor)
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose a tile."""
        found = self.at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and found >= 0:
            self.cursor = found
            self.setAccessibleDescription(self.words(found))
            self.viewport().update()
            self.chosen.emit(found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show what would be chosen."""
        self._point(self.at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Say a tile under a resting mouse; forget it where the mouse has left."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self.at(event.pos())
            QToolTip.showText(event.globalPos(), self.words(found) if found >= 0 else "", self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._point(-1)
        return super().viewportEvent(event)

    # -- inside -------------------------------------------------------------------------------------------------

    def _point(self, at: int) -> None:
        if at != self._under:
            self._under = at
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if at >= 0 else Qt.CursorShape.ArrowCursor)
            self.viewport().update()

    def _reached_by(self, key: Qt.Key) -> int | None:
        across, here = self.across(), self.cursor
        rows = max(1, self.viewport().height() // (self.tile().height() + self.gap()))
        if here < 0 and key in (*_STEPS, Qt.Key.Key_Up, Qt.Key.Key_Down):
            return 0
        return {
            Qt.Key.Key_Left: here - 1, Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here - across if here >= across else here,
            Qt.Key.Key_Down: here + across if here + across < self.count() else here,
            Qt.Key.Key_PageUp: here - rows * across, Qt.Key.Key_PageDown: here + rows * across,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.count() - 1,
        }.get(key)  # fmt: skip

    def _bring_into_sight(self, at: int) -> None:
        box, bar = self.place(at), self.verticalScrollBar()
        if box.top() < self.gap():
            bar.setValue(bar.value() + box.top() - self.gap())
        elif box.bottom() > self.viewport().height() - self.gap():
            bar.setValue(bar.value() + box.bottom() - self.viewport().height() + self.gap())

    def _settle(self) -> None:
        rows = -(-self.count() // self.across())
        high = rows * (self.tile().height() + self.gap()) + self.gap()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, high - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self.tile().height() // 3)
