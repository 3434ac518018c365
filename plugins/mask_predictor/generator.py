"""The mask generator: from a classifier's feature maps and a class to one score for each place of a coarse mask.

    Y = filter(maps[0], class)                                      the deepest map, Eq. 10, see `feature_filter`
    u = ReLU(squeeze(Y))                                            1 x 1 convolution, group norm
    for each next larger map X:
        u = bottleneck(enlarge(u), squeeze(X))                      enlarge: transposed convolution, to twice the size
    M^g = last(u)                                                   1 x 1 convolution to one channel

A U-Net over feature maps that the classifier computes anyway (for ResNet-50 of 7, 14, 28 and 56 places a side), so that
an explanation costs one forward pass and this. `bottleneck` is a residual block over both, concatenated.

Norms: of one group over channels and places of each picture (layer norm). A batch norm would make a picture's mask
depend on the others in its batch, and would need statistics that a batch of one does not have; an instance norm would
take from a channel how strongly it answers. The mask has none: the controller standardises it.

A transposed convolution in steps of 2 answers to every second place by weights of their own, and what it is joined with
need not take that grid away: masks had stripes, which the loss does not mind. So what it makes is smoothed by 1/4, 1/2,
1/4 down and across, in which what alternates from place to place is exactly zero.

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), sections 3.1 and 4; Dabkowski and Gal:
Real Time Image Saliency for Black Box Classifiers (2017), section 4.1.
Differs from the papers: they name no widths; here they are chosen so that it costs little beside SqueezeNet too. The
classifier's maps are squeezed to few channels before they are joined, and what is enlarged is smoothed. Where twice a
map's size is not the next one's (13 to 27), it is resized to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.errors import InvalidChoice
from salviewer_plugins.mask_predictor.feature_filter import FeatureFilter, filtered

WIDTH: Final = 16
"""Channels at the largest resolution; at each smaller one there are more, see `widths_of`."""


def widths_of(levels: int, width: int) -> tuple[int, ...]:
    """Channels of the generator at each of `levels` resolutions, deepest first: 48, 32, 24, 16 at a width of 16."""
    growth = (1.0, 1.5, 2.0, 3.0)
    return tuple(round(width * growth[min(step, len(growth) - 1)]) for step in reversed(range(levels)))


class Norm(NamedTuple):
    """Of one group over channels and places of each picture: what its channels are times, and what is added to them."""

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """(N, C, h, w), as x."""
        return torch.group_norm(x, 1, self.weight, self.bias)


class Convolution(NamedTuple):
    """Its weight and bias. A 3 x 3 one keeps the size."""

    weight: Tensor
    bias: Tensor | None

    def __call__(self, x: Tensor) -> Tensor:
        """(N, C, h, w) to (N, width, h, w)."""
        return torch.conv2d(x, self.weight, self.bias, padding=self.weight.shape[-1] // 2)


class Enlargement(NamedTuple):
    """A transposed convolution of 2 x 2 in steps of 2, smoothed."""

    weight: Tensor
    bias: Tensor | None

    def __call__(self, x: Tensor) -> Tensor:
        """(N, C, h, w) to (N, width, 2 h, 2 w)."""
        return smooth(torch.conv_transpose2d(x, self.weight, self.bias, stride=2))


class Squeeze(NamedTuple):
    """A 1 x 1 convolution, and its norm."""

    convolution: Convolution
    norm: Norm

    def __call__(self, x: Tensor) -> Tensor:
        """(N, C, h, w) to (N, width, h, w)."""
        return self.norm(self.convolution(x))


class Block(NamedTuple):
    """Two maps into one: ReLU(norm(deep + wide + 1 x 1(3 x 3(1 x 1(concatenated))))).

    Both take the short way around the three convolutions, which see them side by side.
    """

    narrow: Convolution
    look: Convolution
    widen: Convolution
    norm: Norm

    def __call__(self, deep: Tensor, wide: Tensor) -> Tensor:
        """Both, and what comes out: (N, width, h, w)."""
        seen = self.narrow(torch.cat([deep, wide], 1)).relu_()
        seen = self.widen(self.look(seen).relu_())
        return self.norm(seen.add_(deep).add_(wide)).relu_()


class Layers(NamedTuple):
    """A generator's weights, deepest first, in the order in which they are used.

    On small maps torch's modules cost more than the arithmetic, so an explanation goes through these, put together
    once; training goes through them too, so that there is one generator.
    """

    embedding: Tensor
    squeeze: tuple[Squeeze, ...]
    enlarge: tuple[Enlargement, ...]
    blocks: tuple[Block, ...]
    last: Convolution

    def __call__(self, maps: Sequence[Tensor], index: Tensor | slice) -> Tensor:
        """M^g, see `MaskGenerator.forward`; index may also be a slice of the classes, which costs less for one."""
        u = self.squeeze[0](filtered(maps[0], self.embedding[index])).relu_()
        for larger, squeeze, enlarge, block in zip(maps[1:], self.squeeze[1:], self.enlarge, self.blocks, strict=True):
            u = block(_enlarged(u, enlarge, larger.shape[2:]), squeeze(larger))
        return self.last(u)


class MaskGenerator(nn.Module):
    """M^g of maps and a class.

    Args:
        channels: of the classifier's maps, deepest first.
        classes: how many the classifier has.
        width: channels at the largest resolution.
    """

    def __init__(self, channels: Sequence[int], classes: int, width: int = WIDTH) -> None:
        super().__init__()
        self.channels, self.classes, self.width = tuple(channels), classes, width
        widths = widths_of(len(channels), width)
        self.filter = FeatureFilter(classes, channels[0])
        self.squeeze = nn.ModuleList(_squeeze(c, w) for c, w in zip(channels, widths, strict=True))
        self.enlarge = nn.ModuleList(nn.ConvTranspose2d(deep, wide, 2, stride=2) for deep, wide in pairwise(widths))
        self.blocks = nn.ModuleList(_block(wide) for wide in widths[1:])
        self.last = nn.Conv2d(widths[-1], 1, 1)

    def forward(self, maps: Sequence[Tensor], index: Tensor) -> Tensor:
        """M^g (N, 1, h, w), any real numbers, at the size of the last map.

        Args:
            maps: (N, C_i, h_i, w_i), deepest first, as `taps.record` returns them.
            index: (N,) int64, the class of each.
        """
        return self.layers()(maps, index)

    def layers(self) -> Layers:
        """Its weights as they are now, ready to be used: of the same memory."""
        return Layers(
            self.filter.embedding,
            tuple(Squeeze(_convolution(one[0]), _norm(one[1])) for one in self.squeeze),
            tuple(Enlargement(one.weight, one.bias) for one in self.enlarge),
            tuple(
                Block(
                    _convolution(one["narrow"]),
                    _convolution(one["look"]),
                    _convolution(one["widen"]),
                    _norm(one["norm"]),
                )
                for one in self.blocks
            ),
            _convolution(self.last),
        )


def smooth(x: Tensor) -> Tensor:
    """Each place of x (N, C, h, w) and its neighbours, 1/4, 1/2, 1/4 down and across, by matrix products.

    Beyond the border is what is at it. Torch's pooling gives the same at several times the cost.
    """
    down, across = (_band(side, x.dtype, x.device) for side in x.shape[2:])
    return down @ (x @ across)


@lru_cache(maxsize=64)
def _band(side: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The symmetric matrix (side, side) that smooths a line."""
    with torch.inference_mode(False):  # what was made in inference mode could never take part in gradients
        around = F.pad(torch.eye(side), (1, 1), mode="replicate")
        return ((around[:, :-2] + 2 * around[:, 1:-1] + around[:, 2:]) / 4).to(device, dtype)


def tensors_of(generator: MaskGenerator) -> dict[str, np.ndarray]:
    """All that it has learned, float32 arrays by name, for a `Trained`."""
    return {name: value.detach().float().cpu().numpy().copy() for name, value in generator.state_dict().items()}


def generator_from(
    tensors: Mapping[str, np.ndarray], channels: Sequence[int], classes: int, width: int
) -> MaskGenerator:
    """The generator whose `tensors_of` were kept; other names among `tensors` play no part. Without gradients.

    Raises:
        InvalidChoice: tensors are missing, of other shapes or not finite, or there can be no such generator.
    """
    if not channels or min(*channels, classes, width) < 1:
        raise InvalidChoice(
            "What was trained describes a network that cannot be. The file is damaged; train it again.",
            code="damaged-state",
        )
    with torch.device("meta"):
        made = MaskGenerator(channels, classes, width)
    wanted = {name: tuple(value.shape) for name, value in made.state_dict().items()}
    wrong = [name for name, shape in wanted.items() if name not in tensors or tensors[name].shape != shape]
    if wrong:
        raise InvalidChoice(
            f"What was trained does not fit its own description: “{wrong[0]}” should be of shape {wanted[wrong[0]]}. "
            f"The file is damaged; train it again.",
            code="damaged-state",
        )
    if spoilt := [name for name in wanted if not np.isfinite(tensors[name]).all()]:
        raise InvalidChoice(
            f"What was trained holds values in “{spoilt[0]}” that are no numbers. The file is damaged; train it again.",
            code="damaged-state",
        )
    state = {name: torch.from_numpy(np.ascontiguousarray(tensors[name], np.float32).copy()) for name in wanted}
    made.load_state_dict(state, assign=True)
    return made.requires_grad_(False).eval()


def _squeeze(channels: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, width, 1), nn.GroupNorm(1, width))


def _block(width: int) -> nn.ModuleDict:
    inner = max(1, width // 2)
    return nn.ModuleDict(
        {
            "narrow": nn.Conv2d(2 * width, inner, 1),
            "look": nn.Conv2d(inner, inner, 3, padding=1),
            "widen": nn.Conv2d(inner, width, 1),
            "norm": nn.GroupNorm(1, width),
        }
    )


def _convolution(of: Any) -> Convolution:
    return Convolution(of.weight, of.bias)


def _norm(of: Any) -> Norm:
    return Norm(of.weight, of.bias)


def _enlarged(u: Tensor, enlarge: Enlargement, size: Sequence[int]) -> Tensor:
    """`u` at `size`, about twice its own: fitted before it is enlarged, where that is cheaper, or afterwards."""
    half = [side // 2 if side % 2 == 0 else own for side, own in zip(size, u.shape[2:], strict=True)]
    return _fitted(enlarge(_fitted(u, half)), size)


def _fitted(x: Tensor, size: Sequence[int]) -> Tensor:
    if tuple(x.shape[2:]) == tuple(size):
        return x
    return F.interpolate(x, tuple(size), mode="bilinear", align_corners=False)
