"""Maps to judge: one like any, and those that have next to nothing to say."""

from __future__ import annotations

import numpy as np


def ramp():
    """(32, 32) float32 in 0..1, all different, so that every ranking of it is the same."""
    y, x = np.mgrid[:32, :32]
    return ((np.sin(0.31 * y) * np.cos(0.17 * x) + 0.001 * (32 * y + x) + 1) / 4).astype(np.float32)


def degenerate_maps():
    """Maps (32, 32) without much to say, by name."""
    bump = ramp().copy()
    one = np.zeros((32, 32), np.float32)
    one[9, 21] = 1
    some, infinite, enormous = bump.copy(), bump.copy(), np.sign(bump - bump.mean()) * np.float32(3e38)
    some[3:6, 4] = np.nan
    infinite[3, 4], infinite[5, 6] = np.inf, -np.inf
    holes = np.arange(16, dtype=np.float32).reshape(4, 4)
    holes[1, 2], holes[3, 3] = np.nan, np.inf
    return {
        "constant": np.full((32, 32), 0.7, np.float32),
        "negative constant": np.full((32, 32), -0.7, np.float32),
        "zero": np.zeros((32, 32), np.float32),
        "NaN in some places": some,
        "infinite in some places": infinite,
        "NaN everywhere": np.full((32, 32), np.nan, np.float32),
        "all negative": -1 - bump,
        "one pixel": one,
        "one pixel below zero": -one,
        "enormous": enormous.astype(np.float32),
        "tiny": (bump * np.float32(1e-42)).astype(np.float32),
        "of one cell": np.full((1, 1), 0.7, np.float32),
        "coarse with holes": holes,
        "coarse": np.arange(16, dtype=np.float32).reshape(4, 4),
    }
