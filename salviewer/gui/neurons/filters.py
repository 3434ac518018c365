"""Which units and which layers of a path are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from salviewer.numeric.neuron_links import Links, carrying, leading_to
from salviewer.numeric.neuron_table import NeuronTable

Kind = Literal["all", "score", "pixels"]
Set = Literal["all", "weights", "grids"]

WEIGHTED = ("class", "linear", "convolution", "input")
MANY = 8
"""From so many layers on only those where the grid changes are open at first."""


@dataclass(frozen=True)
class Filter:
    """All units, those that carry `percent` of their layer's score, or those that lead to `percent` of the pixels."""

    kind: Kind = "all"
    percent: int = 50


def kept(table: NeuronTable, links: Links, wanted: Filter) -> np.ndarray:
    """(n,): the units that `wanted` leaves."""
    if wanted.kind == "score":
        return carrying(table.column, table.score, wanted.percent / 100)
    if wanted.kind == "pixels":
        return leading_to(links, table.column, table.score, wanted.percent / 100)
    return np.ones(len(table), bool)


def closed_by(table: NeuronTable, layers: Set) -> frozenset[int]:
    """The columns that are closed where only `layers` are shown: all, those with weights, one per size of grid.

    The class and the pixels are always open.
    """
    columns, ends = table.columns, {0, len(table.columns) - 1}
    if layers == "weights":
        return frozenset(i for i, c in enumerate(columns) if c.kind not in WEIGHTED and i not in ends)
    if layers == "grids":
        return frozenset(i for i in range(1, len(columns) - 1) if columns[i].shape == columns[i - 1].shape)
    return frozenset()


def first_set(table: NeuronTable) -> Set:
    """What is open before anybody chose."""
    return "grids" if len(table.columns) > MANY else "all"
