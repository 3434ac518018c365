"""Spots with wavy rims, in units of the field's radius, and how much of each pixel shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from salviewer_plugins.phantoms.fundus_field import Field, Grid

WAVES = 5
_NUMBERS = np.arange(2, WAVES + 2, dtype=np.float32)[:, None, None]
"""How many times each of a rim's waves goes up and down on the way around."""
CUT = 0.12
"""What shows less than this of a spot shows none of it, so that a mask ends where the eye sees the spot end."""


class Spot(NamedTuple):
    """An ellipse with a wavy rim. long, wide: half axes; angle: of the long one; edge: how far its rim is spread.

    waves: (2, WAVES) heights and phases of the rim's waves; strength: 0..1 in the middle.
    """

    x: float
    y: float
    long: float
    wide: float
    angle: float
    edge: float
    strength: float
    waves: tuple[tuple[float, ...], tuple[float, ...]]


def spot(random: np.random.Generator, at: tuple[float, float], radius: float, **other: float) -> Spot:
    """A spot of about `radius` at `at`. other: wide, angle, edge, strength, rough."""
    rough, phases = other.get("rough", 0.12), random.uniform(0, 2 * np.pi, WAVES)
    heights = random.normal(0, rough, WAVES) / np.arange(1, WAVES + 1) ** 0.5
    angle = other.get("angle", float(random.uniform(0, np.pi)))
    return Spot(
        *at, radius, other.get("wide", radius * float(random.uniform(0.7, 1))), angle, other.get("edge", 0.004),
        other.get("strength", 0.9), (tuple(heights.tolist()), tuple(phases.tolist())),
    )  # fmt: skip


def paint(spots: Sequence[Spot], grid: Grid, blur: float) -> Field:
    """(size, size) in 0..1: how much of each pixel shows `spots`, 0 outside their mask. blur: of rims, in pixels."""
    whole = np.zeros((grid.size, grid.size), np.float32)
    for one in spots:
        _paint(whole, one, grid, blur)
    return whole


def _paint(whole: Field, one: Spot, grid: Grid, blur: float) -> None:
    per = grid.per_radius
    column, row = float(grid.columns(np.float32(one.x))), float(grid.rows(np.float32(one.y)))
    reach = (1.6 * max(one.long, one.wide) + one.edge) * per + blur + 1
    left, right = max(0, int(column - reach)), min(grid.size, int(column + reach) + 2)
    top, bottom = max(0, int(row - reach)), min(grid.size, int(row + reach) + 2)
    if left >= right or top >= bottom:
        return
    x = (np.arange(left, right, dtype=np.float32) + 0.5 - column)[None] * np.float32(-1 if grid.mirrored else 1)
    y = (np.arange(top, bottom, dtype=np.float32) + 0.5 - row)[:, None]
    cos, sin = np.float32(np.cos(one.angle)), np.float32(np.sin(one.angle))
    along, across = (x * cos + y * sin) / np.float32(one.long * per), (y * cos - x * sin) / np.float32(one.wide * per)
    far, turn = np.sqrt(along**2 + across**2), np.arctan2(across, along)
    heights, phases = np.array(one.waves, np.float32)[:, :, None, None]
    rim = 1 + (heights * np.sin(_NUMBERS * turn + phases)).sum(0)
    edge = max(one.edge * per, blur)
    depth = (np.clip(rim, 0.45, 1.55) - far) * np.float32((one.long * one.wide) ** 0.5 * per)
    share = np.clip(depth / np.float32(edge) + np.float32(0.5), 0, 1)
    share = share * share * (3 - 2 * share) * np.float32(one.strength)
    share = np.where(share > CUT * one.strength, share, 0)
    part = whole[top:bottom, left:right]
    np.maximum(part, share, out=part)
