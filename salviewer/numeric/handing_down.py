"""How a probability is shared among what adds up to a positive number, and values with a backward pass of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


class _WithBack(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, plain: Any, back: Any, *inputs: Tensor) -> Tensor:
        ctx.back = back
        return plain()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        return None, None, *ctx.back(grads[0])


def with_back(plain: Callable[[], Tensor], back: Callable[[Tensor], tuple[Tensor, ...]], *inputs: Tensor) -> Tensor:
    """The new tensor that `plain` makes; what comes back to it, p, goes to `inputs` as back(p) says."""
    return _WithBack.apply(plain, back, *inputs)


@dataclass(frozen=True, eq=False)
class Weights:
    """A layer of weights: layer(a, w) + bias. w has one row per output channel along `out_axis`, if any.

    bias: (C, 1, ...) so that it adds to the layer's output (N, C, *S); None where there is none.
    """

    w: Tensor
    layer: Callable[[Tensor, Tensor], Tensor]
    out_axis: int | None
    bias: Tensor | None = None

    def scaled(self, factors: Tensor, shift: Tensor) -> Weights | None:
        """The layer followed by a factor and a shift (C,) per output channel; None where weights are laid out oddly."""
        if self.out_axis is None or self.w.shape[self.out_axis] != len(factors):
            return None
        shape = [1] * self.w.ndim
        shape[self.out_axis] = len(factors)
        below = (-1, *(1,) * (self.w.ndim - 2))
        bias = shift.view(below) if self.bias is None else self.bias * factors.view(below) + shift.view(below)
        return Weights(self.w * factors.view(shape), self.layer, self.out_axis, bias)

    def exciting(self, a: Tensor) -> Tensor:
        """What each output gets from positive weights."""
        return self.layer(a, self.w.clamp(min=0))

    def inhibiting(self, a: Tensor) -> Tensor:
        """What each output gets from negative weights, as a positive number: what excites its dual unit."""
        return self.layer(a, self.w.clamp(max=0).neg())


def handed_down(exciting: Callable[[Tensor], Tensor], a: Tensor, p: Tensor) -> Tensor:
    """P(a), a >= 0, from P(y) = p: a * exciting^T(p / exciting(a)), and nothing where nothing excites. It is linear."""
    with torch.enable_grad():
        leaf = a.detach().requires_grad_()
        whole = exciting(leaf)
        (found,) = torch.autograd.grad(whole, leaf, share(p, whole.detach()))
    return leaf.detach() * found


def share(part: Tensor, whole: Tensor) -> Tensor:
    """Of the whole, `part` / `whole`, and 0 where the whole is not positive."""
    return torch.where(whole > 0, part / torch.where(whole > 0, whole, 1.0), 0.0)


def sum_to(p: Tensor, shape: torch.Size) -> Tensor:
    """`p` summed over the axes along which a value of `shape` was repeated."""
    return p.sum_to_size(shape) if p.shape != shape else p
