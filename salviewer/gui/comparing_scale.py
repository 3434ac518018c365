"""Which colour stands for which number in each cell of a comparison, and how that is said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salviewer.data.colour import limits, nothing_to_show
from salviewer.gui.comparing_values import Tile
from salviewer.gui.looks import band
from salviewer.gui.on_screen import ordinal
from salviewer.gui.scale import Range
from salviewer.gui.values import Display

Kind = tuple[str, bool]
"""Maps of one kind may share a scale: their unit (the method where it names none), and whether they have a sign."""


def kind_of(tile: Tile) -> Kind:
    """What the numbers of a cell's map are."""
    return tile.heatmap.unit or f"as {tile.about.method} counts", tile.heatmap.signed


def ranges(tiles: Sequence[Tile], display: Display, *, common: bool) -> dict[int, Range]:
    """The range of each cell that has a map, by key: of its own values, or of all maps of its kind."""
    full = [t for t in tiles if t.heatmap is not None]
    found = {}
    spans: dict[Kind, tuple[float, float]] = {}
    if common:
        for kind in {kind_of(t) for t in full}:
            values = np.concatenate([t.heatmap.values.ravel() for t in full if kind_of(t) == kind])
            spans[kind] = limits(values, kind[1])
    for tile in full:
        values, signed = tile.heatmap.values, tile.heatmap.signed
        low, high = spans[kind_of(tile)] if common else limits(values, signed)
        why = nothing_to_show(values)
        flat = why and not (common and np.isfinite(values).any())
        colours = display.diverging if signed else display.sequential
        found[tile.key] = Range(float(low), float(low if flat else high), colours, f"{why}." if why else "")
    return found


def said(tiles: Sequence[Tile], scales: dict[int, Range], *, common: bool) -> str:
    """Which scale the cells have, in words."""
    full = [t for t in tiles if t.key in scales]
    if not full:
        return ""
    if not common:
        return "Each map on its own scale" if len(full) > 1 else ""
    spans = dict.fromkeys(
        f"{words(scales[t.key].low)} to {words(scales[t.key].high)} {t.heatmap.unit if t.heatmap.unit != '1' else ''}"
        for t in full
        if not scales[t.key].flat
    )
    texts = [" ".join(span.split()) for span in spans]
    head = "One scale" if len(texts) == 1 else f"One scale for each of {len(texts)} units"
    return f"{head}: {'; '.join(texts)}" if texts else ""


def look_words(display: Display) -> str:
    """What must be known of how all maps are drawn: the parts left out, lines, smoothing; "" as they come."""
    if display.mode in ("original", "model"):
        return "maps hidden" if display.mode == "original" else "dashed: what the model sees"
    low, high = band(display)
    found = []
    if (low, high) != (0.0, 100.0):
        of = "percentile" if display.band_of == "percentile" else "% of the colours"
        top = high >= 100 and display.band_of == "percentile"
        found.append(f"top {100 - low:g} % of each" if top else f"{low:g} to {high:g} {of}")
    if display.contours and display.mode != "masked":
        levels = ", ".join(ordinal(level) for level in display.contours)
        found.append(f"{'lines' if len(display.contours) > 1 else 'line'} at the {levels} percentile")
    if display.smooth and display.mode != "masked":
        found.append("smoothed")
    return " · ".join(found)


def words(value: float, digits: int = 3) -> str:
    """A number in `digits`, with a true minus."""
    return f"{value + 0.0:.{digits}g}".replace("e-0", "e-").replace("-", "−")
