"""What a mask predictor learns: first where its class is, then a mask that leaves the class in the picture.

    stage 1    minimise  mean(sigmoid(X C_k)) - mean(sigmoid(X C_s))                                    (appendix A.1)
    stage 2    minimise  -log f_s(I * M + A * (1 - M)),    M = upsample(C(G(F(I))))                          (Eq. 4)

| paper | here |
|---|---|
| s, c | the class that the classifier itself predicts for I: no label of the collection is read |
| k, the fake label | any other class, drawn anew in each step |
| F(I) | `record`: the classifier's pass over I, without gradients |
| f | the classifier, frozen: gradients pass through it and reach the generator alone |

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers", equations 1 and 4, appendix A.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from salviewer.api import Model
from salviewer_plugins.mask_predictor.backgrounds import backgrounds
from salviewer_plugins.mask_predictor.controller import mixed, upsampled
from salviewer_plugins.mask_predictor.generator import MaskGenerator
from salviewer_plugins.mask_predictor.taps import Taps, record
from salviewer_plugins.mask_predictor.train_params import LoopParams

LEAST = 1e-30
"""A probability below it counts as this much, so that its logarithm and slope stay numbers."""


@dataclass(frozen=True, eq=False)
class Sight:
    """A classifier and where it is read."""

    model: Model
    taps: Taps

    def __call__(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """(the classes (N,) that are predicted for x (N, C, H, W), the maps), in one pass without gradients."""
        with torch.no_grad():
            logits, maps = record(self.model, x, self.taps)
            return self.model.probabilities(logits.float()).argmax(1), maps


@dataclass(frozen=True, eq=False)
class KeepsPlaces:
    """Stage 1, of the generator's filter alone. classes: how many there are."""

    sight: Sight
    net: MaskGenerator
    classes: int

    def draw(self, x: Tensor, generator: torch.Generator) -> tuple[Tensor, ...]:
        """How far the fake class (N,) lies from the true one, 1..classes - 1."""
        return (torch.randint(1, max(2, self.classes), (len(x),), generator=generator).to(x.device),)

    def losses(self, x: Tensor, *drawn: Tensor) -> tuple[Tensor, Tensor]:
        """See `training_loop.Objective`; a picture is right where its own class opens the filter more."""
        own, maps = self.sight(x)
        fake = (own + drawn[0]) % self.classes
        opened, shut = (self.net.filter.presence(maps[0], index) for index in (own, fake))
        return shut - opened, opened > shut


@dataclass(frozen=True, eq=False)
class KeepsClass:
    """Stage 2. mask: what the generator's scores (N, 1, h, w) become, still coarse."""

    sight: Sight
    net: MaskGenerator
    mask: Callable[[Tensor], Tensor]
    params: LoopParams

    def draw(self, x: Tensor, generator: torch.Generator) -> tuple[Tensor, ...]:
        """The backgrounds A (N, C, H, W)."""
        params = self.params
        return (backgrounds(x, self.sight.model.encode, generator, variance=params.variance, noise=params.noise),)

    def losses(self, x: Tensor, *drawn: Tensor) -> tuple[Tensor, Tensor]:
        """See `training_loop.Objective`; a picture is right where its class is still the most probable one."""
        own, maps = self.sight(x)
        m = upsampled(self.mask(self.net(maps, own)), x.shape[2:])
        return self.of_class(mixed(x, m, drawn[0]), own)

    def of_class(self, x: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """(-log P(class | x) (N,), whether it is the most probable one (N,))."""
        probabilities = self.sight.model.probabilities(self.sight.model(x).float())
        wanted = probabilities.gather(1, classes[:, None])[:, 0]
        return -wanted.clamp_min(LEAST).log(), probabilities.argmax(1) == classes
