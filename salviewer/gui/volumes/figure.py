"""Figures of volumes: three slices that meet in the map's maximum, with letters, convention and colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from salviewer.api.values import Volume
from salviewer.gui.gazing import Gaze
from salviewer.gui.scale import Numbers, band_of, range_of
from salviewer.gui.volumes.laying import Placed, peak, place, sees_all, stand_in
from salviewer.gui.volumes.looking import middle, shown_as
from salviewer.gui.volumes.windows import blank, window_of
from salviewer.gui.volumes.words import obliquity
from salviewer.jobs.account import NOTICE
from salviewer.kit.colours import lut
from salviewer.kit.map_colours import MapLook
from salviewer.kit.ortho_render import render_slice
from salviewer.kit.printed_bar import Bar
from salviewer.kit.rendering import Figure, Plate
from salviewer.kit.slice_frame import frame_of
from salviewer.kit.slice_paper import PAPER
from salviewer.kit.volume_scene import Anatomy, Overlay, VolumeScene

if TYPE_CHECKING:
    from salviewer.gui.export_figure import Words
    from salviewer.gui.export_values import Wanted
    from salviewer.gui.scale import Range
    from salviewer.gui.values import Display, Shown

SIDE, FINE, TEXT = 300, 3.0, 11.0
"""Logical pixels of the longest side of a slice on the page, dots to each of them, and the height of its text."""
AT_PEAK, AT_PLACE = "Slices through the map's maximum", "Slices where the crosshair stands"
FILLED = "Each region is filled with its impact; the map is not drawn."


def volume_figure(shown: Shown, display: Display, wanted: Wanted, words: Words, family: str, gaze: Gaze) -> Figure:
    """The figure of an answer about a volume: a row of slices per map, one above the other. On any thread."""
    every = wanted.every_map and len(shown.maps) > 1
    tops = [shown.step_to(i) for i in range(len(shown.maps))] if every else [shown]
    plates = [_plate(one, display, gaze, named=every) for one in tops]
    lines = [text for key, text in words.lines.items() if key in wanted.lines and text]
    where = (AT_PLACE if gaze.point is not None else AT_PEAK) + (" of each" if every and gaze.point is None else "")
    return Figure(
        plates=tuple(plates),
        title=words.title if "title" in wanted.lines else "",
        lines=tuple(lines),
        below=(" ".join(text for text in (f"{where}.", FILLED if gaze.bar else "", *words.below) if text), NOTICE),
        columns=1,
        dark=wanted.dark,
        family=family,
    )


def _plate(shown: Shown, display: Display, gaze: Gaze, *, named: bool) -> Plate:
    """The slices of one map beside each other, a millimetre equally large in all."""
    placed, scale = place(shown.top.values, shown.grid), range_of(shown, display)
    volume = shown.picture if isinstance(shown.picture, Volume) else stand_in(shown.grid)
    scene = scene_of(shown, display, placed, scale, gaze)
    at = np.asarray(gaze.point or peak(placed, signed=shown.top.signed) or middle(volume))
    per_mm = FINE * SIDE / max(max(plane.paper_mm) for plane in scene.planes.values())
    slices = [
        render_slice(scene, name, at, per_mm * min(scene.planes[name].spacing_mm), em=FINE * TEXT)
        for name in gaze.planes
    ]
    pixels = _beside(slices)
    high, wide = pixels.shape[:2]
    plate = Plate(size=(wide / FINE, high / FINE), area=QRectF(0, 0, wide, high), pixels=pixels)
    if gaze.bar is not None:
        plate = replace(plate, bar=gaze.bar)
    elif scene.overlay is not None and scene.overlay.look.table is not None:
        plate = replace(plate, bar=Bar(scale.low, scale.high, scene.overlay.look.table, shown.top.unit))
    return replace(plate, caption=shown.top.name if named else "", sentence=scale.sentence if scale.flat else "")


def scene_of(shown: Shown, display: Display, placed: Placed, scale: Range, gaze: Gaze) -> VolumeScene:
    """What the slices show: the volume in its window, the map on its own grid, what the model sees, regions."""
    known = isinstance(shown.picture, Volume)
    volume = shown.picture if isinstance(shown.picture, Volume) else stand_in(shown.grid)
    alone = not known or shown_as(display) == "heatmap"
    scene = VolumeScene()
    scene.set_convention(gaze.convention)
    scene.set_volume(Anatomy(volume.array, volume.affine, volume.axcodes, volume.inverted, obliquity(volume.affine)))
    scene.set_window(*(blank(volume) if alone else window_of(volume, display)))
    if not scale.flat:
        band = band_of(Numbers(shown.top), display, scale)
        look = MapLook(scale.low, scale.high, lut(scale.colours), not alone, shown.top.signed, band)
        opacity = 0.0 if gaze.bar is not None else 1.0 if alone else display.opacity
        scene.set_overlay(Overlay(placed.values, placed.affine, look, opacity, display.smooth))
    scene.set_labels(gaze.labels)
    if display.frame and not sees_all(shown.grid):
        scene.set_frame(frame_of(shown.grid.world(), shown.grid.model_shape))
    scene.show_marks(crosshair=display.crosshair)
    return scene


def _beside(images: Sequence[QImage]) -> np.ndarray:
    """uint8 (H, W, 3): the images from left to right on the paper of slices."""
    gap = round(FINE * TEXT)  # so that nobody reads two letters as one
    high = max(image.height() for image in images)
    wide = sum(image.width() for image in images) + gap * (len(images) - 1)
    page = QImage(wide, high, QImage.Format.Format_RGB888)
    page.fill(PAPER)
    x = 0
    with QPainter(page) as painter:
        for image in images:
            painter.drawImage(x, 0, image)
            x += image.width() + gap
    line = page.bytesPerLine()
    pixels = np.frombuffer(page.constBits(), np.uint8).reshape(high, line)[:, : 3 * wide]
    return np.ascontiguousarray(pixels.reshape(high, wide, 3))
