"""Where the keys lead from one unit of a path: to its chooser, to what it chose, and within its layer."""

from __future__ import annotations

from typing import Literal

import numpy as np

from salviewer.numeric.neuron_links import Links
from salviewer.numeric.neuron_rows import ChannelRows
from salviewer.numeric.neuron_table import NeuronTable

Way = Literal["left", "right", "up", "down", "row up", "row down", "first", "last"]


def step(table: NeuronTable, rows: ChannelRows, links: Links, unit: int, way: Way) -> int:
    """The unit that `way` leads to from `unit`, which itself where there is none.

    left, right: the strongest unit that chose it, that it chose; up, down: through its layer as it is shown; row up,
    row down: to the first unit of the neighbouring channel; first, last: of its layer.
    """
    if way in ("left", "right"):
        here = np.array([unit])
        return _strongest(table, links.choosers_of(here) if way == "left" else links.chosen_by(here), unit)
    row = int(rows.row_of[unit])
    layer = rows.rows_in(int(rows.column[row]))
    low, high = int(rows.starts[layer.start]), int(rows.starts[layer.stop]) - 1
    if way in ("row up", "row down"):
        wanted = row + (1 if way == "row down" else -1)
        return int(rows.units[rows.starts[wanted]]) if wanted in layer else unit
    begin = int(rows.starts[row])
    at = begin + int(np.flatnonzero(rows.units_of(row) == unit)[0])
    to = {"up": at - 1, "down": at + 1, "first": low, "last": high}[way]
    return int(rows.units[min(max(to, low), high)])


def _strongest(table: NeuronTable, units: np.ndarray, otherwise: int) -> int:
    if not len(units):
        return otherwise
    return int(units[np.argmax(np.nan_to_num(table.score[units], nan=-np.inf))])
