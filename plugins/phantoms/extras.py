"""What may grow on the plant of an8Flower: balls on its flower, thorns on its stem."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salviewer_plugins.phantoms.surfaces import Array, Mesh, sweep, unit

_GOLDEN_ANGLE = np.deg2rad(137.5)
_BALL, _THORN, _THORN_FOOT = 0.09, 0.25, 0.06
"""Radius of a ball, length of a thorn and radius of its foot, in pot heights."""
_THORNS, _LOWEST, _HIGHEST = 16, 0.10, 0.95
"""How many thorns, and between which fractions of the stem."""


def balls(petals: Sequence[Mesh], head: Array) -> list[Mesh]:
    """A ball on the tip of each of `petals`, of a flower around `head` (3,)."""
    tips = [petal.points[np.linalg.norm(petal.points - head, axis=1).argmax()] for petal in petals]
    return [_ball(tip) for tip in tips]


def _ball(centre: Array) -> Mesh:
    angle = np.linspace(0, np.pi, 11)
    path = centre - _BALL * np.cos(angle)[:, None] * np.array([0.0, 1, 0])
    radius = _BALL * np.sin(angle)
    return sweep(path, np.array([0.0, 0, 1]), np.array([1.0, 0, 0]), radius, radius, sides=16)


def thorns(stem: Array, tangent: Array, radius: Array, rng: np.random.Generator) -> list[Mesh]:
    """Thorns around the stem, whose centre line is `stem` (n, 3) with unit `tangent` (n, 3) and `radius` (n,)."""
    turn, found = rng.uniform(0, 2 * np.pi), []
    for height in np.linspace(_LOWEST, _HIGHEST, _THORNS):
        turn += _GOLDEN_ANGLE + rng.uniform(-0.2, 0.2)
        i = round(height * (len(stem) - 1))
        side = unit(np.cross(tangent[i], [0.0, 0.0, 1.0]))
        out = np.cos(turn) * side + np.sin(turn) * np.cross(tangent[i], side)
        found.append(_thorn(stem[i] + 0.7 * radius[i] * out, unit(out + 0.25 * tangent[i]), tangent[i]))
    return found


def _thorn(foot: Array, out: Array, along: Array) -> Mesh:
    """A cone from `foot` towards `out`, closed at both ends."""
    s = np.array([0.0, 0.0, 0.25, 0.5, 0.75, 1.0])
    radius = _THORN_FOOT * np.array([0, 1, 0.8, 0.55, 0.28, 0])
    across = unit(np.cross(along, out))
    return sweep(foot + _THORN * s[:, None] * out, across, np.cross(out, across), radius, radius, sides=10)
