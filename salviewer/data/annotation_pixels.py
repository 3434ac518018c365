"""Areas of whole pixels: kept as runs, as COCO has them, and made from polygons and strokes of a brush.

Positions are picture pixels: x to the right, y down, (0, 0) the upper left corner of the first pixel. A pixel belongs
to an area where its centre does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salviewer.numeric.counted import counted

Point = tuple[float, float]
Size = tuple[int, int]
"""(H, W) of a picture."""


@dataclass(frozen=True)
class Pixels:
    """The pixels of one area, cut to the tightest box around them.

    left, top: of the box, in the picture's pixels. counts: lengths of runs through the box's `width` x `height` pixels,
    column by column from the upper left: off, on, off, ... (a first 0 where it begins with on).
    """

    left: int
    top: int
    width: int
    height: int
    counts: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many pixels there are."""
        return sum(self.counts[1::2])

    def mask(self) -> np.ndarray:
        """Bool (height, width): the area within its box."""
        on = np.arange(len(self.counts)) % 2 == 1
        return np.repeat(on, self.counts).reshape(self.width, self.height).T

    def on(self, size: Size) -> np.ndarray:
        """Bool (H, W): the area on a picture of `size`."""
        whole = np.zeros(size, bool)
        whole[self.top : self.top + self.height, self.left : self.left + self.width] = self.mask()
        return whole

    def runs(self, size: Size) -> tuple[int, ...]:
        """COCO's counts: the same runs through all pixels of a picture of `size`."""
        columns, rows = np.nonzero(self.mask().T)
        return _runs((columns + self.left) * size[0] + rows + self.top, size[0] * size[1])


def pixels_of(mask: np.ndarray, left: int = 0, top: int = 0) -> Pixels | None:
    """The True pixels of `mask` (h, w), which begins at (left, top); None where there are none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    y, x = int(rows[0]), int(columns[0])
    cut = mask[y : rows[-1] + 1, x : columns[-1] + 1]
    height, width = cut.shape
    return Pixels(left + x, top + y, width, height, _runs(np.flatnonzero(cut.T), cut.size))


def from_runs(counts: Sequence[int], size: Size) -> Pixels | None:
    """The area that COCO's `counts` describe on a picture of `size`. Raises `ValueError` where they do not fit it."""
    if sum(counts) != size[0] * size[1] or min(counts) < 0:
        raise ValueError(f"its runs cover {counted(sum(counts), 'pixel')} and the picture has {size[0] * size[1]:,}")
    mask = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(size[1], size[0]).T
    return pixels_of(mask)


def inside_polygon(points: Sequence[Point], size: Size) -> np.ndarray:
    """Bool (H, W): pixels whose centres lie in the polygon through `points`; where it crosses itself, by even-odd."""
    height, width = size
    turns = np.zeros((height, width + 1), np.int32)
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        low, high = sorted((y0, y1))
        rows = np.arange(max(0, int(np.ceil(low - 0.5))), min(height, int(np.ceil(high - 0.5))))
        if rows.size:
            crossings = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
            turns[rows, np.clip(np.ceil(crossings - 0.5), 0, width).astype(int)] += 1
    return np.cumsum(turns[:, :width], axis=1) % 2 == 1


def brushed(path: Sequence[Point], radius: float, size: Size) -> Pixels | None:
    """The pixels within `radius` of the line through `path`, cut to a picture of `size`; at least that under it."""
    points = np.array(path, float).reshape(-1, 2)
    reach = max(radius, 0.71)  # half a pixel's diagonal: the finest brush still paints
    low = np.clip(np.floor(points.min(axis=0) - reach), 0, size[::-1]).astype(int)
    high = np.clip(np.ceil(points.max(axis=0) + reach), 0, size[::-1]).astype(int)
    if (high <= low).any():
        return None
    found = np.zeros((high[1] - low[1], high[0] - low[0]), bool)
    for start, end in zip(points, points[1:] if len(points) > 1 else points, strict=False):
        _brush_along(found, start - low, end - low, reach)
    return pixels_of(found, int(low[0]), int(low[1]))


def _brush_along(mask: np.ndarray, start: np.ndarray, end: np.ndarray, reach: float) -> None:
    """Set in `mask` the pixels within `reach` of the line from `start` to `end`."""
    limits = mask.shape[::-1]
    low = np.clip(np.floor(np.minimum(start, end) - reach), 0, limits).astype(int)
    high = np.clip(np.ceil(np.maximum(start, end) + reach), 0, limits).astype(int)
    x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5 - start[0], np.arange(low[1], high[1]) + 0.5 - start[1])
    along = end - start
    length = float(along @ along)
    share = np.clip((x * along[0] + y * along[1]) / length, 0, 1) if length else np.zeros_like(x)
    near = (x - share * along[0]) ** 2 + (y - share * along[1]) ** 2 <= reach**2
    mask[low[1] : high[1], low[0] : high[0]] |= near


def _runs(on: np.ndarray, total: int) -> tuple[int, ...]:
    """Run lengths, off first, of `total` places of which those in `on` (ascending) are on."""
    if not on.size:
        return (total,)
    breaks = np.flatnonzero(np.diff(on) != 1)
    starts = np.concatenate([on[:1], on[breaks + 1]])
    ends = np.concatenate([on[breaks], on[-1:]]) + 1
    edges = np.concatenate([[0], np.stack([starts, ends], axis=1).ravel(), [total]])
    lengths = np.diff(edges)
    return tuple(int(n) for n in (lengths[:-1] if lengths[-1] == 0 else lengths))
