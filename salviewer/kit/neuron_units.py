"""Which units of a path are shown, and what of it runs through some of them: rows, links, and the path both ways."""

from __future__ import annotations

import numpy as np

from salviewer.kit.neuron_lit import Lit
from salviewer.kit.neuron_steps import Way, step
from salviewer.numeric.neuron_links import Links, contracted
from salviewer.numeric.neuron_rows import ChannelRows, channel_rows
from salviewer.numeric.neuron_table import NeuronTable


class ShownUnits:
    """The units of `table` that are neither filtered out nor in a closed column, gathered anew by each setter.

    rows: one per channel of each column that is shown. pairs: (m, 2), from, to: the links among them, those through
    closed columns drawn together. kept: (n,), the units that are not filtered out.
    """

    def __init__(self, table: NeuronTable) -> None:
        self.table = table
        self.kept = np.ones(len(table), bool)
        self.closed: frozenset[int] = frozenset()
        self._gather()

    def keep(self, kept: np.ndarray) -> None:
        """Show only the units of the mask `kept`, (n,)."""
        self.kept = kept
        self._gather()

    def close(self, closed: frozenset[int]) -> None:
        """Show these columns as strips only."""
        self.closed = closed
        self._gather()

    def shown(self) -> np.ndarray:
        """(n,): the units that are shown."""
        return self.kept & ~np.isin(self.table.column, list(self.closed))

    def through(self, units: np.ndarray) -> Lit | None:
        """All that lies on a path through one of `units`; None where none of them is shown."""
        here = units[self.rows.row_of[units] >= 0]
        if not len(here):
            return None
        above, below = self.links.above(here), self.links.below(here)
        a, b = self.pairs[:, 0], self.pairs[:, 1]
        along = self.pairs[(above[a] & above[b]) | (below[a] & below[b])]
        return Lit(here, above | below, along)

    def after(self, row: int, unit: int) -> int:
        """The unit of `row` after `unit`, from the last on the first; the strongest where `unit` is not among them."""
        units = self.rows.units_of(row)
        at = np.flatnonzero(units == unit)
        return int(units[(at[0] + 1) % len(units)]) if len(at) else int(units[0])

    def towards(self, unit: int, way: Way) -> int:
        """The unit that `way` leads to from `unit`; the first of all where `unit` is not shown, or -1."""
        known = unit >= 0 and self.rows.row_of[unit] >= 0
        return step(self.table, self.rows, self.links, unit, way) if known else int(self.rows.units[0])

    def _gather(self) -> None:
        shown = self.shown()
        self.rows: ChannelRows = channel_rows(self.table, shown)
        links = self.table.links[self.kept[self.table.links].all(axis=1)]
        self.pairs = contracted(links, ~shown)
        self.links = Links(self.pairs, len(self.table))
