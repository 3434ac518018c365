"""The least value of a quadratic on a face of the L1 ball: where the signs of the weights stay as they are.

With signs s on the support A, ||w||_1 = s' w: the best w of the face minimises w' G w - 2 b' w subject to s' w <= mu, a
linear system in the weights of A alone. From the weights at hand one goes towards its solution until a weight would
change its sign; that one is dropped, and one goes on without it. Each such step is feasible and, but for rounding,
never raises the value.

Source: E. van den Berg, "A hybrid quasi-Newton projected-gradient method with application to Lasso and basis-pursuit
denoising" (Math. Prog. Comp. 2020), section 3, where the steps on a face are quasi-Newton; here they are exact.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

LARGEST: Final = 1200
"""Weights with more than so many nonzeros are left as they are: their linear system would cost more than it saves."""
STEPS: Final = 12
"""Steps at most in one go; each but the last drops a weight."""
_RIDGES: Final = (1e-14, 1e-12, 1e-9, 1e-6, 1.0)
"""Shares of the mean diagonal that are added to it: the first with which the system can be solved."""
_TINY: Final = 1e-300


def best_on_face(gram: Tensor, linear: Tensor, weights: Tensor, mu: float) -> Tensor:
    """Weights (C, k) that are feasible and no worse than those given.

    Args:
        gram: (k, k) float64, positive semidefinite.
        linear: (C, k), b of each class.
        weights: (C, k), feasible.
        mu: radius of the ball.
    """
    found = weights.clone()
    for row, b in zip(found, linear, strict=True):
        for _ in range(STEPS):
            support = row.nonzero()[:, 0]
            if not 0 < len(support) <= LARGEST or not step_on_face(gram, b, row, support, row[support].sign(), mu):
                break
    return found


def step_on_face(gram: Tensor, b: Tensor, row: Tensor, support: Tensor, signs: Tensor, mu: float) -> bool:
    """Improve `row` (k,) in place; whether a weight was dropped, so that another step may help.

    Args:
        gram: (k, k) float64, positive semidefinite.
        b: (k,), linear part of the class.
        row: (k,), feasible, zero outside the support.
        support: (a,), the weights that may change.
        signs: (a,), 1 or -1, those that they have, or may get where they are zero.
        mu: radius of the ball.
    """
    part = gram[support][:, support]
    w = row[support]
    slope = 2 * (part @ w - b[support])
    along, exact = _direction(part, slope, signs, room=mu - w.abs().sum())
    crossing = torch.where(along * signs < 0, -w / along, torch.inf)
    first = float(crossing.min())
    if exact and first > 1:  # the best of the face; whether it is better can be beyond what rounding lets one see
        row[support] = w + along
        return False
    bends, falls = float(along @ part @ along), float(slope @ along)
    if not falls < 0 or not bends > 0:
        return False
    share = min(1.0, -falls / (2 * bends), first)
    moved = w + share * along
    moved[crossing <= share] = 0.0
    row[support] = moved
    return share >= first


def _direction(part: Tensor, slope: Tensor, signs: Tensor, room: Tensor) -> tuple[Tensor, bool]:
    """From the weights to the best ones with s' d <= room; False: only towards them, as the system is near singular."""
    own = torch.eye(len(part), dtype=part.dtype, device=part.device) * part.diagonal().mean().clamp(min=_TINY)
    for ridge in _RIDGES:
        lower, failed = torch.linalg.cholesky_ex(part + ridge * own)
        if not int(failed):
            break
    newton, across = torch.cholesky_solve(torch.stack([-slope / 2, signs], -1), lower).unbind(-1)
    multiplier = ((signs @ newton - room) / (signs @ across)).clamp(min=0)  # 0: it lies within the ball
    return newton - multiplier * across, ridge == _RIDGES[0]
