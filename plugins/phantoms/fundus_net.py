"""The network that is trained on the fundus phantom: it looks for findings in small places, and weighs how many it has.

Six convolutions with batch normalisation and ReLU bring 256 x 256 RGB pixels down to 32 x 32 places, each of which
sees 45 x 45 pixels. One more, of 1 x 1, gives four findings per place; their means over the picture are all that the
last two layers, fully connected, decide by: so that many small findings weigh as much as a large one.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from salviewer.api import Preprocessing

NAME, SIDE, FINDINGS, CLASSES = "fundus-phantom-cnn", 256, 4, ("healthy", "referable")
PREPROCESSING = Preprocessing(resize=(SIDE, SIDE), mean=(0.60, 0.30, 0.12), std=(0.20, 0.13, 0.10))
"""The mean is about that of the retinas, without the dark surround: what is hidden with 0 looks like plain retina."""
_LAYERS = ((12, 5, 2), (16, 3, 1), (24, 3, 2), (32, 3, 1), (40, 3, 2), (56, 3, 1))
"""Filters, kernel and stride of each convolution."""


def features() -> nn.Sequential:
    """(N, 3, H, W) to (N, 56, H / 8, W / 8)."""
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    before = 3
    for i, (filters, kernel, stride) in enumerate(_LAYERS, 1):
        parts[f"conv{i}"] = nn.Conv2d(before, filters, kernel, stride, kernel // 2, bias=False)
        parts[f"norm{i}"] = nn.BatchNorm2d(filters)
        parts[f"relu{i}"] = nn.ReLU()
        before = filters
    return nn.Sequential(parts)


def fundus_cnn(classes: int = 2) -> nn.Sequential:
    """The network: (N, 3, 256, 256) to logits (N, classes)."""
    return nn.Sequential(
        OrderedDict(
            features=features(),
            findings=nn.Conv2d(_LAYERS[-1][0], FINDINGS, 1),
            relu=nn.ReLU(),
            pool=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(),
            full=nn.Linear(FINDINGS, 16),
            relu2=nn.ReLU(),
            classifier=nn.Linear(16, classes),
        )
    )
