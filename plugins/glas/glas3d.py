"""3D-GLAS: what the class gains where the only light falls on a region, times what it loses in the region's shadow.

    S(x_j) = 1/|Omega| sum_i exp(-D(x_j, mu_i)^2 / sigma_spatial^2) f_l(mu_i) f_s(mu_i)                     (Eq. 3)

| paper            | here                                                                                  |
|------------------|---------------------------------------------------------------------------------------|
| I, y             | request.input.tensor, request.target                                                  |
| Omega            | the centroids of the atlas's regions; without one the centres of `grid`^3 cells       |
| D(a, b)          | the distance in millimetres, whatever the voxels' shape and the volume's slant        |
| sigma 10, 15     | `sigma_shadow`, `sigma_light`, in mm                                                  |
| sigma_spatial    | `sigma_spatial`, in mm                                                                |
| G(mu, sigma)     | exp(-d^2 / (2 sigma^2)): peak 1                                                       |
| lambda           | 1e-5 (printed "105")                                                                  |
| impact           | f_l f_s of a region: `RegionTable.impact`                                             |

Source: "Salient Explanation for Fine-grained Classification", appendix A and Eq. 1-3.
Differs from the paper: it gives "sigma = 10 and sigma = 15" without saying which is which or in which unit, and no
sigma_spatial for volumes; here they are millimetres, and the defaults were measured. What differs from the printed
equations is as in GLAS.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from salviewer.api import AtlasOnGrid, Explainer, Explanation, Heatmap, Progress, RegionTable, Request, table_of
from salviewer_plugins.glas.volume_light import PointScores, search, search_order, search_points
from salviewer_plugins.glas.volume_params import Glas3dParams
from salviewer_plugins.glas.volume_space import Space

UNITS = {"fusion": " squared", "light": "", "shadow": ""}


class Glas3d(Explainer[Glas3dParams]):
    """Key `glas-3d`: one map, and with an atlas each region's impact."""

    def explain(self, request: Request, params: Glas3dParams, progress: Progress) -> Explanation:
        """A map (D, H, W), non-negative for probabilities. Runs 2 n + 1 inputs for n points (n + 1 for one mode)."""
        x = request.input.tensor
        space = Space.of(request.input.grid, x.device)
        points = torch.from_numpy(search_points(request, space, params.grid)).to(x.device)
        order = search_order(space, points)
        ordered, saliency = points[order], torch.zeros(space.shape, device=x.device)
        done, scores = 0, PointScores(*torch.zeros(2, len(points), device=x.device))
        for share, seen, scores in search(request, x, space, ordered, params):
            fresh, done = slice(done, seen), seen
            saliency += space.spread(ordered[fresh], scores.product(params.mode)[fresh], params.sigma_spatial**2)
            progress(
                share,
                "Light and shadow",
                lambda n=seen, so_far=saliency: (as_heatmap(request, so_far / max(1, n), params.mode),),
            )
        evidence = [as_heatmap(request, saliency / len(points), params.mode)]
        back = torch.argsort(order)
        table = PointScores(scores.light[back], scores.shadow[back])
        if request.atlas is not None:
            return Explanation((*evidence, region_table(request, request.atlas, table, params.mode)), notes(request))
        return Explanation(tuple(evidence), notes(request))


def as_heatmap(request: Request, saliency: Tensor, mode: str) -> Heatmap:
    """The map as evidence, signed where a logit was explained."""
    signed = request.target.output == "logit"
    return Heatmap("3D-GLAS", saliency.float().cpu().numpy(), signed=signed, unit=request.target.output + UNITS[mode])


def region_table(request: Request, atlas: AtlasOnGrid, scores: PointScores, mode: str) -> RegionTable:
    """Each region's impact, with its light and shadow as far as the mode has them; rows as the atlas has regions."""
    both = {"light": scores.light, "shadow": scores.shadow}
    shown = {"fusion": ("light", "shadow"), "light": ("light",), "shadow": ("shadow",)}[mode]
    columns = {name: both[name].float().cpu().numpy() for name in shown}
    unit = request.target.output + UNITS[mode]
    return table_of(atlas, scores.product(mode).float().cpu().numpy(), columns, unit)


def notes(request: Request) -> tuple[str, ...]:
    """What must be known of the volume and the atlas to read the map."""
    found = []
    if request.input.grid.affine is None:
        found.append("The size of the voxels is not known; they were taken to be 1 mm wide.")
    if request.atlas is not None and (outside := outlying(request.atlas)):
        found.append(
            f"The centroids of {outside} regions lie outside what the model sees; their light and shadow reach it only "
            f"in part."
            if outside > 1
            else "The centroid of one region lies outside what the model sees; its light and shadow reach it only in "
            "part."
        )
    return tuple(found)


def outlying(atlas: AtlasOnGrid) -> int:
    """How many regions have their centroid outside the model's grid."""
    last = np.array(atlas.labels.shape) - 0.5
    return int((~((atlas.centroids >= -0.5) & (atlas.centroids <= last)).all(axis=1)).sum())
