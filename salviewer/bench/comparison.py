"""Two maps of one picture set against each other, brought onto one grid where theirs differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from salviewer.api.evidence import Heatmap
from salviewer.api.explanation import Explanation
from salviewer.api.space import GridMap
from salviewer.errors import InvalidChoice
from salviewer.numeric.agreement import TOP, Overlap, difference, overlap, rank_agreement

LONGEST = 400
"""Pixels of the longer side of the picture grid on which maps of different grids meet: bigger ones are averaged."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A map (H, W) and where it lies on its picture. `picture`: what tells the picture from others."""

    heatmap: Heatmap
    grid: GridMap
    picture: str = ""

    @classmethod
    def of(cls, explanation: Explanation, heatmap: Heatmap | None = None) -> Placed:
        """A map of `explanation`, its first unless another is named."""
        first = explanation.evidence[0] if heatmap is None else heatmap
        if not isinstance(first, Heatmap) or first.values.ndim != 2:
            raise InvalidChoice("Only maps of pictures can be compared; this one is of a volume.", code="not-flat")
        grid = explanation.grid or GridMap.identity(tuple(int(n) for n in first.values.shape))
        return cls(first, grid, str(explanation.provenance.get("input", {}).get("sha256", "")))


@dataclass(frozen=True, eq=False)
class Pair:
    """What is found of maps A and B.

    difference: float32 (h, w), A minus B. own_maximum: whether each was divided by its own maximum first.
    grid: where `difference` and `overlap.places` lie. how: on which pixels they were compared, as a sentence.
    """

    difference: np.ndarray
    own_maximum: bool
    correlation: float
    overlap: Overlap
    share: float
    grid: GridMap
    how: str


def why_not(a: Placed, b: Placed) -> str:
    """Why two maps cannot be compared, as a sentence; "" where they can."""
    if a.picture != b.picture or a.grid.source_shape != b.grid.source_shape:
        return "These maps belong to different pictures: choose two of the same picture."
    return ""


def compare(a: Placed, b: Placed, share: float = TOP) -> Pair:
    """Difference, rank correlation and overlap of the top `share` of A and B.

    Raises:
        InvalidChoice: the maps belong to different pictures.
    """
    x, y, grid, how = on_one_grid(a, b)
    units = (a.heatmap.unit, b.heatmap.unit)
    own_maximum = not units[0] or units[0] != units[1]
    return Pair(
        difference(x, y, own_maximum=own_maximum), own_maximum, rank_agreement(x, y), overlap(x, y, share), share,
        grid, how,
    )  # fmt: skip


def correlations(maps: Sequence[Placed], tell: Callable[[float], None] = lambda fraction: None) -> np.ndarray:
    """Rank correlation of each map with each other, float64 (n, n); NaN where two belong to different pictures.

    `tell` hears the fraction done, 0..1.
    """
    found = np.full((len(maps), len(maps)), np.nan)
    pairs = [(i, j) for i in range(len(maps)) for j in range(i, len(maps))]
    for done, (i, j) in enumerate(pairs):
        tell(done / len(pairs))
        if not why_not(maps[i], maps[j]):
            x, y, *_ = on_one_grid(maps[i], maps[j])
            found[i, j] = found[j, i] = rank_agreement(x, y)
    return found


def on_one_grid(a: Placed, b: Placed) -> tuple[np.ndarray, np.ndarray, GridMap, str]:
    """Both maps on one grid, that grid, and which it is, as a sentence: their own where they share it, or the picture.

    Raises:
        InvalidChoice: the maps belong to different pictures.
    """
    if why := why_not(a, b):
        raise InvalidChoice(why, code="different-pictures")
    x, y = a.heatmap.values, b.heatmap.values
    if x.shape == y.shape and a.grid.box() == b.grid.box():
        return x, y, a.grid, f"Compared on their own {x.shape[1]} × {x.shape[0]} grid."
    by = max(1, math.ceil(max(a.grid.source_shape) / LONGEST))
    grid, averaged = _coarser(a.grid.source_shape, by), f", averaged {by} × {by}" if by > 1 else ""
    x, y = (_onto(m, grid) for m in (a, b))
    return x, y, grid, f"Their grids differ, so both were brought onto the picture’s pixels first{averaged}."


def _coarser(shape: tuple[int, ...], by: int) -> GridMap:
    """A grid over a whole picture of `shape` whose pixels hold `by` x `by` of the picture's."""
    small = tuple(max(1, n // by) for n in shape)
    scales = [n / m for n, m in zip(shape, small, strict=True)]
    rows = [[*(scale if i == j else 0.0 for j in range(len(shape))), (scale - 1) / 2] for i, scale in enumerate(scales)]
    last = (*(0.0,) * len(shape), 1.0)
    return GridMap(shape, small, (*(tuple(row) for row in rows), last))


def _onto(placed: Placed, target: GridMap) -> np.ndarray:
    """The map on the pixels of `target`, NaN where the model saw nothing."""
    own = placed.grid
    pairs = list(zip(own.scales(), own.offsets(), target.scales(), target.offsets(), strict=True))
    n = len(pairs)
    rows = [[*(s / t if i == j else 0.0 for j in range(n)), (o - p) / t] for i, (s, o, t, p) in enumerate(pairs)]
    through = GridMap(
        target.model_shape, own.model_shape, (*(tuple(row) for row in rows), (*(0.0,) * n, 1.0)), own.steps
    )
    return through.to_source(placed.heatmap.values)
