"""The controls: a random map and a spot in the middle. Neither looks at the network or the picture.

A figure of a method means something only beside theirs: photographers put things into the middle, and a class vanishes
under randomly scattered black pixels as fast as under any others.
"""

from __future__ import annotations

import torch

from salviewer.api import Explainer, Explanation, Heatmap, Progress, Request
from salviewer.numeric.gaussian import blur, gaussian_table
from salviewer_plugins.evaluation.control_params import CentredGaussianParams, RandomMapParams


class RandomMap(Explainer[RandomMapParams]):
    """Key `random-map`: uniform noise in 0..1, drawn by the seed."""

    def explain(self, request: Request, params: RandomMapParams, progress: Progress) -> Explanation:
        """A map (*S). Runs no inputs."""
        shape = tuple(request.input.tensor.shape[2:])
        noise = torch.rand(shape, generator=torch.Generator().manual_seed(request.seed))
        if params.sigma > 0:
            noise = blur(noise[None, None], params.sigma * min(shape))[0, 0]
        return _told(Heatmap("Random map", noise.numpy(), unit="1"), progress)


class CentredGaussian(Explainer[CentredGaussianParams]):
    """Key `centred-gaussian`: exp(-d^2 / (2 sigma^2)), d the distance from the middle."""

    def explain(self, request: Request, params: CentredGaussianParams, progress: Progress) -> Explanation:
        """A map (*S) with peak 1. Runs no inputs."""
        shape = tuple(request.input.tensor.shape[2:])
        two_sigma_squared = 2 * (params.sigma * min(shape)) ** 2
        spot = torch.ones(())
        for n in shape:
            table = gaussian_table(torch.tensor([(n - 1) / 2]), n, two_sigma_squared)[0]
            spot = spot[..., None] * table
        return _told(Heatmap("Centred Gaussian", spot.numpy(), unit="1"), progress)


def _told(heatmap: Heatmap, progress: Progress) -> Explanation:
    progress(0.0, heatmap.name, lambda: (heatmap,))
    return Explanation((heatmap,))
