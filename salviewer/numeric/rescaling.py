"""Differences from a reference sent back through a network: DeepLIFT's rescale rule, for a call order.

A pass on [x; x0] knows each value t and its reference t0, D = t - t0. What comes back is the multiplier m of each
value, so that the sum of m D over any layer is the output's difference (Shrikumar et al. 2017, Eq. 1):

| call | its multiplier | source |
|---|---|---|
| linear in its input | its weights, the plain gradient | section 3.5.1 |
| y = f(x), value by value | Dy / Dx; the gradient where Dx is 0 | Eq. 11 |
| max pooling | a rise Dy > 0 goes to the winner among x, a fall to the winner among x0 | ours: keeps the sum |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor, nn

from salviewer.numeric.call_kinds import Kind, argument
from salviewer.numeric.call_order import UNDERSTOOD, CallOrder, Seen, refused
from salviewer.numeric.handing_down import with_back
from salviewer.numeric.value_origins import tensors
from salviewer.numeric.weighted_calls import averaged

Rule = Callable[[Callable[[Tensor], Tensor], Tensor, Tensor], Tensor]
TINY: Final = 1e-10
"""Differences below this are none: there the gradient is taken."""
ELEMENTWISE: Final = frozenset(
    {"leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "hardswish", "hardsigmoid", "hardshrink"}
    | {"softshrink", "tanhshrink", "softsign", "softplus", "logsigmoid", "tanh", "threshold"}
    | {"clamp", "clamp_min", "clamp_max", "clip"}
)


@contextmanager
def rescaling(module: nn.Module, x: Tensor, *, title: str) -> Iterator[CallOrder]:
    """Passes of `module` on x (2 N, C, *S) = [inputs; references] within the block hand multipliers back.

    Differentiate afterwards, from the outputs of the first half: the "gradient" at the inputs is their multiplier.

    Raises:
        UnsupportedModel: a call is neither linear, nor computed value by value, nor a max pooling.
    """
    with CallOrder(module, (x,), _Rescaling(title), title=title, allowed=UNDERSTOOD | {Kind.ACTIVATION}) as order:
        yield order


class _Rescaling:
    """The answer that gives what is not linear its rule; all else keeps its gradient."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __call__(self, seen: Seen) -> Any:
        """The call's result, with the rule as its backward pass."""
        call = seen.call
        if call.kind is Kind.RELU or (call.kind is Kind.ACTIVATION and call.name in ELEMENTWISE):
            return self._ruled(seen, _by_value)
        if call.kind is Kind.POOLING:
            return NotImplemented if averaged(seen, self._title) is not None else self._max_pooled(seen)
        if call.kind is Kind.ACTIVATION or (call.kind is Kind.NORMALISATION and call.name != "batch_norm"):
            raise refused(self._title, call)
        return NotImplemented

    def _max_pooled(self, seen: Seen) -> Tensor:
        if "pool" not in seen.call.name or "indices" in seen.call.name:
            raise refused(self._title, seen.call)
        return self._ruled(seen, _by_winner)

    def _ruled(self, seen: Seen, rule: Rule) -> Tensor:
        x = argument(seen.args, seen.kwargs, 0, "input", None)
        more = {k: v for k, v in seen.kwargs.items() if k not in ("input", "inplace")}
        if any(seen.depends(value) for value in tensors((seen.args[1:], more))):
            raise refused(self._title, seen.call)
        func, rest, kept = seen.func, seen.args[1:], x.detach().clone() if seen.call.in_place else x.detach()

        def plain(values: Tensor) -> Tensor:
            result: Tensor = func(values, *rest, **more)
            return result

        def back(p: Tensor) -> tuple[Tensor]:
            half = len(p) // 2
            with torch.enable_grad():
                found = rule(plain, kept, p[:half])
            return (torch.cat([found, torch.zeros_like(found)]),)

        return with_back(lambda: plain(x.detach().clone() if seen.call.in_place else x), back, x)


def _by_value(function: Callable[[Tensor], Tensor], x: Tensor, p: Tensor) -> Tensor:
    half = len(x) // 2
    dx, dy = x[:half] - x[half:], _halves_apart(function(x.clone()))
    flat = dx.abs() < TINY
    return torch.where(flat, _back(function, x[:half], p), p * dy / torch.where(flat, 1.0, dx)).detach()


def _by_winner(pool: Callable[[Tensor], Tensor], x: Tensor, p: Tensor) -> Tensor:
    half = len(x) // 2
    own, other = x[:half], x[half:]
    y, y0 = pool(own), pool(other)
    top = torch.maximum(y, y0)
    given = _back(pool, own, p * (top - y0)) + _back(pool, other, p * (y - top))
    dx = own - other
    flat = dx.abs() < TINY
    return torch.where(flat, _back(pool, own, p), given / torch.where(flat, 1.0, dx)).detach()


def _back(function: Callable[[Tensor], Tensor], x: Tensor, p: Tensor) -> Tensor:
    leaf = x.detach().clone().requires_grad_()
    (found,) = torch.autograd.grad(function(leaf.clone()), leaf, p.detach())
    return found


def _halves_apart(values: Tensor) -> Tensor:
    half = len(values) // 2
    return values[:half] - values[half:]
