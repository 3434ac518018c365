"""What a map holds inside a region: its share of the positive mass, of the area, and the values there.

A region is a rectangle or an ellipse in cells of the map: cell (0, 0) covers 0..1 both ways. Cells that the region cuts
count by the share of them that lies inside, so that a coarse map is not judged by whole cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

RegionShape = Literal["rectangle", "ellipse"]
_LINES = 2048
"""Into about how many lines an ellipse is cut, up to 128 a cell; what it covers of each line is computed exactly."""


@dataclass(frozen=True)
class RegionStatistics:
    """Of the map inside a region.

    mass_share: of the sum of the map's positive values, 0..1; None where the map has no positive value.
    area_share: of the area in which the map holds numbers, 0..1.
    mean: weighted by how much of each cell is inside; highest, lowest: of all cells that the region touches.
    All three are None where the region holds no number.
    """

    mass_share: float | None
    area_share: float
    mean: float | None
    highest: float | None
    lowest: float | None


def region_statistics(values: np.ndarray, inside: np.ndarray) -> RegionStatistics:
    """The statistics of `values` (h, w) with `inside` (h, w) in 0..1; cells that hold no finite number do not count."""
    if values.shape != inside.shape:
        raise ValueError(f"the region is of a map of {inside.shape}, not {values.shape}")
    known = np.isfinite(values)
    weights = np.where(known, inside, 0.0).astype(np.float64)
    numbers = np.where(known, values, 0.0).astype(np.float64)
    positive = np.maximum(numbers, 0.0)
    mass, weight, cells = positive.sum(), weights.sum(), int(known.sum())
    touched = numbers[weights > 0]
    return RegionStatistics(
        mass_share=float((positive * weights).sum() / mass) if mass > 0 else None,
        area_share=float(weight / cells) if cells else 0.0,
        mean=float((numbers * weights).sum() / weight) if weight > 0 else None,
        highest=float(touched.max()) if touched.size else None,
        lowest=float(touched.min()) if touched.size else None,
    )


def coverage(
    shape: tuple[int, int], rows: tuple[float, float], columns: tuple[float, float], kind: RegionShape
) -> np.ndarray:
    """float64 (h, w) in 0..1: how much of each cell lies in the region that spans `rows` and `columns` (from, to)."""
    if kind == "rectangle":
        return np.outer(_overlaps(shape[0], *rows), _overlaps(shape[1], *columns))
    return _ellipse(shape, rows, columns)


def _overlaps(cells: int, start: np.ndarray | float, end: np.ndarray | float) -> np.ndarray:
    """(..., cells): the length of start..end that lies in each of the cells 0..1, 1..2, ..."""
    edges = np.arange(cells)
    start, end = np.asarray(start, float)[..., None], np.asarray(end, float)[..., None]
    return np.clip(np.minimum(end, edges + 1) - np.maximum(start, edges), 0.0, 1.0)


def _ellipse(shape: tuple[int, int], rows: tuple[float, float], columns: tuple[float, float]) -> np.ndarray:
    """Each row of cells is cut into fine lines; what the ellipse covers of a line is a single stretch."""
    out = np.zeros(shape)
    half_height, half_width = (rows[1] - rows[0]) / 2, (columns[1] - columns[0]) / 2
    if half_height <= 0 or half_width <= 0:
        return out
    first, last = max(0, int(np.floor(rows[0]))), min(shape[0], int(np.ceil(rows[1])))
    if last <= first:
        return out
    fine = max(1, min(128, _LINES // (last - first)))
    y = first + (np.arange((last - first) * fine) + 0.5) / fine
    reach = half_width * np.sqrt(np.clip(1 - ((y - sum(rows) / 2) / half_height) ** 2, 0.0, None))
    middle = sum(columns) / 2
    lines = _overlaps(shape[1], middle - reach, middle + reach)
    out[first:last] = lines.reshape(last - first, fine, shape[1]).mean(axis=1)
    return out
