"""Which colour stands for which number, decided from a map's values; and what to say of a map that has no contrast."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salviewer.api.evidence import Heatmap
from salviewer.data.colour import limits, nothing_to_show
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


def range_of(shown: Shown, display: Display) -> Range:
    """The range of the map on top, or of all maps of its kind where the display asks for one common scale."""
    top = shown.top
    colours = display.diverging if top.signed else display.sequential
    together = like(shown) if display.common_scale else (top,)
    values = np.concatenate([m.values.ravel() for m in together])
    low, high = (float(v) for v in limits(values, top.signed))
    why = nothing_to_show(values)
    return Range(low, low if why else high, colours, _sentence(top, why))


def like(shown: Shown) -> tuple[Heatmap, ...]:
    """The maps that can share a scale with the one on top: same unit, same sign."""
    return tuple(m for m in shown.maps if (m.unit, m.signed) == (shown.top.unit, shown.top.signed))


def _sentence(heatmap: Heatmap, why: str) -> str:
    if why := why or nothing_to_show(heatmap.values):
        return f"{why}."
    missing = 1 - np.isfinite(heatmap.values).mean()
    return f"{missing:.0%} of this map holds no number; those places stay uncoloured." if missing else ""
