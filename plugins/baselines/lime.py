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
from salviewer_plugins.baselines.occlusion import fill
from salviewer_plugins.baselines.perturbation_params import LimeParams
from salviewer_plugins.baselines.superpixels import squares, superpixels


class Lime(Explainer[LimeParams]):
    """Key `lime`. One input per sample."""

    def explain(self, request: Request, params: LimeParams, progress: Progress) -> Explanation:
        """The map (*S), signed: each pixel has its part's weight."""
        x = request.input.tensor
        shape = tuple(x.shape[2:])
        part_of = (
            superpixels(x[0].float().cpu().numpy(), params.parts)
            if params.shapes == "superpixels"
            else squares(shape, params.parts)
        )
        z = samples(int(part_of.max()) + 1, params.samples, request.seed)
        shown, where = torch.from_numpy(z).to(x.device), torch.from_numpy(part_of).to(x.device)
        hidden = fill(request, params.fill)
        scores: list[Tensor] = []

        def step(part: slice) -> Tensor:
            return request.score(torch.where(shown[part][:, where].unsqueeze(1), x, hidden)).detach()

        for part, found in request.work.batched(len(z), step):
            scores.append(found.double().cpu())
            progress(
                part.stop / len(z),
                "LIME",
                lambda n=part.stop: (self._heatmap(z[:n], scores, part_of, params, request)[0],),
            )
        heatmap, r2 = self._heatmap(z, scores, part_of, params, request)
        note = f"The linear model explains {r2:.0%} of how the {request.target.output} varies (weighted R²)."
        return Explanation((heatmap,), notes=(note,))

    def _heatmap(
        self, z: np.ndarray, scores: list[Tensor], part_of: np.ndarray, params: LimeParams, request: Request
    ) -> tuple[Heatmap, float]:
        weights, r2 = fit(z, torch.cat(scores).numpy(), params.width, params.ridge)
        values = weights[part_of].astype(np.float32)
        return Heatmap("LIME", values, signed=True, unit=request.target.output), r2


def samples(parts: int, count: int, seed: int) -> np.ndarray:
    """Bool (count, parts): which parts each sample shows; the first shows all."""
    z = np.random.default_rng(seed).random((count, parts)) < 0.5
    z[0] = True
    return z


def fit(z: np.ndarray, scores: np.ndarray, width: float, ridge: float) -> tuple[np.ndarray, float]:
    """(weights (parts,), weighted R^2) of the weighted ridge regression of `scores` (n,) on `z` (n, parts)."""
    rows = z.astype(np.float64)
    cosine = np.sqrt(rows.sum(1) / rows.shape[1])  # of a row of zeros and ones with the row of ones
    pi = np.sqrt(np.exp(-((1 - cosine) ** 2) / width**2))
    share = pi / pi.sum()
    centred, y = rows - share @ rows, scores - share @ scores
    weighted = centred * pi[:, None]
    square = weighted.T @ centred
    least = 1e-9 * max(1.0, float(np.trace(square)))  # with fewer samples than parts it could not be solved
    weights = np.linalg.solve(square + max(ridge, least) * np.eye(rows.shape[1]), weighted.T @ y)
    residual, spread = share @ (y - centred @ weights) ** 2, share @ y**2
    return weights, float(1 - residual / spread) if spread > 0 else float("nan")
