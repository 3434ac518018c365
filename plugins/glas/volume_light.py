"""Light and shadow in a volume: what the class gains and loses at each search point.

Memory: one batch of masked inputs, whatever the number of search points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Request
from salviewer.errors import InvalidChoice
from salviewer.numeric.farthest import farthest_first
from salviewer.numeric.gaussian import blur
from salviewer.numeric.lattice import cell_centres
from salviewer_plugins.glas.light_and_shadow import BLUR, LAMBDA
from salviewer_plugins.glas.scoring import scored
from salviewer_plugins.glas.volume_params import Glas3dParams
from salviewer_plugins.glas.volume_space import Space

KINDS: dict[str, tuple[bool, ...]] = {"fusion": (True, False), "light": (True,), "shadow": (False,)}
"""Per mode, the inputs that each point needs: True is a light, False a shadow."""


@dataclass(frozen=True, eq=False)
class PointScores:
    """What the search points scored so far, (n,) each, in the order of the search; 0 where it has not been."""

    light: Tensor
    shadow: Tensor

    def product(self, mode: str) -> Tensor:
        """(n,): f_l f_s, or one of them."""
        return {"fusion": self.light * self.shadow, "light": self.light, "shadow": self.shadow}[mode]


def search_points(request: Request, space: Space, grid: int) -> np.ndarray:
    """(n, 3) float64 indices (D, H, W): the centroids of the atlas's regions, or the centres of grid^3 cells.

    Raises:
        InvalidChoice: the atlas has no region here.
    """
    if request.atlas is not None:
        if not request.atlas.regions:
            raise InvalidChoice(
                "No region of the atlas lies within what the model sees of this volume: register the volume to the "
                "atlas, or leave the atlas out to search on a lattice.",
                code="atlas-elsewhere",
            )
        return np.asarray(request.atlas.centroids, np.float64)
    axes = (cell_centres(grid, size) for size in space.shape)
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def search_order(space: Space, points: Tensor) -> Tensor:
    """(n,) int: the order of `points` (n, 3) of which any beginning is spread out."""
    return torch.from_numpy(farthest_first(space.in_mm(points).cpu().numpy())).to(points.device)


def darkness(request: Request, x: Tensor, space: Space, background: str) -> Tensor:
    """What shows where no light falls, (1, C, D, H, W) or a scalar zero, in the normalised space."""
    if background == "black":
        return request.model.encode(torch.zeros_like(x))
    if background == "blur":
        side = min(n * mm for n, mm in zip(space.shape, space.spacing, strict=True))
        return blur(x, [BLUR * side / mm for mm in space.spacing])
    return torch.zeros((), device=x.device, dtype=x.dtype)


def search(
    request: Request, x: Tensor, space: Space, points: Tensor, params: Glas3dParams
) -> Iterator[tuple[float, int, PointScores]]:
    """Score `points` (n, 3) in turn; yield (share done, points done, scores so far) after each batch.

    Eq. 1: f_l(m) = P(y | x * G(m, sigma_l)); Eq. 2: f_s(m) = |P(y|x) - P(y | x * (1 - G(m, sigma_s)))| + lambda.
    Input 0 of the run is x itself; then come each point's light and shadow, as the mode needs them.
    """
    kinds = KINDS[params.mode]
    lit = torch.tensor(kinds, device=x.device).repeat(len(points))
    where = torch.arange(len(points), device=x.device).repeat_interleave(len(kinds))
    widths = torch.where(lit, 2.0 * params.sigma_light**2, 2.0 * params.sigma_shadow**2).double()
    dark = darkness(request, x, space, params.background)
    rays = x - dark

    def masked(part: slice) -> Tensor:
        return _masked(rays, dark, space.masks(points[where[part]], widths[part], lit[part]))

    scores = PointScores(*(torch.zeros(len(points), device=x.device) for _ in range(2)))
    for part, values, clean in scored(request, x, len(where), masked):
        which, light = where[part], lit[part]
        scores.light[which[light]] = values[light]
        scores.shadow[which[~light]] = (clean - values[~light]).abs() + LAMBDA
        yield (1 + part.stop) / (1 + len(where)), part.stop // len(kinds), scores


def _masked(rays: Tensor, dark: Tensor, keep: Tensor) -> Tensor:
    """(n, C, D, H, W): dark + (x - dark) * keep, in the place of `keep` (n, 1, D, H, W) where there is one channel."""
    masked = keep.mul_(rays) if rays.shape[1] == 1 else rays * keep
    return masked if dark.ndim == 0 else masked.add_(dark)
