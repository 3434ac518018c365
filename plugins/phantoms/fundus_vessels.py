"""The retina's arteries and veins: a tree that grows from the disc, in units of the field's radius.

Every vessel is a curve whose heading is known in closed form, so that all vessels of one generation are grown at once.
The temporal ones leave the disc upwards or downwards and arch around the macula; the others run to the nasal side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from salviewer_plugins.phantoms.fundus_field import Field, Grid

STEPS = 28
_MARGIN = 64
"""Pixels around the picture, so that what reaches over its edge needs no care."""
TURN = 0.42
"""How far from the disc an arcade has turned by two thirds."""
BARE = (0.07, 0.22)
"""From the fovea: nearer than the first there is no vessel, from the second on they have their full width."""
_VEIN_RADIUS, _ARTERY_RADIUS = 0.021, 0.0155
_CHILDREN = (6, 3)


class Tree(NamedTuple):
    """All vessels. x, y, radius: (vessels, STEPS); vein: (vessels,) bool."""

    x: Field
    y: Field
    radius: Field
    vein: NDArray[np.bool_]

    def near(self, x: float, y: float) -> float:
        """From (x, y) to the wall of the nearest vessel; negative inside it."""
        there = self.radius > 0
        return float((np.hypot(self.x - x, self.y - y) - self.radius)[there].min())


class _Stems(NamedTuple):
    """How vessels leave: (n,) each. heading: at the end of the turn; turn: what is left of it at the start."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    heading: NDArray[np.float64]
    turn: NDArray[np.float64]
    curl: NDArray[np.float64]
    length: NDArray[np.float64]
    radius: NDArray[np.float64]
    vein: NDArray[np.bool_]


def grow(random: np.random.Generator, disc: tuple[float, float], fovea: tuple[float, float], wiggle: float) -> Tree:
    """The tree of one eye, whose temporal side is that of the fovea, to the right of the disc.

    wiggle: how tortuous the vessels are; 1 is usual.
    """
    axis = np.arctan2(fovea[1] - disc[1], fovea[0] - disc[0])
    stems = _roots(random, disc, axis)
    grown = []
    for children in (*_CHILDREN, 0):
        x, y, heading = _curves(random, stems, wiggle)
        radius = stems.radius[:, None] * (1 - 0.8 * np.linspace(0, 1, STEPS) ** 1.8)
        grown.append((x, y, radius, stems.vein))
        if children:
            stems = _branches(random, stems, (x, y, heading, radius), children)
    x, y, radius = (np.concatenate([g[i] for g in grown]).astype(np.float32) for i in range(3))
    away = np.hypot(x - fovea[0], y - fovea[1])
    radius *= np.clip((away - BARE[0]) / (BARE[1] - BARE[0]), 0, 1)
    return Tree(x, y, radius, np.concatenate([g[3] for g in grown]))


def _roots(random: np.random.Generator, disc: tuple[float, float], axis: float) -> _Stems:
    """Twelve: an artery and a vein to each quarter, and four small ones towards the macula and away from it."""
    n = 12
    side = np.tile([-1.0, 1.0], n // 2)
    kind = np.repeat([0, 0, 1, 1, 2, 3], 2)  # temporal, temporal, nasal, nasal, macular, far nasal
    vein = np.repeat([True, False, True, False, False, True], 2)
    end = np.choose(kind, [0.04, 2.25, 0.22, 2.8]) + random.normal(0, 0.09, n)
    start = np.choose(kind, [1.75, 1.6, 0.8, 2.6]) + random.normal(0, 0.12, n)
    length = np.choose(kind, [1.9, 1.1, 0.55, 0.8]) * random.uniform(0.85, 1.1, n)
    thick = np.choose(kind, [1.0, 0.72, 0.36, 0.42]) * random.uniform(0.85, 1.1, n)
    return _Stems(
        x=disc[0] + random.normal(0.005, 0.016, n), y=disc[1] + side * 0.02 + random.normal(0, 0.012, n),
        heading=axis + side * end, turn=side * (start - end), curl=side * random.normal(-0.04, 0.08, n),
        length=length, radius=thick * np.where(vein, _VEIN_RADIUS, _ARTERY_RADIUS), vein=vein,
    )  # fmt: skip


def _curves(random: np.random.Generator, stems: _Stems, wiggle: float) -> tuple[NDArray[np.float64], ...]:
    """X, y, heading: (n, STEPS)."""
    n, calm = len(stems.x), np.clip(0.9 / stems.length[:, None], 0.55, 1) * wiggle
    along = np.linspace(0, 1, STEPS) * stems.length[:, None]
    heading = stems.heading[:, None] + stems.turn[:, None] * np.exp(-along / TURN) + stems.curl[:, None] * along
    for wave, height in ((0.5, 0.16), (0.22, 0.16), (0.1, 0.14)):
        phase, size = random.uniform(0, 2 * np.pi, (n, 1)), random.normal(0, height, (n, 1)) * calm
        heading = heading + size * (np.sin(along * (2 * np.pi / wave) + phase) - np.sin(phase))
    step = stems.length[:, None] / (STEPS - 1)
    x = stems.x[:, None] + np.cumsum(np.cos(heading) * step, 1) - np.cos(heading[:, :1]) * step
    y = stems.y[:, None] + np.cumsum(np.sin(heading) * step, 1) - np.sin(heading[:, :1]) * step
    return x, y, heading


def _branches(
    random: np.random.Generator, stems: _Stems, curves: tuple[NDArray[np.float64], ...], count: int
) -> _Stems:
    """`count` branches of each vessel, to either side."""
    x, y, heading, radius = curves
    n = len(stems.x)
    spot = 0.1 + 0.88 * (np.arange(count) + random.uniform(0.1, 1, (n, count))) / count
    at = np.clip((spot * (STEPS - 1)).astype(int), 3, STEPS - 2)
    rows = np.arange(n)[:, None]
    side = np.where((np.arange(count) + random.integers(0, 2, (n, 1))) % 2 == 0, 1.0, -1.0)
    side *= np.where(random.random((n, count)) < 0.2, -1, 1)
    angle = side * random.uniform(0.4, 1.05, (n, count))
    length = np.clip(stems.length[:, None] * random.uniform(0.22, 0.6, (n, count)) * (1.15 - 0.6 * spot), 0.05, 0.8)
    thin = radius[rows, at] * random.uniform(0.42, 0.72, (n, count))
    made = _Stems(
        x[rows, at], y[rows, at], heading[rows, at] + angle * 0.75, angle * 0.25,
        -side * random.uniform(-0.4, 1.3, (n, count)), length, np.maximum(thin, 0.003),
        np.broadcast_to(stems.vein[:, None], (n, count)),
    )  # fmt: skip
    return _Stems(*(values.ravel() for values in made))


def depth(tree: Tree, chosen: NDArray[np.bool_], grid: Grid, rim: float) -> Field:
    """(size, size): how deep each pixel's centre lies in the `chosen` vessels, in pixels; at least -`rim`."""
    x, y, radius = _dense(tree, chosen, grid)
    found = np.full((grid.size + 2 * _MARGIN) ** 2, -rim, np.float32)
    reach = np.clip(np.ceil(radius + rim - 0.5), 1, _MARGIN).astype(int)
    for half in np.unique(reach):
        some = reach == half
        _splat(found, x[some], y[some], radius[some], int(half), grid.size + 2 * _MARGIN)
    whole = found.reshape(grid.size + 2 * _MARGIN, -1)
    return whole[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]


def _dense(tree: Tree, chosen: NDArray[np.bool_], grid: Grid) -> tuple[Field, Field, Field]:
    """Points along the vessels, at most about half a pixel or a third of their radius apart, in pixels: (n,) each."""
    x, y, radius = grid.columns(tree.x[chosen]), grid.rows(tree.y[chosen]), tree.radius[chosen] * grid.per_radius
    gap = np.hypot(np.diff(x), np.diff(y))
    middle = np.maximum(radius[:, 1:], radius[:, :-1])
    count = np.ceil(gap / np.maximum(1.0, middle * 0.25)).astype(int)
    inside = np.minimum(np.minimum(x, y), grid.size - np.maximum(x, y)) > -8
    count[(middle <= 0) | ~(inside[:, 1:] | inside[:, :-1])] = 0
    vessel, step = np.nonzero(count)
    times = count[vessel, step]
    vessel, step = np.repeat(vessel, times), np.repeat(step, times)
    first = np.cumsum(times) - times
    share = ((np.arange(times.sum()) - np.repeat(first, times)) / np.repeat(times, times)).astype(np.float32)
    thick = radius[vessel, step] + share * (radius[vessel, step + 1] - radius[vessel, step])
    return _smooth(x, vessel, step, share), _smooth(y, vessel, step, share), thick


def _smooth(v: Field, vessel: NDArray[np.intp], step: NDArray[np.intp], share: Field) -> Field:
    """`v` (vessels, STEPS) at `share` 0..1 of the way from `step` to the next: a cubic through all points."""
    slope = np.empty_like(v)
    slope[:, 1:-1] = (v[:, 2:] - v[:, :-2]) / 2
    slope[:, 0], slope[:, -1] = v[:, 1] - v[:, 0], v[:, -1] - v[:, -2]
    rise = v[vessel, step + 1] - v[vessel, step]
    start, end = slope[vessel, step] - rise, slope[vessel, step + 1] - rise
    bend = share * (1 - share) * (start * (1 - share) - end * share)
    return v[vessel, step] + share * rise + bend


def _splat(found: Field, x: Field, y: Field, radius: Field, half: int, width: int) -> None:
    """Deepen `found` (width * width,) around points by how deep its pixels lie in discs of `radius`."""
    column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    keep = (column > -_MARGIN + half) & (column < width - _MARGIN - half)
    keep &= (row > -_MARGIN + half) & (row < width - _MARGIN - half)
    x, y, radius, column, row = x[keep], y[keep], radius[keep], column[keep], row[keep]
    near = np.arange(-half, half + 1)
    across = (column[:, None] + near + 0.5 - x[:, None]).astype(np.float32) ** 2
    down = (row[:, None] + near + 0.5 - y[:, None]).astype(np.float32) ** 2
    deep = radius[:, None, None] - np.sqrt(down[:, :, None] + across[:, None, :])
    places = (row[:, None, None] + near[:, None] + _MARGIN) * width + (column[:, None, None] + near + _MARGIN)
    np.maximum.at(found, places.ravel(), deep.ravel())
