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
from salviewer_plugins.baselines.hiding import Hiding
from salviewer_plugins.baselines.perturbation_params import RiseParams

DRAWN = 256
"""So many masks' random numbers are drawn together; a mask is the same whatever the batches are."""


class Rise(Explainer[RiseParams]):
    """Key `rise`. One input per mask; masks are made batch by batch and never all held."""

    def explain(self, request: Request, params: RiseParams, progress: Progress) -> Explanation:
        """The map (*S): the mean score under the masks that show a pixel."""
        x = request.input.tensor
        masks = Masks(tuple(x.shape[2:]), params.cells, params.keep, request.seed, x.device)
        hiding = Hiding(request, params.fill)
        total = torch.zeros(x.shape[2:], device=x.device, dtype=torch.float64)

        def step(part: slice) -> Tensor:
            return request.score(hiding.inputs(masks.rows(part))).detach()

        def mean_of(count: int) -> Heatmap:
            values = (total / (count * params.keep)).float().cpu().numpy()
            signed = request.target.output == "logit"
            return Heatmap("RISE", values, signed=signed, unit=request.target.output)

        for part, scores in request.work.batched(params.masks, step):
            total.add_(torch.tensordot(scores, masks.rows(part), 1))
            progress(part.stop / params.masks, "RISE", lambda n=part.stop: (mean_of(n),))
        return Explanation((mean_of(params.masks),))


class Masks:
    """The masks of one run, by number. shape: (*S)."""

    def __init__(self, shape: tuple[int, ...], cells: int, keep: float, seed: int, device: torch.device) -> None:
        self._shape, self._cells, self._keep, self._seed, self._device = shape, cells, keep, seed, device
        self._block = -1
        self._drawn: tuple[Tensor, Tensor] | None = None
        self._last: tuple[slice, Tensor] | None = None
        self._tables = [_table(cells, n).to(device) for n in shape]

    def rows(self, part: slice) -> Tensor:
        """(n, *S) in 0..1: the masks numbered in `part`. Those that were asked for last are kept."""
        if self._last is None or self._last[0] != part:
            self._last = None  # not two batches of masks at once
            found = []
            for block in range(part.start // DRAWN, (part.stop - 1) // DRAWN + 1):
                grids, shifts = self._draw(block)
                low, high = max(part.start - block * DRAWN, 0), min(part.stop - block * DRAWN, DRAWN)
                found.append(self._enlarged(grids[low:high], shifts[low:high]))
            self._last = part, found[0] if len(found) == 1 else torch.cat(found)
        return self._last[1]

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
            rest = out.shape[2:]
            flat = out.reshape(len(out), self._cells, -1)  # (N, cells, rest)
            # takes the first axis, adds a last one: after d turns the axes are in order again
            out = torch.bmm(flat.transpose(1, 2), weights.transpose(1, 2)).reshape(len(out), *rest, n)
        return out


def _table(cells: int, size: int) -> Tensor:
    """(size + cell, cells): the weights by which `cells` values are enlarged linearly to the size of one cell more."""
    cell = -(-size // cells)
    one = torch.eye(cells)[:, None]
    large = F.interpolate(one, (cells + 1) * cell, mode="linear", align_corners=False)
    return large[:, 0].T[: size + cell].contiguous()
