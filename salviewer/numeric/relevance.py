"""Relevance sent back through a network: layer-wise relevance propagation (LRP), as rules for a call order.

A neuron z = sum_i a_i w_i + b hands its relevance R to its inputs; what its bias takes is lost:

| rule | R_i from R | source |
|---|---|---|
| epsilon | a_i w_i / (z + e sign(z)) R | Bach et al. 2015, Eq. 58 |
| z+ (alpha 1, beta 0) | (a_i w_i)+ / (sum (a_k w_k)+ + b+) R | Bach et al. 2015, Eq. 60 |
| flat | 1 / n R, n inputs | Lapuschkin et al. 2019 |

| call | its rule |
|---|---|
| convolution, linear | the plan's; a batch norm after it is one layer with it |
| batch norm elsewhere, constants added or multiplied, ReLU, changes of shape | R passes as it is |
| average pooling, mean, sum, linear interpolation, sum of two values | epsilon, e = 1e-6 |
| max pooling | to the winner |

Plans: "epsilon" has it everywhere; "composite" has flat in the first layers, z+ in the other convolutions and epsilon
in the linear layers (Kohlbrenner et al. 2020, section III; Montavon et al. 2019, section 10.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.utils.weak import WeakTensorKeyDictionary

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import Kind, argument
from salviewer.numeric.call_order import INSTEAD, Call, CallOrder, Seen
from salviewer.numeric.handing_down import Weights, sum_to, with_back
from salviewer.numeric.relu_rules import ceiling
from salviewer.numeric.value_origins import tensors
from salviewer.numeric.weighted_calls import Added, Passed, arithmetic, averaged, normalised, weights_of

Plan = Literal["composite", "epsilon"]
STABILISER = 1e-6
"""Keeps a denominator from being 0 where a rule has no epsilon of its own."""


@contextmanager
def relevance(module: nn.Module, x: Tensor, plan: Plan, epsilon: float, *, title: str) -> Iterator[CallOrder]:
    """Passes of `module` on x (N, C, *S) within the block get a backward pass that hands relevance down.

    Differentiate afterwards, from a logit with the logit as what comes back to it: the "gradient" at x is then the
    relevance of each value. epsilon: >= 0, as in the table. title: of the method, for messages.
    """
    rules = _Relevance(plan, epsilon, title)
    try:
        with CallOrder(module, (x,), rules, title=title) as order:
            yield order
    finally:
        rules.forget()


class _Relevance:
    """The answer that gives every call of a pass its rule."""

    def __init__(self, plan: Plan, epsilon: float, title: str) -> None:
        self._plan, self._epsilon, self._title = plan, epsilon, title
        self._made: Any = WeakTensorKeyDictionary()  # by a layer's result: what it was applied to, and its weights
        self._deep: Any = WeakTensorKeyDictionary()  # values that a layer of weights has had a part in

    def __call__(self, seen: Seen) -> Any:
        """A value as the network has it, with the rule as its backward pass."""
        rules: dict[Kind, Callable[[Seen], Any]] = {
            Kind.RELU: self._relu,
            Kind.LINEAR: self._weighted,
            Kind.CONVOLUTION: self._weighted,
            Kind.NORMALISATION: self._normalised,
            Kind.POOLING: self._pooled,
            Kind.ARITHMETIC: self._arithmetic,
            Kind.SHAPE: lambda seen: NotImplemented,
        }
        deep = seen.call.kind in (Kind.LINEAR, Kind.CONVOLUTION) or any(t in self._deep for t in _given(seen))
        result = rules[seen.call.kind](seen)
        if result is NotImplemented and not seen.call.in_place:
            result = seen.plain()
        if deep:
            self._deep.update(dict.fromkeys(tensors(result), True))
        if seen.call.in_place:
            self._overwritten(seen.args[0], deep=deep)
        return result

    def forget(self) -> None:
        """Let go of all values: a graph that leads to this object, which leads to the graph, would stay for ever."""
        self._made, self._deep = WeakTensorKeyDictionary(), WeakTensorKeyDictionary()

    def _overwritten(self, target: Tensor, *, deep: bool) -> None:
        for value in (target, target._base):
            if value is not None:
                self._made.pop(value, None)
                if deep:
                    self._deep[value] = True

    def _relu(self, seen: Seen) -> Tensor:
        x, top = argument(seen.args, seen.kwargs, 0, "input", None), ceiling(seen)
        return with_back(lambda: x.clamp(0, top), lambda r: (r,), x)

    def _weighted(self, seen: Seen) -> Tensor:
        a, weights = weights_of(seen, self._title)
        return self._layer(seen.call, a, weights, seen.plain, first=a not in self._deep)

    def _layer(self, call: Call, a: Tensor, weights: Weights, plain: Callable[[], Tensor], *, first: bool) -> Tensor:
        given = _kept(a, call, self._title)

        def back(r: Tensor) -> tuple[Tensor]:
            return (self._handed_down(call, weights, given(), r, first=first),)

        result = with_back(plain, back, a)
        self._made[result] = a, weights, call.kind, first
        return result

    def _handed_down(self, call: Call, weights: Weights, a: Tensor, r: Tensor, *, first: bool) -> Tensor:
        w, layer, bias = weights.w, weights.layer, weights.bias
        if self._plan == "composite" and first:
            ones = torch.ones_like(w)
            return shared(lambda v: layer(v, ones), None, torch.ones_like(a), r, STABILISER)
        if self._plan == "composite" and call.kind is not Kind.LINEAR:
            up, down = w.clamp(min=0), w.clamp(max=0)

            def speaking_for(v: Tensor) -> Tensor:
                both = layer(v.clamp(min=0), up)
                return both + layer(v.clamp(max=0), down) if bool((a < 0).any()) else both

            return shared(speaking_for, None if bias is None else bias.clamp(min=0), a, r, STABILISER)
        return shared(lambda v: layer(v, w), bias, a, r, self._epsilon)

    def _normalised(self, seen: Seen) -> Tensor:
        x, factors, shift = normalised(seen, self._title)
        made = self._made.get(x)
        if made is not None:
            below, weights, kind, first = made
            folded = weights.scaled(factors, shift)
            if folded is not None:
                call = Call(seen.call.number, seen.call.name, kind, seen.call.place)
                return self._layer(call, below, folded, seen.plain, first=first)
        return with_back(seen.plain, lambda r: (r,), x)

    def _pooled(self, seen: Seen) -> Any:
        found = averaged(seen, self._title)
        if found is None:
            return NotImplemented
        x, pool = found
        given = _kept(x, seen.call, self._title)
        return with_back(lambda: pool(x), lambda r: (shared(pool, None, given(), r, STABILISER),), x)

    def _arithmetic(self, seen: Seen) -> Any:
        found = arithmetic(seen, self._title)
        if isinstance(found, Passed):
            return NotImplemented
        if isinstance(found, Added):
            return self._added(found.one, found.other)
        x, shape = found.x, found.x.shape
        return with_back(lambda: x * found.factors, lambda r: (sum_to(r, shape),), x)

    def _added(self, one: Tensor, other: Tensor) -> Tensor:
        whole = (one + other).detach()
        shares = [(part.detach() / stabilised(whole, STABILISER), part.shape) for part in (one, other)]
        return with_back(lambda: one + other, lambda r: tuple(sum_to(r * s, shape) for s, shape in shares), one, other)


def shared(layer: Callable[[Tensor], Tensor], bias: Tensor | None, a: Tensor, r: Tensor, epsilon: float) -> Tensor:
    """R of a from R of z = layer(a) + bias: a_i dz/da_i R / (z + e sign(z)), summed over z. It is linear in r."""
    with torch.enable_grad():
        leaf = a.detach().requires_grad_()
        z = layer(leaf)
        whole = z.detach() if bias is None else z.detach() + bias
        (found,) = torch.autograd.grad(z, leaf, r / stabilised(whole, epsilon))
    return leaf.detach() * found


def stabilised(z: Tensor, epsilon: float) -> Tensor:
    """z, farther from 0 by `epsilon`; 0 counts as positive, and stays 1 where even so it would be divided by."""
    moved = torch.where(z < 0, z - epsilon, z + epsilon)
    return torch.where(moved == 0, 1.0, moved)


def _kept(a: Tensor, call: Call, title: str) -> Callable[[], Tensor]:
    """Gives the values of a as they are now. Raises `UnsupportedModel`, when asked, where they were overwritten."""
    kept, version = a.detach(), a._version

    def as_it_was() -> Tensor:
        if kept._version != version:
            raise UnsupportedModel(
                f"{title} needs what {call} was given, and the network has overwritten it. {INSTEAD}",
                code="overwritten",
            )
        return kept

    return as_it_was


def _given(seen: Seen) -> list[Tensor]:
    return list(tensors((seen.args, seen.kwargs)))
