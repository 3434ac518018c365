"""The picture itself, drawn from the size that suits the zoom, with brightness and contrast.

What is seen of it is drawn once per view, dot by dot; another brightness or contrast only changes those dots.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from salviewer.kit.dots import Dots, dots_of
from salviewer.kit.plotting import pg
from salviewer.kit.pyramid import Pyramid, pyramid_of
from salviewer.kit.tone import tone, tone_table


class PictureLayer(pg.GraphicsObject):
    """A picture on its place in `pane`; pixels stay squares when magnified, and are averaged when made small."""

    def __init__(self, pane: pg.ViewBox) -> None:
        super().__init__()
        self._pane = pane
        self._area = QRectF()
        self._pyramid: Pyramid | None = None
        self._table = b""
        self._drawn: tuple[object, QImage] | None = None
        self._toned: tuple[QImage, bytes] | None = None
        self._paper = QColor("gray")
        pane.addItem(self, ignoreBounds=True)

    def set_pixels(self, pixels: np.ndarray | None, area: QRectF | None = None) -> None:
        """Show `pixels` (H, W, C), uint8, on `area` (None: one picture pixel each); None shows nothing."""
        self.prepareGeometryChange()
        if self._pyramid is not None:
            self._pyramid.grown.disconnect(self._more)
        self._pyramid, self._drawn, self._toned = None, None, None
        if pixels is not None:
            self._area = area or QRectF(0, 0, pixels.shape[1], pixels.shape[0])
            self._pyramid = pyramid_of(pixels)
            self._pyramid.grown.connect(self._more)
        self.update()

    def set_tone(self, brightness: float, contrast: float) -> None:
        """Brighter by `brightness` (-1..1), steeper by `contrast` (1: as it is)."""
        plain = (brightness, contrast) == (0, 1)
        self._table, self._toned = b"" if plain else tone_table(brightness, contrast), None
        self.update()

    def set_paper(self, colour: QColor) -> None:
        """What transparent places show."""
        self._paper, self._drawn, self._toned = colour, None, None
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Where the picture is."""
        return self._area if self._pyramid is not None else QRectF()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the part that is in view."""
        if self._pyramid is None or (dots := dots_of(painter, self._pane.viewRect(), self._area)) is None:
            return
        image = self._base(self._pyramid, dots)
        if self._table:
            if self._toned is None:
                self._toned = tone(image, self._table)
            image = self._toned[0]
        painter.drawImage(dots.area, image)

    def _more(self) -> None:
        self.update()

    def _base(self, pyramid: Pyramid, dots: Dots) -> QImage:
        per_pixel = dots.scale * self._area.width() / pyramid.shape[1]
        level = pyramid.best(per_pixel)
        key = (dots.key, level.side, self._paper.rgba())
        if pyramid.drawn is not None and pyramid.drawn[0] == key:  # another canvas shows the same
            if self._drawn is not pyramid.drawn:
                self._drawn, self._toned = pyramid.drawn, None
        elif self._drawn is None or self._drawn[0] != key:
            image = QImage(dots.on_screen.size(), QImage.Format.Format_RGB32)
            image.fill(self._paper)
            with QPainter(image) as painter:
                small = per_pixel < 1 and (pyramid.complete or level.side > 1)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, small)
                away = QTransform.fromTranslate(-dots.on_screen.x(), -dots.on_screen.y())
                painter.setTransform(dots.to_dots * away)
                painter.drawImage(self._area, level.image)
            self._drawn, self._toned = (key, image), None
            pyramid.drawn = self._drawn
        return self._drawn[1]
