"""Marginal winning probabilities sent back through a network: excitation backprop, as rules for a call order.

A neuron y = ReLU(sum_j w_j a_j + b) with a >= 0 hands its probability P(y) to those that excite it, in proportion to
what they add (Zhang et al. 2016, Eq. 5 and 6, with w+ = max(w, 0)):

    P(a_j) = sum over the neurons y above of  a_j w+_j / (sum_k a_k w+_k) P(y)

Every value has an *excitation* E >= 0, what excites it: the sum of a_j w+_j; of a ReLU's result, the result itself.

| call | what it hands down |
|---|---|
| convolution, linear | by the rule above; the bias takes no part |
| batch norm after one of these | the two are one layer of weights s w, and the rule is applied to that |
| batch norm elsewhere, times a constant | all to the one value below where the factor is positive, else nothing |
| average pooling, mean, sum, linear interpolation | in proportion to the excitations of what is averaged |
| sum of two values (a residual connection) | in proportion to their excitations: one neuron with both as inputs |
| max pooling | to the winner |
| ReLU, constants added, changes of shape | as it is |

A weight layer's input must not be negative (the paper's assumption A1); it is checked where the walk gets to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.weak import WeakTensorKeyDictionary

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import Kind, argument
from salviewer.numeric.call_order import INSTEAD, Call, CallOrder, Seen
from salviewer.numeric.handing_down import Weights, handed_down, share, sum_to, with_back
from salviewer.numeric.relu_rules import ceiling
from salviewer.numeric.weighted_calls import Added, Passed, arithmetic, averaged, normalised, weights_of


@dataclass(frozen=True, eq=False)
class _Made:
    """How a value came about: its excitation; where weights made it, these and the tensor that they were applied to."""

    excitation: Callable[[], Tensor]
    weights: Weights | None = None
    below: Tensor | None = None


@contextmanager
def excitation(module: nn.Module, x: Tensor, *, title: str) -> Iterator[CallOrder]:
    """Passes of `module` on x (N, C, *S) within the block get a backward pass that hands probabilities down.

    Differentiate afterwards: the "gradient" of a logit at a layer's output is then the layer's marginal winning
    probabilities; that of minus the logit, those from its dual unit. title: of the method, for messages.
    """
    rules = Excitation(title)
    try:
        with CallOrder(module, (x,), rules, title=title) as order:
            yield order
    finally:
        rules.forget()


class Excitation:
    """The answer that gives every call of a pass its rule of excitation backprop, see above.

    The last layer of weights is that of the classes: there a negative probability is one for the dual unit, whose
    weights are the negative ones (Zhang et al. 2016, section 3.3).
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._made: Any = WeakTensorKeyDictionary()
        self._top = 0

    def __call__(self, seen: Seen) -> Any:
        """A value as the network has it, with the rule as its backward pass."""
        rules: dict[Kind, Callable[[Seen], Any]] = {
            Kind.RELU: self._relu,
            Kind.LINEAR: self._weighted,
            Kind.CONVOLUTION: self._weighted,
            Kind.NORMALISATION: self._normalised,
            Kind.POOLING: self._pooled,
            Kind.ARITHMETIC: self._arithmetic,
            Kind.SHAPE: self._shaped,
        }
        result = rules[seen.call.kind](seen)
        if seen.call.in_place:
            self._moved(seen, result)
        return result

    def forget(self) -> None:
        """Let go of all values: a graph that leads to this object, which leads to the graph, would stay for ever."""
        self._made = WeakTensorKeyDictionary()

    def of(self, value: Tensor, call: Call) -> Callable[[], Tensor]:
        """Gives the excitation of `value` as it is now.

        When asked, it raises `UnsupportedModel` where the value is signed and nothing is known to excite it, or where
        it was changed in place in the meantime.
        """
        made = self._made.get(value)
        if made is not None:
            return made.excitation
        kept, version = value.detach(), value._version  # not the value itself: its graph would lead back to here

        def as_it_was() -> Tensor:
            if kept._version != version:
                raise UnsupportedModel(
                    f"{self._title} needs what {call} was given, and the network has overwritten it. {INSTEAD}",
                    code="overwritten",
                )
            if bool((kept < 0).any()):
                raise self._signed(call)
            return kept

        return as_it_was

    def _moved(self, seen: Seen, result: Any) -> None:
        """An in-place call is about to put `result` where its first argument was."""
        target = seen.args[0]
        if result is target and seen.call.kind is Kind.ARITHMETIC:
            return
        made = self._made.get(result) if isinstance(result, Tensor) and result is not target else None
        for value in (target, target._base):
            if value is not None:
                self._made.pop(value, None)
        if made is not None:
            self._made[target] = made

    def _relu(self, seen: Seen) -> Tensor:
        x = argument(seen.args, seen.kwargs, 0, "input", None)
        top = ceiling(seen)
        return with_back(lambda: x.clamp(0, top), lambda p: (p,), x)

    def _weighted(self, seen: Seen) -> Tensor:
        a, weights = weights_of(seen, self._title)
        return self._layer(seen.call, a, weights, seen.plain)

    def _layer(self, call: Call, a: Tensor, weights: Weights, plain: Callable[[], Tensor]) -> Tensor:
        self._top = call.number
        given = self.of(a.detach(), call)  # its values, signed ones refused, whatever excites them

        def back(p: Tensor) -> tuple[Tensor]:
            if call.number != self._top:
                return (handed_down(weights.exciting, given(), p),)
            self._check_unit(p)
            own = handed_down(weights.exciting, given(), p.clamp(min=0))
            return (own + handed_down(weights.inhibiting, given(), p.clamp(max=0).neg()),)

        result = with_back(plain, back, a)
        self._made[result] = _Made(lambda: weights.exciting(given()), weights, a)
        return result

    def _normalised(self, seen: Seen) -> Any:
        x, factors, shift = normalised(seen, self._title)
        made = self._made.get(x)
        if made is not None and made.weights is not None and made.below is not None:
            folded = made.weights.scaled(factors, shift)
            if folded is not None:
                return self._layer(seen.call, made.below, folded, seen.plain)
        return self._scaled(seen, x, factors.view(1, -1, *(1,) * (x.ndim - 2)), seen.plain)

    def _scaled(self, seen: Seen, x: Tensor, factors: Tensor, plain: Callable[[], Tensor]) -> Tensor:
        """One factor per value, all constants."""
        call, shape, negative, below = seen.call, x.shape, x.detach() < 0, self.of(x, seen.call)

        def back(p: Tensor) -> tuple[Tensor]:
            if bool(((factors < 0) & negative & (p != 0)).any()):
                raise self._signed(call)
            return (sum_to(p * (factors > 0), shape),)

        result = with_back(plain, back, x)
        self._made[result] = _Made(lambda: below() * factors.clamp(min=0))
        return result

    def _pooled(self, seen: Seen) -> Any:
        found = averaged(seen, self._title)
        if found is None:
            return NotImplemented
        x, pool = found
        below = self.of(x, seen.call)
        result = with_back(lambda: pool(x), lambda p: (handed_down(pool, below(), p),), x)
        if x in self._made:
            self._made[result] = _Made(lambda: pool(below()))
        return result

    def _arithmetic(self, seen: Seen) -> Any:
        found = arithmetic(seen, self._title)
        if isinstance(found, Added):
            return self._added(seen, found.one, found.other)
        if isinstance(found, Passed):
            return self._passed(seen, found.x)
        return self._scaled(seen, found.x, found.factors, lambda: found.x * found.factors)

    def _added(self, seen: Seen, one: Tensor, other: Tensor) -> Tensor:
        with torch.no_grad():
            parts = [self.of(value, seen.call)() for value in (one, other)]
        whole = parts[0] + parts[1]
        shares = [(share(part, whole), part.shape) for part in parts]

        def back(p: Tensor) -> tuple[Tensor, ...]:
            return tuple(sum_to(p * s, shape) for s, shape in shares)

        result = with_back(lambda: one + other, back, one, other)
        self._made[result] = _Made(lambda: whole)
        return result

    def _passed(self, seen: Seen, x: Tensor) -> Tensor:
        """A constant added to x, or nothing at all: probability and excitation stay as they are."""
        result: Tensor = seen.plain()
        if result is not x and result.shape == x.shape and x in self._made:
            self._made[result] = self._made[x]
        return result

    def _shaped(self, seen: Seen) -> Any:
        """Values that are only moved: probability goes the way of the gradient, and excitations move with them."""
        if seen.call.name in ("clone", "contiguous"):
            return self._passed(seen, seen.args[0])
        moved = any(isinstance(value, Tensor) and value in self._made for value in _flat(seen.args))
        excitations = self._excitations(seen.args, seen) if moved else None
        func, kwargs, result = seen.func, seen.kwargs, seen.plain()
        if excitations and isinstance(result, Tensor) and not seen.call.in_place:
            self._made[result] = _Made(lambda: func(*_asked(excitations), **kwargs))
        return result

    def _excitations(self, args: Any, seen: Seen) -> Any:
        if isinstance(args, list | tuple):
            return type(args)(self._excitations(value, seen) for value in args)
        return self.of(args, seen.call) if seen.depends(args) else args

    def _check_unit(self, p: Tensor) -> None:
        total = float(p.abs().sum())
        if abs(total - 1) > 1e-3:
            raise UnsupportedModel(
                f"{self._title} starts at one unit of the network for each class, and here a class's score is made of "
                f"several (what comes back sums to {total:.3g} instead of 1). {INSTEAD}",
                code="no-rule",
            )

    def _signed(self, call: Call) -> UnsupportedModel:
        return UnsupportedModel(
            f"{self._title} needs values that are not negative, as ReLUs give them, and {call} gets negative ones: "
            f"choose a layer that comes later, or a method that needs outputs alone, such as GLAS or occlusion.",
            code="negative-values",
        )


def _flat(values: Sequence[Any]) -> list[Any]:
    return [v for value in values for v in (_flat(value) if isinstance(value, list | tuple) else [value])]


def _asked(args: Any) -> Any:
    if isinstance(args, list | tuple):
        return type(args)(_asked(value) for value in args)
    return args() if callable(args) else args
