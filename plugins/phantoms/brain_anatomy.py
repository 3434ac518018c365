"""The brain phantom's anatomy: tissues and named regions as functions of a point in template space, in millimetres.

x runs to the right, y to the front, z to the top. Everything but the folds is the same on both sides, so most shapes
are written for |x|. Sizes are those of an adult's head; forms are ellipsoids, planes and sheets, and nothing more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

CORTICAL = (
    "Frontal_Superior", "Frontal_Middle", "Frontal_Inferior", "Frontal_Orbital", "Frontal_Medial", "Precentral",
    "Postcentral", "Parietal_Superior", "Parietal_Inferior", "Precuneus", "Cingulate", "Occipital_Medial",
    "Occipital_Lateral", "Temporal_Superior", "Temporal_Inferior", "Insula",
)  # fmt: skip
DEEP = ("Hippocampus", "Amygdala", "Thalamus", "Caudate", "Putamen")
LOWER = ("Cerebellum",)
SIDED = (*CORTICAL, *DEEP, *LOWER)
NAMES = (*(f"{name}_{side}" for name in SIDED for side in "LR"), "Brainstem")
"""Regions by label, from 1: left ones are odd, right ones even, the brainstem comes last."""

_DEEP_SHAPES = {
    "Hippocampus": ((28, -22, -13), (8, 19, 7.5)),
    "Amygdala": ((25, 1, -17), (8, 8, 8)),
    "Thalamus": ((11, -18, 8), (9.5, 14, 10)),
    "Caudate": ((15, 12, 12), (6, 16, 10)),
    "Putamen": ((27, 3, 1), (7, 15, 10)),
}
_REACH_MM = 17.0
"""How deep below the surface a cortical region reaches."""


class Anatomy(NamedTuple):
    """What is where, at each of many points.

    label: int16, 1.. as in `NAMES`, 0 elsewhere. brain: mm below the surface of cerebrum, cerebellum or brainstem.
    cerebrum: mm below the cerebrum's smooth surface. deep: mm below the surface of the deep nucleus that `label` names.
    ventricle, skull, scalp: mm below theirs; negative is outside.
    """

    label: NDArray[np.int16]
    cerebrum: Field
    lower: Field
    deep: Field
    ventricle: Field
    skull: Field
    scalp: Field


def anatomy(x: Field, y: Field, z: Field) -> Anatomy:
    """The anatomy at points (x, y, z), arrays of one shape."""
    side = np.abs(x)
    cerebrum = _cerebrum(side, y, z)
    cerebellum = _below(side, y, z, (23, -60, -36), (26, 25, 19))
    stem = _below(x, y, z, (0, -28, -36), (12, 13, 34))
    names = _cortical(side, y, z, cerebrum)
    deep = np.full(x.shape, -np.inf, np.float32)
    for name, (centre, radii) in _DEEP_SHAPES.items():
        depth = _below(side, y, z, centre, radii)
        inside = depth > 0
        names[inside] = SIDED.index(name)
        deep[inside] = depth[inside]
    lower = np.maximum(cerebellum, stem)
    low = (lower > 0) & (cerebrum <= lower)
    names[low & (cerebellum > 0)] = SIDED.index("Cerebellum")
    label = np.where(names >= 0, 2 * names + np.where(x > 0, 2, 1), 0).astype(np.int16)
    label[low & (stem >= cerebellum)] = len(NAMES)
    ventricle = np.maximum(_below(side, y, z, (10, 0, 17), (6, 30, 8)), _below(x, y, z, (0, -14, 4), (3, 13, 9)))
    label[(ventricle > 0) & (deep <= 0)] = 0
    head = _below(x, y, z, (0, -17, 2), (77, 95, 88))
    return Anatomy(label, cerebrum, lower, deep, ventricle, head - 9, head)


def folds(x: Field, y: Field, z: Field) -> Field:
    """About -1..1: the fold pattern of the surface, waves of 16 to 28 mm in fixed directions."""
    waves = np.random.default_rng(20).normal(size=(8, 3))
    waves *= (2 * np.pi / np.linspace(16, 28, 8) / np.linalg.norm(waves, axis=1))[:, None]
    total = np.zeros_like(x)
    for i, (a, b, c) in enumerate(waves.astype(np.float32)):
        total += np.sin(a * x + b * y + c * z + np.float32(i))
    return total / np.float32(2.5)


def _cerebrum(side: Field, y: Field, z: Field) -> Field:
    """Mm below the smooth surface: an ellipsoid flat below, two temporal lobes, and the fissures cut out."""
    upper = np.minimum(_below(side, y, z, (0, -17, 14), (66, 84, 58)), (z + 26) * 0.9)
    lobes = _below(side, y, z, (44, -8, -22), (21, 42, 19))
    whole = np.maximum(upper, lobes)
    callosum = _below(side, y, z, (0, -12, 12), (26, 42, 20))
    between = np.maximum(side - 1.2, callosum)
    sylvian = -_below(side, y, z, (56, 4, -5), (20, 26, 2.8))
    return np.minimum(np.minimum(whole, between), sylvian)


def _cortical(side: Field, y: Field, z: Field, cerebrum: Field) -> NDArray[np.int16]:
    """Index into `SIDED` of the cortical region that each point lies in; -1 outside the shell that they fill."""
    tilt = y + 0.25 * (z - 20)
    rules = (
        ("Insula", _below(side, y, z, (39, 4, 2), (7, 22, 15)) > 0),
        ("Temporal_Superior", (z < -4) & (side > 24) & (y > -62) & (z > -20) & (y < 36)),
        ("Temporal_Inferior", (z <= -20) & (side > 18) & (y > -62) & (y < 36)),
        ("Occipital_Medial", (y < -72) & (side < 20)),
        ("Occipital_Lateral", (y < -72) | ((y < -58) & (z < 6))),
        ("Cingulate", (side < 14) & (_below(side, y, z, (0, -10, 12), (30, 56, 30)) > 0)),
        ("Precuneus", (side < 17) & (tilt < -40)),
        ("Frontal_Medial", (side < 15) & (tilt > -4)),
        ("Parietal_Superior", (tilt < -40) & (z > 36)),
        ("Parietal_Inferior", tilt < -40),
        ("Postcentral", tilt < -22),
        ("Precentral", tilt < -4),
        ("Frontal_Orbital", z < -6),
        ("Frontal_Superior", z > 38),
        ("Frontal_Middle", z > 14),
        ("Frontal_Inferior", z >= -6),
    )  # fmt: skip
    shell = (cerebrum > -3) & (cerebrum < _REACH_MM)
    shell |= (cerebrum > -3) & (rules[0][1] | (rules[5][1] & (np.abs(z - 12) > 14)))
    chosen = np.select([where for _, where in rules], [SIDED.index(name) for name, _ in rules], -1)
    return np.where(shell, chosen, -1).astype(np.int16)


def _below(x: Field, y: Field, z: Field, centre: tuple[float, ...], radii: tuple[float, ...]) -> Field:
    """About how many mm a point lies below the surface of an ellipsoid; negative outside."""
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape, z.shape), np.float32)
    for p, c, r in zip((x, y, z), centre, radii, strict=True):
        total += ((p - np.float32(c)) / np.float32(r)) ** 2
    return (1 - np.sqrt(total)) * np.float32(min(radii))
