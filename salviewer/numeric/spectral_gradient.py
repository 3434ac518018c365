"""Spectral projected gradient for quadratics over L1 balls, many at once, each with steps of its own.

minimise q_j(w) = w' G w - 2 b_j' w + c_j subject to ||w||_1 <= mu, for every class j

A step goes along d = P(w - a grad) - w, P the projection onto the ball, a the spectral (Barzilai-Borwein) step length
<s, s> / <s, y> of the step before. The whole of d is taken where that does not raise q above the largest of its last
values by more than the line search allows (nonmonotone); otherwise the share of d that makes q least, which for a
quadratic is known in closed form. Either way G is multiplied once. Now and then w is improved on its own face of the
ball (`l1_face`), so that an ill-conditioned G does not make the last digits slow; and what is not solved after
`PATIENCE` steps goes on from face to face (`l1_active_set`).

The gap. q(w) = ||r||^2 with r = l - X'w, G = X X', b = X l, c = ||l||^2. Fenchel's dual of the problem is
max_u u' l - ||u||^2 / 4 - mu ||X u||_inf; at u = 2 t r, which is the solution for t = 1 where r is the best residual,
it is 2 t (r' l - mu ||X r||_inf) - t^2 ||r||^2, and largest at t = (r' l - mu ||X r||_inf) / ||r||^2 or at 0. So

gap = q - max(0, c - b' w - mu ||grad||_inf / 2)^2 / q >= q(w) - min q,

since X r = -grad / 2 and r' l = c - b' w: a bound on how much too large q can be, from what a step knows anyway.

Source: E. Birgin, J. Martinez, M. Raydan, "Nonmonotone spectral projected gradient methods on convex sets" (SIAM J.
Optim. 2000), SPG2; E. van den Berg, M. Friedlander, "Probing the Pareto frontier for basis pursuit solutions" (SIAM J.
Sci. Comput. 2008), section 4, for the L1 ball and its gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from salviewer.numeric.l1_active_set import over_faces
from salviewer.numeric.l1_ball import onto_l1_ball
from salviewer.numeric.l1_face import best_on_face

MEMORY: Final = 10
"""The last values of q that a step may not exceed (as many as Birgin et al. use)."""
DECREASE: Final = 1e-4
CHECK_EVERY: Final = 20
"""Steps between two looks at the gaps, each with an improvement on the faces."""
PATIENCE: Final = 100
"""Steps after which a class that is not solved is left to the faces alone."""
WELL_FITTED: Final = 1e-3
"""Where less than this share of ||l||^2 is left, gaps are relative to the share itself."""
_LEAST: Final = 1e-14


@dataclass(frozen=True, eq=False)
class Quadratic:
    """gram: (k, k) float64, positive semidefinite; linear: (C, k), b; constant: (C,), ||l||^2, at least 0."""

    gram: Tensor
    linear: Tensor
    constant: Tensor

    def of(self, rows: Tensor) -> Quadratic:
        """The quadratics of some classes."""
        return Quadratic(self.gram, self.linear[rows], self.constant[rows])

    def slope(self, weights: Tensor) -> Tensor:
        """Gradient (C, k) at weights (C, k)."""
        return 2 * (weights @ self.gram - self.linear)

    def value(self, weights: Tensor, slope: Tensor) -> Tensor:
        """Q (C,), given its gradient there."""
        return ((weights * (slope / 2 - self.linear)).sum(-1) + self.constant).clamp_(min=0)

    def gap(self, weights: Tensor, slope: Tensor, mu: float) -> Tensor:
        """The relative gap (C,), given the gradient there."""
        answered, steepest = (self.linear * weights).sum(-1), slope.abs().amax(-1)
        return relative_gap(self.value(weights, slope), answered, self.constant, steepest, mu)


def relative_gap(value: Tensor, answered: Tensor, constant: Tensor, steepest: Tensor, mu: float) -> Tensor:
    """The gap (C,) as a share of q, or of `WELL_FITTED` ||l||^2 where that is more; 0 where l is 0.

    Args:
        value: q (C,).
        answered: b' w (C,).
        constant: ||l||^2 (C,).
        steepest: the largest magnitude in the gradient (C,).
        mu: radius of the balls.
    """
    reachable = (constant - answered - mu * steepest / 2).clamp(min=0)
    gap = (value - reachable**2 / value.clamp(min=_LEAST)).clamp(min=0)
    scale = torch.maximum(value, WELL_FITTED * constant)
    return torch.where(constant > 0, gap / scale.clamp(min=_LEAST), 0.0)


def minimise(problem: Quadratic, mu: float, start: Tensor, tolerance: float, most: int) -> tuple[Tensor, int]:
    """(weights (C, k), steps taken), from feasible weights `start` (C, k), to a relative gap or for `most` steps."""
    weights = start.clone()
    rows = torch.arange(len(start), device=start.device)
    steps = 0
    while True:
        part, found = problem.of(rows), weights[rows]
        if steps:
            found = best_on_face(part.gram, part.linear, found, mu)
        if steps >= PATIENCE:
            found = _over_faces(part, mu, found, tolerance)
        weights[rows] = found
        rows = rows[part.gap(found, part.slope(found), mu) > tolerance]
        if not len(rows) or steps >= most:
            return weights, steps
        taken = min(CHECK_EVERY, most - steps)
        weights[rows] = _walk(problem.of(rows), mu, weights[rows], taken)
        steps += taken


def _over_faces(problem: Quadratic, mu: float, weights: Tensor, tolerance: float) -> Tensor:
    def near(number: int, row: Tensor, slope: Tensor) -> bool:
        alone = problem.of(torch.tensor([number], device=row.device))
        return bool(alone.gap(row[None], slope[None], mu) <= tolerance)

    return over_faces(problem.gram, problem.linear, weights, mu, near)


def _walk(problem: Quadratic, mu: float, weights: Tensor, steps: int) -> Tensor:
    """The best weights (C, k) of so many steps from `weights`."""
    slope = problem.slope(weights)
    value = problem.value(weights, slope)
    best, least = weights, value
    last = value.expand(MEMORY, -1).clone()
    length = _first_length(problem, mu, weights, slope)
    for step in range(steps):
        along = onto_l1_ball(weights - length[:, None] * slope, mu).sub_(weights)
        curve = along @ problem.gram
        falls, bends = (slope * along).sum(-1), (along * curve).sum(-1)
        whole = value + falls + bends <= last.amax(0) + DECREASE * falls
        share = torch.where(whole, 1.0, (-falls / (2 * bends).clamp(min=_LEAST)).clamp(0, 1))
        weights = weights + share[:, None] * along
        slope = slope + (2 * share)[:, None] * curve
        value = value + share * falls + share**2 * bends
        length = torch.where(bends > _LEAST * value, along.square().sum(-1) / (2 * bends).clamp(min=_LEAST), length)
        last[step % MEMORY] = value
        best = torch.where((value < least)[:, None], weights, best)
        least = torch.minimum(value, least)
    return best


def _first_length(problem: Quadratic, mu: float, weights: Tensor, slope: Tensor) -> Tensor:
    """The step length (C,) that is best along the steepest descent."""
    bends = ((slope @ problem.gram) * slope).sum(-1)
    return slope.square().sum(-1) / (2 * bends).clamp(min=_LEAST)
