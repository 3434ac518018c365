"""The map's maximum-intensity projection: the strongest value along each line; a click goes to the voxel it is from."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from salviewer.kit.slice_images import map_image
from salviewer.kit.slice_marks import paint_ring
from salviewer.kit.slice_picture import draw
from salviewer.kit.slice_surface import SliceSurface
from salviewer.kit.slice_words import short_convention
from salviewer.kit.volume_scene import Overlay, VolumeScene
from salviewer.numeric.projection import Projection
from salviewer.numeric.slicing import SlicePlane, apply, codes_beside, planes_of

EMPTY = "The heatmap's maximum along each line is shown here"
EDGE = QColor(255, 255, 255, 60)


class ProjectionPane(SliceSurface):
    """Projects the scene's map along one plane's axis, in small steps so that the window stays quick meanwhile."""

    leads = False  # a field of view that is wider than the volume does not make its slices small

    def __init__(self, scene: VolumeScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self._name = "axial"
        self._planes: dict[str, SlicePlane] = {}
        self._projections: dict[int, Projection] = {}  # by the axis of the map that is looked along
        self._source: tuple[object, object, bool] | None = None
        self._image: tuple[object, QImage] | None = None
        self._steps = QTimer(self)
        self._steps.setInterval(0)
        self._steps.timeout.connect(self._advance)
        scene.volume_changed.connect(self._lay_out)
        scene.look_changed.connect(self._follow)
        self.setAccessibleName("Maximum-intensity projection of the heatmap")

    @property
    def plane(self) -> SlicePlane | None:
        """How the projection lies, on the map's own grid; None while there is no map."""
        return self._planes.get(self._name)

    def set_plane(self, name: str) -> None:
        """Look along the axis of plane `name`: "axial", "coronal" or "sagittal"."""
        self._name, self._image = name, None
        self.update()

    def paint_paper(self, painter: QPainter, area: QRectF) -> None:
        """Draw what is known of the projection, and the edge of the map's grid."""
        overlay, found = self.scene.overlay, self._projection()
        if found is not None and overlay is not None and found.complete and overlay.look.table is not None:
            draw(painter, area, self._coloured(found, overlay), self.devicePixelRatioF(), smooth=overlay.smooth)
        paint_ring(painter, area.toRect(), EDGE, 1)

    def paper_state(self) -> object:
        """The map, the plane, and whether its projection is known."""
        found = self._projection()
        return (self.scene.overlay, self.plane, found is not None and found.complete)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to project what is looked at for the first time; say what will be here."""
        overlay, plane = self.scene.overlay, self.plane
        if overlay is not None and plane is not None and plane.axis not in self._projections:
            self._projections[plane.axis] = Projection(overlay.values, plane.axis, signed=overlay.look.signed)
            self._steps.start()
        super().paintEvent(event)
        if self.plane is None:
            with QPainter(self) as painter:
                painter.setPen(QColor(255, 255, 255, 150))
                middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                em = self.fontMetrics().height()
                painter.drawText(self.rect().adjusted(em, em, -em, -em), middle, EMPTY)

    def world(self, u: float, v: float) -> np.ndarray | None:
        """The centre of the voxel that gave the maximum at (u, v)."""
        plane, projection = self.plane, self._projection()
        if plane is None or projection is None or not projection.complete:
            return None
        row, column = int(np.floor(v / plane.spacing_mm[0])), int(np.floor(u / plane.spacing_mm[1]))
        if not (0 <= row < plane.size[0] and 0 <= column < plane.size[1]):
            return None
        deep = int(plane.flat(projection.place)[row, column])
        return None if deep < 0 else apply(plane.affine, plane.voxel(row, column, deep))

    def step(self, **steps: int) -> None:
        """A voxel of the volume, not of the map, so that all views step alike."""
        if (plane := self.scene.planes.get(self._name)) is not None:
            self.point_wished.emit(self.scene.beside(plane, **steps))

    def notes(self) -> list[str]:
        """The convention."""
        known = short_convention(self.plane, self.scene.convention) if self.plane else ""
        return [known] if known else []

    def _follow(self) -> None:
        """Another map, or another look of it."""
        self.update()
        overlay = self.scene.overlay
        source = None if overlay is None else (overlay.values, overlay.affine, overlay.look.signed)
        known = self._source
        if source is None or known is None or any(a is not b for a, b in zip(source, known, strict=True)):
            self._source, self._projections = source, {}
            self._steps.stop()
            self._lay_out()

    def _lay_out(self) -> None:
        """Where the map's axes point, seen from the volume's."""
        self._image, self._planes = None, {}
        overlay, shown = self.scene.overlay, self.scene.anatomy
        if overlay is not None and shown is not None:
            codes = codes_beside(overlay.affine, shown.affine, shown.axcodes)
            self._planes = planes_of(overlay.values.shape, overlay.affine, codes, self.scene.convention)
        self.update()

    def _advance(self) -> None:
        waiting = next((p for p in self._projections.values() if not p.complete), None)
        if waiting is None or waiting.advance():
            self._steps.stop()
            self.update()

    def _projection(self) -> Projection | None:
        return None if self.plane is None else self._projections.get(self.plane.axis)

    def _coloured(self, projection: Projection, overlay: Overlay) -> QImage:
        key = (projection, overlay.look, self._planes.get(self._name))
        if self._image is None or self._image[0] != key:
            plane = self._planes[self._name]
            self._image = (key, map_image(np.ascontiguousarray(plane.flat(projection.found)), overlay.look))
        return self._image[1]
