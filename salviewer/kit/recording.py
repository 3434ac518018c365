"""What is drawn on a canvas besides picture, map and contours, recorded so that it can be drawn elsewhere as lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import QGraphicsScene

from salviewer.kit.canvas import Canvas
from salviewer.kit.contour_layer import ContourLayer
from salviewer.kit.map_layer import MapLayer
from salviewer.kit.picture_layer import PictureLayer

LAYERS = (PictureLayer, MapLayer, ContourLayer)
"""What a figure draws anew at its own resolution."""


def record(canvas: Canvas) -> tuple[QRectF, QSizeF, QPicture]:
    """The part of the picture in view (picture pixels), the size of the view, and the marks drawn on it."""
    pane = canvas.pane
    place = pane.mapRectToScene(pane.boundingRect())
    picture = QPicture()
    with _hidden(canvas.scene()), QPainter(picture) as painter:
        canvas.scene().render(painter, QRectF(0, 0, place.width(), place.height()), place)
    return pane.viewRect(), place.size(), picture


@contextmanager
def _hidden(scene: QGraphicsScene) -> Iterator[None]:
    """Within the block the layers that are drawn anew are not drawn."""
    layers = [(item, item.opacity()) for item in scene.items() if isinstance(item, LAYERS)]
    for item, _ in layers:
        item.setOpacity(0.0)
    try:
        yield
    finally:
        for item, opacity in layers:
            item.setOpacity(opacity)
