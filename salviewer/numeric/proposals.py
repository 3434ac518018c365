"""Proposed lesions: groups of pixels above a threshold, each with its area, its score and its place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from salviewer.numeric.blobs import blob_sizes, blobs


@dataclass(frozen=True, eq=False)
class Proposals:
    """n regions, in reading order of their first pixels. labels: int64 (H, W), 0 none, 1..n.

    area: float64 (n,), pixels. total, mean, top: float64 (n,), of the map's values. place: float64 (n, 2), the centre
    (x, y), an edge of pixel 0 at 0. box: float64 (n, 4), edges x0, y0, x1, y1.
    """

    labels: np.ndarray = field(repr=False)
    area: np.ndarray = field(repr=False)
    total: np.ndarray = field(repr=False)
    mean: np.ndarray = field(repr=False)
    top: np.ndarray = field(repr=False)
    place: np.ndarray = field(repr=False)
    box: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.area)


def proposals(values: np.ndarray, threshold: float, *, within: np.ndarray | None = None, least: int = 1) -> Proposals:
    """Groups of pixels where `values` (H, W) is above `threshold`, of `least` pixels or more; NaN is never above it.

    within: bool (H, W), where they may be; None everywhere.
    """
    with np.errstate(invalid="ignore"):
        above = np.asarray(values) > threshold
    if within is not None:
        above &= within
    labels, count = blobs(above)
    sizes = blob_sizes(labels, count)
    if least > 1 and count:
        kept = sizes >= least
        renumbered = np.concatenate([[0], np.where(kept, np.cumsum(kept), 0)])
        labels, count, sizes = renumbered[labels], int(kept.sum()), sizes[kept]
    return _described(labels, count, sizes, values)


def _described(labels: np.ndarray, count: int, sizes: np.ndarray, values: np.ndarray) -> Proposals:
    rows, columns = np.nonzero(labels)
    of = labels[rows, columns] - 1
    score = np.asarray(values)[rows, columns].astype(np.float64)
    total = np.bincount(of, score, count)
    top, box = np.full(count, -np.inf), np.tile((np.inf, np.inf, -np.inf, -np.inf), (count, 1))
    np.maximum.at(top, of, score)
    for column, (place, take) in enumerate(
        ((columns, np.minimum), (rows, np.minimum), (columns + 1, np.maximum), (rows + 1, np.maximum))
    ):
        take.at(box[:, column], of, place)
    n = np.maximum(sizes, 1)
    place = np.column_stack([np.bincount(of, at + 0.5, count) / n for at in (columns, rows)])
    return Proposals(labels, sizes.astype(np.float64), total, total / n, top, place, box)
