"""How plainly a map shows a grid of a given step: its spectrum's energy at the grid's frequencies over that around.

A pattern that repeats every s pixels along an axis has its energy at the multiples of 1/s per pixel. A natural map has
no more there than nearby. So

    peak = mean energy within 1 bin of (k / s, l / s), k, l = 0..s-1, not both 0, over the mean of the rings around

where a ring reaches from 2 to 4 bins. About 1 says that no grid is seen; the larger, the plainer it is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

NEAR: Final = 1
RING: Final = 4
"""Bins around a frequency: those that count for it, and how far its neighbourhood reaches."""


def grid_peak(values: NDArray[np.floating], step: int) -> float:
    """The ratio above for a map (H, W); NaN where it is constant, or too small for its frequencies to be told apart.

    Raises:
        ValueError: the step is below 2, which is no grid.
    """
    if step < 2:
        raise ValueError(f"a grid has a step of 2 pixels or more, not {step}")
    height, width = values.shape
    centred = values.astype(np.float64) - values.mean()
    if min(height, width) < step * (2 * RING + 1) or not centred.any():
        return float("nan")
    # A window, so that the map's edges, which meet when the spectrum repeats it, make no frequencies of their own.
    energy = np.abs(np.fft.fft2(centred * np.outer(np.hanning(height), np.hanning(width)))) ** 2
    reach = np.arange(-RING, RING + 1)
    near = np.maximum(np.abs(reach)[:, None], np.abs(reach)[None]) <= NEAR
    at_grid, around = [], []
    for down, right in np.ndindex(step, step):
        if down or right:
            rows = (round(down * height / step) + reach) % height
            columns = (round(right * width / step) + reach) % width
            part = energy[np.ix_(rows, columns)]
            at_grid.append(part[near].mean())
            around.append(part[~near].mean())
    below = float(np.mean(around))
    return float(np.mean(at_grid)) / below if below > 0 else float("inf")
