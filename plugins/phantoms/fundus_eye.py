"""One rendered eye: all that is drawn by chance about it, in units of the field's radius and so for every size.

Eyes of one person share colour, choroid and health. Every part has its own stream of chance, so that an eye without
its lesions is the same eye.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from salviewer_plugins.phantoms import fundus_lesions as lesions
from salviewer_plugins.phantoms.fundus_lesions import Places
from salviewer_plugins.phantoms.fundus_spots import Spot, spot
from salviewer_plugins.phantoms.fundus_vessels import Tree, grow

_PERSON, _VIEW, _VESSELS, _COUNTS, _LESIONS, _DECOYS, _GROUND, _NOISE = range(8)
_GROUNDS = np.array(
    [[0.80, 0.38, 0.10], [0.56, 0.23, 0.05], [0.72, 0.42, 0.31], [0.70, 0.41, 0.10], [0.88, 0.36, 0.06],
     [0.62, 0.33, 0.22]]
)  # fmt: skip
"""Colours of retinas, from orange to dark, pink and olive."""


class Decoys(NamedTuple):
    """What looks like a lesion and is none, in healthy and ill eyes alike. dust: dark, out of focus, on the lens."""

    drusen: tuple[Spot, ...]
    dust: tuple[Spot, ...]
    reflections: tuple[Spot, ...]
    nevus: tuple[Spot, ...]
    contour: bool


class Eye(NamedTuple):
    """zoom: the field's radius in halves of the picture. spots: lesions by kind. seed: of person and eye."""

    seed: tuple[int, int, int]
    mirrored: bool
    zoom: float
    disc: tuple[float, float]
    disc_radius: tuple[float, float]
    cup: float
    fovea: tuple[float, float]
    tree: Tree
    colour: tuple[float, float, float]
    tiger: float
    blur: float
    noise: float
    spots: Mapping[str, tuple[Spot, ...]]
    decoys: Decoys

    def ground(self) -> np.random.Generator:
        """The chance that draws light and texture: the same sequence at every call."""
        return np.random.default_rng((*self.seed, _GROUND))

    def grain(self, size: int) -> np.random.Generator:
        """The chance that draws the noise of a picture of `size` pixels."""
        return np.random.default_rng((*self.seed, _NOISE, size))


def counts(seed: int, person: int, side: int, ill: bool) -> dict[str, int]:
    """How many lesions of each kind `eye` of the same arguments has."""
    return lesions.counts_of(np.random.default_rng((seed, person, side, _COUNTS)), ill)


def eye(seed: int, person: int, side: int, ill: bool) -> Eye:
    """The left (`side` 0) or right (1) eye of `person`, of the population that `seed` draws."""
    both, key = np.random.default_rng((seed, person, _PERSON)), (seed, person, side)
    shares = both.dirichlet(np.full(len(_GROUNDS), 0.35))
    colour = (shares @ _GROUNDS) * both.uniform(0.72, 1.12)
    tiger, wiggle, cup = both.uniform(0, 1) ** 2, both.uniform(0.6, 1.35), both.uniform(0.35, 0.62)
    random = np.random.default_rng((*key, _VIEW))
    fovea = (float(random.uniform(-0.08, 0.34)), float(random.normal(0.03, 0.05)))
    disc = (fovea[0] - float(random.uniform(0.74, 0.86)), fovea[1] - float(random.normal(0.06, 0.045)))
    radius = float(random.uniform(0.13, 0.172))
    zoom = float(random.uniform(0.95, 1.0) if random.random() < 0.4 else random.uniform(1.0, 1.14))
    tree = grow(np.random.default_rng((*key, _VESSELS)), disc, fovea, wiggle)
    places = Places(disc, radius, fovea, 1 / zoom, tree)
    spots = {
        kind: tuple(lesions.DRAW[kind](np.random.default_rng((*key, _LESIONS, lesions.KINDS.index(kind))), places, n))
        for kind, n in counts(*key, ill).items()
    }
    return Eye(
        key, mirrored=side == 1, zoom=zoom, disc=disc, disc_radius=(radius * 0.94, radius * 1.06), cup=float(cup),
        fovea=fovea, tree=tree, colour=(float(colour[0]), float(colour[1]), float(colour[2])), tiger=float(tiger),
        blur=float(random.uniform(0.006, 0.014)), noise=float(random.uniform(0.008, 0.02)), spots=spots,
        decoys=_decoys(np.random.default_rng((*key, _DECOYS)), places),
    )  # fmt: skip


def _decoys(random: np.random.Generator, places: Places) -> Decoys:
    """Each kind in some eyes."""
    drusen, dust, reflections, nevus = [], [], [], []
    if random.random() < 0.45:
        for _ in range(int(random.integers(2, 12))):
            radius = float(random.uniform(0.008, 0.019))
            at = places.draw(random, 0.22, radius, -1)
            drusen.append(_round(random, at, radius, edge=1.6 * radius, strength=random.uniform(0.25, 0.5)))
    if random.random() < 0.35:
        for _ in range(int(random.integers(1, 4))):
            radius = float(random.uniform(0.025, 0.05))
            at = (float(random.uniform(-0.8, 0.8)), float(random.uniform(-0.8, 0.8)))
            dust.append(_round(random, at, radius, edge=radius, strength=random.uniform(0.1, 0.24)))
    if random.random() < 0.4:
        for _ in range(int(random.integers(1, 4))):
            turn, far = random.uniform(0, 2 * np.pi), random.uniform(0.55, 0.95)
            at, radius = (float(far * np.cos(turn)), float(far * np.sin(turn))), float(random.uniform(0.04, 0.12))
            reflections.append(_round(random, at, radius, edge=1.7 * radius, strength=random.uniform(0.1, 0.3)))
    if random.random() < 0.12:
        radius = float(random.uniform(0.04, 0.1))
        at = places.draw(random, 0.45, radius, -1)
        nevus.append(_round(random, at, radius, edge=0.8 * radius, strength=random.uniform(0.3, 0.6)))
    contour = bool(random.random() < 0.15)
    return Decoys(tuple(drusen), tuple(dust), tuple(reflections), tuple(nevus), contour)


def _round(random: np.random.Generator, at: tuple[float, float], radius: float, edge: float, strength: float) -> Spot:
    return spot(random, at, radius, edge=edge, strength=float(strength), rough=0.05)
