"""Small copies of maps, for looking at many of them at once: of the whole picture, no larger than a thumbnail."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salviewer.api import Explanation, GridMap
from salviewer.data.axial import axial, volume_of

SIDE = 64
"""Pixels of the longer side at most."""


def small_map(explanation: Explanation) -> np.ndarray:
    """Float32 (h, w) over the whole picture, its longer side `SIDE` at most; NaN where the model saw nothing.

    Of a volume's map the middle axial slice; of another 3D map the middle one along the first axis.
    """
    values, grid = explanation.heatmap, explanation.grid
    if grid is None:
        grid = GridMap.identity(values.shape)
    if grid.affine is not None:
        values = axial(volume_of(grid)).cut(grid.to_source(values))
        grid = GridMap.identity(values.shape)
    elif values.ndim == 3:
        values, grid = values[len(values) // 2], _without_first_axis(grid)
    return _coarser(grid).to_source(values)


def pack(heatmap: np.ndarray) -> tuple[int, int, float, bytes]:
    """Height, width, scale and the float16 bytes of `heatmap` (h, w) divided by that scale.

    Without the scale, gradients of a sure model would vanish in float16, and large sums overflow.
    """
    known = np.abs(heatmap[np.isfinite(heatmap)])
    scale = float(known.max()) if known.size and known.max() > 0 else 1.0
    height, width = heatmap.shape
    return height, width, scale, (heatmap / np.float32(scale)).astype("<f2").tobytes()


def unpack(height: int, width: int, scale: float, data: bytes) -> np.ndarray:
    """The inverse of `pack`, float32 (height, width), to float16's precision."""
    return np.frombuffer(data, "<f2").reshape(height, width).astype(np.float32) * np.float32(scale)


def _coarser(grid: GridMap) -> GridMap:
    """`grid` with so few source pixels that the longer side has `SIDE` at most."""
    share = min(1.0, SIDE / max(grid.source_shape))
    shape = tuple(max(1, round(n * share)) for n in grid.source_shape)
    steps = [n / m for n, m in zip(grid.source_shape, shape, strict=True)]
    # A source index s is the small index (s + 0.5) / step - 0.5: the edges of both grids are the same.
    scales = [s / k for s, k in zip(grid.scales(), steps, strict=True)]
    offsets = [(o + 0.5) / k - 0.5 for o, k in zip(grid.offsets(), steps, strict=True)]
    return _grid(shape, grid.model_shape, scales, offsets)


def _without_first_axis(grid: GridMap) -> GridMap:
    return _grid(grid.source_shape[1:], grid.model_shape[1:], grid.scales()[1:], grid.offsets()[1:])


def _grid(
    source: tuple[int, ...], model: tuple[int, ...], scales: Sequence[float], offsets: Sequence[float]
) -> GridMap:
    n = len(source)
    rows = [(*(scales[i] if i == j else 0.0 for j in range(n)), offsets[i]) for i in range(n)]
    return GridMap(source, model, (*rows, (*(0.0 for _ in range(n)), 1.0)))
