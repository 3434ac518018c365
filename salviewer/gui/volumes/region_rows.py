"""The rows of a region table as people read them: by rank, filtered by words, and as CSV."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from salviewer.api.regions import RegionTable

RANK_COLOURS = ("#e02020", "#1fa637", "#2a5ee8", "#f2c314", "#8a3ab8")
"""Of ranks 1 to 5, as the paper paints them: red, green, blue, yellow, purple."""
SIDES = {"left": "left", "right": "right", "": "–"}


@dataclass(frozen=True)
class RegionRow:
    """One region. rank_low, rank_high: ends of the interval, NaN where there is none; numbers: its further columns."""

    label: int
    rank: int
    name: str
    side: str
    size_mm3: float
    impact: float
    centroid: tuple[float, float, float]
    rank_low: float = math.nan
    rank_high: float = math.nan
    numbers: tuple[float, ...] = ()

    @property
    def colour(self) -> str:
        """That of its rank; "" beyond the fifth, and where nothing could be judged."""
        ranked = self.rank <= len(RANK_COLOURS) and math.isfinite(self.impact)
        return RANK_COLOURS[self.rank - 1] if ranked else ""

    @property
    def rank_text(self) -> str:
        """The rank with its interval: "3 (2 to 5)"."""
        if not math.isfinite(self.impact):
            return "–"
        if not (math.isfinite(self.rank_low) and math.isfinite(self.rank_high)):
            return str(self.rank)
        return f"{self.rank} ({self.rank_low:.0f} to {self.rank_high:.0f})"


def rows_of(table: RegionTable) -> tuple[RegionRow, ...]:
    """All rows of `table`, rank 1 first."""
    found = []
    for i, rank in enumerate(table.ranks()):
        x, y, z = (float(value) for value in table.centroids[i])
        found.append(RegionRow(
            int(table.labels[i]), int(rank), table.regions[i], table.sides[i], float(table.sizes[i]),
            float(table.impact[i]), (x, y, z), float(table.rank_low[i]), float(table.rank_high[i]),
            tuple(float(value) for value in table.columns[:, i]),
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda row: row.rank))


def filtered(rows: tuple[RegionRow, ...], words: str) -> tuple[RegionRow, ...]:
    """Those in whose name, side or label each of `words` is found."""
    wanted = words.lower().split()
    return tuple(r for r in rows if all(w in f"{r.name} {r.side} {r.label}".lower() for w in wanted))


def ordered(rows: tuple[RegionRow, ...], key: Any, *, down: bool) -> tuple[RegionRow, ...]:
    """`rows` by `key(row)`; what is no number comes last either way."""
    there = [r for r in rows if not _missing(key(r))]
    return (*sorted(there, key=key, reverse=down), *(r for r in rows if _missing(key(r))))


def as_csv(table: RegionTable) -> str:
    """One line per region, rank 1 first; sizes in mm³, centroids in RAS+ mm."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["rank", "rank low", "rank high", "label", "region", "side", "size (mm3)", impact_words(table),
                    *table.column_names, "x (mm)", "y (mm)", "z (mm)"])  # fmt: skip
    for row in rows_of(table):
        rank = [row.rank if math.isfinite(row.impact) else "", *map(_number, (row.rank_low, row.rank_high))]
        numbers = map(_number, (row.size_mm3, row.impact, *row.numbers, *row.centroid))
        lines.writerow([*rank, row.label, row.name, row.side, *numbers])
    return out.getvalue()


def impact_words(table: RegionTable) -> str:
    """What its impacts are: "impact (probability squared)"."""
    return f"impact ({table.unit})" if table.unit not in ("", "1") else "impact"


def rank_colours(rows: tuple[RegionRow, ...], opacity: int = 200) -> dict[int, tuple[int, int, int, int]]:
    """Red, green, blue and opacity by label, of ranks 1 to 5."""
    return {r.label: (*_rgb(r.colour), opacity) for r in rows if r.colour}


def impact_range(rows: tuple[RegionRow, ...]) -> tuple[float, float] | None:
    """The lowest and the highest impact; None where nothing could be judged."""
    judged = [r.impact for r in rows if math.isfinite(r.impact)]
    return (min(judged), max(judged)) if judged else None


def impact_colours(
    rows: tuple[RegionRow, ...], table: np.ndarray, opacity: int = 200
) -> dict[int, tuple[int, int, int, int]]:
    """Each region in the colour of its impact: the lowest gets the first of `table` (256, 3), the highest the last."""
    ends = impact_range(rows)
    if ends is None:
        return {}
    low, high = ends
    found = {}
    for row in rows:
        if not math.isfinite(row.impact):
            continue
        share = (row.impact - low) / (high - low) if high > low else 0.5
        red, green, blue = (int(value) for value in table[round(255 * share)])
        found[row.label] = (red, green, blue, opacity)
    return found


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _number(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else ""


def _missing(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
