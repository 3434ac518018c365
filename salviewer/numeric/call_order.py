"""A forward pass as a sequence of calls, in which any call can be given another answer; nothing is left afterwards.

Module hooks miss what networks do: one ReLU module called at several places, `F.relu`, in-place forms. Here every call
of a torch function is seen (`torch.overrides.TorchFunctionMode`), told by its place in the order, and sorted into a
kind (`call_kinds`). A method gives an `answer`: it is asked about each call within the network that reads a value which
depends on the input, and returns another result (with a backward rule of its own, say), or `NotImplemented` to let the
call be; it may keep what it sees, so that recording, replaying and walking back are answers too.

A list of known ReLUs passes `clamp_min`, `h * (h > 0)` or a scripted part unseen, and the result is the plain gradient
in part and in silence. So what the method has not allowed is refused with the operation and its place: a kind outside
`allowed`, a value that no call that was seen has made, a number computed with further after a decision was taken on
it, and, with `gradients`, a call that leaves no graph.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import torch
import torch.utils.checkpoint
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import Kind, kind_of, named
from salviewer.numeric.call_replay import Step
from salviewer.numeric.value_origins import CONSTANT, Origin, Origins, tensors

UNDERSTOOD: Final = frozenset(
    {Kind.RELU, Kind.LINEAR, Kind.CONVOLUTION, Kind.NORMALISATION, Kind.POOLING, Kind.SHAPE, Kind.ARITHMETIC}
)
"""The kinds of a plain ReLU network."""
INSTEAD: Final = "Choose a method that needs outputs alone, such as GLAS or occlusion, or the plain gradient."
_FREE: Final = frozenset({Kind.HARMLESS, Kind.DECISION, Kind.OUTPUT})
"""Allowed in any case; from a decision or an output activation nothing more may be computed unless it is allowed."""
_CALLED: Final = nn.Module._call_impl.__code__


@dataclass(frozen=True)
class Call:
    """One call. number: in the order of all calls that read the input's values, from 1; place: dotted module name."""

    number: int
    name: str
    kind: Kind
    place: str
    in_place: bool = False

    def __str__(self) -> str:
        where = f"in “{self.place}”" if self.place else "in the network's own forward"
        return f"“{self.name}” {where} (call {self.number})"


@dataclass(frozen=True, eq=False)
class Seen:
    """A call as it happens. `order`: the pass it belongs to."""

    call: Call
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    order: CallOrder

    def plain(self) -> Any:
        """What the network itself would get; an in-place call changes its first argument."""
        return self.func(*self.args, **self.kwargs)

    def depends(self, value: Any) -> bool:
        """Whether `value` is a tensor that depends on the input."""
        return isinstance(value, Tensor) and (self.order.origins.of(value) or CONSTANT).depends


Answer = Callable[[Seen], Any]


class CallOrder(TorchFunctionMode):
    """Sees the passes of `module` within a `with` block. `calls`: those that read the input's values, in order.

    steps: all calls within the network, for `call_replay`.
    inputs: the tensors that `module` will be called with, or that they will be made of.
    title: of the method, for messages. allowed: the kinds that it can deal with.
    gradients: whether each call must leave a graph to be differentiated.
    Raises `UnsupportedModel`, see above; nested blocks are not meant.
    """

    def __init__(
        self,
        module: nn.Module,
        inputs: tuple[Tensor, ...],
        answer: Answer,
        *,
        title: str,
        allowed: frozenset[Kind] = UNDERSTOOD,
        gradients: bool = True,
    ) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.steps: list[Step] = []
        self.origins = Origins(module, inputs)
        self._root, self._answer, self._title = module, answer, title
        self._allowed, self._gradients = allowed, gradients
        self._again = False  # whether the call at hand is one of those that the backward pass repeats, unseen
        self._names = {id(part): name for name, part in module.named_modules()}
        _refuse_opaque_parts(module, title)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run `func`, or the answer instead of it."""
        kwargs = kwargs or {}
        given = [(value, self.origins.of(value)) for value in tensors((args, kwargs))]
        depending = sum(origin is not None and origin.depends for _, origin in given)
        name, in_place = named(func, kwargs)
        place = self._place()
        if place is None:  # what is done with the network's outputs afterwards
            result = func(*args, **kwargs)
            self.origins.learn(result, Origin(depending > 0))
            return result
        self.steps.append(Step.of(func, args, kwargs))
        kind = kind_of(name, args, kwargs, depending) if depending else Kind.HARMLESS
        call = Call(len(self.calls) + 1, name, kind, place, in_place)
        for value, origin in given:
            if origin is None:
                self._refuse_unseen(call, value)
        if not depending or kind is Kind.HARMLESS:
            result = func(*args, **kwargs)
            self.origins.learn([t for t in tensors(result) if self.origins.of(t) is None], CONSTANT)
            return result
        self.calls.append(call)
        seal = next((origin.sealed for _, origin in given if origin and origin.sealed), "")
        self._check(call, seal, mixed=any(origin and origin.depends and not origin.sealed for _, origin in given))
        result = self._result(Seen(call, func, args, kwargs, self))
        origin = Origin(depends=True, sealed=seal or self._seal(call))
        self.origins.learn(result, origin)
        if in_place and args and isinstance(args[0], Tensor):
            self.origins.overwritten(args[0], origin)
        return result

    def _result(self, seen: Seen) -> Any:
        if seen.call.kind not in self._allowed:
            return seen.plain()
        result = self._answer(seen)
        if result is NotImplemented:
            return seen.plain()
        if seen.call.in_place and result is not None and result is not seen.args[0]:
            return seen.args[0].copy_(result)
        return result

    def _check(self, call: Call, seal: str, *, mixed: bool) -> None:
        if call.kind not in self._allowed | _FREE:
            raise refused(self._title, call)
        if seal and (mixed or call.kind is not Kind.SHAPE) and call.kind is not Kind.DECISION:
            raise UnsupportedModel(
                f"{self._title} cannot follow this network: {call} computes with what came out of {seal}. {INSTEAD}",
                code="no-rule",
            )
        if self._gradients and call.kind not in _FREE and (self._again or not torch.is_grad_enabled()):
            raise UnsupportedModel(
                f"{self._title} cannot follow this network: {call} runs without a graph of its own (under no_grad, in "
                f"a custom autograd function, or to be computed again later). {INSTEAD}",
                code="no-graph",
            )

    def _seal(self, call: Call) -> str:
        return str(call) if call.kind in (Kind.DECISION, Kind.OUTPUT) and call.kind not in self._allowed else ""

    def _refuse_unseen(self, call: Call, value: Tensor) -> None:
        raise UnsupportedModel(
            f"{self._title} cannot follow this network: {call} gets a value of shape {tuple(value.shape)} that no "
            f"call seen here has made (made in a scripted part, by numpy or outside the network). {INSTEAD}",
            code="unseen-part",
        )

    def _place(self) -> str | None:
        """Dotted name of the innermost module that is running; None where the network itself is not."""
        frame: FrameType | None = sys._getframe(2)
        innermost: str | None = None
        self._again = False
        while frame is not None:
            if frame.f_code.co_filename == torch.utils.checkpoint.__file__:
                self._again = True
            if frame.f_code is _CALLED:
                part = frame.f_locals["self"]
                if innermost is None:
                    innermost = self._names.get(id(part))
                if part is self._root:
                    return innermost
            frame = frame.f_back
        return None


def refused(title: str, call: Call) -> UnsupportedModel:
    """The error that says that `title` has no rule for `call`."""
    return UnsupportedModel(
        f"{title} has no rule for {call}, {call.kind.value}; its rules are for networks of linear layers, "
        f"convolutions, pooling and ReLUs. {INSTEAD}",
        code="no-rule",
    )


def _refuse_opaque_parts(module: nn.Module, title: str) -> None:
    for name, part in module.named_modules():
        if isinstance(part, torch.jit.ScriptModule) or "_orig_mod" in part._modules:
            raise UnsupportedModel(
                f"{title} cannot look into {f'the part “{name}” of ' if name else ''}this network, which was scripted "
                f"or compiled: open the network that it was made from. {INSTEAD}",
                code="unseen-part",
            )
