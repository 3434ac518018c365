"""The sparsest mask that wins: a bracketed search for lambda on a logarithmic scale, each step from the last mask.

The first descent, with lambda FIRST, is as long as one with a given lambda. While the game is won lambda rises by
FACTOR, while it is lost it falls; once there is one of each, their geometric mean is next. Each further descent is a
quarter as long and begins at the mask of the largest lambda that won. Every point stays: they are the trade-off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import Final

import torch
from torch import Tensor

from salviewer_plugins.fgvis.descent import Descent, Found, Point
from salviewer_plugins.fgvis.games import Game, Stakes

FIRST: Final = {"deletion": 10.0, "preservation": 5.0, "generation": 0.5, "repression": 5.0}
FACTOR: Final = 4.0
PACE: Final = 0.25
"""Of the steps of a descent that begins at a mask that wins."""
GAIN: Final = 0.98
"""A descent that begins at a mask that wins has won if it made that smaller by this, at least."""


@dataclass
class Trail:
    """The search about one picture and target. points: in the order in which they were found; start: the first mask."""

    points: list[Point] = field(default_factory=list)
    won: Point | None = None
    lost: Point | None = None

    def add(self, found: Found, smaller_than: float) -> None:
        """Take in what a descent found, and what that says about lambda: it won if its mask is as small as that."""
        if found.winner is not None and found.winner.size <= smaller_than:
            self.points.append(found.winner)
            if self.won is None or found.winner.weight > self.won.weight:
                self.won = found.winner
        elif found.least is not None:
            self.points.append(found.least)
            if self.lost is None or found.least.weight < self.lost.weight:
                self.lost = found.least

    def next(self) -> tuple[float, Point]:
        """The next lambda, and the point to begin at."""
        if self.won is None:
            last = self.lost or self.points[-1]
            return last.weight / FACTOR, last
        if self.lost is None or self.lost.weight <= self.won.weight:
            return self.won.weight * FACTOR, self.won
        return sqrt(self.won.weight * self.lost.weight), self.won


def search(
    descent: Descent, game: Game, stakes: Stakes, start: Tensor, stages: tuple[int, ...], share: float
) -> list[Trail]:
    """One trail per row. start: the masks (N, C, *S) at the beginning; stages: passes of each descent."""
    trails = [Trail() for _ in range(len(start))]
    weights, masks = [FIRST[game.key]] * len(start), start
    paces, sizes = [1.0] * len(start), [1.0] * len(start)

    def wins(i: int, score: float) -> bool:
        return game.reached(score, float(stakes.whole[i]), float(stakes.base[i]), share)

    for passes in stages:
        results = descent.run(masks, weights, passes, wins=wins, paces=paces)
        for i, (trail, found) in enumerate(zip(trails, results, strict=True)):
            if i not in descent.troubles or not trail.points:  # who is in trouble stays where it is
                trail.add(found, smaller_than=sizes[i])
        if len(descent.troubles) == len(trails):
            break
        steps = [trail.next() for trail in trails]
        weights = [weight for weight, _ in steps]
        masks = torch.stack([point.mask for _, point in steps])
        sizes = [GAIN * trail.won.size if trail.won else 1.0 for trail in trails]
        paces = [PACE if trail.won else 1.0 for trail in trails]
    return trails


def chosen(trail: Trail, game: Game, whole: float, base: float, share: float) -> tuple[Point, bool]:
    """The sparsest point that wins, and True; where none does the one that comes nearest, and False."""
    winners = [p for p in trail.points if game.reached(p.score, whole, base, share)]
    if winners:
        return min(winners, key=lambda p: p.size), True
    return (max if game.keeps else min)(trail.points, key=lambda p: p.score), False
