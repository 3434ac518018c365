"""A rendered eye as a photograph: retina, vessels, lesions, light, camera.

Every step after the lesions acts on each pixel alone, and rims are blurred where they are drawn: so a picture with a
lesion and one without differ in the lesion's mask and nowhere else, to the bit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from salviewer_plugins.phantoms.fundus_eye import Eye
from salviewer_plugins.phantoms.fundus_field import Field, Grid, cloud, soft
from salviewer_plugins.phantoms.fundus_lesions import DOTS, HARD, HEMORRHAGES, KINDS, SOFT
from salviewer_plugins.phantoms.fundus_spots import paint
from salviewer_plugins.phantoms.fundus_vessels import depth

_VEIN, _ARTERY, _BLOOD = (0.72, 0.46, 0.52), (0.90, 0.60, 0.56), (0.54, 0.22, 0.28)
_HARD, _SOFT, _DRUSEN = (1.02, 0.86, 0.42), (1.0, 0.84, 0.60), (1.0, 0.72, 0.36)
_DISC, _CUP = (1.06, 0.70, 0.33), (1.16, 0.98, 0.68)
_BLUE_WHITE = (0.75, 0.85, 1.0)
_TINTS = ((0.6, 0.4), (1.0, 1.0), (0.8, 0.9))
"""How red, green and blue take part in the veil and in the crescent."""


class Photograph(NamedTuple):
    """pixels: uint8 (size, size, 3); masks: bool (size, size) by kind of lesion, of those that the eye has."""

    pixels: NDArray[np.uint8]
    masks: dict[str, NDArray[np.bool_]]


def photograph(eye: Eye, size: int, shown: Collection[str] = KINDS) -> Photograph:
    """The photograph of `eye`, `size` pixels wide and high, with the kinds of lesions in `shown` alone."""
    grid = Grid(size, size / 2 * eye.zoom, eye.mirrored)
    blur = max(1.0, eye.blur * grid.per_radius)
    x, y = grid.points()
    random = eye.ground()
    image = _retina(eye, x, y, random, size)
    light = _light(eye, x, y, random, size)
    _disc(image, eye, grid, blur)
    _vessels(image, eye, grid, blur)
    _toward(image, paint(eye.decoys.drusen, grid, blur), _DRUSEN)
    _times(image, paint(eye.decoys.nevus, grid, blur), (0.62, 0.62, 0.7))
    shares = {kind: paint(spots, grid, blur) for kind, spots in eye.spots.items() if kind in shown}
    _lesions(image, shares)
    image *= light
    _camera(image, eye, grid, blur)
    far = np.hypot(x, y)
    return Photograph(_exposed(image, eye, far, grid), _masks(shares, far < 1))


def _retina(eye: Eye, x: Field, y: Field, random: np.random.Generator, size: int) -> Field:
    """(3, size, size): the ground with its texture and the macula."""
    coarse, middle, fine = cloud(random, 7, size), cloud(random, 26, size), cloud(random, 90, size)
    streaks = np.abs(cloud(random, 34, size) + np.float32(0.6) * middle)
    fovea = x - np.float32(eye.fovea[0]), y - np.float32(eye.fovea[1])
    tiger = np.float32(eye.tiger) * (1 - _bell(*fovea, 0.3)) * (np.float32(0.6) - np.minimum(streaks, np.float32(1.4)))
    change = np.float32(0.05) * coarse + np.float32(0.025) * middle + np.float32(0.016) * fine
    image = np.empty((3, size, size), np.float32)
    for channel, (base, share) in enumerate(zip(eye.colour, (0.05, 0.15, 0.08), strict=True)):
        change_here = 1 + change * np.float32(0.7 + 0.5 * channel)
        image[channel] = np.float32(base) * change_here * (1 + np.float32(share) * tiger)
    macula = np.float32(0.30) * _bell(*fovea, 0.2) + np.float32(0.26) * _bell(*fovea, 0.07)
    _times(image, macula, (0.3, -0.1, 0.1))
    return image


def _light(eye: Eye, x: Field, y: Field, random: np.random.Generator, size: int) -> Field:
    """(3, size, size) factors: the lamp's slope, the darker rim, a veil of light near the disc, a bright crescent."""
    a, b = random.normal(0, 0.2, 2).astype(np.float32)
    fall, turn = np.float32(random.uniform(0.1, 0.5)), random.uniform(0, 2 * np.pi)
    veil, width = np.float32(random.uniform(0.0, 0.45)), random.uniform(0.25, 0.6)
    glow = np.float32(random.uniform(0, 0.6) if random.random() < 0.5 else 0)
    far = x * x + y * y
    light = np.exp(a * x) * np.exp(b * y) * (np.float32(1.05) - fall * far * far)
    light += np.float32(0.04) * cloud(random, 5, size)
    sheen = veil * _bell(x - np.float32(eye.disc[0]), y - np.float32(eye.disc[1]), width)
    off = np.hypot(x - np.float32(0.25 * np.cos(turn)), y - np.float32(0.25 * np.sin(turn)))
    crescent = glow * soft(off - np.float32(1.08), 0.5)
    return np.stack([light + np.float32(p) * sheen + np.float32(q) * crescent for p, q in _TINTS])


def _bell(x: Field, y: Field, width: float) -> Field:
    """(size, size): a Gaussian hill of height 1 at the origin of x (1, size) and y (size, 1)."""
    narrow = np.float32(-0.5 / width**2)
    return np.exp(narrow * y * y) * np.exp(narrow * x * x)


def _disc(image: Field, eye: Eye, grid: Grid, blur: float) -> None:
    """The disc, brighter at its temporal side, with its cup; a darker rim around some of it."""
    wide, high = eye.disc_radius
    column, row = grid.columns(np.float32(eye.disc[0])), grid.rows(np.float32(eye.disc[1]))
    reach = 2 * high * grid.per_radius
    rows, columns = (slice(max(0, int(at - reach)), max(0, int(at + reach))) for at in (row, column))
    x, y = grid.points()
    across = (x[:, columns] - np.float32(eye.disc[0])) / np.float32(wide)
    down = (y[rows] - np.float32(eye.disc[1])) / np.float32(high)
    far, part, side = np.hypot(across, down), image[:, rows, columns], np.clip(across, -1, 1)
    rim = np.float32(0.16) * np.exp(-(((far - np.float32(1.12)) / np.float32(0.14)) ** 2)) * (1 + side) / 2
    _times(part, rim, (0.4, 0.2, 0.3))
    tone = 0.55 + 0.45 * sum(eye.colour) / 1.26
    disc = soft(1 - far, (blur / grid.per_radius + 0.03) / wide) * (np.float32(0.8) + np.float32(0.1) * side)
    _toward(part, disc, tuple(v * tone for v in _DISC))
    cup = soft(np.float32(eye.cup) - np.hypot(across - np.float32(0.08), down), 0.35) * np.float32(0.85)
    _toward(part, cup, tuple(v * tone for v in _CUP))


def _vessels(image: Field, eye: Eye, grid: Grid, blur: float) -> None:
    """Veins, then arteries with the reflex along their middle."""
    tree = eye.tree
    for chosen, absorbed, gloss in ((tree.vein, _VEIN, 0.1), (~tree.vein, _ARTERY, 0.34)):
        deep = depth(tree, chosen, grid, 0.6 * blur)
        body = soft(deep - np.float32(0.2 * blur), 1.6 * blur)
        _times(image, body, absorbed)
        thick = np.clip(deep - np.float32(0.55 * 0.0155 * grid.per_radius), 0, 3 * blur)
        image *= 1 + np.float32(gloss / (0.007 * grid.per_radius)) * thick


def _lesions(image: Field, shares: Mapping[str, Field]) -> None:
    for kind, colour in ((SOFT, _SOFT), (HARD, _HARD)):
        if kind in shares:
            _toward(image, shares[kind], colour)
    for kind in (HEMORRHAGES, DOTS):
        if kind in shares:
            _times(image, shares[kind], _BLOOD)


def _camera(image: Field, eye: Eye, grid: Grid, blur: float) -> None:
    """Dust and reflections of the lens, in front of everything."""
    _times(image, paint(eye.decoys.dust, grid, blur), (0.3, 0.3, 0.35))
    for layer, colour in zip(image, _BLUE_WHITE, strict=True):
        layer += np.float32(colour) * paint(eye.decoys.reflections, grid, blur)


def _exposed(image: Field, eye: Eye, far: Field, grid: Grid) -> NDArray[np.uint8]:
    """Noise, the round field's rim, the burned-in contour, eight bits."""
    np.clip(image, 0, None, out=image)
    image += np.float32(eye.noise) * _grain(eye.grain(grid.size), image.shape) * np.sqrt(image + np.float32(0.05))
    image *= np.clip((np.float32(1) - far) * np.float32(grid.per_radius / 2), 0, 1) * np.float32(255)
    np.clip(image + np.float32(0.5), 0, 255, out=image)
    pixels = np.empty((grid.size, grid.size, 3), np.uint8)
    for channel, layer in enumerate(image):
        pixels[..., channel] = layer
    if eye.decoys.contour:
        turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        column = grid.columns(eye.disc[0] + 1.12 * eye.disc_radius[0] * np.cos(turn)).astype(int)
        row = grid.rows(eye.disc[1] + 1.12 * eye.disc_radius[1] * np.sin(turn)).astype(int)
        seen = (np.minimum(column, row) >= 0) & (np.maximum(column, row) < grid.size)
        pixels[row[seen], column[seen]] = (30, 220, 40)
    return pixels


def _grain(random: np.random.Generator, shape: tuple[int, ...]) -> Field:
    """Noise of mean 0 and deviation 1: the sum of three even draws, near enough to normal and much faster."""
    drawn = random.integers(0, 256, (3, *shape), np.uint8)
    total = np.add(drawn[0], drawn[1], dtype=np.int16) + drawn[2]
    return (total - np.float32(382.5)) * np.float32(1 / 128)


def _masks(shares: Mapping[str, Field], inside: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    return {kind: (shares[kind] > 0) & inside for kind in KINDS if kind in shares}


def _toward(image: Field, share: Field, colour: tuple[float, ...]) -> None:
    """Blend `share` (H, W) of `colour` over the image (3, H, W)."""
    for layer, value in zip(image, colour, strict=True):
        layer += share * (np.float32(value) - layer)


def _times(image: Field, share: Field, kept: tuple[float, ...]) -> None:
    """Let `share` (H, W) of the light be absorbed, of which each channel keeps `kept`."""
    for layer, value in zip(image, kept, strict=True):
        layer *= 1 - share * np.float32(1 - value)
