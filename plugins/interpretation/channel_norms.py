"""How strongly each filter of a network answers: x, the norms of all channels of all layers, from one forward pass.

x = (x_1, ..., x_P),    x_p = n_p / ||n_p||_1,    n_p[q] = ||channel q of layer p||_2

A layer is an operation whose output has channels: convolutions and fully connected ones, and ReLUs, normalisations,
pooling, sums of two branches and other non-linearities. (So the paper counts VGG-F's 21: conv, ReLU, norm and pool up
to the 15th, then fc6, ReLU, fc7, ReLU, fc8, softmax.) Reshaping, concatenation and dropout make no new responses. The
layers that make the classes' scores are left out: the last convolution or fully connected one with as many channels as
there are classes, and all that comes after it (fc8 and the softmax of VGG-F).

Layers are told by the order of calls (`call_order`), and norms are taken when a call returns, so that an in-place ReLU
does not spoil those of the layer before, and no activation is kept.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), section 3.1; section 7 for the count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from salviewer.errors import UnsupportedModel
from salviewer.numeric.call_kinds import Kind
from salviewer.numeric.call_order import CallOrder, Seen

TITLE: Final = "The search for relevant filters"
WEIGHTED: Final = frozenset({"convolution", "linear"})
_NAMES: Final = {
    Kind.CONVOLUTION: "convolution",
    Kind.LINEAR: "linear",
    Kind.RELU: "relu",
    Kind.NORMALISATION: "normalisation",
    Kind.POOLING: "pooling",
    Kind.ACTIVATION: "activation",
    Kind.PRODUCT: "product",
}
_LAST_AXIS: Final = frozenset({"linear", "matmul", "layer_norm", "rms_norm", "rmatmul"})
_FIRST_AXIS: Final = frozenset({Kind.CONVOLUTION, Kind.POOLING, Kind.NORMALISATION})


@dataclass(frozen=True)
class Layer:
    """One layer. number: of its call, from 1; kind: "convolution", "linear", "relu", "pooling", "sum", ...

    places: how many places its output has; 1 of a fully connected layer, and after pooling over everything.
    """

    name: str
    number: int
    kind: str
    channels: int
    places: int

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {**vars(self)}


def layers_and_norms(module: nn.Module, x: Tensor, forward: Any, classes: int) -> tuple[tuple[Layer, ...], Tensor, Any]:
    """(layers, features (N, m) float32, what `forward` returned) of inputs x (N, C, *S).

    Args:
        module: the network.
        x: its inputs.
        forward: runs `module` on x: the network itself, or the model that holds it.
        classes: how many classes there are, to tell the layers that make their scores.

    Raises:
        UnsupportedModel: where no layer is left, or a part of the network cannot be looked into.
    """
    norms = Norms(module, x)
    with torch.no_grad(), norms.order:
        answer = forward(x)
    layers = norms.before_scores(classes)
    return layers, shares(norms.found[: len(layers)]), answer


class Norms:
    """Sees the calls of one pass of inputs x through `module`, while its `order` is entered.

    layers: those met so far. found: their norms (N, C). steps: by the number of the order's step that is a layer, the
    shape of its output for one picture, and which axis of the whole output the channels are.
    """

    def __init__(self, module: nn.Module, x: Tensor) -> None:
        self.order = CallOrder(module, (x,), self._take, title=TITLE, allowed=frozenset(Kind), gradients=False)
        self.layers: list[Layer] = []
        self.found: list[Tensor] = []
        self.steps: dict[int, tuple[torch.Size, int]] = {}
        self._count = len(x)
        self._by_shape: dict[tuple[int, ...], int] = {}

    def before_scores(self, classes: int) -> tuple[Layer, ...]:
        """The layers before the one that makes the classes' scores. Raises `UnsupportedModel` where there is none."""
        weighted = [i for i, layer in enumerate(self.layers) if layer.kind in WEIGHTED]
        scores = [i for i in weighted if self.layers[i].channels == classes] or weighted
        if not scores or not scores[-1]:
            raise UnsupportedModel(
                "No layer of this network comes before those that make the classes' scores, so that there are no "
                "filters to choose from: open a network with hidden layers.",
                code="no-layers",
            )
        return tuple(self.layers[: scores[-1]])

    def _take(self, seen: Seen) -> Any:
        result = seen.plain()
        kind = _kind(seen)
        output = first_output(result)
        if kind and output is not None:
            self._note(seen, kind, output)
        return result

    def _note(self, seen: Seen, kind: str, output: Tensor) -> None:
        if output.ndim < 2 or output.shape[0] != self._count or not output.is_floating_point():
            return
        axis = self._axis(seen, output)
        channels = output.shape[axis]
        places = output[0].numel() // max(1, channels)
        self.layers.append(Layer(seen.call.place or seen.call.name, seen.call.number, kind, channels, places))
        self.found.append(channel_norms(output, axis))
        self.steps[len(seen.order.steps) - 1] = output.shape[1:], axis

    def _axis(self, seen: Seen, output: Tensor) -> int:
        """Where the channels are: as the operation has them, or as the last layer of this shape had them."""
        if seen.call.name in _LAST_AXIS:
            axis = output.ndim - 1
        elif seen.call.kind in _FIRST_AXIS:
            axis = 1
        else:
            axis = self._by_shape.get(tuple(output.shape), 1)
        self._by_shape[tuple(output.shape)] = axis
        return axis


def _kind(seen: Seen) -> str:
    """What kind of layer a call is; "" where it is none."""
    if seen.call.kind is Kind.ARITHMETIC:
        both = len(seen.args) > 1 and seen.depends(seen.args[0]) and seen.depends(seen.args[1])
        return "sum" if both and seen.call.name in ("add", "radd", "sub", "rsub") else ""
    return _NAMES.get(seen.call.kind, "")


def first_output(result: Any) -> Tensor | None:
    """The tensor that a call returned, alone or as the first of several; None where there is none."""
    first = result[0] if isinstance(result, tuple) and result else result
    return first if isinstance(first, Tensor) else None


def channel_norms(output: Tensor, axis: int) -> Tensor:
    """L2 norms (N, C) float32 of the channels along `axis`."""
    others = [d for d in range(1, output.ndim) if d != axis]
    if not others:
        return output.abs().float()
    if output.stride(axis) == 1 and output.device.type == "cpu":  # torch's own is slow where channels lie side by side
        return output.square().sum(others).sqrt().float()
    return torch.linalg.vector_norm(output, dim=others).float()


def shares(found: Sequence[Tensor]) -> Tensor:
    """Features (N, m) from the norms of each layer: each divided by their sum; a layer that is silent stays zero."""
    norms = torch.cat(list(found), 1)
    totals = torch.cat([layer.sum(1, keepdim=True).expand_as(layer) for layer in found], 1)
    return torch.where(totals > 0, norms / totals.clamp(min=torch.finfo(norms.dtype).tiny), 0.0)
