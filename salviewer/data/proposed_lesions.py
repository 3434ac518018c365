"""What a map proposes as lesions of a fundus photograph: groups of its pixels within the field of view.

They are found on the model's own grid, where each pixel of the map is a rectangle of the photograph: areas and places
are told in the photograph's pixels, exactly, and nothing is interpolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from salviewer.api.evidence import Evidence
from salviewer.data.mask_views import stacks_in
from salviewer.numeric.proposals import Proposals, proposals

if TYPE_CHECKING:
    from salviewer.api.space import GridMap
    from salviewer.numeric.field_of_view import FieldOfView


@dataclass(frozen=True, eq=False)
class Proposed:
    """Regions in the photograph's pixels. values: float32 (h, w), the map on the model's grid, 0 outside the field.

    threshold: in the map's values; share: of the field that is proposed, 0..1.
    regions.labels: on the model's grid; all else of `regions` in the photograph's pixels.
    """

    regions: Proposals
    values: np.ndarray = field(repr=False)
    threshold: float = 0.0
    share: float = 0.0


def evidence_map(evidence: Sequence[Evidence], heatmap: np.ndarray) -> np.ndarray:
    """float32 (h, w), 0 and above: the mean mask where there is one, else the map's positive part; 0 for no number."""
    masks, at = stacks_in([one for one in evidence if getattr(one, "mask", np.empty(0)).ndim == 3])
    values = masks[at].evidence.mean(axis=0) if masks else np.nan_to_num(heatmap, nan=0.0, posinf=0.0, neginf=0.0)
    found: np.ndarray = np.maximum(values, 0).astype(np.float32)
    return found


def within_field(grid: GridMap, view: FieldOfView) -> np.ndarray:
    """Bool (h, w) on the model's grid: cells whose centres lie in the photograph and its field of view."""
    height, width = grid.source_shape
    y, x = (o + 0.5 + s * np.arange(n)
            for o, s, n in zip(grid.offsets(), grid.scales(), grid.model_shape, strict=True))  # fmt: skip
    inside: np.ndarray = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))[None, :]
    if view.circle is not None:
        cx, cy, radius = view.circle
        inside &= (y[:, None] - cy) ** 2 + (x[None, :] - cx) ** 2 <= radius**2
    return inside


def propose(
    values: np.ndarray, grid: GridMap, view: FieldOfView, share: float = 0.5, least_area: float = 0.0
) -> Proposed:
    """The regions of `values` (h, w) above `share` of its highest value in the field.

    least_area: smaller regions are left out, in the photograph's pixels. A map without a value above 0 proposes none.
    """
    within = within_field(grid, view)
    inside = np.where(within, values, np.float32(0))
    cell = float(np.prod(grid.scales()))
    threshold = share * float(inside.max(initial=0.0))
    least = max(1, int(np.ceil(least_area / cell)))
    found = proposals(inside, threshold, within=within & (inside > 0), least=least)
    scale, offset = np.array(grid.scales()[::-1]), np.array(grid.offsets()[::-1])
    first = offset + 0.5 - scale / 2  # the photograph's place of the grid's upper left corner
    regions = replace(
        found,
        area=found.area * cell,
        place=found.place * scale + first,
        box=np.concatenate([found.box[:, :2] * scale + first, found.box[:, 2:] * scale + first], axis=1),
    )
    covered = float((found.labels > 0).sum() / max(1, within.sum()))
    return Proposed(regions, inside, threshold, covered)


def region_at(proposed: Proposed, grid: GridMap, x: float, y: float) -> int:
    """The row of the region under the photograph's point (x, y); -1 where there is none.

    Where it lies beside all regions, but within the boxes of some, the smallest of these is meant.
    """
    regions = proposed.regions
    row, column = (int(np.floor((p - 0.5 - o) / s + 0.5))
                   for p, o, s in zip((y, x), grid.offsets(), grid.scales(), strict=True))  # fmt: skip
    height, width = regions.labels.shape
    if 0 <= row < height and 0 <= column < width and regions.labels[row, column]:
        return int(regions.labels[row, column]) - 1
    inside = [i for i, (x0, y0, x1, y1) in enumerate(regions.box) if x0 <= x < x1 and y0 <= y < y1]
    return min(inside, key=lambda i: float(regions.area[i]), default=-1)


def on_photograph(labels: np.ndarray, grid: GridMap) -> np.ndarray:
    """`labels` (h, w) of the model's grid on the photograph's pixels (H, W): each takes that of the cell it lies in.

    0 where the model saw nothing. Fast also for 12 megapixels: rows and columns are looked up once.
    """
    looked = []
    for n, size, scale, offset in zip(grid.source_shape, labels.shape, grid.scales(), grid.offsets(), strict=True):
        cell = np.floor((np.arange(n) - offset) / scale + 0.5).astype(np.intp)
        looked.append(np.where((cell >= 0) & (cell < size), cell, size))
    padded = np.pad(labels, ((0, 1), (0, 1)))
    found: np.ndarray = padded[looked[0]][:, looked[1]]
    return found
