"""MONAI's classification networks, as "monai/NAME-2d" (colour), "monai/NAME-2d-gray" and "monai/NAME-3d" (volumes)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from monai.networks import nets
from torch import nn

from salviewer.api import ArchitectureFacts, ArchitectureFamily, Progress
from salviewer.errors import InvalidChoice, Unavailable

PREFIX: Final = "monai/"
_INPUTS: Final[Mapping[str, tuple[int, int]]] = {"-2d": (2, 3), "-2d-gray": (2, 1), "-3d": (3, 1)}
"""(Spatial dimensions, channels) by ending."""

_DEFAULT_CLASSES: Final = 2


def _dense(depth: int) -> Callable[[int, int, int], nn.Module]:
    return lambda dims, channels, classes: getattr(nets, f"DenseNet{depth}")(dims, channels, classes)


def _residual(depth: int) -> Callable[[int, int, int], nn.Module]:
    make = getattr(nets, f"resnet{depth}")
    return lambda dims, channels, classes: make(spatial_dims=dims, n_input_channels=channels, num_classes=classes)


def _squeezing(depth: int) -> Callable[[int, int, int], nn.Module]:
    make = getattr(nets, f"SEResNet{depth}")
    return lambda dims, channels, classes: make(spatial_dims=dims, in_channels=channels, num_classes=classes)


def _efficient(n: int) -> Callable[[int, int, int], nn.Module]:
    return lambda dims, channels, classes: nets.EfficientNetBN(
        f"efficientnet-b{n}", pretrained=False, spatial_dims=dims, in_channels=channels, num_classes=classes
    )


_BUILDERS: Final[dict[str, Callable[[int, int, int], nn.Module]]] = {
    **{f"densenet{depth}": _dense(depth) for depth in (121, 169, 201, 264)},
    **{f"resnet{depth}": _residual(depth) for depth in (10, 18, 34, 50, 101, 152, 200)},
    **{f"seresnet{depth}": _squeezing(depth) for depth in (50, 101, 152)},
    **{f"efficientnet-b{n}": _efficient(n) for n in range(8)},
}
_NETWORKS: Final[dict[str, tuple[Callable[[int, int, int], nn.Module], tuple[int, int]]]] = {
    f"{PREFIX}{name}{ending}": (build, numbers)
    for name, build in _BUILDERS.items()
    for ending, numbers in _INPUTS.items()
}


class MonaiFamily(ArchitectureFamily):
    """DenseNets, ResNets, SE-ResNets and EfficientNets in 2D and 3D. How they were trained, only the person knows."""

    def names(self) -> Sequence[str]:
        """All names, sorted."""
        return sorted(_NETWORKS)

    def facts(self, name: str) -> ArchitectureFacts:
        """Nothing but that the network exists."""
        self._entry(name)
        return ArchitectureFacts()

    def build(self, name: str, classes: int | None = None) -> nn.Module:
        """The network, untrained; two classes by default."""
        build, (dims, channels) = self._entry(name)
        return build(dims, channels, classes or _DEFAULT_CLASSES)

    def fetch(self, name: str, weights: str, progress: Progress) -> Path:
        """Raise `Unavailable`: MONAI publishes weights for tasks, not for networks."""
        raise Unavailable(f"No weights of {name} can be downloaded: give a weights file.", code="no-weights")

    def _entry(self, name: str) -> Any:
        if name not in _NETWORKS:
            raise InvalidChoice(f"MONAI has no classification network “{name}”.", code="unknown-name")
        return _NETWORKS[name]
