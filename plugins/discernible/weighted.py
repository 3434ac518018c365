"""A layer of weights seen from its outputs: what each input of a unit's receptive patch adds to the unit.

Convolutions, transposed ones and linear layers are brought to one form. Activations are rows, one for each position
(and group), the weights of an output are `taps` rows of the same length, and a table says which rows lie under it:

    H(unit, tap, channel) = activation(row under the tap, channel) · weight(output channel, tap, channel)

The Hadamard product of the receptive patch with the filter is H, a row per tap, and a linear layer has one tap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Final

import torch
from torch import Tensor

from salviewer.numeric.call_graph import CallGraph, Node
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import refused
from salviewer.numeric.windows import Axis, axes_of, outputs_of, places

AT_ONCE: Final = 1 << 21
"""So many products are computed at once: what still fits into the processor's caches."""
LAYERS: Final = frozenset({Kind.LINEAR, Kind.CONVOLUTION})


class WeightedLayer:
    """One call of a convolution or linear layer. Raises `UnsupportedModel` for other products with weights."""

    def __init__(self, graph: CallGraph, node: Node, title: str) -> None:
        weight = node.weight
        if not node.inputs or node.args[:1] != node.inputs[:1] or weight is None:
            raise refused(title, node.call)
        self.node, self.value = node, node.inputs[0]
        self._given, self._weight = graph.tensor(self.value), weight
        if node.call.kind is Kind.LINEAR and (node.call.name not in ("linear", "matmul", "mm") or weight.ndim != 2):
            raise refused(title, node.call)
        self._made = node.outputs[0].shape
        axes = None if node.call.kind is Kind.LINEAR else axes_of(node, self._given.shape, self._made)
        if axes is None and node.call.kind is not Kind.LINEAR:
            raise refused(title, node.call)
        self._axes: tuple[Axis, ...] | None = axes
        self.groups = int(node.given("groups", 5 if "transpose" in node.call.name else 6, 1)) if axes else 1

    @cached_property
    def weights(self) -> Tensor:
        """(O, taps, c): the weights of each output, c input channels of its group."""
        w = self._weight.detach().float()
        if self._axes is None:
            return (w if self.node.call.name == "linear" else w.t())[:, None, :]
        if "transpose" in self.node.call.name:
            w = w.flatten(2).unflatten(0, (self.groups, -1))  # (groups, c, O / groups, taps)
            return w.permute(0, 2, 3, 1).flatten(0, 1).contiguous()
        return w.flatten(2).transpose(1, 2).contiguous()

    @cached_property
    def rows(self) -> Tensor:
        """(positions · groups + 1, c): the activations; the last row is 0, for what lies outside."""
        a = self._given.float()
        if self._axes is None:
            a = a.reshape(-1, a.shape[-1])
        else:
            a = self._batched(a).movedim(1, -1).reshape(-1, self.channels)
        return torch.cat([a, a.new_zeros(1, a.shape[1])])

    @property
    def taps(self) -> int:
        """How many rows lie under an output."""
        return self.weights.shape[1]

    @property
    def channels(self) -> int:
        """How many input channels an output reads."""
        return self.weights.shape[2]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of its input."""
        return tuple(self._given.shape)

    def outputs(self, flat: Tensor) -> Tensor:
        """The output channel (n,) of units (n,), flat indices in the layer's output."""
        return self._channel_and_patch(flat)[0]

    def patches(self, flat: Tensor) -> Tensor:
        """The patch (n,) that units (n,) read: a number below `len(under)`."""
        return self._channel_and_patch(flat)[1]

    @cached_property
    def under(self) -> Tensor:
        """int64 (patches, taps): the row under each tap of each patch."""
        nothing = len(self.rows) - 1
        if self._axes is None:
            return torch.arange(nothing, device=self.rows.device)[:, None]
        axes, given = self._spatial(), self._batched_shape(self.shape)
        count = math.prod(outputs_of(axes))
        everywhere = torch.arange(count, device=self.rows.device)
        found = places(axes, everywhere, (given[0], *given[2:]), outputs_of(axes))[:, None]
        group = torch.arange(self.groups, device=self.rows.device)[:, None]
        return torch.where(found < 0, nothing, found * self.groups + group).flatten(0, 1)

    def _channel_and_patch(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        if self._axes is None:
            patch = flat.div(self._made[-1], rounding_mode="floor")
            return flat - patch * self._made[-1], patch
        made = self._batched_shape(self._made)
        size = math.prod(made[2:])
        image_and_channel = flat.div(size, rounding_mode="floor")
        image = image_and_channel.div(made[1], rounding_mode="floor")
        channel = image_and_channel - image * made[1]
        position = flat + (image - image_and_channel) * size
        group = channel.div(made[1] // self.groups, rounding_mode="floor") if self.groups > 1 else 0
        return channel, position * self.groups + group

    def inputs(self, rows: Tensor, channels: Tensor) -> Tensor:
        """Flat indices in the layer's input of channels (of the group) in rows; the two are broadcast."""
        if self._axes is None:
            return rows * self.channels + channels
        given = self._batched_shape(self.shape)
        size = math.prod(given[2:])
        position = rows.div(self.groups, rounding_mode="floor")
        channel = rows % self.groups * self.channels + channels
        return (position.div(size, rounding_mode="floor") * given[1] + channel) * size + position % size

    def products(self, flat: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
        """(which units, rows under them (m, taps), H (m, taps, c)), some units at a time."""
        step = max(1, AT_ONCE // (self.taps * self.channels))
        for start in range(0, len(flat), step):
            part = slice(start, min(len(flat), start + step))
            outputs, patches = self._channel_and_patch(flat[part])
            rows = self.under[patches]
            h = self.rows.index_select(0, rows.flatten()).view(*rows.shape, self.channels)
            yield part, rows, h.mul_(self.weights.index_select(0, outputs))

    def strongest(self, flat: Tensor, gain: Tensor) -> Tensor:
        """(n,): the largest channel sum of H, times `gain` (n,), that units (n,) receive."""
        found = torch.empty_like(gain)
        for part, _, h in self.products(flat):
            sums = h.sum(1) if self.taps > 1 else h[:, 0]
            found[part] = torch.where(gain[part] < 0, gain[part] * sums.amin(1), gain[part] * sums.amax(1))
        return found

    def _batched(self, a: Tensor) -> Tensor:
        return a.reshape(self._batched_shape(tuple(a.shape)))

    def _batched_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """(N, C, *S), where a convolution may also be given (C, *S)."""
        return tuple(shape) if len(shape) == self._weight.ndim else (1, *shape)

    def _spatial(self) -> tuple[Axis, ...]:
        """The axes but for that of channels."""
        axes = self._axes or ()
        if len(axes) < self._weight.ndim:
            return (Axis(torch.zeros(1, 1, dtype=torch.int64)), *axes[1:])
        return (axes[0], *axes[2:])
