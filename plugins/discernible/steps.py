"""The steps of the walk at which nothing is chosen: where the evidence of a unit goes on, and with which gain.

| call | where it goes |
|---|---|
| ReLU, ReLU6 and other activations that only rise (`RISING`), dropout, a constant added | the same place |
| batch normalisation, a constant factor | the same place, the gain times the factor (the weights below are folded) |
| max pooling | the position of the maximum |
| average, adaptive and global pooling, mean, sum | the strongest position; of a global one, several (`places`) |
| views, permutations, slices, concatenations, paddings | the value that stands there |
| sum of two values | the branch that contributes more, or both (`Residual`) |
| softmax or sigmoid as the network's last call | the same place |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import torch
from torch import Tensor

from salviewer.numeric.call_graph import RECORDED, CallGraph, Node, Value
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import refused
from salviewer.numeric.windows import axes_of, coordinates, is_maximum, outputs_of
from salviewer.numeric.windows import places as places_under
from salviewer_plugins.discernible.routing import ADDING, SAME_ORDER, Routes, routes, split

Residual = Literal["stronger", "both"]
"""Whether a sum's unit goes on in the branch that contributes more, or in both in proportion to what they add."""
READ: Final = RECORDED | {Kind.ACTIVATION}
"""The kinds of calls with which a pass is recorded; of the activations, those in `RISING` have a rule."""
RISING: Final = frozenset({"leaky_relu", "elu", "selu", "celu", "softplus", "softsign", "tanh", "hardtanh"})
LARGEST: Final = 1 << 22
"""So many numbers are gathered at once."""
_ROUTED: Final = frozenset({"where", "masked_fill"})
_NEAREST: Final = ("nearest", "nearest-exact")


class Moved(NamedTuple):
    """Units that go on in `value`: which of the units given (`source`), where (`flat`), with what gain and share; (m,).

    `source` ascends. A unit may be there more than once, where it goes on in several places.
    """

    value: Value
    source: Tensor
    flat: Tensor
    gain: Tensor
    share: Tensor


class Steps:
    """The steps through one graph. title: of the method, for messages."""

    def __init__(self, graph: CallGraph, title: str) -> None:
        self._graph, self._title = graph, title
        self._routes: dict[int, Routes] = {}

    def through(
        self, node: Node, part: int, flat: Tensor, gain: Tensor, residual: Residual = "stronger", places: int = 1
    ) -> list[Moved]:
        """Where units of the output `part` of `node` go on.

        Args:
            node: a call that is no layer of weights.
            part: which of its outputs.
            flat: int64 (n,), flat indices of units in that output.
            gain: float32 (n,), by what their evidence counts.
            residual: what is done at sums.
            places: how many positions of a global average are followed, at most: none that speaks against it.

        Raises:
            UnsupportedModel: there is no rule for the call.
        """
        kind, name = node.call.kind, node.call.name
        if kind in (Kind.RELU, Kind.OUTPUT) or name in SAME_ORDER | RISING or "dropout" in name:
            return [_all(node.inputs[0], flat, gain)]
        if kind is Kind.NORMALISATION:
            return [_all(node.inputs[0], flat, gain * self._folded(node)[self._coordinate(node, flat, 1)])]
        if kind is Kind.POOLING:
            return self._pooled(node, part, flat, gain, places)
        if name in ("cat", "concat", "concatenate"):
            return self._joined(node, flat, gain)
        if (kind is Kind.SHAPE and name not in ADDING) or name in _ROUTED:
            return self._routed(node, part, flat, gain)
        if kind is Kind.ARITHMETIC:
            return self._computed(node, flat, gain, residual)
        raise refused(self._title, node.call)

    def _coordinate(self, node: Node, flat: Tensor, axis: int) -> Tensor:
        return coordinates(flat, node.outputs[0].shape)[axis]

    def _folded(self, node: Node) -> Tensor:
        """The factors (C,) of a batch normalisation by its running statistics."""
        variance = node.given("running_var", 2)
        if node.call.name != "batch_norm" or node.given("training", 5, False) or variance is None:
            raise refused(self._title, node.call)
        factors = (variance.float() + node.given("eps", 7, 1e-5)).rsqrt()
        return factors if node.weight is None else factors * node.weight.float()

    def _pooled(self, node: Node, part: int, flat: Tensor, gain: Tensor, places: int) -> list[Moved]:
        if node.call.name in ("interpolate", "upsample") and node.given("mode", 3, "nearest") in _NEAREST:
            return self._routed(node, part, flat, gain)
        given = self._graph.tensor(node.inputs[0])
        axes = axes_of(node, given.shape, node.outputs[0].shape)
        if axes is None or node.call.name in ("min", "amin"):
            raise refused(self._title, node.call)
        made, values = outputs_of(axes), given.float().flatten()
        signs = torch.ones_like(gain) if is_maximum(node) else gain.sign()
        taps = math.prod(axis.table.shape[1] for axis in axes)
        many = 1 if is_maximum(node) or math.prod(made[2:]) > 1 else min(places, taps)
        rows, found, sources = max(1, LARGEST // taps), [], []
        for start in range(0, len(flat), rows):
            under = places_under(axes, flat[start : start + rows], given.shape, made)
            read = (values[under.clamp(min=0)] * signs[start : start + rows, None]).masked_fill(under < 0, -torch.inf)
            strongest, at = read.topk(many, dim=1) if many > 1 else read.max(1, keepdim=True)
            kept = strongest > 0
            kept[:, 0] = True
            source, rank = kept.nonzero().unbind(1)
            found.append(under[source, at[source, rank]])
            sources.append(source + start)
        if not found:
            return [_all(node.inputs[0], flat, gain)]
        return [_some(node.inputs[0], torch.cat(sources), torch.cat(found), gain)]

    def _joined(self, node: Node, flat: Tensor, gain: Tensor) -> list[Moved]:
        parts, dim = node.given("tensors", 0), node.given("dim", 1, 0)
        at = coordinates(flat, node.outputs[0].shape)
        found, start = [], 0
        for value in parts:
            given = self._graph.tensor(value) if isinstance(value, Value) else value
            stop = start + given.shape[dim]
            if isinstance(value, Value):
                mine = ((at[dim] >= start) & (at[dim] < stop)).nonzero()[:, 0]
                inner = [c[mine] for c in at]
                inner[dim] = inner[dim] - start
                found.append(_some(value, mine, _flat(inner, given.shape), gain))
            start = stop
        return found

    def _routed(self, node: Node, part: int, flat: Tensor, gain: Tensor) -> list[Moved]:
        if node.number not in self._routes:
            self._routes[node.number] = routes(self._graph, node)
        return [_some(value, mine, to, gain) for value, mine, to in split(self._routes[node.number], part, flat)]

    def _computed(self, node: Node, flat: Tensor, gain: Tensor, residual: Residual) -> list[Moved]:
        name = node.call.name
        if name in ("neg", "negative"):
            return [_all(node.inputs[0], flat, -gain)]
        if len(node.args) != 2 or node.kwargs.get("rounding_mode"):
            raise refused(self._title, node.call)
        one, other = reversed(node.args) if name in ("rsub", "rdiv") else node.args
        signs = 1.0, float(node.kwargs.get("alpha", 1)) * (-1 if name in ("sub", "subtract", "rsub") else 1)
        summing = name in ("add", "radd", "sub", "subtract", "rsub")
        if summing and isinstance(one, Value) and isinstance(other, Value):
            return self._summed(node, (one, other), signs, flat, gain, residual)
        x, constant, sign = (one, other, signs[0]) if isinstance(one, Value) else (other, one, signs[1])
        at = self._operand(node, x, flat)
        if summing:
            return [_all(x, at, gain * sign)]
        dividing = name in ("div", "divide", "true_divide", "truediv")
        if name not in ("mul", "multiply", "rmul") and not (dividing and isinstance(one, Value)):
            raise refused(self._title, node.call)
        factors = torch.as_tensor(constant, device=flat.device).float()
        factors = factors.flatten()[_flat(coordinates(flat, node.outputs[0].shape), factors.shape)]
        return [_all(x, at, gain / factors if dividing else gain * factors)]

    def _summed(
        self,
        node: Node,
        branches: tuple[Value, Value],
        signs: tuple[float, float],
        flat: Tensor,
        gain: Tensor,
        residual: Residual,
    ) -> list[Moved]:
        places_of = [self._operand(node, value, flat) for value in branches]
        adds = [
            gain * sign * self._graph.tensor(value).flatten()[at].float()
            for value, sign, at in zip(branches, signs, places_of, strict=True)
        ]
        first = adds[0] >= adds[1]
        share = first.float()
        if residual == "both":
            both = adds[0].clamp(min=0) + adds[1].clamp(min=0)
            share = torch.where(both > 0, adds[0].clamp(min=0) / both.clamp(min=1e-30), share)
        found = []
        for value, sign, at, part in zip(branches, signs, places_of, (share, 1 - share), strict=True):
            mine = (part > 0).nonzero()[:, 0]
            found.append(Moved(value, mine, at[mine], gain[mine] * sign, part[mine]))
        return found

    def _operand(self, node: Node, value: Value, flat: Tensor) -> Tensor:
        """Where the units stand in an operand that may be repeated along some axes."""
        shape, own = node.outputs[0].shape, self._graph.tensor(value).shape
        return flat if own == shape else _flat(coordinates(flat, shape), own)


def _all(value: Value, flat: Tensor, gain: Tensor) -> Moved:
    return Moved(value, torch.arange(len(flat), device=flat.device), flat, gain, torch.ones_like(gain))


def _some(value: Value, source: Tensor, flat: Tensor, gain: Tensor) -> Moved:
    return Moved(value, source, flat, gain[source], torch.ones_like(gain[source]))


def _flat(at: list[Tensor], shape: Sequence[int]) -> Tensor:
    """Flat indices in a tensor of `shape`, whose axes are the last ones of `at`; where it has 1, it is repeated."""
    found = torch.zeros_like(at[0]) if at else torch.zeros(1, dtype=torch.int64)
    for coordinate, size in zip(at[len(at) - len(shape) :], shape, strict=True):
        found = found * size + (coordinate if size > 1 else 0)
    return found
