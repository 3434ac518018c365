"""Which methods differ by a metric: paired bootstrap over the pictures, each method with each other one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from salviewer.bench.statistics import Difference, difference
from salviewer.bench.table import Table


@dataclass(frozen=True)
class Pairs:
    """The differences by one column. methods: the best first. gaps: (a, b) -> a minus b, for every two of them."""

    column: str
    better: str
    methods: tuple[str, ...]
    gaps: Mapping[tuple[str, str], Difference]

    def verdict(self, a: str, b: str) -> str:
        """Whether a is "better" or "worse" than b: the 95 % interval of a - b is on one side of 0; else ""."""
        gap = self.gaps[a, b]
        if not gap.n or gap.low <= 0 <= gap.high:
            return ""
        return "better" if (gap.low > 0) == (self.better == "higher") else "worse"

    @property
    def count(self) -> int:
        """How many comparisons there are: about one in twenty looks significant by chance."""
        return len(self.methods) * (len(self.methods) - 1) // 2


def pairs(found: Table, column: str, better: str) -> Pairs:
    """Every two methods that have `column`, on the pictures for which both have a value."""
    known = {m: found.values[m, column] for m in found.methods if (m, column) in found.values}
    known = {m: values for m, values in known.items() if np.isfinite(list(values.values())).any()}
    sign = -1.0 if better == "higher" else 1.0
    order = sorted(known, key=lambda m: sign * found.cells[m, column].mean)
    gaps: dict[tuple[str, str], Difference] = {}
    for i, a in enumerate(order):
        for b in order[i + 1 :]:
            both = [key for key in known[a] if key in known[b]]
            gap = difference(np.array([known[a][k] for k in both]), np.array([known[b][k] for k in both]))
            gaps[a, b] = gap
            gaps[b, a] = Difference(-gap.mean, -gap.high, -gap.low, gap.p, gap.n)
    return Pairs(column, better, tuple(order), gaps)
