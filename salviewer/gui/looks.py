"""From one way of showing things to another, as plain functions: what each display command makes of a `Display`."""

from __future__ import annotations

import math
from dataclasses import replace

from salviewer.gui.values import Display

MASK_LOW = 80.0
"""A masked picture keeps the top fifth of the map where nobody chose a band: without one, nothing would be masked."""
MOST_CONTRAST, MOST_BRIGHTNESS = 20.0, 1.0
DRAG_DOTS = 250.0
"""Dragging this far changes the contrast e-fold, and the brightness by all there is."""
USUAL_CONTOUR = 90.0


def in_mode(display: Display, mode: str) -> Display:
    """Shown in `mode`."""
    return replace(display, mode=mode)


def overlay_toggled(display: Display) -> Display:
    """The picture alone where the map is over it, else the map over the picture."""
    return in_mode(display, "original" if display.overlay else "overlay")


def smooth_toggled(display: Display) -> Display:
    """Interpolated between the map's cells, or not."""
    return replace(display, smooth=not display.smooth)


def contours_toggled(display: Display) -> Display:
    """A line around the highest tenth, or no line at all."""
    return replace(display, contours=() if display.contours else (USUAL_CONTOUR,))


def contour_set(display: Display, level: float, *, on: bool) -> Display:
    """With or without the line at percentile `level`."""
    others = [found for found in display.contours if found != level]
    return replace(display, contours=tuple(sorted([*others, level] if on else others)))


def band(display: Display) -> tuple[float, float]:
    """The part of the map that counts, 0..100: what was chosen, or the top fifth in a masked picture."""
    if display.mode == "masked" and (display.band_low, display.band_high) == (0.0, 100.0):
        return MASK_LOW, 100.0
    return display.band_low, display.band_high


def band_reset(display: Display) -> Display:
    """All of the map."""
    return replace(display, band_low=0.0, band_high=100.0)


def tone_reset(display: Display) -> Display:
    """The picture as it is."""
    return replace(display, brightness=0.0, contrast=1.0)


def toned(display: Display) -> bool:
    """Whether the picture is not shown as it is."""
    return (display.brightness, display.contrast) != (0.0, 1.0)


def tone_dragged(display: Display, right: float, down: float, *, gray: bool) -> Display:
    """After a drag by `right` and `down` logical pixels: wider window and higher level; of gray pictures about it.

    Dragging up makes brighter, dragging right flatter, in colour too.
    """
    contrast = min(max(display.contrast * math.exp(-right / DRAG_DOTS), 1 / MOST_CONTRAST), MOST_CONTRAST)
    if gray:
        # The level stays where it is while the window widens about it.
        level = 0.5 - display.brightness / display.contrast + down / DRAG_DOTS / max(1.0, contrast)
        brightness = (0.5 - level) * contrast
        limit = MOST_BRIGHTNESS * max(1.0, contrast)
    else:
        brightness, limit = display.brightness - down / DRAG_DOTS, MOST_BRIGHTNESS
    return replace(display, contrast=contrast, brightness=min(max(brightness, -limit), limit))


def tone_words(display: Display, *, gray: bool) -> str:
    """The window of a gray picture, brightness and contrast of a coloured one; "" where it is shown as it is."""
    if not toned(display):
        return ""
    if gray:
        width, level = 255 / display.contrast, 255 * (0.5 - display.brightness / display.contrast)
        return f"window {width:.0f}, level {level:.0f}"
    return f"brightness {100 * display.brightness:+.0f} %, contrast {display.contrast:.2g}"
