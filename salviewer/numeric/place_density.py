"""Where on a picture units look: the density of their receptive fields, and what two densities share."""

from __future__ import annotations

import numpy as np

CELLS = 16
"""Cells along each side of the picture."""
THROWS = 20
"""How often fields are thrown anywhere to learn what is shared by chance."""


def density(fields: np.ndarray, cells: int = CELLS) -> np.ndarray:
    """(cells, cells) or (cells, cells, cells), summing to 1: each field spread evenly; zeros where there is none.

    fields: (n, 2 d), lower and upper edges per axis in parts of the picture; what lies outside is cut off.
    """
    d = fields.shape[1] // 2
    covers = [_cover(fields[:, axis], fields[:, d + axis], cells) for axis in range(d)]
    letters = "xyz"[:d]
    found: np.ndarray = np.einsum(",".join(f"n{c}" for c in letters) + "->" + letters, *covers)
    total = float(found.sum())
    return found / total if total else found


def _cover(low: np.ndarray, high: np.ndarray, cells: int) -> np.ndarray:
    """(n, cells): the part of each interval that lies in each cell, 1 in all where the whole lies within 0..1."""
    wide = np.maximum(high - low, 1e-6).astype(np.float64)
    edges = np.linspace(0, 1, cells + 1)
    low, high = np.asarray(low, np.float64)[:, None], (low + wide)[:, None]
    return np.clip(np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1]), 0, None) / wide[:, None]


def overlap(p: np.ndarray, q: np.ndarray) -> float:
    """What two densities share, 0..1: the sum of the lesser of both."""
    return float(np.minimum(p, q).sum())


def overlap_by_chance(p: np.ndarray, fields: np.ndarray) -> float:
    """The mean overlap of the density p with that of `fields` thrown anywhere on the picture; always the same ones."""
    draw, d = np.random.default_rng(0), fields.shape[1] // 2
    wide = np.clip(fields[:, d:] - fields[:, :d], 0, 1)
    found = []
    for _ in range(THROWS):
        low = draw.random(wide.shape) * (1 - wide)
        found.append(overlap(p, density(np.concatenate([low, low + wide], 1))))
    return float(np.mean(found))
