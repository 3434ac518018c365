"""Maps as a row of small pictures with their names, as many to a row as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from salviewer.data.colour import SEQUENTIAL, limits, suited
from salviewer.gui import theme
from salviewer.kit.colours import colourise, lut, qimage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from salviewer.api.evidence import Heatmap

SIDE = 6.0


class SmallMaps(QWidget):
    """Shows heatmaps, each in its own range; of volumes the middle slice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps: tuple[Heatmap, ...] = ()
        self._pixmaps: tuple[QPixmap, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_maps(self, maps: Sequence[Heatmap]) -> None:
        """Show `maps`, in their order."""
        if tuple(map(id, maps)) == tuple(map(id, self._maps)):
            return
        self._maps = tuple(maps)
        self._pixmaps = tuple(QPixmap.fromImage(qimage(_pixels(one))) for one in maps)
        self.setAccessibleName(f"Maps: {', '.join(one.name for one in maps)}" if maps else "No maps")
        self._settle()
        self.update()

    def names(self) -> tuple[str, ...]:
        """What is shown."""
        return tuple(one.name for one in self._maps)

    # -- Qt's events --------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """As many to a row as there is room for."""
        super().resizeEvent(event)
        self._settle()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Two tiles wide."""
        return QSize(2 * self._tile().width(), self.height())

    def event(self, event: QEvent) -> bool:
        """Name the map under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = next((i for i in range(len(self._maps)) if self._place(i).contains(event.pos())), None)
            QToolTip.showText(event.globalPos(), "" if at is None else self._maps[at].name, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Each map and its name."""
        em = theme.em(self)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            font = painter.font()
            font.setPointSizeF(font.pointSizeF() * 0.85)
            painter.setFont(font)
            for i, pixmap in enumerate(self._pixmaps):
                tile = self._place(i)
                side = round(em * SIDE)
                size = pixmap.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
                corner = QPoint(tile.left() + (side - size.width()) // 2, tile.top() + (side - size.height()) // 2)
                painter.drawPixmap(QRect(corner, size), pixmap)
                below = QRect(tile.left(), tile.top() + side, side, round(em * 1.3))
                name = painter.fontMetrics().elidedText(self._maps[i].name, Qt.TextElideMode.ElideMiddle, side)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)

    # -- inside -------------------------------------------------------------------------------------------------

    def _tile(self) -> QSize:
        em = theme.em(self)
        return QSize(round(em * (SIDE + 0.5)), round(em * (SIDE + 1.7)))

    def _place(self, i: int) -> QRect:
        tile = self._tile()
        across = max(1, self.width() // tile.width())
        return QRect(QPoint(i % across * tile.width(), i // across * tile.height()), tile)

    def _settle(self) -> None:
        tile = self._tile()
        rows = -(-len(self._maps) // max(1, self.width() // tile.width()))
        self.setFixedHeight(rows * tile.height())


def _pixels(one: Heatmap) -> np.ndarray:
    values = one.values
    while values.ndim > 2:
        values = values[values.shape[0] // 2]
    low, high = limits(values, one.signed)
    return colourise(values, low, high, lut(suited(SEQUENTIAL[0], one.signed)))
