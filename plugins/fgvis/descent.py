"""Gradient descent on masks within 0..1: several at a time, each with its own weight, pace and best point.

    m <- clip(m - eta_k clip(d / s, -1, 1), 0, 1),    eta_k = step (1 - 0.9 k / n)

d is the slope of the game's loss, its part from the score filtered where the defence is on; s is the size of d, by
which a step is measured: the largest value, so that the strongest pixels move first, or one that lets many move. The
filtered slope is not that of the loss, which may rise: of the points on the way, the one with the least loss is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from salviewer_plugins.fgvis.games import Game, Stakes
from salviewer_plugins.fgvis.similarity import Similarity

PACES: Final[dict[str, Callable[[Tensor], Tensor]]] = {
    "largest": lambda d: d.abs().amax(dim=1),
    "root mean square": lambda d: d.square().mean(dim=1).sqrt(),
    "mean": lambda d: d.abs().mean(dim=1),
}
"""The size (N,) of slopes (N, n)."""


@dataclass(frozen=True, eq=False)
class Point:
    """A mask (C, *S) with what the model says of it. weight: lambda; logits: (K,); size: see `Game.size`."""

    weight: float
    loss: float
    score: float
    size: float
    mask: Tensor
    logits: Tensor

    def copied(self) -> Point:
        """The same, whatever becomes of the tensors that it was read from."""
        return replace(self, mask=self.mask.clone(), logits=self.logits.clone())


@dataclass
class Found:
    """The point with the least loss on the way, and of those that win the smallest."""

    least: Point | None = None
    winner: Point | None = None

    def take(self, point: Point, *, won: bool) -> None:
        """Keep a copy of `point` where it is better than what is there."""
        if self.least is None or point.loss < self.least.loss:
            self.least = point.copied()
        if won and (self.winner is None or point.size < self.winner.size):
            self.winner = point.copied()


Wins = Callable[[int, float], bool]
"""Whether a row wins with a score."""
Watch = Callable[[Tensor, Tensor, Tensor], None]
"""Is told at each pass the masks (N, C, *S), their scores (N,) and logits (N, K)."""


class Descent:
    """One game about one set of pictures and targets.

    troubles: by row, why its mask is left as it is: "flat", "not finite", or what was put there before.
    begun: each row's score at the very first pass.
    """

    def __init__(self, similarity: Similarity, game: Game, stakes: Stakes, step: float, watch: Watch) -> None:
        self._similarity, self._game, self._stakes = similarity, game, stakes
        self._step, self._watch = step, watch
        self.troubles: dict[int, str] = {}
        self.begun: list[float] = []

    def run(
        self,
        masks: Tensor,
        weights: Sequence[float],
        passes: int,
        *,
        wins: Wins | None = None,
        paces: Sequence[float] | None = None,
    ) -> list[Found]:
        """What was found for each row, from `masks` (N, C, *S) on; those in trouble stay where they are.

        wins: which scores win. paces: of each row's steps, beside the usual ones.
        """
        pace = self._step * torch.tensor(paces or [1.0] * len(masks), device=masks.device, dtype=torch.float32)
        weight = torch.tensor(weights, device=masks.device, dtype=torch.float32)
        found = [Found() for _ in weights]
        for k in range(passes):
            scores, gradients, logits = self._similarity.gradient(masks)
            losses = self._game.loss(scores, masks, weight, self._stakes)
            self._look_for_trouble(scores, losses, gradients)
            columns = (losses.tolist(), scores.tolist(), self._game.size(masks).tolist())
            for i, (loss, score, size) in enumerate(zip(*columns, strict=True)):
                if i not in self.troubles or k == 0:
                    point = Point(weights[i], loss, score, size, masks[i], logits[i])
                    found[i].take(point, won=wins is not None and wins(i, score))
            self._watch(masks, scores, logits)
            if len(self.troubles) == len(masks):
                break
            if k < passes - 1:
                masks = self._moved(masks, scores, gradients, weight, pace * (1 - 0.9 * k / passes))
        return found

    def _moved(self, masks: Tensor, scores: Tensor, gradients: Tensor, weights: Tensor, eta: Tensor) -> Tensor:
        slope = self._game.slope(scores, gradients, weights, self._stakes).flatten(1)
        size = PACES[self._game.pace](slope).clamp(min=torch.finfo(slope.dtype).tiny)
        change = (slope / size[:, None]).clamp_(-1, 1).view_as(masks)
        for i in self.troubles:
            change[i] = 0
        return (masks - eta.view(-1, *(1,) * (masks.ndim - 1)) * change).clamp_(0, 1)

    def _look_for_trouble(self, scores: Tensor, losses: Tensor, gradients: Tensor) -> None:
        finite = losses.isfinite() & scores.isfinite() & gradients.flatten(1).isfinite().all(dim=1)
        flat = gradients.flatten(1).abs().amax(dim=1) == 0
        for i, (is_finite, is_flat) in enumerate(zip(finite.tolist(), flat.tolist(), strict=True)):
            if not is_finite:
                self.troubles.setdefault(i, "not finite")
            elif is_flat and not self.begun:
                self.troubles.setdefault(i, "flat")
        self.begun = self.begun or scores.tolist()
