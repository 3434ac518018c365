"""What the mask generator learns: a smooth, small mask that keeps the class, and without whose part it is gone.

    lambda1 TV(M) + lambda2 AV(M) - log f_c(phi(x, M)) + lambda3 f_c(phi(x, 1 - M))^lambda4

| paper | here |
|---|---|
| TV(M) | sum over the pixels of the mask of its squared differences along both axes |
| AV(M) | its mean |
| phi, f_c | `mixed`, the probability of the class that is predicted for the picture |
| lambda1 to lambda4 | `tv`, `area`, `destroy`, `power` |

Source: Dabkowski, Gal: Real Time Image Saliency for Black Box Classifiers (2017), arXiv 1705.07857, section 3.
Differs from the paper: the published 10 is taken for the area and the published 1e-3 for the differences; the other way
round a mask that shows everything costs next to nothing (docs/methods/mask-generator.md has the sum). Both pictures of
one step have the same background.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from salviewer_plugins.mask_predictor.controller import mixed, upsampled
from salviewer_plugins.mask_predictor.mask_objectives import KeepsClass
from salviewer_plugins.mask_predictor.train_params import GeneratorTrainParams


@dataclass(frozen=True, eq=False)
class KeepsAndDestroys(KeepsClass):
    """The loss above, of the classifier's own answer. `params` are `weights` too."""

    weights: GeneratorTrainParams

    def losses(self, x: Tensor, *drawn: Tensor) -> tuple[Tensor, Tensor]:
        """See `training_loop.Objective`; a picture is right where its class is still the most probable one."""
        own, maps = self.sight(x)
        m = upsampled(self.mask(self.net(maps, own)), x.shape[2:])
        preserved, kept = self.of_class(mixed(x, m, drawn[0]), own)
        destroyed, _ = self.of_class(mixed(x, 1 - m, drawn[0]), own)
        return self.total(m, preserved, destroyed), kept

    def total(self, m: Tensor, preserved: Tensor, destroyed: Tensor) -> Tensor:
        """(N,): the sum above, for masks m (N, 1, H, W) and -log f_c (N,) of what they keep and of what they leave."""
        w = self.weights
        return w.tv * variation(m) + w.area * m.mean((1, 2, 3)) + preserved + w.destroy * (-w.power * destroyed).exp()


def variation(m: Tensor) -> Tensor:
    """TV (N,) of masks (N, 1, H, W)."""
    return torch.stack([m.diff(dim=axis).square().sum((1, 2, 3)) for axis in (2, 3)]).sum(0)
