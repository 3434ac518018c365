"""A plot whose points are read one by one, under the mouse or by the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from salviewer.gui import theme


class ReadPlot(QWidget):
    """Give `count` and `read`, paint yourself, and call `read_at` when the mouse moves.

    at: the number of the point that is read; None for none.
    """

    def __init__(self, lines: int, parent: QWidget | None = None) -> None:
        """`lines`: of text that it is high at least."""
        super().__init__(parent)
        self.at: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(theme.em(self) * 12, theme.em(self) * lines)

    def count(self) -> int:
        """How many points there are."""
        raise NotImplementedError

    def read(self, at: int) -> str:
        """Point number `at` in words."""
        raise NotImplementedError

    def read_at(self, at: int | None) -> None:
        """Read point number `at`; None: nothing."""
        if at != self.at:
            self.at = at
            self.setAccessibleDescription(self.read(at) if at is not None else "")
            self.update()

    def begin(self, painter: QPainter) -> None:
        """Smooth lines, and text a little smaller than elsewhere."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Read nothing."""
        self.read_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Step through the points: from the first on to the right, from the last on to the left."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self.count():
            super().keyPressEvent(event)
            return
        last = self.count() - 1
        start = -1 if step > 0 else last + 1
        self.read_at(max(0, min(last, (self.at if self.at is not None else start) + step)))
