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

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), sections 3.1 and 4; Dabkowski and Gal:
Real Time Image Saliency for Black Box Classifiers (2017), section 4.1.
Differs from the papers: they name no widths; here they are chosen so that it costs little beside SqueezeNet too. The
classifier's maps are squeezed to few channels before they are joined. Where twice a map's size is not the next one's
(13 to 27), it is resized to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from salviewer.errors import InvalidChoice
from salviewer_plugins.mask_predictor.feature_filter import FeatureFilter

WIDTH: Final = 16
"""Channels at the largest resolution; at each smaller one there are more, see `widths_of`."""


def widths_of(levels: int, width: int) -> tuple[int, ...]:
    """Channels of the generator at each of `levels` resolutions, deepest first: 48, 32, 24, 16 at a width of 16."""
    growth = (1.0, 1.5, 2.0, 3.0)
    return tuple(round(width * growth[min(step, len(growth) - 1)]) for step in reversed(range(levels)))


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
        self.blocks = nn.ModuleList(Bottleneck(wide) for wide in widths[1:])
        self.last = nn.Conv2d(widths[-1], 1, 1)

    def forward(self, maps: Sequence[Tensor], index: Tensor) -> Tensor:
        """M^g (N, 1, h, w), any real numbers, at the size of the last map.

        Args:
            maps: (N, C_i, h_i, w_i), deepest first, as `taps.record` returns them.
            index: (N,) int64, the class of each.
        """
        u: Tensor = F.relu(self.squeeze[0](self.filter(maps[0], index)), inplace=True)
        for larger, squeeze, enlarge, block in zip(maps[1:], self.squeeze[1:], self.enlarge, self.blocks, strict=True):
            u = block(_enlarged(u, enlarge, larger.shape[2:]), squeeze(larger))
        mask: Tensor = self.last(u)
        return mask


class Bottleneck(nn.Module):
    """Two maps (N, width, h, w) into one: ReLU(norm(deep + wide + 1 x 1(3 x 3(1 x 1(concatenated))))).

    Both take the short way around the three convolutions, which see them side by side.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = max(1, width // 2)
        self.narrow = nn.Conv2d(2 * width, inner, 1)
        self.look = nn.Conv2d(inner, inner, 3, padding=1)
        self.widen = nn.Conv2d(inner, width, 1)
        self.norm = nn.GroupNorm(1, width)

    def forward(self, deep: Tensor, wide: Tensor) -> Tensor:
        """See above."""
        seen = F.relu(self.narrow(torch.cat([deep, wide], 1)), inplace=True)
        seen = self.widen(F.relu(self.look(seen), inplace=True))
        return F.relu(self.norm(seen.add_(deep).add_(wide)), inplace=True)


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


def _enlarged(u: Tensor, enlarge: nn.Module, size: Sequence[int]) -> Tensor:
    """`u` at `size`, about twice its own: fitted before it is enlarged, where that is cheaper, or afterwards."""
    half = [side // 2 if side % 2 == 0 else own for side, own in zip(size, u.shape[2:], strict=True)]
    return _fitted(enlarge(_fitted(u, half)), size)


def _fitted(x: Tensor, size: Sequence[int]) -> Tensor:
    if tuple(x.shape[2:]) == tuple(size):
        return x
    return F.interpolate(x, tuple(size), mode="bilinear", align_corners=False)
