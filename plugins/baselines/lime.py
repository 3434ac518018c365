"""LIME: which parts of the picture a linear model needs to predict the score of pictures with random parts hidden.

    minimise over w: sum over z of pi(z) (S(x with the parts z shown) - w0 - w . z)^2 + ridge |w|^2
    pi(z) = sqrt(exp(-D(z, all)^2 / width^2)),  D the cosine distance

Source: Ribeiro, Singh, Guestrin: “Why Should I Trust You?” (2016), Eq. 1, 2, section 3.4 and their image explainer
(half of the parts hidden at random, 1,000 samples, kernel width 0.25, ridge 1).
Differs from the paper: all parts enter the map, not the best K; their superpixels are quickshift, ours SLIC.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer_plugins.baselines.hiding import Hiding
from salviewer_plugins.baselines.perturbation_params import LimeParams
from salviewer_plugins.baselines.superpixels import squares, superpixels
from salviewer_plugins.baselines.surrogate import Surrogate


class Lime(Explainer[LimeParams]):
    """Key `lime`. One input per sample."""

    def explain(self, request: Request, params: LimeParams, progress: Progress) -> Explanation:
        """The map (*S), signed: each pixel has its part's weight. A note tells how well the linear model fits."""
        x = request.input.tensor
        part_of = _parts(x, params)
        z = samples(int(part_of.max()) + 1, params.samples, request.seed).to(x.device)
        where = torch.from_numpy(part_of.ravel()).to(x.device)
        hiding = Hiding(request, params.fill)
        surrogate = Surrogate(z.shape[1], params.width, params.ridge)

        def step(part: slice) -> Tensor:
            shown = z[part].float().index_select(1, where).reshape(-1, *part_of.shape)
            return request.score(hiding.inputs(shown)).detach()

        def heatmap() -> Heatmap:
            values = surrogate.weights()[part_of].astype(np.float32)
            return Heatmap("LIME", values, signed=True, unit=request.target.output)

        for part, scores in request.work.batched(len(z), step):
            surrogate.learn(z[part].cpu().numpy(), scores.double().cpu().numpy())
            progress(part.stop / len(z), "LIME", lambda: (heatmap(),))
        return Explanation((heatmap(),), notes=(_fit(surrogate.r2(), request.target.output),))


def samples(parts: int, count: int, seed: int) -> Tensor:
    """Bool (count, parts): which parts each sample shows, each with probability 1/2; the first shows all."""
    z = torch.rand((count, parts), generator=torch.Generator().manual_seed(seed)) < 0.5
    z[0] = True
    return z


def _parts(x: Tensor, params: LimeParams) -> np.ndarray:
    """Int64 (*S): the part that each pixel of x (1, C, *S) is in."""
    if params.shapes == "squares":
        return squares(tuple(x.shape[2:]), params.parts)
    return superpixels(x[0].float().cpu().numpy(), params.parts)


def _fit(r2: float, output: str) -> str:
    if np.isnan(r2):
        return f"Hiding parts never changed the {output}, so every weight is 0."
    return f"The linear model explains {100 * r2:.0f} % of how the {output} varies (weighted R²)."
