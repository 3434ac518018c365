"""Gradients that bring up no evidence which the input itself does not hold.

The activations h(x) of every non-linearity are recorded for the input x. In later passes, on something made from x, the
gradient at the output of a non-linearity is let through only where its activation there lies between 0 and h(x):

    gamma = gamma' [h(e) <= max(0, h(x))] [h(e) >= min(0, h(x))]

The forward pass stays the network's own. All calls are filtered in their order - modules, shared ones, functional and
in-place ones, gates - but for the last call of the network where that is its output activation. Pooling is not.

Source: Wagner et al.: Interpretable and Fine-Grained Visual Explanations for Convolutional Neural Networks (2019),
section 3.2, Eq. 4-6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from torch import Tensor, nn

from salviewer.errors import UnsupportedModel
from salviewer.numeric.bounded_relu import bounded_relu
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import UNDERSTOOD, Call, CallOrder, Seen
from salviewer.numeric.call_replay import Again, CallReplay, Step

ALLOWED: Final = UNDERSTOOD | {Kind.ACTIVATION, Kind.PRODUCT, Kind.OUTPUT}
_ALGEBRA: Final = frozenset(
    {"abs", "absolute", "sign", "sgn", "pow", "rpow", "square", "sqrt", "rsqrt", "reciprocal", "rdiv", "rtruediv",
     "normalize", "norm", "vector_norm", "prod", "std", "var", "var_mean", "std_mean", "nan_to_num"}
)  # fmt: skip
"""What counts as an activation elsewhere and is none of a neuron: it scales and normalises."""


class Defence:
    """The activations that an input may have, and passes whose gradients keep to them.

    module: the network. title: of the method, for messages.
    """

    def __init__(self, module: nn.Module, title: str) -> None:
        self._module, self._title = module, title
        self._bounds: list[_Bound] = []
        self._way: tuple[Sequence[Step], Mapping[int, Again]] | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """Where gradients are filtered, in words, in the order of calls."""
        return tuple(str(bound.call) for bound in self._bounds)

    @property
    def size(self) -> int:
        """Bytes that the activations take which are remembered."""
        kept = (t for bound in self._bounds for t in (bound.upper, bound.lower) if t is not None)
        return sum(t.numel() * t.element_size() for t in kept)

    @contextmanager
    def recording(self, x: Tensor) -> Iterator[None]:
        """The one pass of the network on x (N, C, *S) within the block says what is allowed.

        Run it in the batch shape, memory layout and precision of the passes to come: rounding alone would else block
        gradients at random.

        Raises:
            UnsupportedModel: a call cannot be seen, or no non-linearity was met.
        """
        self._bounds, self._way = [], None
        with CallOrder(self._module, (x,), self._record, title=self._title, allowed=ALLOWED, gradients=False) as order:
            yield
        if self._bounds and self._bounds[-1].call == order.calls[-1] and order.calls[-1].kind is Kind.OUTPUT:
            self._bounds.pop()  # the classification itself
        if not self._bounds:
            raise UnsupportedModel(
                f"{self._title} keeps the explanation's activations within those of the picture, and this network has "
                f"no non-linearity whose activations could be kept: its gradient is the same everywhere. Switch the "
                f"defence off.",
                code="no-nonlinearity",
            )

    @contextmanager
    def filtering(self, e: Tensor) -> Iterator[None]:
        """The one pass of the network on e within the block has filtered gradients. Its shape is that of `recording`.

        The first pass is looked at closely; later ones are only asked to call the same.

        Raises:
            UnsupportedModel: the network takes another way than it took on x.
        """
        if self._way is not None:
            steps, answers = self._way
            with CallReplay(self._module, steps, answers) as replay:
                yield
            if not replay.same:
                raise _another_way(self._title)
            return
        keeping = _Filter(self._bounds, self._title)
        with CallOrder(self._module, (e,), keeping, title=self._title, allowed=ALLOWED) as order:
            yield
        if len(keeping.answers) < len(self._bounds):
            raise _another_way(self._title)
        self._way = order.steps, keeping.answers

    def _record(self, seen: Seen) -> Any:
        if not _is_nonlinear(seen.call):
            return NotImplemented
        result = seen.plain()
        self._bounds.append(_Bound.of(seen.call, result.detach()))
        return result


@dataclass(frozen=True, eq=False)
class _Bound:
    """What a call's result may be; lower: None where it cannot be less than 0."""

    call: Call
    upper: Tensor
    lower: Tensor | None

    @classmethod
    def of(cls, call: Call, h: Tensor) -> _Bound:
        """From 0 to h, copied: what follows may change it in place."""
        return cls(call, h.clamp(min=0), None if call.kind is Kind.RELU else h.clamp(max=0))

    def holds(self, h: Tensor) -> Tensor:
        """Bool, of h's shape."""
        within = h <= self.upper
        return within if self.lower is None else within & (h >= self.lower)


class _Filter:
    """Keeps each non-linearity within its bound. `answers`: how, by the number of the step that it is."""

    def __init__(self, bounds: Sequence[_Bound], title: str) -> None:
        self._bounds, self._title = bounds, title
        self.answers: dict[int, Again] = {}

    def __call__(self, seen: Seen) -> Any:
        if not _is_nonlinear(seen.call):
            return NotImplemented
        if len(self.answers) == len(self._bounds):
            return seen.plain()  # the classification itself
        bound = self._bounds[len(self.answers)]
        if bound.call != seen.call:
            raise _another_way(self._title)
        kept = partial(_kept, bound, self._title)
        self.answers[len(seen.order.steps) - 1] = kept
        return kept(seen.func, seen.args, seen.kwargs)


def _kept(
    bound: _Bound, title: str, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """What a non-linearity returns, its gradient kept to `bound`."""
    z = args[0] if args else None
    if bound.call.name == "relu" and isinstance(z, Tensor) and z.requires_grad and not z._is_view():
        if z.shape != bound.upper.shape:
            raise _another_way(title)
        return bounded_relu(z, bound.upper, in_place=bound.call.in_place)
    result: Tensor = func(*args, **kwargs)
    if result.shape != bound.upper.shape:
        raise _another_way(title)
    if result.requires_grad:
        allowed = bound.holds(result.detach())
        result.register_hook(lambda gradient: gradient * allowed)
    return result


def _is_nonlinear(call: Call) -> bool:
    if call.kind is Kind.ACTIVATION:
        return call.name not in _ALGEBRA
    return call.kind in (Kind.RELU, Kind.OUTPUT)


def _another_way(title: str) -> UnsupportedModel:
    return UnsupportedModel(
        f"{title} cannot compare the explanation's activations with the picture's: the network takes another way "
        f"through its layers for each input. Switch the defence off.",
        code="no-rule",
    )
