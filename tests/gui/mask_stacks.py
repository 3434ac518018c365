"""Masks whose views are known beforehand."""

from __future__ import annotations

import numpy as np

from salviewer.api.masks import MaskStack


def stack(
    size: float = 0.25, score: float = 0.5, *, keeps: bool = True, series: str = "", at: float | None = None
) -> MaskStack:
    """On 30 x 30: the first rows hold all of the evidence, in red wholly, in green by half, in blue not at all."""
    evidence = np.zeros((3, 30, 30), np.float32)
    rows = round(30 * size * 2)  # red and half of green make half of the rows' share
    evidence[0, :rows], evidence[1, :rows] = 1.0, 0.5
    shown = np.zeros((3, 30, 30), np.float32)
    shown[0], shown[1], shown[2] = 0.8, 0.6, 0.4
    nothing = np.array([0.5, 0.5, 0.5], np.float32)
    mask = evidence if keeps else 1 - evidence
    return MaskStack("Mask", mask, shown, nothing, keeps, score, 0.62, top=(("tiger cat", score), ("lynx", 0.1)),
                     series=series, at=at)  # fmt: skip
