"""The plant of an8Flower: pot, stem, leaves, calyx, flower and extras as one mesh, each triangle knowing its part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salviewer_plugins.phantoms.extras import balls, thorns
from salviewer_plugins.phantoms.surfaces import Array, Mesh, curve, sweep, unit

_GOLDEN_ANGLE = np.deg2rad(137.5)
_UP = np.array([0.0, 1.0, 0.0])
_STEM = [(0, 0.66, 0), (0.10, 1.2, -0.10), (-0.16, 1.75, -0.16), (-0.02, 2.18, 0.02)]
_LEAF_HEIGHTS = (0.10, 0.17, 0.30, 0.42, 0.55, 0.66)
_PETAL_RINGS = ((8, 0.82, 0.36, 0.0), (8, 0.68, 0.52, 0.5))
"""Per ring: petals, their length, how far they are lifted into a bowl, by which part of a petal the ring is turned."""


@dataclass(frozen=True, eq=False)
class Plant:
    """The whole plant: a `Mesh`, with `part` (F,) saying which of `names` each triangle belongs to.

    `casting`: how many of its first triangles throw shadows; those behind are the extras, which throw none.
    """

    mesh: Mesh
    part: NDArray[np.uint8]
    names: tuple[str, ...]
    casting: int


def grow(rng: np.random.Generator, stem_width: float = 1.0, extra: str = "") -> Plant:
    """A plant whose leaves and petals are placed a little differently by `rng`. Lengths are about 1 per pot.

    stem_width: a factor; 1 is the usual stem. extra: "balls" on the flower, "thorns" on the stem, or ""; with it, all
    else grows as without it.
    """
    stem, tangent = curve(_STEM, np.linspace(0, 1, 30))
    facing = np.array([0.0, np.sin(np.deg2rad(54)), np.cos(np.deg2rad(54))])
    head = stem[-1] + 0.10 * facing
    radius = stem_width * np.linspace(0.078, 0.052, len(stem))
    pieces = [("pot", _pot()), ("soil", _soil()), ("stem", _tube(stem, tangent, radius))]
    pieces += [("leaf", leaf) for leaf in _leaves(stem, rng)]
    pieces += [("calyx", piece) for piece in _calyx(head, facing)]
    petals = _petals(head, facing, rng)
    pieces += [("flower", petal) for petal in petals]
    pieces.append(("flower", _dome(head + 0.05 * facing, facing, 0.25, 0.30, tone=0.4)))
    return _joined(pieces, [(extra, piece) for piece in _extras(extra, petals, head, (stem, tangent, radius), rng)])


def _extras(
    extra: str, petals: list[Mesh], head: Array, stem: tuple[Array, Array, Array], rng: np.random.Generator
) -> list[Mesh]:
    if extra == "balls":
        return balls(petals, head)
    return thorns(*stem, rng) if extra == "thorns" else []


def _joined(usual: list[tuple[str, Mesh]], extras: list[tuple[str, Mesh]]) -> Plant:
    pieces = [*usual, *extras]
    names = tuple(dict.fromkeys(name for name, _ in pieces))
    meshes = [mesh for _, mesh in pieces]
    starts = np.cumsum([0] + [len(m.points) for m in meshes[:-1]])
    mesh = Mesh(
        np.concatenate([m.points for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.tone for m in meshes]),
        np.concatenate([m.triangles + start for m, start in zip(meshes, starts, strict=True)]),
    )
    part = np.concatenate([np.full(len(m.triangles), names.index(name), np.uint8) for name, m in pieces])
    return Plant(mesh, part, names, casting=sum(len(m.triangles) for _, m in usual))


def _turned(profile: list[tuple[float, float]], sides: int) -> Mesh:
    """The surface of revolution about the vertical of (radius, height) pairs, which go up on the outside."""
    radius, height = np.array(profile).T
    return sweep(height[:, None] * _UP, np.array([0.0, 0, 1]), np.array([1.0, 0, 0]), radius, radius, sides=sides)


def _pot() -> Mesh:
    outside = [(0, 0), (0.31, 0), (0.325, 0.01), (0.445, 0.515), (0.50, 0.52), (0.515, 0.54), (0.525, 0.685)]
    inside = [(0.515, 0.70), (0.465, 0.70), (0.455, 0.685), (0.445, 0.62), (0, 0.62)]
    return _turned([*outside, *inside], 40)


def _soil() -> Mesh:
    return _turned([(0, 0.55), (0.45, 0.55), (0.45, 0.64), (0.26, 0.67), (0, 0.68)], 24)


def _tube(path: Array, tangent: Array, radius: Array) -> Mesh:
    across = unit(np.cross(tangent, [0.0, 0.0, 1.0]))
    tone = np.linspace(0.8, 1.1, len(path))
    return sweep(path, across, np.cross(tangent, across), radius, radius, tone=tone)


def _dome(centre: Array, facing: Array, radius: float, height: float, *, tone: float) -> Mesh:
    """An ellipsoid of `radius`, `height` long along `facing`."""
    angle = np.linspace(0, np.pi, 9)
    e1, e2 = _plane(facing)
    path = centre + (height / 2 * (1 - np.cos(angle)))[:, None] * facing
    return sweep(path, e1, e2, radius * np.sin(angle), radius * np.sin(angle), sides=18, tone=tone)


def _blade(
    bend: list[Array],
    at: Array,
    side: Array,
    width: Array,
    thickness: Array,
    **paint: ArrayLike,
) -> Mesh:
    """A leaf or petal along the Bezier curve of the points `bend`, its width along `side`; `paint` as in `sweep`."""
    path, tangent = curve(bend, at)
    across = unit(side - (tangent @ side)[:, None] * tangent)
    up = np.cross(tangent, across)
    return sweep(path, across, up, width, thickness, sides=10, **paint)


def _leaves(stem: Array, rng: np.random.Generator) -> list[Mesh]:
    """Leaves around the stem, the lowest the longest; height, turn, length and rise vary by `rng`."""
    turn = rng.uniform(0, 2 * np.pi)
    leaves = []
    for i, height in enumerate(_LEAF_HEIGHTS):
        turn += _GOLDEN_ANGLE + rng.uniform(-0.25, 0.25)
        length = (1.02 - 0.09 * i) * rng.uniform(0.92, 1.06)
        rise = rng.uniform(0.30, 0.46)
        foot = stem[round((height + rng.uniform(-0.02, 0.02)) * (len(stem) - 1))]
        leaves.append(_leaf(foot, np.array([np.cos(turn), 0.0, np.sin(turn)]), length, rise))
    return leaves


def _leaf(foot: Array, out: Array, length: float, rise: float) -> Mesh:
    s = _denser_at_the_ends(15)
    outline = np.sin(np.pi * s**0.85) ** 0.8 + 0.06 * (1 - s)
    outline[-1] = 0
    bend = [0 * out, 0.35 * out + 0.9 * rise * _UP, 0.72 * out + 1.1 * rise * _UP, out + (rise - 0.42) * _UP]
    width, thickness = 0.23 * length * outline, 0.022 * np.minimum(1, 2.5 * (1 - s))
    path = [foot + length * b for b in bend]
    return _blade(path, s, np.cross(_UP, out), width, thickness, tone=0.8 + 0.32 * s, fold=0.35, vein=0.22)


def _calyx(head: Array, facing: Array) -> list[Mesh]:
    """A small cup behind the flower, and five sepals."""
    s = _denser_at_the_ends(9)
    e1, e2 = _plane(facing)
    pieces = [_dome(head - 0.19 * facing, facing, 0.2, 0.32, tone=0.9)]
    for turn in np.arange(5) * 2 * np.pi / 5:
        out = np.cos(turn) * e1 + np.sin(turn) * e2
        bend = [0.10 * out - 0.10 * facing, 0.22 * out - 0.08 * facing, 0.30 * out, 0.42 * out + 0.14 * facing]
        width, thickness = 0.08 * np.sin(np.pi * s**0.7), 0.02 * np.sin(np.pi * s)
        pieces.append(_blade([head + b for b in bend], s, np.cross(facing, out), width, thickness, vein=0.1))
    return pieces


def _petals(head: Array, facing: Array, rng: np.random.Generator) -> list[Mesh]:
    """Two rings of petals; turn, length and lift of each vary by `rng`."""
    e1, e2 = _plane(facing)
    petals = []
    for count, length, lift, start in _PETAL_RINGS:
        for i in range(count):
            turn = 2 * np.pi * (i + start + rng.uniform(-0.07, 0.07)) / count
            out = np.cos(turn) * e1 + np.sin(turn) * e2
            petals.append(_petal(head, out, facing, length * rng.uniform(0.94, 1.05), lift + rng.uniform(-0.04, 0.04)))
    return petals


def _petal(head: Array, out: Array, facing: Array, length: float, lift: float) -> Mesh:
    s = _denser_at_the_ends(13)
    outline = 0.9 * np.sqrt(np.clip(1 - (2 * s**1.5 - 1) ** 2, 0, 1)) + 0.1 * (1 - s)
    rise = lift * facing
    bend = [0.05 * out, 0.4 * out + 1.1 * rise, 0.75 * out + 1.3 * rise, out + 0.75 * rise]
    width, thickness = 0.27 * length * outline, 0.03 * np.sqrt(np.clip(1 - s**4, 0, 1))
    path = [head + length * b for b in bend]
    return _blade(path, s, np.cross(facing, out), width, thickness, tone=0.62 + 0.43 * s**0.7, fold=0.22, vein=-0.06)


def _denser_at_the_ends(n: int) -> Array:
    """`n` numbers from 0 to 1, close together at both ends, where outlines bend most."""
    return 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, n))


def _plane(facing: Array) -> tuple[Array, Array]:
    """Two unit vectors e1, e2 with e1 x e2 = facing."""
    e1 = unit(np.cross(_UP, facing))
    return e1, np.cross(facing, e1)
