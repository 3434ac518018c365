"""What diabetes leaves in a retina: four kinds of lesions, drawn as spots in units of the field's radius.

Hemorrhages are blots and flames along the nerve fibres, dark red. Hard exudates are small, sharp and yellow, in heaps
and rings. Soft exudates are pale and fuzzy. Red small dots are microaneurysms, some pixels wide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from salviewer_plugins.phantoms.fundus_spots import Spot, spot
from salviewer_plugins.phantoms.fundus_vessels import Tree

HEMORRHAGES, HARD, SOFT, DOTS = KINDS = ("hemorrhages", "hard exudates", "soft exudates", "red small dots")
DOTS_ALLOWED = 3
"""An eye with at most so many red small dots and nothing else is not referable."""


class Places(NamedTuple):
    """Where an eye's lesions can be: not on the disc, inside the field, and clear of vessels where that matters."""

    disc: tuple[float, float]
    disc_radius: float
    fovea: tuple[float, float]
    field: float
    tree: Tree

    def fits(self, x: float, y: float, reach: float, clear: float) -> bool:
        """Whether a lesion as wide as `reach` can lie at (x, y), at least `clear` from any vessel's wall."""
        off_disc = np.hypot(x - self.disc[0], y - self.disc[1]) > self.disc_radius * 1.25 + reach
        inside = np.hypot(x, y) + reach < 0.93 and max(abs(x), abs(y)) + reach < self.field
        return bool(off_disc and inside and (clear < 0 or self.tree.near(x, y) > clear))

    def draw(self, random: np.random.Generator, spread: float, reach: float, clear: float) -> tuple[float, float]:
        """A place about the fovea, `spread` wide."""
        x, y = self.fovea
        for _ in range(60):
            x, y = (float(v) for v in np.array(self.fovea) + random.normal(0, spread, 2))
            if self.fits(x, y, reach, clear):
                return x, y
        return (self.fovea[0] + 0.12, self.fovea[1] + 0.1)

    def fibre(self, x: float, y: float) -> float:
        """The direction of the nerve fibres at (x, y): away from the disc, around the macula."""
        away = np.arctan2(y - self.disc[1], x - self.disc[0])
        bow = 0.6 * np.sign(y - self.disc[1]) * np.clip((x - self.disc[0]) / 0.9, -0.3, 1.2)
        return float(away - bow)


Drawn = list[Spot]


def dots(random: np.random.Generator, places: Places, count: int) -> Drawn:
    """`count` red small dots, clear of vessels."""
    made = []
    for _ in range(count):
        radius = float(random.uniform(0.0095, 0.0165))
        at = places.draw(random, 0.38, radius, 0.012 + radius)
        made.append(spot(random, at, radius, rough=0.06, strength=float(random.uniform(0.6, 0.85))))
    return made


def hemorrhages(random: np.random.Generator, places: Places, count: int) -> Drawn:
    """`count` blots and flames."""
    made = []
    for _ in range(count):
        strength = float(random.uniform(0.62, 0.9))
        if random.random() < 0.4:
            made += _flame(random, places, strength)
        else:
            radius = float(random.uniform(0.022, 0.055))
            at = places.draw(random, 0.42, radius, 0.0)
            made.append(spot(random, at, radius, edge=0.016, rough=0.12, strength=strength))
    return made


def _flame(random: np.random.Generator, places: Places, strength: float) -> Drawn:
    """Streaks side by side along the fibres, more of them in the middle."""
    long = float(random.uniform(0.045, 0.1))
    x, y = places.draw(random, 0.45, long, -1)
    angle = places.fibre(x, y)
    made = []
    for shift in np.linspace(-1, 1, int(random.integers(3, 6))):
        off, along = shift * long * 0.2, float(random.normal(0, long * 0.25))
        at = (x + along * np.cos(angle) - off * np.sin(angle), y + along * np.sin(angle) + off * np.cos(angle))
        size = long * float(random.uniform(0.6, 1)) * (1 - 0.35 * abs(shift))
        made.append(spot(random, at, size, wide=long * 0.13, angle=angle, edge=0.012, rough=0.07, strength=strength))
    return made


def hard_exudates(random: np.random.Generator, places: Places, count: int) -> Drawn:
    """`count` heaps or rings of small sharp spots."""
    made: Drawn = []
    for _ in range(count):
        ring = random.random() < 0.35
        radius = float(random.uniform(0.07, 0.14) if ring else random.uniform(0.03, 0.11))
        middle = places.draw(random, 0.3, radius, -1)
        for _ in range(int(random.integers(10, 26))):
            turn = random.uniform(0, 2 * np.pi)
            far = radius * (random.normal(1, 0.12) if ring else abs(random.normal(0, 0.6)))
            at = (middle[0] + far * np.cos(turn), middle[1] + far * np.sin(turn))
            size = float(np.clip(random.lognormal(-4.6, 0.4), 0.006, 0.03))
            if places.fits(*at, size, -1):
                made.append(spot(random, at, size, rough=0.15, strength=float(random.uniform(0.65, 0.95))))
    return made


def soft_exudates(random: np.random.Generator, places: Places, count: int) -> Drawn:
    """`count` cotton wool spots, of two or three fuzzy patches each."""
    made: Drawn = []
    for _ in range(count):
        radius = float(random.uniform(0.034, 0.065))
        x, y = places.draw(random, 0.42, 1.6 * radius, -1)
        strength = float(random.uniform(0.5, 0.75))
        angle = places.fibre(x, y) + np.pi / 2
        for _ in range(int(random.integers(2, 4))):
            at = (x + float(random.normal(0, 0.4)) * radius, y + float(random.normal(0, 0.4)) * radius)
            size = radius * float(random.uniform(0.75, 1.1))
            made.append(spot(random, at, size, angle=angle, edge=1.7 * size, rough=0.09, strength=strength))
    return made


DRAW: dict[str, Callable[[np.random.Generator, Places, int], Drawn]] = {
    HEMORRHAGES: hemorrhages, HARD: hard_exudates, SOFT: soft_exudates, DOTS: dots,
}  # fmt: skip
"""How each kind is drawn."""


def referable(counts: dict[str, int]) -> bool:
    """Whether an eye with so many lesions of each kind is referable: any but red small dots, or many of these."""
    return any(counts.get(kind, 0) for kind in KINDS[:3]) or counts.get(DOTS, 0) > DOTS_ALLOWED


def counts_of(random: np.random.Generator, ill: bool) -> dict[str, int]:
    """How many lesions of each kind an eye has; kinds that it has not are left out."""
    if not ill:
        few = int(random.integers(1, DOTS_ALLOWED)) if random.random() < 0.15 else 0
        return {DOTS: few} if few else {}
    most = {HEMORRHAGES: (2, 8), HARD: (1, 4), SOFT: (1, 4), DOTS: (8, 22)}
    share = {HEMORRHAGES: 0.5, HARD: 0.5, SOFT: 0.3, DOTS: 0.6}
    chosen = [kind for kind in KINDS if random.random() < share[kind]] or [KINDS[int(random.integers(4))]]
    return {kind: int(random.integers(*most[kind])) for kind in chosen}
