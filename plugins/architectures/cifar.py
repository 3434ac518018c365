"""ResNets for CIFAR-10 (He et al. 2016, section 4.2): 6n + 2 layers, shortcuts without parameters ("option A")."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch.nn.functional as F
from torch import Tensor, nn

from salviewer.api import ArchitectureFacts, ArchitectureFamily, Preprocessing, Progress
from salviewer.errors import InvalidChoice, Unavailable
from salviewer_plugins.architectures.names import CIFAR

CLASSES: Final = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_PREPROCESSING: Final = Preprocessing(resize=32, crop=(32, 32), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
_BLOCKS: Final = {name: (int(name.removeprefix("cifar-resnet")) - 2) // 6 for name in CIFAR}


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut that takes every `stride`-th pixel and pads missing channels with 0."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride = stride
        self.padding = (channels - channels_in) // 2

    def forward(self, x: Tensor) -> Tensor:
        """(N, C', H / stride, W / stride) of x (N, C, H, W)."""
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x[:, :, :: self.stride, :: self.stride]
        if self.padding:
            shortcut = F.pad(shortcut, (0, 0, 0, 0, self.padding, self.padding))
        return F.relu(out + shortcut)


class CifarResNet(nn.Module):
    """Three stages of `blocks` blocks with 16, 32 and 64 channels, averaged over space, then one linear layer."""

    def __init__(self, blocks: int, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self._stage(blocks, 16, 16, 1)
        self.layer2 = self._stage(blocks, 16, 32, 2)
        self.layer3 = self._stage(blocks, 32, 64, 2)
        self.linear = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K) of x (N, 3, H, W)."""
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.layer3(self.layer2(self.layer1(out)))
        return self.linear(out.mean((2, 3)))

    @staticmethod
    def _stage(blocks: int, channels_in: int, channels: int, stride: int) -> nn.Sequential:
        first = BasicBlock(channels_in, channels, stride)
        return nn.Sequential(first, *(BasicBlock(channels, channels, 1) for _ in range(blocks - 1)))


class CifarFamily(ArchitectureFamily):
    """ResNet-20 to ResNet-110 for CIFAR-10."""

    def names(self) -> Sequence[str]:
        """All names, shallow to deep."""
        return CIFAR

    def facts(self, name: str) -> ArchitectureFacts:
        """Ten classes, 32 x 32 pixels, ImageNet's mean and std as the usual training code has them."""
        self._blocks(name)
        return ArchitectureFacts(_PREPROCESSING, "softmax", CLASSES)

    def build(self, name: str, classes: int | None = None) -> nn.Module:
        """The network, untrained."""
        return CifarResNet(self._blocks(name), classes or len(CLASSES))

    def fetch(self, name: str, weights: str, progress: Progress) -> Path:
        """Raise `Unavailable`: no weights are published under a fixed address."""
        raise Unavailable(f"No weights of {name} can be downloaded: give a weights file.", code="no-weights")

    def _blocks(self, name: str) -> int:
        if name not in _BLOCKS:
            raise InvalidChoice(
                f"There is no CIFAR network “{name}”: there are {', '.join(CIFAR)}.", code="unknown-name"
            )
        return _BLOCKS[name]
