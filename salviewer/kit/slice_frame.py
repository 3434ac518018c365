"""Where a box that lies anyhow in the world is cut by a slice: the dashed outline of what a model sees."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPolygonF

from salviewer.kit.frame import dashed_pens
from salviewer.numeric.slicing import SlicePlane, apply

_TIE = 1e-9
_EDGES = tuple((a, b) for a, b in itertools.combinations(range(8), 2) if (a ^ b) in (1, 2, 4))


@dataclass(frozen=True, eq=False)
class SliceFrame:
    """A box. corners: float64 (8, 3), RAS+ millimetres; an edge joins two whose numbers differ in one bit."""

    corners: np.ndarray

    def outline(self, plane: SlicePlane, index: int) -> np.ndarray:
        """float64 (n, 2), the corners (u, v) on the paper of slice `index`, in order around; n is 0 or at least 3."""
        voxels = np.array([apply(plane.inverse, corner) for corner in self.corners])
        depths = voxels[:, plane.axis] - index
        found = []
        for a, b in _EDGES:
            if abs(depths[a] - depths[b]) > _TIE and min(depths[a], depths[b]) <= 0 <= max(depths[a], depths[b]):
                share = depths[a] / (depths[a] - depths[b])
                found.append(plane.paper(self.corners[a] + share * (self.corners[b] - self.corners[a])))
        if len(found) < 3:
            return np.empty((0, 2))
        points = np.array(found)
        middle = points.mean(axis=0)
        return points[np.argsort(np.arctan2(*(points - middle).T[::-1]))]


def frame_of(affine: np.ndarray, shape: tuple[int, ...]) -> SliceFrame:
    """The box of a grid of `shape` cells, to their outer edges; `affine` (4, 4): from its index to millimetres."""
    ends = [(-0.5, n - 0.5) for n in shape]
    return SliceFrame(np.array([apply(affine, corner) for corner in itertools.product(*ends)]))


def paint_frame(painter: QPainter, points: list[QPointF], ratio: float) -> None:
    """Draw a closed dashed line through `points` that reads on light and dark, at `ratio` dots per logical pixel."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for pen in dashed_pens(ratio):
        painter.setPen(pen)
        painter.drawPolygon(QPolygonF(points))
    painter.restore()
