"""RISE: the picture under many random masks; a pixel's importance is the mean score of the masks that show it.

    S(j) = sum over i of f(x * M_i) M_i(j) / (N p)

A mask is s^d cells, each shown with probability p, enlarged to (s + 1) cells' size by (bi)linear interpolation and
cropped at a random place.

Source: Petsiuk, Das, Saenko: RISE: Randomized Input Sampling for Explanation of Black-box Models (2018), Eq. 6 and
section 3.2.
Differs from the paper: masked pictures are taken against the chosen fill (theirs is the normalised zero: `mean`).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer_plugins.baselines.occlusion import fill
from salviewer_plugins.baselines.perturbation_params import RiseParams

DRAWN = 256
"""So many masks' random numbers are drawn together; a mask is the same whatever the batches are."""


class Rise(Explainer[RiseParams]):
    """Key `rise`. One input per mask; masks are made batch by batch and never all held."""

    def explain(self, request: Request, params: RiseParams, progress: Progress) -> Explanation:
        """The map (*S): the mean score under the masks that show a pixel, times nothing else."""
        x = request.input.tensor
        masks = Masks(tuple(x.shape[2:]), params.cells, params.keep, request.seed, x.device)
        hidden = fill(request, params.fill)
        rays = x - hidden
        total = torch.zeros(x.shape[2:], device=x.device, dtype=torch.float64)

        def step(part: slice) -> tuple[Tensor, Tensor]:
            shown = masks.rows(part)
            scores = request.score(torch.addcmul(hidden.expand_as(rays), rays, shown[:, None])).detach()
            share = torch.tensordot(scores.float(), shown, 1)
            return scores, share.expand(len(scores), *share.shape)

        for part, (_, share) in request.work.batched(params.masks, step):
            total += share[0]
            so_far = total / (part.stop * params.keep)
            progress(part.stop / params.masks, "RISE", lambda m=so_far: (_heatmap(m, request),))
        return Explanation((_heatmap(total / (params.masks * params.keep), request),))


class Masks:
    """The masks of one run, by number. shape: (*S)."""

    def __init__(self, shape: tuple[int, ...], cells: int, keep: float, seed: int, device: torch.device) -> None:
        self._shape, self._cells, self._keep, self._seed, self._device = shape, cells, keep, seed, device
        self._block = -1
        self._drawn: tuple[Tensor, Tensor] | None = None
        self._tables = [_table(cells, n).to(device) for n in shape]

    def rows(self, part: slice) -> Tensor:
        """(n, *S) in 0..1: the masks numbered in `part`."""
        found = []
        for block in range(part.start // DRAWN, (part.stop - 1) // DRAWN + 1):
            grids, shifts = self._draw(block)
            low, high = max(part.start - block * DRAWN, 0), min(part.stop - block * DRAWN, DRAWN)
            found.append(self._enlarged(grids[low:high], shifts[low:high]))
        return torch.cat(found)

    def _draw(self, block: int) -> tuple[Tensor, Tensor]:
        if block != self._block or self._drawn is None:
            generator = torch.Generator().manual_seed((self._seed * 1_000_003 + block) % 2**63)
            dims = len(self._shape)
            grids = (torch.rand((DRAWN, *(self._cells,) * dims), generator=generator) < self._keep).float()
            shifts = torch.rand((DRAWN, dims), generator=generator)
            self._block, self._drawn = block, (grids.to(self._device), shifts)
        return self._drawn

    def _enlarged(self, grids: Tensor, shifts: Tensor) -> Tensor:
        """(n, *S): each grid enlarged along every axis by its own shifted table of weights."""
        out = grids
        for axis, n in enumerate(self._shape):
            table = self._tables[axis]  # (n + cell, cells)
            starts = (shifts[:, axis] * (len(table) - n + 1)).long().clamp(max=len(table) - n)
            rows = starts[:, None] + torch.arange(n)
            weights = table[rows.to(self._device)]  # (N, n, cells)
            moved = out.movedim(axis + 1, 1)  # (N, cells, ...)
            flat = moved.reshape(len(out), moved.shape[1], -1)
            out = torch.bmm(weights, flat).reshape(len(out), n, *moved.shape[2:]).movedim(1, axis + 1)
        return out


def _table(cells: int, size: int) -> Tensor:
    """(size + cell, cells): the weights by which `cells` values are enlarged linearly to the size of one cell more."""
    cell = -(-size // cells)
    eye = torch.eye(cells)[:, None]
    return (
        F.interpolate(eye, (cells + 1) * cell, mode="linear", align_corners=False)[:, 0].T[: size + cell].contiguous()
    )


def _heatmap(values: Tensor, request: Request) -> Heatmap:
    return Heatmap("RISE", values.float().cpu().numpy(), signed=request.target.output == "logit",
                   unit=request.target.output)  # fmt: skip
