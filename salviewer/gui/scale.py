"""Which colour stands for which number, decided from a map's values; and what to say of a map that has no contrast."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from salviewer.api.evidence import Heatmap
from salviewer.data.colour import limits, nothing_to_show
from salviewer.gui import looks
from salviewer.gui.values import Display, Shown


class Range(NamedTuple):
    """Colours go from `low` to `high` of the map called `colours`; `sentence` says why there is nothing to see."""

    low: float
    high: float
    colours: str
    sentence: str = ""

    @property
    def flat(self) -> bool:
        """Whether no range can be shown."""
        return not self.low < self.high


class Numbers:
    """A map's finite numbers in order (their sizes, if it is signed), sorted when first asked for."""

    def __init__(self, heatmap: Heatmap) -> None:
        self.heatmap = heatmap

    @cached_property
    def _sorted(self) -> np.ndarray:
        values = self.heatmap.values[np.isfinite(self.heatmap.values)]
        return np.sort(np.abs(values) if self.heatmap.signed else values)

    def at(self, percentile: float) -> float:
        """The smallest number that at least `percentile` percent do not exceed; NaN where there is none."""
        if not self._sorted.size:
            return float("nan")
        rank = int(np.ceil(percentile / 100 * self._sorted.size)) - 1
        return float(self._sorted[min(max(rank, 0), self._sorted.size - 1)])

    def share_below(self, number: float) -> float:
        """How many percent of the numbers are smaller than `number`."""
        return 100 * float(np.searchsorted(self._sorted, number)) / max(1, self._sorted.size)


def range_of(shown: Shown, display: Display) -> Range:
    """The range of the map on top, or of all maps of its kind where the display asks for one common scale."""
    top = shown.top
    colours = display.diverging if top.signed else display.sequential
    together = like(shown) if display.common_scale else (top,)
    values = np.concatenate([m.values.ravel() for m in together])
    low, high = (float(v) for v in limits(values, top.signed))
    why = nothing_to_show(values)
    return Range(low, low if why else high, colours, _sentence(top, why))


class KnownRange:
    """The range of what is on the screen, found anew only where what it depends on is another."""

    def __init__(self) -> None:
        self._known: tuple[tuple[object, ...], Range] | None = None

    def of(self, shown: Shown, display: Display) -> Range:
        """As `range_of`."""
        key = (shown.top, shown.maps, display.common_scale, display.sequential, display.diverging)
        if self._known is None or not all(a is b or a == b for a, b in zip(self._known[0], key, strict=True)):
            self._known = (key, range_of(shown, display))
        return self._known[1]


def band_of(numbers: Numbers, display: Display, scale: Range) -> tuple[float, float] | None:
    """(lowest, highest) number that is shown (sizes, if the map is signed); None: all of them."""
    low, high = looks.band(display)
    if (low, high) == (0.0, 100.0):
        return None
    if display.band_of == "percentile":
        return -np.inf if low <= 0 else numbers.at(low), np.inf if high >= 100 else numbers.at(high)
    start = 0.0 if numbers.heatmap.signed else scale.low
    ends = [start + share / 100 * (scale.high - start) for share in (low, high)]
    return -np.inf if low <= 0 else ends[0], np.inf if high >= 100 else ends[1]


def like(shown: Shown) -> tuple[Heatmap, ...]:
    """The maps that can share a scale with the one on top: same unit, same sign."""
    return tuple(m for m in shown.maps if (m.unit, m.signed) == (shown.top.unit, shown.top.signed))


def _sentence(heatmap: Heatmap, why: str) -> str:
    if why := why or nothing_to_show(heatmap.values):
        return f"{why}."
    missing = 1 - np.isfinite(heatmap.values).mean()
    return f"{100 * missing:.0f} % of this map holds no number; those places stay uncoloured." if missing else ""
