"""A map's colours over a picture's own pixels."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from salviewer.api import GridMap, Picture

DIMMED = 0.72
"""How bright the picture stays where the model saw nothing."""
LONGEST_SIDE = 8000
"""Longer pictures are averaged down by a whole number before anything is drawn on them."""
LEGIBLE_SIDE = 640
"""A longer side below this is enlarged by a whole number until it reaches it, so that text beside it is sharp."""


def as_rgb(picture: Picture) -> np.ndarray:
    """The picture for the eye, uint8 (H, W, 3): greys repeated, values outside 0..1 stretched into it."""
    pixels = picture.pixels
    if pixels.shape[2] != 3:
        pixels = pixels.mean(axis=2, keepdims=True, dtype=np.float32).astype(pixels.dtype)
    if pixels.dtype != np.uint8:
        low, high = float(np.nanmin(pixels)), float(np.nanmax(pixels))
        low, high = (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)
        share = (pixels.astype(np.float32) - low) / ((high - low) or 1.0)
        pixels = (np.nan_to_num(share) * 255 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))


def reduced(rgb: np.ndarray, grid: GridMap) -> tuple[np.ndarray, GridMap]:
    """Picture and grid, averaged down by a whole number where the picture is longer than `LONGEST_SIDE`."""
    factor = math.ceil(max(rgb.shape[:2]) / LONGEST_SIDE)
    if factor == 1:
        return rgb, grid
    smaller = np.asarray(Image.fromarray(rgb).reduce(factor))
    matrix = [[value / factor for value in row] for row in grid.matrix[:-1]]
    for row in matrix:
        row[-1] += 0.5 / factor - 0.5  # a pixel's centre is its index, on either grid
    rows = (*(tuple(row) for row in matrix), grid.matrix[-1])
    return smaller, GridMap(smaller.shape[:2], grid.model_shape, rows, grid.steps)


def enlargement(height: int, width: int) -> int:
    """The whole number by which a picture is enlarged so that text fits beside it; 1 for large ones."""
    return math.ceil(LEGIBLE_SIDE / max(height, width))


def blended(rgb: np.ndarray, colours: np.ndarray, weights: np.ndarray, covered: np.ndarray) -> Image.Image:
    """`colours` over `rgb`, both uint8 (H, W, 3), by `weights` (H, W) in [0, 1]; dimmed where not `covered` (H, W)."""
    picture = Image.fromarray(rgb)
    mask = Image.fromarray((weights * 255 + 0.5).astype(np.uint8))
    over = Image.composite(Image.fromarray(colours), picture, mask)
    if covered.all():
        return over
    return Image.composite(over, picture.point(lambda value: round(value * DIMMED)), Image.fromarray(covered))


def faded(rgb: np.ndarray) -> Image.Image:
    """The picture in pale grey: a background for a sentence."""
    return Image.fromarray(rgb).convert("L").point(lambda value: value // 3 + 160).convert("RGB")
