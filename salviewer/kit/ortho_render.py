"""A slice as a picture to keep: always with its letters, the position and the convention in words."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from salviewer.kit.lettering import Words, font_of
from salviewer.kit.slice_frame import paint_frame
from salviewer.kit.slice_marks import INK, paint_crosshair, paint_letters, paint_scale_bar
from salviewer.kit.slice_paper import PAPER
from salviewer.kit.slice_picture import SlicePicture
from salviewer.kit.slice_words import long_convention, oblique, plane_title, position
from salviewer.kit.volume_scene import VolumeScene

LONGEST = 8192
"""Dots of the longest side of a slice; longer ones are drawn smaller."""


def render_slice(scene: VolumeScene, name: str, mm: np.ndarray, scale: float, *, em: float | None = None) -> QImage:
    """The slice of plane `name` through `mm`, `scale` dots to the side of its smallest voxel; null without a volume.

    em: the height of its text in dots; by the slice's size where it is not given.
    """
    plane = scene.planes.get(name)
    if plane is None:
        return QImage()
    width, height = plane.paper_mm
    per_mm = min(scale / min(plane.spacing_mm), LONGEST / max(width, height))
    width, height = max(1.0, width * per_mm), max(1.0, height * per_mm)
    em = em or max(13.0, 0.035 * math.sqrt(width * height))
    font = font_of("", em)
    margin, page = 2.0 * em, max(width + 4.0 * em, 24 * em)
    head = "  ·  ".join(t for t in (plane_title(plane), position(plane, mm), oblique(scene)) if t)
    below = [Words(text, font, page - 2 * em, 2, INK) for text in (head, long_convention(plane, scene.convention))]
    foot = sum(words.height for words in below) + em
    image = QImage(math.ceil(page), math.ceil(height + 2 * margin + foot), QImage.Format.Format_RGB32)
    image.fill(PAPER)
    with QPainter(image) as painter:
        area = QRectF((page - width) / 2, margin, width, height)
        SlicePicture(scene, name).paint(painter, plane.index(mm), area)
        u, v = plane.paper(mm)
        if scene.frame is not None and len(outline := scene.frame.outline(plane, plane.index(mm))):
            painter.setClipRect(area.adjusted(-2, -2, 2, 2))
            paint_frame(painter, [QPointF(area.x() + u * per_mm, area.y() + v * per_mm) for u, v in outline], em / 13)
            painter.setClipping(False)
        if scene.crosshair:
            paint_crosshair(painter, area, QPointF(area.x() + u * per_mm, area.y() + v * per_mm), em)
        if plane.letters is not None:
            paint_letters(painter, area.adjusted(-margin, -margin, margin, margin), plane.letters, font)
        paint_scale_bar(painter, area, per_mm, font)
        y = height + 2 * margin
        for words in below:
            words.draw(painter, em, y)
            y += words.height
    return image
