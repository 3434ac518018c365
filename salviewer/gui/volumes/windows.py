"""Which of a volume's values are black and which are white: the windows that can be chosen by name."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from salviewer.api.values import Volume
from salviewer.gui.values import Display

TITLES = {
    "automatic": "Automatic (0.1 to 99.9 percentile)",
    "full": "Full range",
    "ct-brain": "CT brain (0 to 80 HU)",
    "ct-bone": "CT bone (-500 to 1500 HU)",
    "ct-soft": "CT soft tissue (-160 to 240 HU)",
    "own": "By hand (right drag)",
}
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
