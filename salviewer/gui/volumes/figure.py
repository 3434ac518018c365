"""Figures of volumes: three slices that meet in the map's maximum, with letters, convention and colour bar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

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
from salviewer.kit.volume_scene import Anatomy, Overlay, VolumeScene
from salviewer.numeric.slicing import PLANES

if TYPE_CHECKING:
    from salviewer.gui.export_figure import Words
    from salviewer.gui.export_values import Wanted
    from salviewer.gui.scale import Range
    from salviewer.gui.values import Display, Shown

SIDE, FINE = 360, 2.5
"""Logical pixels of a slice's longer side on the page, and dots to each of them."""
AT_PEAK, AT_PLACE = "Slices through the map's maximum", "Slices where the crosshair stands"


def volume_figure(shown: Shown, display: Display, wanted: Wanted, words: Words, family: str, gaze: Gaze) -> Figure:
    """The figure of an answer about a volume: a row of slices for each map. On any thread."""
    every = wanted.every_map and len(shown.maps) > 1
    tops = [shown.step_to(i) for i in range(len(shown.maps))] if every else [shown]
    plates = [plate for one in tops for plate in _row(one, display, gaze, named=every)]
    lines = [text for key, text in words.lines.items() if key in wanted.lines and text]
    where = (AT_PLACE if gaze.point is not None else AT_PEAK) + (" of each" if every and gaze.point is None else "")
    return Figure(
        plates=tuple(plates),
        title=words.title if "title" in wanted.lines else "",
        lines=tuple(lines),
        below=(" ".join(text for text in (f"{where}.", *words.below) if text), NOTICE),
        columns=len(gaze.planes),
        dark=wanted.dark,
        family=family,
    )


def _row(shown: Shown, display: Display, gaze: Gaze, *, named: bool) -> list[Plate]:
    placed, scale = place(shown.top.values, shown.grid), range_of(shown, display)
    volume = shown.picture if isinstance(shown.picture, Volume) else stand_in(shown.grid)
    scene = scene_of(shown, display, placed, scale, gaze)
    at = gaze.point or peak(placed, signed=shown.top.signed) or middle(volume)
    dots_per_mm = FINE * SIDE / max(max(scene.planes[name].paper_mm) for name in PLANES)
    scales = {name: dots_per_mm * min(scene.planes[name].spacing_mm) for name in gaze.planes}
    plates = [_plate(render_slice(scene, name, np.asarray(at), scale)) for name, scale in scales.items()]
    if scene.overlay is not None and scene.overlay.look.table is not None:
        bar = Bar(scale.low, scale.high, scene.overlay.look.table, shown.top.unit)
        plates[-1] = replace(plates[-1], bar=bar)
    elif scale.flat:
        plates[0] = replace(plates[0], sentence=scale.sentence)
    if named:
        plates[0] = replace(plates[0], caption=shown.top.name)
    return plates


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
        opacity = 1.0 if alone else display.opacity
        scene.set_overlay(Overlay(placed.values, placed.affine, look, opacity, display.smooth))
    scene.set_labels(gaze.labels)
    if display.frame and not sees_all(shown.grid):
        scene.set_frame(frame_of(shown.grid.world(), shown.grid.model_shape))
    scene.show_marks(crosshair=display.crosshair)
    return scene


def _plate(image: QImage) -> Plate:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    wide, high, line = rgb.width(), rgb.height(), rgb.bytesPerLine()
    pixels = np.frombuffer(rgb.constBits(), np.uint8).reshape(high, line)[:, : 3 * wide].reshape(high, wide, 3).copy()
    return Plate(size=(wide / FINE, high / FINE), area=QRectF(0, 0, wide, high), pixels=pixels)
