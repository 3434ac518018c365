"""Occlusion: a square hides one part of the picture after another; where the score falls, something mattered.

    map(j) = mean over the windows w that cover j of S(x) - S(x with w hidden)

Source: Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2014), section 3.1 and Figure 6.
Differs from the paper: the drop is shown, not the score that is left; a pixel gets the mean over the windows that cover
it, as captum's Occlusion has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.numeric.lattice import spread_ranks
from salviewer_plugins.baselines.hiding import Hiding
from salviewer_plugins.baselines.perturbation_params import OcclusionParams


class Occlusion(Explainer[OcclusionParams]):
    """Key `occlusion`. One input per window, and the picture itself."""

    def explain(self, request: Request, params: OcclusionParams, progress: Progress) -> Explanation:
        """The map (*S), signed: where hiding raises the score it is negative."""
        x = request.input.tensor
        windows = Windows.over(tuple(x.shape[2:]), params, x.device)
        hiding = Hiding(request, params.fill)

        def step(part: slice) -> Tensor:
            batch = hiding.inputs(1 - windows.covered(_without_clean(part)))
            return request.score(batch if part.start else torch.cat([x, batch])).detach()

        total = 1 + len(windows.order)
        scores = torch.zeros(total, device=x.device)
        for part, found in request.work.batched(total, step):
            scores[part] = found
            progress(part.stop / total, "Occlusion", lambda n=part.stop: (_heatmap(windows, scores[:n], request),))
        return Explanation((_heatmap(windows, scores, request),))


@dataclass(frozen=True, eq=False)
class Windows:
    """The places of the square, a lattice.

    tables: per axis, (places, size) float32: 1 where the square at a place covers an index.
    order: (n, d) int64, all places as numbers per axis; any beginning of it is spread over the picture.
    """

    tables: tuple[Tensor, ...]
    order: Tensor

    @classmethod
    def over(cls, shape: tuple[int, ...], params: OcclusionParams, device: torch.device) -> Windows:
        """The lattice over `shape`."""
        side, step = params.square(shape)
        tables = []
        for n, places in zip(shape, params.places(shape), strict=True):
            starts = step * torch.arange(places)[:, None]
            i = torch.arange(n)
            tables.append(((i >= starts) & (i < starts + side)).float().to(device))
        return cls(tuple(tables), torch.from_numpy(_far_apart_first([len(t) for t in tables])).to(device))

    def covered(self, part: slice) -> Tensor:
        """(n, *S): 1 where the windows numbered in `part` (in `order`) hide."""
        out, d = torch.ones((), device=self.order.device), len(self.tables)
        for axis, (table, at) in enumerate(zip(self.tables, self.order[part].T, strict=True)):
            out = out * table[at].reshape(-1, *(table.shape[1] if a == axis else 1 for a in range(d)))
        return out

    def spread(self, values: Tensor) -> np.ndarray:
        """(*S) float64: per pixel the sum of `values` (n,), of the first n windows, over those that cover it."""
        out = np.zeros([len(t) for t in self.tables])
        out[tuple(self.order[: len(values)].cpu().numpy().T)] = values.double().cpu().numpy()
        for table in self.tables:
            out = np.tensordot(out, table.double().cpu().numpy(), (0, 0))  # takes the first axis, adds a last one
        return out


def _without_clean(part: slice) -> slice:
    """The windows of a batch: input 0 of the run is the picture itself."""
    return slice(max(0, part.start - 1), part.stop - 1)


def _far_apart_first(counts: list[int]) -> np.ndarray:
    """(n, d) int64: the places of a lattice, coarse lattices first."""
    places = np.indices(counts).reshape(len(counts), -1)
    turns = np.stack([spread_ranks(n)[p] for n, p in zip(counts, places, strict=True)])
    return np.ascontiguousarray(places[:, np.lexsort((*turns, turns.max(0)))].T)


def _heatmap(windows: Windows, scores: Tensor, request: Request) -> Heatmap:
    """The map from the clean score and those of the first windows; 0 where none covers a pixel yet."""
    drops = scores[0] - scores[1:]
    values = windows.spread(drops) / np.maximum(1, windows.spread(torch.ones_like(drops)))
    return Heatmap("Occlusion", values.astype(np.float32), signed=True, unit=f"drop in {request.target.output}")
