"""A regular lattice of points over an image, and an order in which any beginning of it is spread out."""

from __future__ import annotations

import numpy as np


def cell_centres(cells: int, size: int) -> np.ndarray:
    """(cells,) float64: centres of `cells` equal cells over `size` pixels (a pixel's centre is its index)."""
    if cells < 1 or size < 1:
        raise ValueError(f"cannot lay {cells} cells over {size} pixels")
    return (np.arange(cells) + 0.5) * size / cells - 0.5


def spread_ranks(count: int) -> np.ndarray:
    """(count,) int: the turn at which each of `count` places in a row is visited, far apart first (bit reversal)."""
    bits = max(1, int(count - 1).bit_length())
    reversed_bits = np.array([int(format(i, f"0{bits}b")[::-1], 2) for i in range(count)])
    return np.argsort(np.argsort(reversed_bits))


def spread_order(rows: int, columns: int) -> np.ndarray:
    """(rows * columns, 2) int: all lattice points (row, column), each square number of them itself a coarse lattice."""
    r, c = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    turn_r, turn_c = spread_ranks(rows)[r].ravel(), spread_ranks(columns)[c].ravel()
    order = np.lexsort((turn_c, turn_r, np.maximum(turn_r, turn_c)))
    return np.stack([r.ravel()[order], c.ravel()[order]], axis=1)
