"""A quadratic over the L1 ball from face to face: exact, and at an end, where gradient steps hardly move.

Where few weights can fit the labels nearly without error, the Gram matrix of the features in question is close to
singular, and a gradient says little about how far to go: thousands of steps end far from the solution. Here the best
weights of the face at hand are found (`l1_face`), dropping those that would change their sign; then the feature joins
whose gradient is steepest, with the sign that goes downhill, and so on. The value falls with each face, and there are
only so many.

Source: M. Osborne, B. Presnell, B. Turlach, "On the LASSO and its dual" (J. Comput. Graph. Stat. 2000), the algorithm
for one bound; which also proves that a feature that joins so gets a weight of that sign.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from salviewer.numeric.l1_face import LARGEST, step_on_face

FACES: Final = 2_000
"""Faces at most for one class in one go."""


def over_faces(
    gram: Tensor, linear: Tensor, weights: Tensor, mu: float, near: Callable[[int, Tensor, Tensor], bool]
) -> Tensor:
    """Weights (C, k) that are feasible and no worse than those given.

    Args:
        gram: (k, k) float64, positive semidefinite.
        linear: (C, k), b of each class.
        weights: (C, k), feasible.
        mu: radius of the ball.
        near: of a class's number, weights (k,) and gradient (k,) there: whether they are good enough.
    """
    found = weights.clone()
    for number, (row, b) in enumerate(zip(found, linear, strict=True)):
        joined: Tensor | None = None
        for _ in range(FACES):
            support, signs = _face(row, joined)
            if not 0 < len(support) <= LARGEST:
                break
            before = row[support]
            dropped = step_on_face(gram, b, row, support, signs, mu)
            if dropped and not torch.equal(before, row[support]):
                joined = None
                continue
            slope = 2 * (gram[:, support] @ row[support] - b)
            joined = _steepest(row, slope)
            if near(number, row, slope) or joined is None or bool((joined[0] == support).any()):
                break
    return found


def _face(row: Tensor, joined: Tensor | None) -> tuple[Tensor, Tensor]:
    """(support (a,), signs (a,)) of the weights that are not zero, and of the feature that joins, (number, sign)."""
    support = row.nonzero()[:, 0]
    signs = row[support].sign()
    if joined is not None:
        support, signs = torch.cat([support, joined[:1]]), torch.cat([signs, joined[1:].to(signs.dtype)])
    return support, signs


def _steepest(row: Tensor, slope: Tensor) -> Tensor | None:
    """(number, sign) of the feature without a weight whose gradient is steepest, and the sign that goes downhill."""
    outside = torch.where(row == 0, slope.abs(), 0.0)
    place = int(outside.argmax())
    return torch.tensor([place, -int(slope[place].sign())]) if outside[place] > 0 else None
