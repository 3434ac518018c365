"""One of three linked slices: the anatomy, the map and the labels where the point is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from salviewer.kit.slice_frame import paint_frame
from salviewer.kit.slice_picture import SlicePicture
from salviewer.kit.slice_surface import SliceSurface
from salviewer.kit.slice_words import plane_title, position, short_convention
from salviewer.kit.volume_scene import VolumeScene
from salviewer.numeric.slicing import SlicePlane

UNSEEN = "not seen by the model"


class SlicePane(SliceSurface):
    """The slice of plane `name` ("axial", "coronal", "sagittal") that is nearest to the scene's point."""

    def __init__(self, scene: VolumeScene, name: str, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self._picture = SlicePicture(scene, name)
        self.setAccessibleName(f"{name.capitalize()} slice")
        for changed in (scene.volume_changed, scene.point_changed):
            changed.connect(self._describe)

    @property
    def plane(self) -> SlicePlane | None:
        """The plane; None while there is no volume."""
        return self._picture.plane

    def paint_paper(self, painter: QPainter, area: QRectF) -> None:
        """Draw the slice."""
        if self.plane is not None:
            self._picture.paint(painter, self.plane.index(self.scene.point), area, self.devicePixelRatioF())

    def paper_state(self) -> object:
        """The slice, the window, the map and the regions."""
        plane, scene = self.plane, self.scene
        index = plane.index(scene.point) if plane is not None else None
        return (scene.anatomy, plane, index, scene.window, scene.overlay, scene.labels)

    def paint_over(self, painter: QPainter) -> None:
        """Draw the outline of what the model sees."""
        if (outline := self._outline()) is not None and len(outline):
            paint_frame(painter, [self.spot(u, v) for u, v in outline], self.devicePixelRatioF())

    def _outline(self) -> np.ndarray | None:
        plane, frame = self.plane, self.scene.frame
        return None if plane is None or frame is None else frame.outline(plane, plane.index(self.scene.point))

    def world(self, u: float, v: float) -> np.ndarray | None:
        """The point at (u, v), as deep as the present one."""
        if self.plane is None:
            return None
        return self.plane.world(u, v, float(np.clip(self.plane.depth(self.scene.point), 0, self.plane.count - 1)))

    def notes(self) -> list[str]:
        """Whether the model sees nothing of it, whether the map is smoothed, and the convention."""
        overlay = self.scene.overlay
        smooth = overlay is not None and overlay.smooth and overlay.look.table is not None and overlay.opacity > 0
        known = short_convention(self.plane, self.scene.convention) if self.plane else ""
        outline = self._outline()
        unseen = UNSEEN if outline is not None and not len(outline) else ""
        return [text for text in (unseen, "map smoothed" if smooth else "", known) if text]

    def _describe(self) -> None:
        plane = self.plane
        words = "" if plane is None else f"{plane_title(plane)}, {position(plane, self.scene.point)}"
        self.setAccessibleDescription(words)
