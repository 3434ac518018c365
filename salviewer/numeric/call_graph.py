"""One forward pass kept as a graph: each call, what it was given, what it gave, and from which call that came.

    with no gradients needed:
    graph = record(module, x, model, title="The method")     # runs model(x) once, under no_grad
    graph.output                                             # Value(number, part): what the network returned
    for node in reversed(graph.nodes):                       # by call order, the input's pixels last
        node.call.name, node.call.kind, node.call.place      # "conv2d", Kind.CONVOLUTION, "features.28"
        node.inputs                                          # the values it read, Value(number, part)
        node.outputs                                         # tensors, as they were when the call returned
        node.given("weight", 1)                              # an argument: a tensor, a number, or a Value
        graph.tensor(node.inputs[0])                         # what stood in the input when it was read
    graph.readers(value)                                     # the nodes that read it

Only calls that read the input's values are nodes (see `call_order`); Value(0) is the input. Calls that write into a
tensor, such as an in-place ReLU, are nodes like others: what stood there before is kept as the output of the node that
made it, at the price of one copy. Nothing is left in the network, and the graph holds all activations: let go of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor, nn

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import INSTEAD, UNDERSTOOD, Call, CallOrder, Seen
from salviewer.numeric.value_origins import tensors

RECORDED: Final = UNDERSTOOD | {Kind.OUTPUT}
"""The kinds of a plain ReLU network, and what may stand at its end."""


class Value(NamedTuple):
    """The `part`-th tensor that the call `number` gave; number 0 is the network's input."""

    number: int
    part: int = 0


@dataclass(frozen=True, eq=False)
class Node:
    """One call. args, kwargs: with a `Value` for each tensor that depends on the input. outputs: as returned."""

    call: Call
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    outputs: list[Tensor] = field(default_factory=list, repr=False)

    @cached_property
    def inputs(self) -> tuple[Value, ...]:
        """The values that it read, in the order of its arguments; the same value may be there twice."""
        return tuple(_values((self.args, self.kwargs)))

    @property
    def number(self) -> int:
        """Its place in the order of calls."""
        return self.call.number

    def given(self, name: str, index: int, default: Any = None) -> Any:
        """The argument called `name`, or at `index`."""
        return self.args[index] if len(self.args) > index else self.kwargs.get(name, default)

    @property
    def weight(self) -> Tensor | None:
        """The weights of a convolution, linear layer or normalisation; None of other calls."""
        at = {Kind.CONVOLUTION: 1, Kind.LINEAR: 1, Kind.NORMALISATION: 3}.get(self.call.kind)
        found = None if at is None else self.given("weight", at)
        return found if isinstance(found, Tensor) else None


class CallGraph:
    """The nodes of one pass, in the order of calls. Made by `record`."""

    def __init__(self, inputs: list[Tensor], nodes: tuple[Node, ...], output: Value) -> None:
        self.nodes, self.output = nodes, output
        self._inputs = inputs
        self._by_number = {node.number: node for node in nodes}

    def node(self, value: Value) -> Node | None:
        """The node that made `value`; None of the input."""
        return self._by_number.get(value.number)

    def tensor(self, value: Value) -> Tensor:
        """What stood in `value` when it was made."""
        node = self.node(value)
        return self._inputs[value.part] if node is None else node.outputs[value.part]

    @cached_property
    def _readers(self) -> dict[Value, list[Node]]:
        found: dict[Value, list[Node]] = {}
        for node in self.nodes:
            for value in dict.fromkeys(node.inputs):
                found.setdefault(value, []).append(node)
        return found

    def readers(self, value: Value) -> list[Node]:
        """The nodes that read `value`, in order."""
        return self._readers.get(value, [])


def record(
    module: nn.Module,
    x: Tensor,
    forward: Callable[[Tensor], Any],
    *,
    title: str,
    allowed: frozenset[Kind] = RECORDED,
) -> CallGraph:
    """The graph of one pass of `module` on x (N, C, *S).

    Args:
        module: the network.
        x: its input; not changed.
        forward: runs `module` on the tensor it is given: the module itself, or the model that holds it, which may lay
            out the input and take the logits from what the network returns.
        title: of the method, for messages.
        allowed: the kinds of calls that may occur.

    Raises:
        UnsupportedModel: a call is of another kind, or works on values that no call that was seen has made.
    """
    with torch.inference_mode(False), torch.no_grad():
        fed = x.clone()
        recorder = _Recorder(fed, title)
        with CallOrder(module, (fed,), recorder, title=title, allowed=allowed, gradients=False):
            returned = forward(fed)
    return CallGraph(recorder.inputs, tuple(recorder.nodes), recorder.output_of(returned))


class _Recorder:
    """The answer to each call that keeps it."""

    def __init__(self, fed: Tensor, title: str) -> None:
        self.inputs: list[Tensor] = []
        self.nodes: list[Node] = []
        self._title, self._size = title, fed.numel()
        self._known: dict[int, tuple[Tensor, Value]] = {}  # by id, the tensors themselves kept so that ids stay theirs
        self._sharing: dict[int, list[int]] = {}  # ids by the storage that they look at
        self._made: dict[int, list[Tensor]] = {}  # outputs by the number of their call
        self._stale: set[int] = set()  # ids of tensors that were changed through another one

    def __call__(self, seen: Seen) -> Any:
        """What the network itself gets."""
        args, kwargs = self._named(seen, seen.args), self._named(seen, dict(seen.kwargs))
        node = Node(seen.call, seen.func, args, kwargs)
        target = seen.args[0] if seen.call.in_place and seen.args else None
        before = [] if target is None else self._before(target)
        result = seen.plain()
        if target is not None:
            self._overwritten(target, before)
        made = target if result is None else result
        for part, value in enumerate(tensors(made)):
            node.outputs.append(value)
            self._know(value, Value(node.number, part))
        self.nodes.append(node)
        self._made[node.number] = node.outputs
        return result

    def output_of(self, returned: Any) -> Value:
        """The value that the network returned: the last one of the form of `returned`, else the last one at all."""
        for value in tensors(returned):
            if (known := self._known.get(id(value))) is not None:
                return known[1]
        sizes = [value.numel() for value in tensors(returned)]
        for node in reversed(self.nodes):
            for part, value in enumerate(node.outputs):
                if value.numel() in sizes:
                    return Value(node.number, part)
        if not self.nodes:
            raise UnsupportedModel(
                f"{self._title} found nothing that this network computes from its input. {INSTEAD}", code="unseen-part"
            )
        return Value(self.nodes[-1].number)

    def _named(self, seen: Seen, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self._value(seen, value) if seen.depends(value) else value
        if isinstance(value, dict):
            return {key: self._named(seen, part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            parts = [self._named(seen, part) for part in value]
            return parts if isinstance(value, list) else tuple(parts)
        return value

    def _value(self, seen: Seen, tensor: Tensor) -> Value:
        known = self._known.get(id(tensor))
        if known is None and tensor.numel() == self._size and not self.inputs:
            self.inputs.append(tensor.detach())
            known = self._know(tensor, Value(0))
        if known is None or id(tensor) in self._stale:
            raise UnsupportedModel(
                f"{self._title} cannot follow this network: {seen.call} reads values of shape {tuple(tensor.shape)} "
                f"that were changed through another view of them. {INSTEAD}",
                code="overwritten",
            )
        return known[1]

    def _know(self, tensor: Tensor, value: Value) -> tuple[Tensor, Value]:
        self._known[id(tensor)] = known = tensor, value
        self._stale.discard(id(tensor))
        sharing = self._sharing.setdefault(tensor.untyped_storage().data_ptr(), [])
        if id(tensor) not in sharing:
            sharing.append(id(tensor))
        return known

    def _before(self, target: Tensor) -> list[tuple[Tensor, Value, Tensor]]:
        ids = self._sharing.get(target.untyped_storage().data_ptr(), [])
        return [(*self._known[i], self._known[i][0].clone()) for i in ids]

    def _overwritten(self, target: Tensor, before: list[tuple[Tensor, Value, Tensor]]) -> None:
        for tensor, value, copy in before:
            if id(tensor) in self._stale:
                continue
            if tensor is not target and not torch.equal(tensor, copy):
                self._stale.add(id(tensor))
            (self._made[value.number] if value.number else self.inputs)[value.part] = copy


def _values(part: Any) -> Iterator[Value]:
    if isinstance(part, Value):
        yield part
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _values(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _values(inner)
