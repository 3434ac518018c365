"""The four games: where the mask begins, and which way the class's score is to go.

    m* = arg min { phi(m * x) + lambda |m| }     preservation, generation                                 (Eq. 2)
    m* = arg max { phi(m * x) + lambda |m| }     deletion, repression                                     (Eq. 3)

Both are one loss to be made small, with |m| the mean of the mask, so that lambda has the same meaning at every size:

    preservation, generation:   -log p(m * x)        + lambda mean(m)
    deletion, repression:       -log(1 - p(m * x))   + lambda mean(1 - m)

Minus the cross-entropy, which the paper names for phi, has no bound where it is maximised: the class's probability goes
on falling for ever, whatever the mask costs. The logarithm of 1 - p ends at 0 when the class is gone. Scores that are
no probabilities count as they are, in shares of the way from nothing (`base`) to the picture (`whole`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import torch
from torch import Tensor

LEAST: Final = {True: 1e-30, False: 1e-6}
"""Below this a probability that is to be kept, or to be lost, counts as this (float32 has no more near 1)."""


ALMOST_NOTHING: Final = 0.01
"""Where masks begin that the paper begins at 0: under 0 itself a network without biases has all its ReLUs shut, and no
gradient comes through."""


@dataclass(frozen=True)
class Stakes:
    """What is played for, one row per picture and target. whole, base: (N,), the scores of the picture and of nothing.

    probability: whether scores are probabilities; base is 0 then.
    """

    whole: Tensor
    base: Tensor
    probability: bool


@dataclass(frozen=True)
class Game:
    """start: every mask's value at the beginning. keeps: whether the mask is to keep the class, or to lose it.

    pace: by which size of the slope a step is measured, see `salviewer_plugins.fgvis.descent`.
    """

    key: str
    start: float
    keeps: bool
    pace: Literal["largest", "root mean square", "mean"]

    def size(self, masks: Tensor) -> Tensor:
        """(N,) in 0..1: how much of the picture masks (N, C, *S) take: what is kept, or what is taken away."""
        mean = masks.flatten(1).mean(dim=1)
        return mean if self.keeps else 1 - mean

    def loss(self, scores: Tensor, masks: Tensor, weights: Tensor, stakes: Stakes) -> Tensor:
        """(N,), to be made small. scores, weights: (N,); the weight is lambda."""
        if stakes.probability:
            won = -torch.log(self._won(scores))
        else:
            won = (scores - stakes.base) / (stakes.whole - stakes.base) * (-1 if self.keeps else 1)
        return won + weights * self.size(masks)

    def slope(self, scores: Tensor, gradients: Tensor, weights: Tensor, stakes: Stakes) -> Tensor:
        """The gradient of `loss` with respect to the masks. gradients: of the scores, like the masks (N, C, *S)."""
        part = 1 / (self._won(scores) if stakes.probability else stakes.whole - stakes.base)
        rows = (-1, *(1,) * (gradients.ndim - 1))
        sparse = (weights / gradients[0].numel()).view(rows)
        return (sparse - part.view(rows) * gradients) * (1 if self.keeps else -1)

    def reached(self, score: float, whole: float, base: float, share: float) -> bool:
        """Whether the game is won: `share` of what the picture has over nothing is still there, or is gone."""
        left = (score - base) / (whole - base)
        return left >= share if self.keeps else left <= 1 - share

    def _won(self, scores: Tensor) -> Tensor:
        return (scores if self.keeps else 1 - scores).clamp(min=LEAST[self.keeps])


GAMES: Final = {
    game.key: game
    for game in (
        Game("deletion", 1.0, keeps=False, pace="root mean square"),
        Game("preservation", 1.0, keeps=True, pace="mean"),
        Game("generation", ALMOST_NOTHING, keeps=True, pace="mean"),
        Game("repression", ALMOST_NOTHING, keeps=False, pace="mean"),
    )
}
