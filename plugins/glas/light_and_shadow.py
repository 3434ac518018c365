"""The Gaussian masks of GLAS, made on the fly as outer products of two tables, and their scores.

Memory: one batch of masked inputs, whatever the number of search points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from salviewer.api import Request
from salviewer.numeric.gaussian import blur, gaussian_table, outer
from salviewer.numeric.lattice import cell_centres, spread_order
from salviewer_plugins.glas.params import GlasParams
from salviewer_plugins.glas.scoring import scored

LAMBDA = 1e-5
"""Eq. 2's constant, which keeps a shadow's score from being 0."""
BLUR = 0.05
"""Sigma of the background "blur", as a fraction of the shorter side."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """The search points and the tables of their Gaussians.

    centres: row and column coordinates, (k,) each, in pixels.
    light, shadow: tables of exp(-d^2 / (2 sigma^2)), rows (k, H) and columns (k, W).
    spatial: tables of exp(-d^2 / sigma_spatial^2), the weights of Eq. 3.
    order: (k * k, 2) points as (row, column), any beginning of which is spread out.
    """

    centres: tuple[Tensor, Tensor]
    light: tuple[Tensor, Tensor]
    shadow: tuple[Tensor, Tensor]
    spatial: tuple[Tensor, Tensor]
    order: Tensor

    @classmethod
    def over(cls, x: Tensor, params: GlasParams) -> Lattice:
        """The lattice over an input x (1, C, H, W)."""
        size = (int(x.shape[2]), int(x.shape[3]))
        side = min(size)
        rows, columns = (torch.from_numpy(cell_centres(params.grid, n)).to(x.device) for n in size)

        def tables(two_sigma_squared: float) -> tuple[Tensor, Tensor]:
            return (
                gaussian_table(rows, size[0], two_sigma_squared),
                gaussian_table(columns, size[1], two_sigma_squared),
            )

        return cls(
            (rows, columns),
            tables(2 * (params.sigma_light * side) ** 2),
            tables(2 * (params.sigma_shadow * side) ** 2),
            tables((params.sigma_spatial * side) ** 2),
            torch.from_numpy(spread_order(params.grid, params.grid)).to(x.device),
        )


@dataclass(frozen=True, eq=False)
class Scores:
    """What the search points scored so far, each (k, k); `seen` marks the points that were visited."""

    light: Tensor
    shadow: Tensor
    seen: Tensor

    def product(self, mode: str) -> Tensor:
        """(k, k): f_l f_s, or one of them, 0 where no point was visited."""
        value = {"fusion": self.light * self.shadow, "light": self.light, "shadow": self.shadow}[mode]
        return value * self.seen


def darkness(request: Request, x: Tensor, background: str) -> Tensor:
    """What shows where no light falls, (1, C, H, W) or a scalar zero, in the normalised space."""
    if background == "black":
        return request.model.encode(torch.zeros_like(x))
    if background == "blur":
        return blur(x, BLUR * min(x.shape[2:]))
    return torch.zeros((), device=x.device, dtype=x.dtype)


def search(
    request: Request, x: Tensor, dark: Tensor, lattice: Lattice, wanted: Tensor, mode: str
) -> Iterator[tuple[float, Scores]]:
    """Score the points that `wanted` (k, k) marks; yield (share done, scores so far) after each batch.

    Eq. 1: f_l(m) = P(y | x * G(m, sigma_l)); Eq. 2: f_s(m) = |P(y|x) - P(y | x * (1 - G(m, sigma_s)))| + lambda.
    Input 0 of the run is x itself; then come each point's light and shadow, as the mode needs them.
    """
    points = lattice.order[wanted[lattice.order[:, 0], lattice.order[:, 1]]]
    kinds = {"fusion": (True, False), "light": (True,), "shadow": (False,)}[mode]
    lit = torch.tensor(kinds, device=x.device).repeat(len(points))
    where = points.repeat_interleave(len(kinds), dim=0)
    rays = x - dark

    def masked(part: slice) -> Tensor:
        return _masked(rays, dark, lattice, where[part], lit[part])

    scores = Scores(*(torch.zeros(wanted.shape, device=x.device) for _ in range(3)))
    for part, values, clean in scored(request, x, len(where), masked):
        _enter(scores, where[part], lit[part], values, clean)
        yield (1 + part.stop) / (1 + len(where)), scores


def _masked(rays: Tensor, dark: Tensor, lattice: Lattice, points: Tensor, lit: Tensor) -> Tensor:
    """(n, C, H, W): dark + (x - dark) * G for lights, dark + (x - dark) * (1 - G) for shadows."""
    r, c = points[:, 0], points[:, 1]
    choose = lit[:, None]
    rows = torch.where(choose, lattice.light[0][r], lattice.shadow[0][r])
    columns = torch.where(choose, lattice.light[1][c], lattice.shadow[1][c])
    gauss = outer(rows, columns)
    keep = torch.where(lit[:, None, None, None], gauss, 1 - gauss)
    return rays * keep if dark.ndim == 0 else torch.addcmul(dark, rays, keep)


def _enter(scores: Scores, points: Tensor, lit: Tensor, values: Tensor, clean: Tensor) -> None:
    """Write a batch's values into the tables of `scores`. A point counts as seen with its last kind of input."""
    lights, shadows = points[lit], points[~lit]
    scores.light[lights[:, 0], lights[:, 1]] = values[lit]
    scores.shadow[shadows[:, 0], shadows[:, 1]] = (clean - values[~lit]).abs() + LAMBDA
    last = shadows if len(shadows) else lights
    scores.seen[last[:, 0], last[:, 1]] = 1.0
