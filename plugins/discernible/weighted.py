"""A layer of weights seen from its outputs: what each input of a unit's receptive patch adds to the unit.

Convolutions, transposed ones and linear layers are brought to one form. Activations are rows, one for each position
(and group), the weights of an output are `taps` rows of the same length, and a table says which rows lie under it:

    H(unit, tap, channel) = activation(row under the tap, channel) · weight(output channel, tap, channel)

The Hadamard product of the receptive patch with the filter is H, a row per tap, and a linear layer has one tap.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Final

import torch
from torch import Tensor

from salviewer.numeric.call_graph import CallGraph, Node
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import refused
from salviewer.numeric.windows import Axis, axes_of, outputs_of, places

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
        self.groups = int(node.given("groups", 6, 1)) if axes else 1

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
    def by_channel(self) -> Tensor:
        """(c, taps, O): the weights once more."""
        return self.weights.permute(2, 1, 0).contiguous()

    @cached_property
    def rows(self) -> Tensor:
        """(positions · groups + 1, c): the activations; the last row is 0, for what lies outside."""
        a = self._given if self._axes is None else self._batched(self._given).movedim(1, -1)
        found = torch.zeros(a.numel() // self.channels + 1, self.channels, device=a.device)
        found[:-1].view(a.shape).copy_(a)
        return found

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

    @property
    def outputs(self) -> int:
        """How many output channels there are."""
        return self.weights.shape[0]

    @property
    def nothing(self) -> int:
        """The row of zeros, for what lies outside."""
        return len(self.rows) - 1

    def under(self, patches: Tensor) -> Tensor:
        """int64 (n, taps): the row under each tap of patches (n,)."""
        if self._axes is None:
            return patches[:, None]
        axes, given = self._spatial(), self._batched_shape(self.shape)
        position = patches.div(self.groups, rounding_mode="floor")
        found = places(axes, position, (given[0], *given[2:]), outputs_of(axes))
        rows = found if self.groups == 1 else found * self.groups + (patches % self.groups)[:, None]
        return rows.masked_fill_(found < 0, self.nothing)

    def reads(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        """(output channel, patch) (n,) each, of units (n,), flat indices in the layer's output."""
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

    @property
    def step(self) -> int:
        """How far the same place of the next channel is in the layer's input."""
        return 1 if self._axes is None else math.prod(self._batched_shape(self.shape)[2:])

    def starts(self, rows: Tensor) -> Tensor:
        """Flat indices in the layer's input of the first channel (of the group) in rows; its end for what is outside.

        Further channels are `step` further on.
        """
        if self._axes is None:
            return rows * self.channels
        position = rows.div(self.groups, rounding_mode="floor")
        image = position.div(self.step, rounding_mode="floor")
        first = (image * self.groups + rows % self.groups) * self.channels
        found = first * self.step + position - image * self.step
        return found.masked_fill_(rows == self.nothing, math.prod(self.shape))

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
