"""Receptive fields: the box of the input that a unit reads, exactly, through branches, dilation, padding and pooling.

    graph = record(module, x, module, title="The method")
    node = graph.nodes[12]
    field_of(graph, node, [[3, 5]])                  # (1, 2, 2): (start, stop) edges along y and x, within the input
    field_of(graph, node, places, clipped=False)     # as if the picture went on beyond its edges
    geometry(graph, node)                            # size, stride, offset in pixels

A range of places is led down by call order, and where branches meet again the box around both counts. Clipped at every
layer, it is the box around all pixels with any influence; without clipping it has the same size for all places.
Linear layers, global poolings and whatever mixes places in another way read the whole of their input. The box is that
of all channels: a channel of a concatenation, or of a layer with groups, may read less.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from salviewer.numeric.call_graph import CallGraph, Node, Value
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.windows import Axis, axes_of

_MIXING = frozenset({"flip", "roll", "rot90", "unfold", "fold", "permute", "gather", "take", "grid_sample"})
_PADS = frozenset({"pad", "constant_pad_nd"})
_JOINS = frozenset({"cat", "concat", "concatenate", "stack"})


class Geometry(NamedTuple):
    """Along each axis of space, in pixels: how much a unit sees, how far on the next field is, where the first begins.

    A stride of 0 says that all units see the same.
    """

    size: tuple[int, ...]
    stride: tuple[int, ...]
    offset: tuple[int, ...]


def field_of(
    graph: CallGraph, node: Node | Value, places: Sequence[Sequence[int]] | Tensor, *, clipped: bool = True
) -> Tensor:
    """int64 (n, d, 2): the edges (start, stop) in pixels of what the places (n, d) of an output see.

    Args:
        graph: of a pass of x (N, C, *S), d axes in S.
        node: a node, or one of its outputs. One without places of its own (N, K) sees the same everywhere.
        places: indices along the axes of space, (y, x) or (z, y, x).
        clipped: to the input, and at every layer to what is there.
    """
    value = Value(node.number) if isinstance(node, Node) else node
    size = graph.tensor(Value(0)).shape[2:]
    at = torch.as_tensor(places, dtype=torch.int64).reshape(-1, len(size))
    ranges = _Ranges(graph, len(size), clipped=clipped)
    low, high = ranges.down(value, at, at)
    return torch.stack([low, high + 1], dim=2)


def geometry(graph: CallGraph, node: Node | Value) -> Geometry:
    """How large the fields of an output's units are, and how they lie, before clipping."""
    d = graph.tensor(Value(0)).ndim - 2
    first, second = field_of(graph, node, [[0] * d, [1] * d], clipped=False).tolist()
    return Geometry(
        tuple(stop - start for start, stop in first),
        tuple(b[0] - a[0] for a, b in zip(first, second, strict=True)),
        tuple(start for start, _ in first),
    )


class _Ranges:
    """Ranges of places (low, high), inclusive, (n, d) each, on their way down."""

    def __init__(self, graph: CallGraph, dims: int, *, clipped: bool) -> None:
        self._graph, self._dims, self._clipped = graph, dims, clipped
        self._open: dict[Value, tuple[Tensor, Tensor]] = {}

    def down(self, value: Value, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """The ranges in the input."""
        shape = self._graph.tensor(value).shape
        self._reach(value, low, high) if len(shape) >= self._dims + 2 else self._reach_all(value, low)
        for node in reversed(self._graph.nodes):
            parts = [found for i in range(len(node.outputs)) if (found := self._open.pop(Value(node.number, i), None))]
            for low_here, high_here in parts:
                for given in node.inputs:
                    self._through(node, given, low_here, high_here)
        return self._open.get(Value(0), (low * 0, low * 0 - 1))

    def _space(self, value: Value) -> tuple[int, ...] | None:
        """The sizes of the last axes of `value`, where it is a map."""
        shape = self._graph.tensor(value).shape
        return tuple(shape[-self._dims :]) if len(shape) >= self._dims + 2 else None

    def _reach(self, value: Value, low: Tensor, high: Tensor) -> None:
        sizes = self._space(value)
        if self._clipped and sizes is not None:
            last = torch.tensor(sizes) - 1
            low, high = torch.minimum(low.clamp(min=0), last), torch.minimum(high.clamp(min=0), last)
        if value in self._open:
            other_low, other_high = self._open[value]
            low, high = torch.minimum(low, other_low), torch.maximum(high, other_high)
        self._open[value] = low, high

    def _reach_all(self, value: Value, like: Tensor) -> None:
        sizes = self._space(value) or (1,) * self._dims
        self._reach(value, torch.zeros_like(like), (torch.tensor(sizes) - 1).expand_as(like))

    def _through(self, node: Node, given: Value, low: Tensor, high: Tensor) -> None:
        sizes, made = self._space(given), tuple(node.outputs[0].shape[-self._dims :])
        if sizes is None:
            self._reach_all(given, low)
        elif node.call.kind in (Kind.CONVOLUTION, Kind.POOLING):
            shape = self._graph.tensor(given).shape
            axes = axes_of(node, shape, node.outputs[0].shape)
            self._by_axes(given, None if axes is None else axes[-self._dims :], low, high)
        elif node.call.kind is Kind.LINEAR or node.call.name in _MIXING:
            self._reach_all(given, low)
        elif node.call.name in _PADS:
            before = _before(node, self._dims)
            self._reach(given, low - before, high - before)
        elif node.outputs[0].ndim >= self._dims + 2 and (made == sizes or node.call.name in _JOINS):
            self._reach(given, low, high)
        else:
            self._reach_all(given, low)

    def _by_axes(self, given: Value, axes: Sequence[Axis] | None, low: Tensor, high: Tensor) -> None:
        if axes is None:
            self._reach_all(given, low)
            return
        found = [_along(axis, low[:, i], high[:, i]) for i, axis in enumerate(axes)]
        self._reach(given, torch.stack([f[0] for f in found], 1), torch.stack([f[1] for f in found], 1))


def _along(axis: Axis, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    if axis.affine is not None:
        stride, padding, reach = axis.affine
        return low * stride - padding, high * stride - padding + reach
    last = len(axis.table) - 1
    far = torch.iinfo(torch.int64).max
    lowest = axis.table.masked_fill(axis.table < 0, far).amin(1)
    return lowest[low.clamp(0, last)], axis.table.amax(1)[high.clamp(0, last)]


def _before(node: Node, dims: int) -> Tensor:
    """How much a padding adds before each axis of space; its argument begins with the last axis."""
    amounts: Any = node.given("pad", 1)
    before = list(amounts[0::2])[:dims]
    return torch.tensor((before + [0] * dims)[:dims][::-1])
