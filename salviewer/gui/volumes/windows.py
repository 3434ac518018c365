"""Which of a volume's values are black and which are white: the windows that can be chosen by name."""

from __future__ import annotations

import math
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from salviewer.api.values import Volume
from salviewer.gui.looks import DRAG_DOTS
from salviewer.gui.values import Display

TITLES = {
    "automatic": ("Automatic window", "From the 0.1 to the 99.9 percentile of the volume's values"),
    "full": ("Full window", "From the lowest to the highest value"),
    "ct-brain": ("CT brain", "From 0 to 80 Hounsfield units"),
    "ct-bone": ("CT bone", "From -500 to 1500 Hounsfield units"),
    "ct-soft": ("CT soft tissue", "From -160 to 240 Hounsfield units"),
    "own": ("Window by hand", "Drag with the right button: across for the width, up and down for the level"),
}
"""What each is called, and what it does."""
CT = {"ct-brain": (0.0, 80.0), "ct-bone": (-500.0, 1500.0), "ct-soft": (-160.0, 240.0)}
"""Hounsfield units: window widths 80, 2000 and 400 about the levels 40, 500 and 40."""
AIR = -500.0
"""A volume whose lowest value lies below this is taken for a CT in Hounsfield units; those of MRI have no unit."""
MOST = 2_000_000
"""So many values, evenly spread, are enough for percentiles."""


class Extent(NamedTuple):
    """A volume's values: percentiles 0.1 and 99.9, the lowest and the highest; of finite ones."""

    low: float
    high: float
    least: float
    most: float


_known: WeakKeyDictionary[Volume, Extent] = WeakKeyDictionary()


def extent_of(volume: Volume) -> Extent:
    """The extent of a volume's values, measured once: by whoever reads it, on a worker's thread."""
    if volume not in _known:
        _known[volume] = _measure(volume.array)
    return _known[volume]


def offered(volume: Volume) -> tuple[str, ...]:
    """The windows that make sense for `volume`."""
    ct = tuple(CT) if extent_of(volume).least < AIR else ()
    return ("automatic", "full", *ct, "own")


def window_of(volume: Volume, display: Display) -> tuple[float, float]:
    """(low, high): the values of `volume` that are black and white; "automatic" where the chosen one does not fit."""
    extent = extent_of(volume)
    if display.window == "own" and display.window_low < display.window_high:
        return display.window_low, display.window_high
    if display.window in CT and extent.least < AIR:
        return CT[display.window]
    if display.window == "full" or not extent.low < extent.high:
        return extent.least, extent.most
    return extent.low, extent.high


def blank(volume: Volume) -> tuple[float, float]:
    """A window in which all of `volume` is black: for a map that is looked at alone."""
    extent = extent_of(volume)
    most, least = extent.most + 1.0, extent.least - 2.0
    return (least, least + 1.0) if volume.inverted else (most, most + 1.0)


def dragged(window: tuple[float, float], right: float, down: float) -> tuple[float, float]:
    """`window` after a drag by so many logical pixels: wider to the right, darker downwards."""
    low, high = window
    width, level = (high - low) * math.exp(right / DRAG_DOTS), (low + high) / 2
    level += down / DRAG_DOTS * (high - low)
    return level - width / 2, level + width / 2


def _measure(array: np.ndarray) -> Extent:
    step = max(1, round((array.size / MOST) ** (1 / 3)))
    sample = np.asarray(array[::step, ::step, ::step])
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return Extent(0.0, 1.0, 0.0, 1.0)
    low, high = np.percentile(sample, (0.1, 99.9))
    least, most = _ends(array)
    return Extent(float(low), float(high), least, most)


def _ends(array: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest finite value, slab by slab."""
    ends = []
    for slab in array:
        finite = slab[np.isfinite(slab)]
        if finite.size:
            ends.append((float(finite.min()), float(finite.max())))
    return min(low for low, _ in ends), max(high for _, high in ends)
