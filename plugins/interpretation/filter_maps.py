"""What in a picture a filter answers to: its activations, led back to the pixels.

The signal starts at a filter's own output, as its activations there, and goes back by guided backpropagation: a ReLU
lets through what is positive, where its own input was positive. In the variant "stride-1" strided operations send back
at stride 1 (`stride_one`), in "deconv" with their own. "activations" goes no way back: the activations are drawn large.

Several filters cost one pass each, forward and back, in batches: copy i of the picture is for filter i.

Source: "Visual explanation by interpretation" (2019), sections 3.2 and 3.3; Grün et al. 2016; Springenberg et al. 2015.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.api import Model
from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_order import CallOrder, Seen
from salviewer.numeric.relu_rules import ruled_relu
from salviewer.numeric.stride_one import at_stride_one
from salviewer_plugins.interpretation.channel_norms import Layer

TITLE: Final = "Interpretation"
_SMOOTH: Final = {1: "linear", 2: "bilinear", 3: "trilinear"}


@dataclass(frozen=True)
class Filter:
    """Filter `channel` of `layer`."""

    layer: Layer
    channel: int


def led_back(model: Model, module: nn.Module, x: Tensor, filters: Sequence[Filter], *, stride_one: bool) -> Tensor:
    """(n, C, *S): what comes back to each of the inputs x (n, C, *S) from its own filter.

    Raises:
        UnsupportedModel: the network has operations without a rule, or parts that cannot be seen.
    """
    with torch.inference_mode(False), torch.enable_grad():
        leaf = x.detach().clone().requires_grad_()
        fed = leaf.clone()  # no leaf: a network may change its input in place
        taken = _Taken({one.layer.number for one in filters}, stride_one=stride_one)
        with CallOrder(module, (fed,), taken, title=TITLE):
            model(fed)
        started = [
            (out * out.detach()).sum()
            for i, one in enumerate(filters)
            for out in [channel_values(taken.outputs[one.layer.number][i : i + 1], one)]
        ]
        (found,) = torch.autograd.grad(torch.stack(started).sum(), leaf)
    return found.detach()


def activations(model: Model, module: nn.Module, x: Tensor, filters: Sequence[Filter]) -> Iterator[Tensor | None]:
    """(*S) per filter: its activations in the one input x (1, C, *S), linear between places; None where it has none.

    A fully connected unit, and one after a pooling over everything, has no places.
    """
    taken = _Taken({one.layer.number for one in filters})
    with torch.no_grad(), CallOrder(module, (x,), taken, title=TITLE, gradients=False):
        model(x)
    size = tuple(x.shape[2:])
    for one in filters:
        values = channel_values(taken.outputs[one.layer.number], one)
        if one.layer.places == 1 or values.ndim != len(size) + 1:
            yield None
        else:
            yield F.interpolate(values[:, None], size, mode=_SMOOTH[len(size)], align_corners=False)[0, 0]


class _Taken:
    """An answer to each call: the rules of the backward pass, and a note of the outputs that were asked for."""

    def __init__(self, wanted: set[int], *, stride_one: bool = False) -> None:
        self._wanted, self._stride_one = wanted, stride_one
        self.outputs: dict[int, Tensor] = {}

    def __call__(self, seen: Seen) -> Any:
        result = ruled_relu(seen, "guided")
        if result is NotImplemented and self._stride_one:
            result = at_stride_one(seen)
        if seen.call.number not in self._wanted:
            return result
        if result is NotImplemented:
            result = seen.plain()
        first = result[0] if isinstance(result, tuple) else result
        self.outputs[seen.call.number] = first.clone()  # what follows may change the output itself in place
        return result


def channel_values(output: Tensor, one: Filter) -> Tensor:
    """(N, *s): the channel's values."""
    axes = [axis for axis in (1, output.ndim - 1) if output.shape[axis] == one.layer.channels]
    if not axes:
        raise UnsupportedModel(
            f"The layer “{one.layer.name}” of this network has another number of channels than when its filters were "
            f"chosen: train for it anew.",
            code="other-layers",
        )
    return output.select(axes[0], one.channel)
