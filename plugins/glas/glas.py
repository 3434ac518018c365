"""GLAS: what the class gains where the only light falls, times what it loses where the shadow falls.

    S(x_j) = 1/|Omega| sum_i exp(-D(x_j, mu_i)^2 / sigma_spatial^2) f_l(mu_i) f_s(mu_i)                     (Eq. 3)

| paper            | here                                                                        |
|------------------|-----------------------------------------------------------------------------|
| I, y             | request.input.tensor, request.target                                        |
| Omega, k x k     | the centres of `grid` x `grid` cells over the model's input                 |
| sigma_l, sigma_s | `sigma_light`, `sigma_shadow`, fractions of the input's shorter side        |
| sigma_spatial    | `sigma_spatial`, the same                                                   |
| G(mu, sigma)     | exp(-d^2 / (2 sigma^2)): peak 1                                             |
| lambda           | 1e-5 (printed "105")                                                        |
| f_l, f_s         | `light_and_shadow.search`                                                   |

Source: "Salient Explanation for Fine-grained Classification", Eq. 1-3.
Differs from the paper: Eq. 2 prints sigma_l inside the shadow, where the text and Figure 2 have sigma_s; Eq. 3 prints
D / sigma^2, which has no dimension, for D^2 / sigma^2. The paper names no unit for its sigmas (5, 3, 6 and 3, 3, 3).
"""

from __future__ import annotations

import torch
from torch import Tensor

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer_plugins.glas.light_and_shadow import Lattice, Scores, darkness, search
from salviewer_plugins.glas.params import GlasParams


class Glas(Explainer[GlasParams]):
    """Key `glas`: one map."""

    def explain(self, request: Request, params: GlasParams, progress: Progress) -> Explanation:
        """A map (H, W), non-negative for probabilities. Runs 2 grid^2 + 1 inputs (grid^2 + 1 for one mode alone)."""
        x = request.input.tensor
        lattice = Lattice.over(x, params)
        dark = darkness(request, x, params.background)
        saliency = torch.zeros(x.shape[2:], device=x.device)
        everywhere = torch.ones(params.grid, params.grid, dtype=torch.bool, device=x.device)
        for share, scores in search(request, x, dark, lattice, everywhere, params.mode):
            progress(
                share,
                "Light and shadow",
                lambda scores=scores: (as_heatmap(request, fuse(lattice, scores, params.mode)),),
            )
            if share == 1.0:
                saliency = fuse(lattice, scores, params.mode)
        return Explanation((as_heatmap(request, saliency, params.mode),))


def fuse(lattice: Lattice, scores: Scores, mode: str) -> Tensor:
    """S (H, W) of Eq. 3 over the points seen so far: two matrix products, since the weights are separable."""
    weights = scores.product(mode)
    rows, columns = lattice.spatial
    return rows.T @ weights @ columns / scores.seen.sum().clamp(min=1)


def as_heatmap(request: Request, saliency: Tensor, mode: str = "fusion") -> Heatmap:
    """The map as evidence, signed where a logit was explained."""
    unit = request.target.output + (" squared" if mode == "fusion" else "")
    return Heatmap("GLAS", saliency.float().cpu().numpy(), signed=request.target.output == "logit", unit=unit)
