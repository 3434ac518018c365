"""What is said on the picture itself: everything about how it is shown that an eye could take for the data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from salviewer.gui import looks
from salviewer.gui.scale import Numbers
from salviewer.gui.values import Display
from salviewer.numeric.region import RegionStatistics, coverage, region_statistics

if TYPE_CHECKING:
    from salviewer.api.evidence import Heatmap
    from salviewer.api.space import GridMap
    from salviewer.kit.region import Region

COARSE = 1.75
"""From this many picture pixels per cell on, it is said that the map is coarser than the picture."""


def picture_words(display: Display, seen: tuple[int, int] | None, *, gray: bool) -> list[str]:
    """What is said of the picture. `seen`: (h, w) that the model is fed, where that is what is shown."""
    found = []
    if seen is not None:
        found.append(f"as fed to the model: {seen[1]} × {seen[0]} px, before its numbers are normalised")
    return [*found, *filter(None, [looks.tone_words(display, gray=gray)])]


def map_words(
    heatmap: Heatmap, grid: GridMap, display: Display, numbers: Numbers, band: tuple[float, float] | None
) -> list[str]:
    """What is said of the map: its cells, whether it is smoothed, what of it is left out, which lines are drawn."""
    found = []
    cell = cell_words(heatmap, grid)
    if cell:
        found.append(cell)
    if display.smooth and display.mode != "masked":
        found.append("smoothed between its cells")
    if band is not None:
        found.append(band_words(display, numbers, band))
    if display.contours:
        levels = ", ".join(ordinal(level) for level in display.contours)
        found.append(f"{'lines' if len(display.contours) > 1 else 'line'} at the {levels} percentile")
    return found


def cell_words(heatmap: Heatmap, grid: GridMap) -> str:
    """How coarse the map is, "" where its cells are about as fine as the picture's pixels."""
    rows, columns = heatmap.values.shape
    (top, bottom), (left, right) = grid.box()[-2:]
    height, width = (bottom - top) / rows, (right - left) / columns
    if max(height, width) < COARSE:
        return ""
    texts = [f"{side:.0f}" if side >= 10 else f"{side:.1f}" for side in (width, height)]
    side = texts[0] if texts[0] == texts[1] else " × ".join(texts)
    return f"map {columns} × {rows}, each cell {side} px"


def band_words(display: Display, numbers: Numbers, band: tuple[float, float]) -> str:
    """Which numbers are shown, and which part of the map that is."""
    low, high = band
    size = "size " if numbers.heatmap.signed else ""
    if math.isinf(low) and math.isinf(high):
        return "all of the map"
    if math.isinf(high):
        return f"shown: top {_percent(100 - numbers.share_below(low))} ({size}≥ {low:.3g})"
    if math.isinf(low):
        return f"shown: {size}≤ {high:.3g}"
    first, last = looks.band(display)
    unit = "percentile" if display.band_of == "percentile" else "% of the range"
    return f"shown: {first:g} to {last:g} {unit} ({size}{low:.3g} to {high:.3g})"


def statistics_in(region: Region, heatmap: Heatmap, grid: GridMap) -> RegionStatistics:
    """What the map holds in `region` of the picture."""
    rows, columns = heatmap.values.shape
    (top, bottom), (left, right) = grid.box()[-2:]
    in_rows = tuple((edge - top) / (bottom - top) * rows for edge in region.rows)
    in_columns = tuple((edge - left) / (right - left) * columns for edge in region.columns)
    inside = coverage((rows, columns), (in_rows[0], in_rows[1]), (in_columns[0], in_columns[1]), region.kind)
    return region_statistics(heatmap.values, inside)


def region_words(region: Region, heatmap: Heatmap, grid: GridMap) -> str:
    """What the map holds in `region`, in two lines."""
    found = statistics_in(region, heatmap, grid)
    if found.mean is None:
        return "The map holds no number in this region."
    area = f"{_percent(100 * found.area_share)} of its area"
    if found.mass_share is None:
        first = f"Inside: {area}; the map has no positive value"
    else:
        first = f"Inside: {_percent(100 * found.mass_share)} of the sum of the map's positive values, on {area}"
    unit = "" if heatmap.unit in ("", "1") else f" ({heatmap.unit})"
    return f"{first}\nmean {found.mean:.3g} · highest {found.highest:.3g} · lowest {found.lowest:.3g}{unit}"


def ordinal(number: float) -> str:
    """A percentile as people say it: 1st, 2nd, 90th, 99.5th."""
    last = "" if number != int(number) else str(int(number))
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(last[-1:], "th") if last[-2:-1] != "1" else "th"
    return f"{number:g}{ending}"


def _percent(number: float) -> str:
    return f"{number:.0f} %" if number >= 10 else f"{number:.2g} %"
