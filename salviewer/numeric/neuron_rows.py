"""The chosen units of each layer gathered by channel: what stands in one row of the Neurons view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salviewer.numeric.neuron_table import NeuronTable

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ChannelRows:
    """r channels, column by column; within one those with a thumbnail first, then the strongest first.

    column, channel: int (r,); score: float (r,), summed over its units; thumbnail: int (r,), -1 where there is none;
    path: uint8 (r,), of its units; support: float (r, 3), the highest of its units, NaN where there is none.
    units: int, all units shown, row by row, each row's strongest first; starts: int (r + 1,), where in `units` each
    row begins. row_of: int (n,), the row of each unit of the table, -1 of those that are not shown.
    """

    column: Array
    channel: Array
    score: Array
    thumbnail: Array
    path: Array
    support: Array
    units: Array
    starts: Array
    row_of: Array

    def __len__(self) -> int:
        return len(self.column)

    def units_of(self, row: int) -> Array:
        """The units of `row`, the strongest first."""
        return self.units[self.starts[row] : self.starts[row + 1]]

    def rows_in(self, column: int) -> range:
        """The rows of `column`."""
        low, high = np.searchsorted(self.column, (column, column + 1))
        return range(int(low), int(high))


def channel_rows(table: NeuronTable, kept: Array) -> ChannelRows:
    """The rows of the units that the mask `kept` (n,) leaves."""
    units = np.flatnonzero(kept)
    width = int(table.channel.max(initial=0)) + 1
    found, group = np.unique(table.column[units] * width + table.channel[units], return_inverse=True)
    strength = np.maximum(np.nan_to_num(np.asarray(table.score, np.float64)), 0.0)
    sums = np.bincount(group, strength[units], len(found))
    thumbnail = _thumbnails(table, found, width)
    column = found // width
    first = np.where(thumbnail >= 0, thumbnail, len(table.thumbnails))
    order = np.lexsort((-sums, first, column))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    row = rank[group]
    by_row = np.lexsort((-strength[units], row))
    row_of = np.full(len(table), -1, np.int64)
    row_of[units] = row
    starts = np.searchsorted(row[by_row], np.arange(len(found) + 1))
    sorted_units = units[by_row]
    return ChannelRows(
        column[order], (found % width)[order], sums[order], thumbnail[order],
        _over_rows(np.bitwise_or, table.path[sorted_units], starts),
        _over_rows(np.fmax, table.support[sorted_units], starts),
        sorted_units, starts, row_of,
    )  # fmt: skip


def _thumbnails(table: NeuronTable, keys: Array, width: int) -> Array:
    """The thumbnail of each key, -1 where it has none."""
    found = np.full(len(keys), -1, np.int64)
    owners = table.thumbnail_of[:, 0] * width + table.thumbnail_of[:, 1]
    for number, owner in enumerate(owners):
        at = int(np.searchsorted(keys, owner))
        if table.thumbnail_of[number, 1] < width and at < len(keys) and keys[at] == owner and found[at] < 0:
            found[at] = number
    return found


def _over_rows(combine: np.ufunc, values: Array, starts: Array) -> Array:
    return combine.reduceat(values, starts[:-1], axis=0) if len(values) else values[:0]
