"""One subject of the brain phantom: its own shape, its own atrophy, its own scanner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from salviewer_plugins.phantoms.brain_anatomy import NAMES, Anatomy, Field, anatomy, folds

FIELD_MM, CENTRE_MM = 192.0, (0.0, -15.0, 6.0)
CORTEX_MM, FOLD_MM, RECEDES_MM, SHRINKS_MM = 7.0, 5.0, 5.0, 3.5
AIR, BONE, FLUID, GREY, NUCLEUS, WHITE, SKIN = 0.01, 0.12, 0.22, 0.58, 0.64, 0.86, 0.72
EDGE_MM = 1.2


class Subject(NamedTuple):
    """values: float32 (X, Y, Z); label: int16, the regions as this subject has them before any atrophy."""

    values: Field
    label: NDArray[np.int16]


def affine(size: int) -> NDArray[np.float64]:
    """(4, 4) from voxels to RAS+ mm of a grid of `size` voxels a side."""
    step = FIELD_MM / size
    made = np.diag([step, step, step, 1.0])
    made[:3, 3] = np.array(CENTRE_MM) - step * (size - 1) / 2
    return made


def template(size: int) -> tuple[Field, NDArray[np.int16]]:
    """Values and labels of the undeformed brain: no atrophy, no bias, no noise."""
    x, y, z = _points(size)
    found = anatomy(x, y, z)
    return _tissue(found, folds(x, y, z), np.zeros(len(NAMES) + 1, np.float32), 0.0), found.label


def subject(seed: int, size: int, atrophy: Mapping[str, float]) -> Subject:
    """The subject that `seed` draws. atrophy: strength in 0..1 by region."""
    random = np.random.default_rng(seed)
    x, y, z = _warped(random, *_points(size))
    found = anatomy(x, y, z)
    strength = np.zeros(len(NAMES) + 1, np.float32)
    for at in random.choice(len(NAMES) - 1, 2, replace=False):  # everybody has lost a little somewhere
        strength[1 + at] = random.uniform(0.1, 0.35)
    for name, value in atrophy.items():
        strength[1 + NAMES.index(name)] = value
    values = _tissue(found, folds(x, y, z), strength, random.uniform(-0.8, 0.8))
    return Subject(_scanned(random, values), found.label)


def _points(size: int) -> tuple[Field, Field, Field]:
    step = FIELD_MM / size
    axes = [(np.arange(size) - (size - 1) / 2) * step + c for c in CENTRE_MM]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    return x.astype(np.float32), y.astype(np.float32), z.astype(np.float32)


def _warped(random: np.random.Generator, x: Field, y: Field, z: Field) -> tuple[Field, Field, Field]:
    """Where each point of the subject lies in template space: another size and pose, and a smooth warp."""
    size = x.shape[0]
    matrix = np.eye(3) + np.diag(random.normal(0, 0.03, 3)) + _turn(random.normal(0, 0.03, 3))
    shift = random.normal(0, 1.5, 3)
    knots = random.normal(0, 1.6, (3, 6, 6, 6)).astype(np.float32)
    weights = _spline(6, size)
    moved = []
    for row in range(3):
        warp = np.einsum("ai,bj,ck,ijk->abc", weights, weights, weights, knots[row], optimize=True)
        moved.append(
            np.float32(matrix[row, 0]) * x + np.float32(matrix[row, 1]) * y + np.float32(matrix[row, 2]) * z
            + np.float32(shift[row]) + warp
        )  # fmt: skip
    return moved[0], moved[1], moved[2]


def _turn(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = angles
    return np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])


def _spline(knots: int, size: int) -> Field:
    """(size, knots) weights of a smooth curve through evenly spaced knots (cubic B-spline)."""
    at = np.linspace(0, knots - 1, size)[:, None] - np.arange(knots)
    d = np.abs(at)
    weights = np.where(d < 1, 2 / 3 - d**2 + d**3 / 2, np.where(d < 2, (2 - d) ** 3 / 6, 0))
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def _tissue(found: Anatomy, fold: Field, strength: Field, thin_mm: float) -> Field:
    """The tissues' brightness, with soft edges. strength: of atrophy, by label; thin_mm: lost everywhere."""
    lost = strength[found.label]
    deep = np.isfinite(found.deep)
    surface = found.cerebrum + FOLD_MM * fold - thin_mm - np.where(deep, 0, RECEDES_MM * lost)
    values = AIR + (SKIN - AIR) * _inside(found.scalp)
    values += (BONE - values) * _inside(found.skull)
    values += (FLUID - values) * _inside(found.skull - 5)
    values += (GREY - values) * _inside(surface)
    values += (WHITE - values) * _inside(surface - CORTEX_MM + 1.5 * fold + 2 * np.where(deep, 0, lost))
    values += (0.62 + 0.12 * fold - values) * _inside(found.lower + 0.6 * fold)
    values += (FLUID - values) * _inside(found.ventricle)
    nucleus = np.where(deep, found.deep, -9.0)
    values += (FLUID - values) * np.where(deep, _inside(nucleus) * (lost > 0), 0)
    values += (NUCLEUS - values) * _inside(nucleus - SHRINKS_MM * np.where(deep, lost, 0))
    return (values * (1 - 0.06 * lost)).astype(np.float32)


def _inside(depth_mm: Field) -> Field:
    """0 outside, 1 inside, soft over about 3 mm."""
    return 1 / (1 + np.exp(-np.clip(depth_mm / np.float32(EDGE_MM), -30, 30)))


def _scanned(random: np.random.Generator, values: Field) -> Field:
    """What a scanner makes of it: another brightness on each side (bias field), another scale, noise."""
    axis = np.linspace(-1, 1, values.shape[0], dtype=np.float32)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij", sparse=True)
    a, b, c, d, e, f = random.normal(0, 0.06, 6).astype(np.float32)
    bias = np.exp(a * x + b * y + c * z + d * x * y + e * y * z + f * (z**2 - 0.3))
    noise = random.normal(0, 0.025, (2, *values.shape)).astype(np.float32)
    magnitude = np.hypot(values * bias + noise[0], noise[1])
    return (magnitude * np.float32(random.uniform(600, 900))).astype(np.float32)
