"""Distances and Gaussians in millimetres on a model's grid of voxels.

Where the grid's axes are at right angles, as a scanner's are however they are turned, a Gaussian is a product of three
tables. A sheared grid has no such tables; there each batch's Gaussians are made directly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from salviewer.api import GridMap

LEAST = 1e-10
"""A Gaussian below this is 0: nothing of it could be seen, and numbers too small to be normal slow a network down."""
SHEAR = 1e-5
"""A cosine between two axes up to which they count as at right angles."""
AT_ONCE = 2**23
"""Numbers held at once while points are spread into the map (32 MB)."""


@dataclass(frozen=True, eq=False)
class Space:
    """A grid's shape and measure.

    shape: (D, H, W). upper: float64 (3, 3), upper triangular: |upper @ d| is the length in mm of a step d in indices.
    separable: whether Gaussians are products of tables.
    """

    shape: tuple[int, int, int]
    upper: Tensor
    separable: bool

    @classmethod
    def of(cls, grid: GridMap, device: torch.device | str = "cpu") -> Space:
        """The space of a model's grid; voxels of the source are 1 mm wide where nothing is known of them."""
        world = np.eye(4) if grid.affine is None else np.asarray(grid.affine, np.float64)
        steps = (world @ np.asarray(grid.matrix, np.float64))[:3, :3]
        measure = steps.T @ steps
        lengths = np.sqrt(np.diag(measure))
        cosines = measure / np.outer(lengths, lengths) - np.eye(3)
        separable = bool(np.abs(cosines).max() <= SHEAR)
        upper = np.diag(lengths) if separable else np.linalg.cholesky(measure).T
        d, h, w = grid.model_shape
        return cls((d, h, w), torch.from_numpy(np.ascontiguousarray(upper)).to(device), separable)

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Millimetres from one voxel to the next along D, H, W."""
        d, h, w = self.upper.square().sum(dim=0).sqrt().tolist()
        return (d, h, w)

    def in_mm(self, points: Tensor) -> Tensor:
        """(n, 3) float64: indices `points` (n, 3) as places in mm, at right distances from each other."""
        return points @ self.upper.T

    def gaussians(self, points: Tensor, widths: Tensor) -> Tensor:
        """(n, 1, D, H, W) float32: exp(-d^2 / width), d the distance in mm from each of `points` (n, 3), an index.

        `widths`: (n,) float64, mm^2: 2 sigma^2 for a Gaussian of standard deviation sigma.
        """
        return self.masks(points, widths, torch.ones(len(points), dtype=torch.bool, device=points.device))

    def masks(self, points: Tensor, widths: Tensor, lit: Tensor) -> Tensor:
        """The same where `lit` (n,), a bool, and 1 minus it elsewhere; made in one go, as volumes are large."""
        sign, rest = torch.where(lit, 1.0, -1.0), torch.where(lit, 0.0, 1.0)[:, None, None, None]
        if self.separable:
            depth, rows, columns = self._tables(points, widths)
            plane = rows[:, None, :, None] * columns[:, None, None, :]
            return torch.addcmul(rest, (depth * sign[:, None])[:, :, None, None], plane).unsqueeze(1)
        return self._sheared(points, widths).mul_(sign[:, None, None, None]).add_(rest).unsqueeze(1)

    def spread(self, points: Tensor, weights: Tensor, width: float) -> Tensor:
        """(D, H, W) float32: the sum over points of weight (n,) times exp(-d^2 / width). A few points at a time."""
        d, h, w = self.shape
        out = torch.zeros(d, h * w, device=weights.device)
        widths = torch.full((len(points),), width, dtype=torch.float64, device=points.device)
        step = max(1, AT_ONCE // (h * w if self.separable else d * h * w))
        for start in range(0, len(points), step):
            part = slice(start, start + step)
            if self.separable:
                depth, rows, columns = self._tables(points[part], widths[part])
                planes = (rows[:, :, None] * columns[:, None, :]).flatten(1)
                out.addmm_((depth * weights[part, None]).T, planes)
            else:
                each = self.gaussians(points[part], widths[part]).flatten(1)
                out += (weights[part] @ each).view_as(out)
        return out.view(self.shape)

    def _tables(self, points: Tensor, widths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Tables (n, D), (n, H), (n, W) whose product is the Gaussian."""
        depth, rows, columns = (
            _cut(torch.exp(-((self.upper[a, a] * self._steps(points, a)) ** 2) / widths[:, None])) for a in range(3)
        )
        return depth, rows, columns

    def _sheared(self, points: Tensor, widths: Tensor) -> Tensor:
        """(n, D, H, W): the same from |upper @ d|^2, whose last two parts do not depend on the first axis."""
        u = self.upper
        depth, rows, columns = (self._steps(points, a) for a in range(3))
        second = u[1, 1] * rows[:, :, None] + u[1, 2] * columns[:, None, :]
        plane = torch.exp(-(second**2 + (u[2, 2] * columns[:, None, :]) ** 2) / widths[:, None, None]).float()
        shift = (u[0, 1] * rows[:, :, None] + u[0, 2] * columns[:, None, :]).float()
        first = (u[0, 0] * depth).float()[:, :, None, None] + shift[:, None]
        line = first.square_().mul_((-1 / widths).float()[:, None, None, None]).exp_()
        return _cut(line.mul_(plane[:, None]))

    def _steps(self, points: Tensor, axis: int) -> Tensor:
        """(n, size) float64: from each point's index to each index of the axis."""
        size = self.shape[axis]
        return torch.arange(size, device=points.device, dtype=torch.float64) - points[:, axis : axis + 1]


def _cut(values: Tensor) -> Tensor:
    return torch.where(values < LEAST, 0.0, values).float()
