"""The 3D network that is trained on the brain phantom, as the appendix of the paper on GLAS describes it.

Three 3 x 3 x 3 convolutions of 10 filters, each with a ReLU and a 2 x 2 x 2 max-pooling; Gaussian dropout; fully
connected layers of 32 and 16 with SELU; softmax. On 64^3 voxels of 3 mm.

Source: "Salient Explanation for Fine-grained Classification" (under review at ICLR 2020), appendix A.
Differs from the paper: it gives neither the input's size nor the padding (here one voxel, so that 64 voxels come down
to 8). It has the dropout between the convolutions; there, noise of that strength goes through poolings that take the
greatest of eight noisy values, and in a short trial (six rounds over 160 brains) nothing was learnt. Here it lies
before the first fully connected layer.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from salviewer.api import VolumePreprocessing

NAME = "brain-phantom-cnn"
SIDE, FILTERS, RATE = 64, 10, 0.8
PREPROCESSING = VolumePreprocessing(
    axcodes="RAS", spacing=(3.0, 3.0, 3.0), shape=(SIDE, SIDE, SIDE), window="percentile", mean=0.55, std=0.25
)
"""The mean is that of the tissue in the skull: what a method hides with it looks neither dark nor bright."""


class GaussianDropout(nn.Module):
    """While it is trained, multiplies by noise of mean 1 and standard deviation sqrt(rate / (1 - rate)); else nothing.

    Source: Srivastava et al. 2014, section 10.
    """

    def __init__(self, rate: float = RATE) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"a rate lies in [0, 1), not {rate}")
        self.rate = rate

    @property
    def deviation(self) -> float:
        """Of the noise: 2 at a rate of 0.8."""
        return (self.rate / (1 - self.rate)) ** 0.5

    def forward(self, x: Tensor) -> Tensor:
        """`x` of any shape."""
        return x * (1 + self.deviation * torch.randn_like(x)) if self.training else x

    def extra_repr(self) -> str:
        """As torch prints its own."""
        return f"rate={self.rate}"


def encoder() -> nn.Sequential:
    """(N, 1, 64, 64, 64) to (N, 10, 8, 8, 8)."""
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    for i in (1, 2, 3):
        parts[f"conv{i}"] = nn.Conv3d(1 if i == 1 else FILTERS, FILTERS, 3, padding=1)
        parts[f"relu{i}"] = nn.ReLU()
        parts[f"pool{i}"] = nn.MaxPool3d(2)
    return nn.Sequential(parts)


def brain_cnn(classes: int = 2) -> nn.Sequential:
    """The network: (N, 1, 64, 64, 64) to logits (N, classes)."""
    return nn.Sequential(
        OrderedDict(
            encoder=encoder(),
            flat=nn.Flatten(),
            dropout=GaussianDropout(),
            full1=nn.Linear(FILTERS * (SIDE // 8) ** 3, 32),
            selu1=nn.SELU(),
            full2=nn.Linear(32, 16),
            selu2=nn.SELU(),
            classifier=nn.Linear(16, classes),
        )
    )
