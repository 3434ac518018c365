"""One slice of a scene, painted into any rectangle: the anatomy, the map, the labels; kept until it changes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from salviewer.kit.slice_images import LabelColours, gray_image, map_image
from salviewer.kit.volume_scene import Labels, Overlay, VolumeScene
from salviewer.numeric.slice_sampling import SliceSampler
from salviewer.numeric.slicing import SlicePlane

LINE = 1.0
"""How wide a region's outline is, in logical pixels."""
SMALL = 0.7
"""Below so many dots per voxel an image is averaged first, so that nothing flickers from slice to slice."""


class SlicePicture:
    """Paints the slices of `scene`'s plane `name`. What did not change since the last slice is not made again."""

    def __init__(self, scene: VolumeScene, name: str) -> None:
        self._scene, self._name = scene, name
        self._gray: tuple[object, QImage] | None = None
        self._map: tuple[object, QImage] | None = None
        self._regions: tuple[object, QImage | None, list[tuple[QColor, QPainterPath]]] | None = None
        self._map_sampler: tuple[object, SliceSampler] | None = None
        self._label_sampler: tuple[object, SliceSampler, LabelColours] | None = None

    @property
    def plane(self) -> SlicePlane | None:
        """How the slices lie; None while there is no volume."""
        return self._scene.planes.get(self._name)

    def paint(self, painter: QPainter, index: int, area: QRectF, ratio: float = 1.0) -> None:
        """Draw slice `index` over `area`, at `ratio` dots per logical pixel."""
        plane, scene = self.plane, self._scene
        if plane is None:
            return
        draw(painter, area, self._anatomy(plane, index), ratio, smooth=True)
        if scene.overlay is not None and scene.overlay.look.table is not None and scene.overlay.opacity > 0:
            painter.setOpacity(scene.overlay.opacity)
            draw(painter, area, self._heat(plane, index, scene.overlay), ratio, smooth=scene.overlay.smooth)
            painter.setOpacity(1.0)
        if scene.labels is not None and scene.labels.colours:
            self._paint_labels(painter, plane, index, scene.labels, area, ratio)

    def _anatomy(self, plane: SlicePlane, index: int) -> QImage:
        scene = self._scene
        key = (scene.anatomy, plane, index, scene.window)
        if (self._gray is None or self._gray[0] != key) and scene.anatomy is not None:
            values = plane.view(scene.anatomy.array, index)
            self._gray = (key, gray_image(values, *scene.window, inverted=scene.anatomy.inverted))
        return self._gray[1] if self._gray else QImage()

    def _heat(self, plane: SlicePlane, index: int, overlay: Overlay) -> QImage:
        grid = (overlay.values, overlay.affine, overlay.smooth, plane)
        if self._map_sampler is None or not _same(self._map_sampler[0], grid):
            sampler = SliceSampler(overlay.values, overlay.affine, plane, linear=overlay.smooth)
            self._map_sampler, self._map = (grid, sampler), None
        key = (index, overlay.look)
        if self._map is None or self._map[0] != key:
            self._map = (key, map_image(self._map_sampler[1].at(index), overlay.look))
        return self._map[1]

    def _paint_labels(
        self, painter: QPainter, plane: SlicePlane, index: int, labels: Labels, area: QRectF, ratio: float
    ) -> None:
        if self._label_sampler is None or self._label_sampler[0] != (labels, plane):
            sampler = SliceSampler(labels.labels, labels.affine, plane)
            self._label_sampler, self._regions = ((labels, plane), sampler, LabelColours(labels.colours)), None
        _, sampler, colours = self._label_sampler
        if self._regions is None or self._regions[0] != index:
            numbers = colours.numbers(sampler.at(index))
            if labels.outlines:
                self._regions = (index, None, colours.lines(numbers))
            else:
                self._regions = (index, colours.image(numbers), [])
        _, image, lines = self._regions
        if image is not None:
            draw(painter, area, image, ratio, smooth=False)
        else:
            _paint_lines(painter, plane, lines, area, ratio)


def draw(painter: QPainter, area: QRectF, image: QImage, ratio: float, *, smooth: bool) -> None:
    """Draw `image` over `area`: voxels as squares or smooth between them where they are large, averaged where small."""
    across, down = area.width() * ratio / image.width(), area.height() * ratio / image.height()
    if min(across, down) < SMALL:
        ways = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        width, height = max(1, round(area.width() * ratio)), max(1, round(area.height() * ratio))
        image = image.scaled(min(width, image.width()), min(height, image.height()), *ways)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth or min(across, down) < 1)
    painter.drawImage(area, image)


def _paint_lines(
    painter: QPainter, plane: SlicePlane, lines: list[tuple[QColor, QPainterPath]], area: QRectF, ratio: float
) -> None:
    rows, columns = plane.size
    wide = max(1, round(LINE * ratio))  # a cosmetic pen counts dots
    painter.save()
    painter.setTransform(
        QTransform.fromTranslate(area.x(), area.y()).scale(area.width() / columns, area.height() / rows), combine=True
    )
    # All lines are level or upright: without soft edges they are crisp, and drawn many times quicker.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for colour, path in lines:
        pen = QPen(colour, wide)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPath(path)
    painter.restore()


def _same(known: object, asked: tuple[object, ...]) -> bool:
    """Whether the parts are the very same things: arrays are not to be compared number by number."""
    return isinstance(known, tuple) and all(a is b for a, b in zip(known, asked, strict=True))
