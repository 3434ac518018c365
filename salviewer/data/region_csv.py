"""A region table as CSV text, best region first."""

from __future__ import annotations

import csv
import io
import math

import numpy as np

from salviewer.api import RegionTable

HEAD = ("rank", "label", "region", "side", "size_mm3", "x_mm", "y_mm", "z_mm", "impact", "rank_low", "rank_high")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def region_csv(table: RegionTable) -> str:
    """The table: a line of names, then a line per region; lines end with CRLF, as RFC 4180 has it.

    Centroids are RAS+ millimetres. What is not known is left empty; a region that could not be judged has no rank.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*HEAD, *(_cell(name) for name in table.column_names)])
    ranks = table.ranks()
    for i in np.argsort(ranks):
        impact = float(table.impact[i])
        writer.writerow(
            [
                int(ranks[i]) if math.isfinite(impact) else "",
                int(table.labels[i]),
                _cell(table.regions[i]),
                _cell(table.sides[i]),
                _number(table.sizes[i], "{:.1f}"),
                *(_number(v, "{:.2f}") for v in table.centroids[i]),
                _number(impact),
                _number(table.rank_low[i], "{:.0f}"),
                _number(table.rank_high[i], "{:.0f}"),
                *(_number(v) for v in table.columns[:, i]),
            ]
        )
    return out.getvalue()


def _number(value: float, form: str = "{:.6g}") -> str:
    return form.format(float(value)) if math.isfinite(value) else ""


def _cell(text: str) -> str:
    """`text`, kept from being taken for a formula: names come from files that anybody may have made."""
    return f"'{text}" if text.startswith(_FORMULA) else text
