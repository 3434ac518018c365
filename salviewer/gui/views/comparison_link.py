"""Canvases that move together: zoom, pan and the cross under the cursor, also over pictures of different size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QMetaObject, QObject, QRectF

from salviewer.kit.canvas import Canvas

Size = tuple[int, int]
ShowValue = Callable[[float | None], None]


class Linked(QObject):
    """What one of its canvases shows, all show. Positions are shares of the picture where sizes differ."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._members: dict[Canvas, tuple[Size, ShowValue]] = {}
        self._heard: dict[Canvas, tuple[QMetaObject.Connection, ...]] = {}
        self._view: tuple[float, float, float, float] | None = None

    def join(self, canvas: Canvas, size: Size, show_value: ShowValue) -> None:
        """Let `canvas` over a picture of `size` (H, W) follow the others; `show_value` hears the value at the cross."""
        if canvas not in self._members:
            self._heard[canvas] = (
                canvas.view_changed.connect(partial(self._moved, canvas)),
                canvas.probed.connect(partial(self._probed, canvas)),
            )
        self._members[canvas] = (size, show_value)
        if self._view is not None:
            canvas.set_view_rect(self._rect(size))

    def leave(self, canvas: Canvas) -> None:
        """The undo of `join`."""
        self._members.pop(canvas, None)
        for connection in self._heard.pop(canvas, ()):
            QObject.disconnect(connection)
        if not self._members:
            self._view = None

    def fit(self) -> None:
        """All of each picture, and again when its cell changes its size."""
        self._view = None
        for canvas in self._members:
            canvas.blockSignals(True)
            canvas.fit()
            canvas.blockSignals(False)

    def zoom(self, factor: float) -> None:
        """Magnify all."""
        if first := next(iter(self._members), None):
            first.zoom(factor)

    def _moved(self, mover: Canvas, rect: QRectF) -> None:
        if mover not in self._members:
            return
        (height, width), _ = self._members[mover]
        self._view = (rect.x() / width, rect.y() / height, rect.width() / width, rect.height() / height)
        for canvas, (size, _) in self._members.items():
            if canvas is not mover:
                canvas.set_view_rect(self._rect(size))

    def _rect(self, size: Size) -> QRectF:
        x, y, w, h = self._view or (0.0, 0.0, 1.0, 1.0)
        height, width = size
        return QRectF(x * width, y * height, w * width, h * height)

    def _probed(self, pointed: Canvas, probe: Any) -> None:
        if pointed not in self._members:
            return
        (height, width), _ = self._members[pointed]
        for canvas, (size, show_value) in self._members.items():
            if probe is None:
                canvas.set_crosshair(None)
                show_value(None)
                continue
            x, y = (probe.x + 0.5) * size[1] / width, (probe.y + 0.5) * size[0] / height
            there = canvas.probe(x, y)
            canvas.set_crosshair(x, y)
            show_value(there.value if there else None)
