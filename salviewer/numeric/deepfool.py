"""DeepFool: the smallest change of an input that makes a network say another class, by one linear step after another.

At x_i each class k other than the first, c, is a hyperplane w_k . r = -f_k away, with w_k = grad f_k - grad f_c and
f_k = f_k(x_i) - f_c(x_i). The step goes to the nearest one, l = argmin |f_k| / ||w_k||: r_i = |f_l| / ||w_l||^2 w_l.
It is repeated until the class has changed; the sum of the steps is lengthened by the overshoot.

Source: Moosavi-Dezfooli, Fawzi, Frossard: DeepFool: a simple and accurate method to fool deep neural networks, CVPR
2016, Algorithm 2 (multi-class, l2).

| paper | here |
|---|---|
| x_0 | x |
| r_hat | `Fooled.perturbation`, with the overshoot |
| eta | overshoot |
| w'_k, f'_k | w, gap |

Differs from the paper: valid inputs lie in a box (a picture's values in 0..1), which the paper leaves out. Each step
goes to the nearest point of the hyperplane *within the box*, r = clip(t w, low - x, high - x) with the t >= 0 that
reaches it, so that no part of a step is lost to clamping; where no value meets a bound this is the paper's step. A
class whose hyperplane does not pass through the box is passed over. The overshoot is part of each look at the class,
as in the authors' program, since a step that ends exactly on a hyperplane is on neither side. Only the most probable
classes are tried, 10 as there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from salviewer.errors import UnsupportedModel

OVERSHOOT, ITERATIONS, CANDIDATES = 0.02, 50, 10
"""The paper's; candidates as in the authors' program."""
BISECTIONS = 40
"""Halvings of the interval in which a step's length lies: float32 has no more to give."""
LONGEST = 2.0**60
"""Times the length of the unbounded step, at which the search for the bounded one is given up."""

End = Literal["changed", "iterations", "flat", "box"]
"""Why it ended: the class changed; it did not within the iterations; no gradient; no other class within the box."""


@dataclass(frozen=True, eq=False)
class Fooled:
    """What was found. perturbation: like x, with the overshoot, zero where no step could be made.

    before, after: class indices of x and of x + perturbation; the same where `end` is not "changed".
    """

    perturbation: Tensor
    iterations: int
    before: int
    after: int
    end: End


def deepfool(
    logits_of: Callable[[Tensor], Tensor],
    x: Tensor,
    *,
    box: tuple[Tensor, Tensor] | None = None,
    overshoot: float = OVERSHOOT,
    most: int = ITERATIONS,
    candidates: int = CANDIDATES,
    report: Callable[[int], None] = lambda iteration: None,
) -> Fooled:
    """The perturbation of x (1, C, *S) that changes the class of `logits_of`, (1, ...) to (1, K).

    Args:
        logits_of: the network; its outputs must have gradients with respect to its input.
        x: the input in the network's own space.
        box: lowest and highest valid values, broadcast to x; x lies within. None: all numbers are valid.
        overshoot: by how much of its length the perturbation is lengthened, so that it crosses the border.
        most: iterations at most.
        candidates: how many of the most probable classes are tried, the first one included.
        report: called with the number of each iteration, from 0; it may raise to end the search.

    Raises:
        UnsupportedModel: the network has no gradients, or fewer than two classes.
    """
    with torch.no_grad():
        order = logits_of(x)[0].argsort(descending=True)
    if len(order) < 2:
        raise UnsupportedModel("The network has one output only: there is no other class to change to.", code="classes")
    classes, first, moved = order[: max(2, candidates)], int(order[0]), x

    def ended(iterations: int, after: int, end: End) -> Fooled:
        return Fooled(moved - x, iterations, first, after, end)

    for iteration in range(most):
        report(iteration)
        logits, gradients = _slopes(logits_of, moved, classes)
        if int(logits.argmax()) != first:
            return ended(iteration, int(logits.argmax()), "changed")
        step = _step(logits[classes], gradients, None if box is None else (box[0] - moved, box[1] - moved))
        if isinstance(step, str):
            return ended(iteration, first, step)
        moved = moved + (1 + overshoot) * step
        moved = moved if box is None else moved.clamp(*box)
    with torch.no_grad():
        last = int(logits_of(moved)[0].argmax())
    return ended(most, last, "changed" if last != first else "iterations")


def _slopes(logits_of: Callable[[Tensor], Tensor], x: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (K,) at x, and the gradients (n, 1, C, *S) of those of `classes`, float32.

    One backward pass after the other: all at once is no faster (benchmarks/deepfool_gradients.py) and needs n times the
    memory.
    """
    with torch.enable_grad():
        at = x.detach().clone().requires_grad_()
        logits = logits_of(at)[0]
        if not logits.requires_grad:
            raise UnsupportedModel(
                "The network passes no gradients from its outputs to its input, and DeepFool follows them: choose a "
                "network that torch can differentiate.",
                code="no-gradients",
            )
        wanted = [logits[k] for k in classes.tolist()]
        each = [torch.autograd.grad(one, at, retain_graph=i < len(wanted) - 1)[0] for i, one in enumerate(wanted)]
    return logits.detach().float(), torch.stack(each).float()


def _step(logits: Tensor, gradients: Tensor, room: tuple[Tensor, Tensor] | None) -> Tensor | End:
    """The step to the nearest class's hyperplane, like x; or why there is none.

    logits (n,), gradients (n, 1, C, *S): of the candidates, the class to be left first.
    room: how far each value may go down (<= 0) and up (>= 0).
    """
    gaps, slopes = logits[0] - logits[1:], gradients[1:] - gradients[0]
    if not bool(torch.isfinite(slopes).all()) or not bool(slopes.flatten(1).any()):
        return "flat"
    steps = [_to_plane(w, float(gap), room) for w, gap in zip(slopes, gaps, strict=True)]
    reached = [step for step in steps if step is not None]
    if not reached:
        return "box"
    return min(reached, key=lambda step: float(step.norm()))


def _to_plane(w: Tensor, gap: float, room: tuple[Tensor, Tensor] | None) -> Tensor | None:
    """The shortest r with w . r = gap (>= 0) within `room`; None where there is none."""
    power = float(w.square().sum())
    if power == 0:
        return None
    t = gap / power
    if room is None or _fits(t * w, room):
        return t * w
    if float((w * _furthest(w, room)).sum()) < gap:
        return None
    # w . clip(t w) grows with t: the least t is the unbounded one, and it is doubled until it is enough.
    low, high = t, 2 * t
    while float((w * (high * w).clamp(*room)).sum()) < gap and high < LONGEST * t:
        low, high = high, 2 * high
    for _ in range(BISECTIONS):
        t = (low + high) / 2
        low, high = (t, high) if float((w * (t * w).clamp(*room)).sum()) < gap else (low, t)
    return (high * w).clamp(*room)


def _furthest(w: Tensor, room: tuple[Tensor, Tensor]) -> Tensor:
    """The corner of `room` towards which w . r is largest."""
    return torch.where(w > 0, room[1], torch.where(w < 0, room[0], 0.0))


def _fits(step: Tensor, room: tuple[Tensor, Tensor]) -> bool:
    return bool(((step >= room[0]) & (step <= room[1])).all())
