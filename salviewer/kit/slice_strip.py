"""A row of evenly spaced slices of one plane; the one nearest to the point is marked, a click goes to another."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from salviewer.kit.focus_ring import FocusRing
from salviewer.kit.slice_marks import paint_ring, write
from salviewer.kit.slice_paper import PAPER
from salviewer.kit.slice_picture import SlicePicture
from salviewer.kit.slice_words import COORDINATE, plane_title, short_convention, signed
from salviewer.kit.volume_scene import VolumeScene
from salviewer.numeric.slicing import SlicePlane, apply

AT_ONCE = 0.008
"""Seconds of drawing tiles before the window has its turn again."""
MARK = QColor("#ffffff")


class SliceStrip(FocusRing, QWidget):
    """Shows `scene`'s slices from below to above, from the back to the front, from left to right; as many as fit."""

    point_wished = Signal(object)
    """(3,) millimetres: the crosshair is wanted in this slice, where it is in the plane."""

    def __init__(self, scene: VolumeScene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = scene
        self._picture = SlicePicture(scene, "axial")
        self._tiles: dict[int, QPixmap] = {}
        self._stale: set[int] = set()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        scene.volume_changed.connect(self._forget)
        scene.look_changed.connect(self._redraw)
        scene.point_changed.connect(self.update)
        self.set_plane("axial")

    def set_plane(self, name: str) -> None:
        """Show slices of "axial", "coronal" or "sagittal"."""
        self._picture = SlicePicture(self._scene, name)
        self.setAccessibleName(f"{name.capitalize()} slices")
        self._forget()

    def indices(self) -> list[int]:
        """The slices shown, from left to right."""
        plane = self._picture.plane
        if plane is None:
            return []
        shown = min(plane.count, max(1, int(self.width() // self._tile(plane)[0])))
        found = [int((k + 0.5) * plane.count / shown) for k in range(shown)]
        return found if plane.upwards > 0 else found[::-1]

    def current(self) -> int | None:
        """Which of the tiles is nearest to the scene's point; None while there is none."""
        plane, shown = self._picture.plane, self.indices()
        if plane is None or not shown:
            return None
        return int(np.argmin([abs(index - plane.index(self._scene.point)) for index in shown]))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One row of small slices."""
        em = self.fontMetrics().height()
        return QSize(40 * em, 7 * em)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One slice."""
        em = self.fontMetrics().height()
        return QSize(8 * em, 5 * em)

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the tiles that are ready, and make some more."""
        until, left = time.perf_counter() + AT_ONCE, False
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), PAPER)
            plane = self._picture.plane
            for place, index in zip(self._places(), self.indices(), strict=True):
                if plane is None:
                    break
                if index not in self._tiles or index in self._stale:
                    if time.perf_counter() < until:
                        self._tiles[index] = self._made(plane, index)
                        self._stale.discard(index)
                    else:
                        left = True
                if index in self._tiles:
                    painter.drawPixmap(place.topLeft(), self._tiles[index])
            self._paint_marks(painter)
        if left:
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go to the slice that was clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            for place, index in zip(self._places(), self.indices(), strict=True):
                if place.contains(event.position()):
                    self._wish(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Left and right: the slice beside the marked one; Home and End: the outermost ones."""
        shown, current = self.indices(), self.current()
        keys = Qt.Key
        if current is None:
            super().keyPressEvent(event)
            return
        wanted = {
            keys.Key_Left: current - 1, keys.Key_Right: current + 1, keys.Key_Home: 0, keys.Key_End: len(shown) - 1,
        }.get(keys(event.key()))  # fmt: skip
        if wanted is None:
            super().keyPressEvent(event)
        elif 0 <= wanted < len(shown):
            self._wish(shown[wanted])

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Other sizes need other tiles."""
        if event.size().height() != event.oldSize().height():
            self._forget()
        super().resizeEvent(event)

    # -- inside -------------------------------------------------------------------------------------------------

    def _wish(self, index: int) -> None:
        plane = self._picture.plane
        if plane is not None:
            at = np.clip(apply(plane.inverse, self._scene.point), 0, np.array(plane.shape) - 1)
            at[plane.axis] = index
            self.point_wished.emit(apply(plane.affine, at))

    def _forget(self) -> None:
        self._tiles.clear()
        self._stale.clear()
        self.update()

    def _redraw(self) -> None:
        """What is there is shown until it is made again."""
        self._stale = set(self._tiles)
        self.update()

    def _tile(self, plane: SlicePlane) -> tuple[float, float]:
        """(width, height) of a tile: the slice, or something less slim or wide than an extreme one."""
        width, height = plane.paper_mm
        tall = max(1.0, self.height() - 4.0)
        return float(np.clip(tall * width / height, tall / 2, tall * 2)) + 2.0, tall

    def _places(self) -> list[QRectF]:
        plane, count = self._picture.plane, len(self.indices())
        if plane is None or not count:
            return []
        width, height = self._tile(plane)
        gap = (self.width() - count * width) / count
        return [QRectF(round(gap / 2 + k * (width + gap)), 2, round(width), round(height)) for k in range(count)]

    def _made(self, plane: SlicePlane, index: int) -> QPixmap:
        wide, tall = self._tile(plane)
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(max(1, round(round(wide) * ratio)), max(1, round(tall * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(PAPER)
        width, height = plane.paper_mm
        scale = min(wide / width, tall / height)
        area = QRectF(0, 0, width * scale, height * scale)
        area.moveCenter(QPointF(wide / 2, tall / 2))
        with QPainter(pixmap) as painter:
            self._picture.paint(painter, index, area, ratio)
        return pixmap

    def _caption(self, plane: SlicePlane, index: int, *, first: bool) -> str:
        """Where the middle of the slice is; its number where nobody knows which way it lies."""
        if plane.letters is None:
            return f"slice {index}" if first else str(index)
        axis, letter = COORDINATE[plane.name]
        width, height = plane.paper_mm
        where = signed(float(plane.world(width / 2, height / 2, index)[axis]))
        return f"{letter} {where}" if first else where

    def _paint_marks(self, painter: QPainter) -> None:
        places, current, plane = self._places(), self.current(), self._picture.plane
        if current is not None and plane is not None:
            painter.setFont(self.font())
            descent = QFontMetricsF(self.font()).descent()
            for k, (place, index) in enumerate(zip(places, self.indices(), strict=True)):
                at = QPointF(place.left() + 4, round(place.bottom() - descent - 3))
                write(painter, at, self._caption(plane, index, first=k == 0))
            paint_ring(painter, places[current].toRect(), MARK)
            letters = plane.letters
            if self._scene.letters and letters is not None:  # the side is on the first tile; all lie the same way
                tall = QFontMetricsF(self.font()).capHeight()
                write(painter, QPointF(places[0].left() + 4, round(places[0].center().y() + tall / 2)), letters[3])
            words = f"{plane_title(plane)} {self.indices()[current]}, {short_convention(plane, self._scene.convention)}"
            self.setAccessibleDescription(words)
        if self.hasFocus():
            paint_ring(painter, self.rect(), self.palette().color(QPalette.ColorRole.Highlight))
